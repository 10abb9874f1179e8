"""The picture in Graphviz' language, for those who want to lay it out otherwise. Data in, text out."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ipdl.graph.relations import Node, nodes_of
from ipdl.model import Protocol, Side

_HEAD = """\
digraph ipdl {
  rankdir=LR;
  node [shape=plain, fontname="monospace"];
  edge [fontname="sans-serif", fontsize=10];
"""


def dot(protocols: Iterable[Protocol]) -> str:
    nodes = nodes_of(protocols)
    lines = [f"  {_id(node.protocol)} [label=<{_label(node)}>];\n" for node in nodes]
    for node in nodes:
        for managed in node.managed:
            lines.append(f"  {_id(node.protocol)} -> {_id(managed)};\n")
        if node.manages_itself:
            lines.append(f"  {_id(node.protocol)} -> {_id(node.protocol)};\n")
        for other in node.hands_over:
            edge = f"{_id(node.protocol)} -> {_id(other)}"
            lines.append(f'  {edge} [style=dashed, constraint=false, label="hands over"];\n')
    return _HEAD + "".join(lines) + "}\n"


def _id(protocol: Protocol) -> str:
    return f'"{protocol.qualified}"'


def _label(node: Node) -> str:
    semantics = " (sync)" if node.protocol.sync else ""
    parent, child = (escape(node.places[side]) for side in (Side.PARENT, Side.CHILD))
    middle = []
    if node.sends[Side.CHILD]:
        middle.append(f"&larr; {node.sends[Side.CHILD]}")
    if node.sends[Side.PARENT]:
        middle.append(f"{node.sends[Side.PARENT]} &rarr;")
    return (
        '<table border="1" cellborder="0" cellspacing="0" cellpadding="5" style="rounded">'
        f'<tr><td colspan="3"><b>{escape(node.name)}</b>{semantics}</td></tr>'
        f'<tr><td>{parent}</td><td>{" &nbsp; ".join(middle) or "-"}</td><td>{child}</td></tr>'
        "</table>"
    )
