"""The house layout of .ipdl files: `ipdl format`.

    words        the tokens of a file with the comments and blank lines around them
    statements   words grouped into statements and blocks in braces
    flow         one statement to rows, broken where it is too long
    layout       all of a file to rows and text; `formatted` is the one entry

Formatting never changes, adds or removes a token or a comment; it decides about blanks and line
ends only. So it works on tokens, and needs no tree but to know that there is one: a file with
mistakes of spelling or grammar is refused.
"""
