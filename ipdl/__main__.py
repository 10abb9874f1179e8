"""`python3 -m ipdl`: starts the command line, in an interpreter that can run it.

The `python3` on PATH may lack lark (needed once per grammar, see `tables`) or be too old. Then the
other interpreters of the machine are tried by becoming them; each tells the next, through the
environment, who was tried. Kept to syntax that an old Python can read.
"""

import os
import sys

TRIED = "IPDL_PYTHONS_TRIED"
OLDEST = (3, 11)
INSTALL = "apt-get install python3-lark"


def usable():
    # type: () -> bool
    if sys.version_info < OLDEST:
        return False
    from ipdl import tables

    return tables.available()


def become_another():
    # type: () -> None
    """Replaces this process by the next interpreter; returns only if there is none."""
    import shutil  # here, because nearly no run needs it

    tried = [path for path in os.environ.get(TRIED, "").split(os.pathsep) if path]
    tried.append(os.path.realpath(sys.executable))
    names = ["/usr/bin/python3"]
    names += [f"python3.{minor}" for minor in range(15, OLDEST[1] - 1, -1)] + ["python3"]
    parent = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    start = (
        "import runpy, sys; sys.path[0] = sys.argv.pop(1); "
        "runpy.run_module('ipdl', run_name='__main__', alter_sys=True)"
    )
    for name in names:
        path = shutil.which(name)
        if path is None or os.path.realpath(path) in tried:
            continue
        os.environ[TRIED] = os.pathsep.join(tried)
        try:
            os.execv(path, [path, "-c", start, parent, *sys.argv[1:]])
        except OSError:
            tried.append(os.path.realpath(path))


def run():
    # type: () -> int
    if not usable():
        become_another()
        print(
            f"ipdl: no Python of version {OLDEST[0]}.{OLDEST[1]} or later with the lark module was "
            f"found; install it with: {INSTALL}",
            file=sys.stderr,
        )
        return 70
    os.environ.pop(TRIED, None)
    from ipdl.cli import main

    return main()


def start():
    # type: () -> int
    """`run`, however early the user interrupts it."""
    try:
        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    if not __package__:  # started as `python3 path/to/ipdl`
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.exit(start())
