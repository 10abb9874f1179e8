"""The IPDL compiler: .ipdl text to syntax tree to resolved model to checks to C++.

This package is a pipeline of plain data. It never prints: only `cli` does. Importing the
package itself loads nothing, so that `python3 -m ipdl --help` answers at once.
"""

VERSION = "0.1.0"
