"""Protocols as a picture: who manages whom, who hands over connections, where each side lives.

    relations    the facts, from the model
    dot          as Graphviz' language
    layout       where cards and lines go
    colours      for light and dark ground
    svg          as SVG, drawn by ourselves, so that no other program is needed

Used by the command `graph` and by the pages of `doc`.
"""
