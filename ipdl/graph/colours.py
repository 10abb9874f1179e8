"""The colours of the picture, for light and for dark ground, as a style sheet.

Written out twice rather than with variables of CSS, which many viewers of SVG do not know.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class _Palette:
    ink: str
    soft: str
    line: str
    card: str
    edge: str
    ground: str
    parent: str
    child: str
    sync: str
    here: str


_LIGHT = _Palette(
    ink="#1c2430",
    soft="#5c6675",
    line="#8a94a3",
    card="#ffffff",
    edge="#c9d0da",
    ground="#f7f8fa",
    parent="#d8ead4",
    child="#fbe1ca",
    sync="#f6d0d0",
    here="#2f6fde",
)
_DARK = _Palette(
    ink="#e7eaf0",
    soft="#a3adbb",
    line="#77818f",
    card="#20262f",
    edge="#3f4957",
    ground="#161a20",
    parent="#2c4a2c",
    child="#5a3c20",
    sync="#612f2f",
    here="#7aa7ff",
)
_FONT = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace'


def _rules(palette: _Palette) -> str:
    rules = {
        "text": f"fill: {palette.ink}",
        ".ground": f"fill: {palette.ground}",
        ".card": f"fill: {palette.card}; stroke: {palette.edge}",
        ".here": f"stroke: {palette.here}",
        ".soft": f"fill: {palette.soft}",
        ".parent": f"fill: {palette.parent}",
        ".child": f"fill: {palette.child}",
        ".sync": f"fill: {palette.sync}",
        ".line, .ipdl-graph .arc": f"stroke: {palette.line}",
        ".head": f"fill: {palette.line}",
        "a:hover .card": f"stroke: {palette.here}",
    }
    return "".join(f".ipdl-graph {what} {{ {how}; }}\n" for what, how in rules.items())


STYLE = (
    f".ipdl-graph text {{ font-family: {_FONT}; }}\n"
    ".ipdl-graph .card { stroke-width: 1.5; }\n"
    ".ipdl-graph .card.here { stroke-width: 2.5; }\n"
    ".ipdl-graph .line, .ipdl-graph .arc { fill: none; stroke-width: 1.5; }\n"
    ".ipdl-graph .arc { stroke-dasharray: 5 4; }\n"
    f"{_rules(_LIGHT)}"
    f"@media (prefers-color-scheme: dark) {{\n{_rules(_DARK)}}}\n"
)
