"""The commands, one module each: `check` is `commands/check.py`, and so on.

A module has two functions: `configure(parser)` declares its arguments, description and examples;
`run(arguments)` does the work, prints what there is to print, and returns an exit code. `cli` loads
only the module of the command that was asked for. What several commands share is in `inputs` (which
files, how they are read), `findings` (how what was found is shown), `destination` (where output
goes), `numbers` (of diagnostics) and `usage` (wrong arguments).
"""

# In the order in which `ipdl --help` lists them, with their one line there.
COMMANDS = {
    "check": "find mistakes; write nothing",
    "gen": "generate C++",
    "explain": "tell what the number of a message means",
    "lint": "warn of what is allowed but seldom meant",
    "format": "lay out files in the house style",
    "doc": "write browsable pages",
    "graph": "draw who manages whom, as SVG or DOT",
    "model": "print the resolved model as JSON, for other tools",
}
