"""What the compiler's exit codes mean. Used by the command line and its commands, told by --help."""

OK = 0  # nothing to complain about
FINDINGS = 1
USAGE = 2
INTERNAL = 70  # a mistake of the compiler's own
INTERRUPTED = 130
BROKEN_PIPE = 141  # nobody reads the output any more

HELP = "exit codes: 0 ok, 1 findings, 2 wrong usage, 70 a mistake of the compiler's own."
