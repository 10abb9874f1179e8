"""The table of all diagnostics: number, severity, text and help, each with typed arguments.

  00xx files                    03xx protocols     06xx lists of messages
  01xx characters and grammar   04xx messages      07xx outputs
  02xx names and types          05xx attributes    08xx lint
                                                   09xx the language of old

Adding one: write a function in the module of its subject, whose parameters are the arguments of the
text, under the next free number; add `tests/compiler/error/NNNN_*.ipdl`, a good neighbour in
`tests/compiler/ok/` and a page `explain/pages/NNNN.md`, and bring the index up to date with
`tools/diagnostics_page.py --update`. A number is never used again for something else: that of a
diagnostic that goes is entered in RETIRED.

The modules are one table: every name is reached as `diagnostics.name`.
"""

from ipdl.diagnostics.attributes import *
from ipdl.diagnostics.files import *
from ipdl.diagnostics.lint import *
from ipdl.diagnostics.messages import *
from ipdl.diagnostics.protocols import *
from ipdl.diagnostics.removed import *
from ipdl.diagnostics.sync_list import *
from ipdl.diagnostics.syntax import *
from ipdl.diagnostics.table import RETIRED as RETIRED
from ipdl.diagnostics.table import TABLE as TABLE
from ipdl.diagnostics.table import Diagnostic as Diagnostic
from ipdl.diagnostics.table import Problem as Problem
from ipdl.diagnostics.table import Severity as Severity
from ipdl.diagnostics.types import *
