"""That the libraries show IpczGetAPI and nothing else of ours.

Called by meson: exported_symbols_test.py NM LIBRARY SYMBOL... Fails if the symbols that the library
defines for others are not exactly these.
"""

from __future__ import annotations

import subprocess
import sys


def exported(nm: str, library: str) -> list[str]:
    dynamic = ["--dynamic"] if ".so" in library else []
    lines = subprocess.run(
        [nm, *dynamic, "--defined-only", "--extern-only", "--format=posix", library],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return sorted(line.split()[0] for line in lines if len(line.split()) > 1)


def main(argv: list[str]) -> int:
    nm, library, *wanted = argv
    found = exported(nm, library)
    if found == sorted(wanted):
        return 0
    print(f"{library}: expected {sorted(wanted)}, found {len(found)}: {found[:20]}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
