"""All pages of a set of files, by the names of their files. Called by the command `doc`."""

from __future__ import annotations

from collections.abc import Sequence

from ipdl.doc.links import INDEX, STYLE_SHEET, Links, page_of
from ipdl.doc.pages import header_page, index_page, protocol_page
from ipdl.doc.style import STYLE
from ipdl.model import Unit


def pages_of(units: Sequence[Unit], title: str) -> list[tuple[str, str]]:
    """(name, text) of each file, the index first. `units`: all that may be linked to."""
    links = Links(units)
    pages = [(INDEX, index_page(units, title, links)), (STYLE_SHEET, STYLE)]
    for unit in units:
        here = links.seen_from(unit)
        if unit.protocol is not None:
            text = protocol_page(unit.protocol, unit, title, here)
        else:
            text = header_page(unit, title, here)
        pages.append((page_of(unit), text))
    return pages
