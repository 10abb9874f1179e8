"""The kinds of page: a protocol's, a header's, the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ipdl import VERSION
from ipdl.doc import declarations, messages
from ipdl.doc.comments import comment, summary
from ipdl.doc.html import EMPTY, Html, code, element, joined
from ipdl.doc.links import INDEX, STYLE_SHEET, Declared, Links, page_of
from ipdl.graph.relations import handed_over, place_of, tree_of
from ipdl.graph.svg import fragment
from ipdl.model import ImplKind, Nesting, Protocol, Side, Unit, UnitKind

_DOCTYPE = "<!DOCTYPE html>\n"
MOST_ON_TOP = 24  # protocols in a picture that stands before the lists; a larger one comes last


def protocol_page(protocol: Protocol, unit: Unit, title: str, links: Links) -> str:
    tags = [element("span", "top-level" if protocol.toplevel else "managed", class_="tag plain")]
    if protocol.sync:
        tags.append(element("span", "sync", class_="tag sync"))
    return _page(
        protocol.name,
        title,
        element("h1", "protocol ", code(protocol.name)),
        element("p", joined(tags, " "), class_="tags"),
        comment(protocol.doc, links.named),
        _picture(tree_of(protocol), protocol, links),
        messages.contents(protocol),
        _table(_protocol_facts(protocol, unit, links)),
        messages.sections(protocol, links),
        declarations.section(unit, links),
    )


def header_page(unit: Unit, title: str, links: Links) -> str:
    return _page(
        unit.basename,
        title,
        element("h1", "header ", code(unit.basename)),
        _table(_file_facts(unit, links)),
        declarations.section(unit, links),
    )


def index_page(units: Sequence[Unit], title: str, links: Links) -> str:
    protocols = [unit.protocol for unit in units if unit.protocol is not None]
    headers = [unit for unit in units if unit.kind is UnitKind.HEADER]
    headers.sort(key=lambda unit: unit.name.lower())
    parts = [element("h1", title)]
    picture = _picture(protocols, None, links) if protocols else EMPTY
    if len(protocols) <= MOST_ON_TOP:
        parts.append(picture)
    if protocols:
        parts.append(element("h2", "Protocols", id="protocols"))
        by_name = sorted(protocols, key=lambda protocol: protocol.name.lower())
        parts.append(_listing(_protocol_row(each, links) for each in by_name))
    if headers:
        parts.append(element("h2", "Headers", id="headers"))
        parts.append(_listing(_header_row(each) for each in headers))
    declared: list[Declared] = []
    for unit in units:
        declared += [*unit.types, *unit.enums, *unit.constants]
    if declared:
        parts.append(element("h2", "Types and constants", id="types"))
        parts.append(_listing(_declared_row(each, links) for each in _sorted(declared)))
    if len(protocols) > MOST_ON_TOP:
        parts += [element("h2", "Who manages whom", id="picture"), picture]
    return _page(title, "", *parts)


# --- Parts ---------------------------------------------------------------------------------------


def _page(title: str, site: str, *content: Html) -> str:
    """`site`: the title of the index, to which the page links; "" on the index itself."""
    nav = element("nav", element("a", site, href=INDEX)) if site else EMPTY
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} - {site}" if site else title),
        element("link", rel="stylesheet", href=STYLE_SHEET),
    )
    footer = element("footer", f"Made by ipdl {VERSION} from the protocols' source.")
    body = element("body", nav, element("main", *content), footer)
    return _DOCTYPE + element("html", head, body, lang="en")


def _picture(protocols: Sequence[Protocol], here: Protocol | None, links: Links) -> Html:
    drawn = Html(fragment(protocols, here, links.protocol))
    return element("div", drawn, class_="picture", tabindex="0")


def _table(rows: Iterator[tuple[str, Html]]) -> Html:
    cells = [
        element("tr", element("th", name, scope="row"), element("td", value))
        for name, value in rows
        if value
    ]
    return element("table", *cells, class_="about")


def _protocol_facts(protocol: Protocol, unit: Unit, links: Links) -> Iterator[tuple[str, Html]]:
    yield "Managers", _protocols(protocol.managers, links)
    yield "Manages", _protocols(protocol.manages, links)
    yield "Hands over connections of", _protocols(handed_over(protocol), links)
    for side in Side:
        yield f"{side.value.capitalize()} side", _side(protocol, side)
    if protocol.nested_up_to is not Nesting.NOT:
        yield "Nested up to", code(protocol.nested_up_to.spelling)
    if protocol.needs_other_pid:
        yield "Knows", Html("the process at the other end")
    if protocol.manual_dealloc:
        yield "Lifetime", Html("freed by hand")
    yield from _file_facts(unit, links)


def _file_facts(unit: Unit, links: Links) -> Iterator[tuple[str, Html]]:
    declared = [each.namespace for each in (*unit.types, *unit.enums, *unit.constants)]
    if unit.protocol is not None:
        declared = [unit.protocol.namespace]
    names = dict.fromkeys("::".join(namespace) for namespace in declared if namespace)
    yield "Namespace", joined((code(name) for name in names), ", ")
    yield "Source", code(unit.basename)
    included = [element("a", code(other.basename), href=page_of(other)) for other in unit.includes]
    yield "Includes", joined(included, ", ")


def _protocols(protocols: Sequence[Protocol], links: Links) -> Html:
    return joined(
        (element("a", code(each.name), href=links.protocol(each)) for each in protocols), ", "
    )


def _side(protocol: Protocol, side: Side) -> Html:
    impl = protocol.impl(side)
    base = code(protocol.actor_class(side))
    parts = ["any class derived from ", base]
    if impl.kind is not ImplKind.VIRTUAL:
        name = impl.class_name or protocol.name.removeprefix("P") + side.suffix
        parts = ["class ", code(name), ", derived from ", base]
    return joined([*parts, "; lives in ", code(place_of(protocol, side))])


# --- Rows of the index ---------------------------------------------------------------------------


def _listing(rows: Iterator[Html]) -> Html:
    return element("table", *rows, class_="listing")


def _entry(name: str, target: str, *content: Html) -> Html:
    link = element("a", code(name), href=target)
    cells = [element("td", each) for each in content]
    return element("tr", element("th", link, scope="row"), *cells)


def _protocol_row(protocol: Protocol, links: Links) -> Html:
    return _entry(protocol.name, links.protocol(protocol), summary(protocol.doc, links.named))


def _header_row(unit: Unit) -> Html:
    names = [each.name for each in (*unit.types, *unit.enums, *unit.constants, *unit.usings)]
    return _entry(unit.basename, page_of(unit), joined((code(name) for name in names), ", "))


def _declared_row(declared: Declared, links: Links) -> Html:
    kind = type(declared).__name__.lower()
    text = summary(declared.doc, links.named)
    about = joined([kind, " of ", code(declared.unit.basename), ". " if text else "", text])
    return _entry(declared.name, links.declared(declared), about)


def _sorted(declared: list[Declared]) -> list[Declared]:
    return sorted(
        declared, key=lambda each: (each.name.lower(), each.qualified, each.unit.basename)
    )
