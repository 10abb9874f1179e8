"""Makes one static library of object files that shows only the symbols named.

The objects of the archive are linked into one, and every other symbol of theirs becomes local, so
that whoever links the library sees `IpczGetAPI` and nothing that could clash with names of his own.
What the objects need from outside (Abseil, the standard library) stays undefined.

Called by meson.build: one_symbol.py LD OBJCOPY AR INPUT.a OUTPUT.a SYMBOL...
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main(argv: list[str]) -> int:
    linker, objcopy, archiver, archive, output, *symbols = argv
    joined = Path(output).with_suffix(".o")
    # Sections shared by name between object files (inline functions) become ordinary ones: with
    # local names they could no longer be recognised as the same.
    join = [linker, "-r", "--force-group-allocation", "--whole-archive", archive, "-o", str(joined)]
    subprocess.run(join, check=True)
    keep = [f"--keep-global-symbol={symbol}" for symbol in symbols]
    subprocess.run([objcopy, *keep, str(joined)], check=True)
    Path(output).unlink(missing_ok=True)
    subprocess.run([archiver, "rcsD", output, str(joined)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
