"""The explanations of diagnostics: one page for each number, in `pages/NNNN.md`.

    # What is wrong, as a heading
    What it means.
    ## Why
    Why the rule exists.
    ## Wrong
    Files that yield exactly this number.
    ## Right
    What to write instead; a file that is not repeated is as it was under Wrong.

An example is a fence: `ipdl` or `ini`, whose first line names its file in a comment. What is checked
is the first file of the part, unless a fence `sh` says another command. A test holds all of it true.

`page` reads a page, `terminal` shows it; docs/diagnostics.md lists them all.
"""
