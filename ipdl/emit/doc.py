"""What the comments of generated declarations say: the author's `///` text, that of parameters, and
the bounds, so that whoever calls SendX need not look into the .ipdl.

Called by `send`, `receive`, `struct` and `union`; `Code.comment` lays the text out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ipdl.model import Field, Message, Param
from ipdl.type_facts import has_length


def of_message(message: Message) -> str:
    """The message's own text, then a paragraph with a line or more for each parameter that has
    something to say."""
    about = [line for p in (*message.params, *message.returns) for line in _about_param(p)]
    paragraphs = [message.doc] if message.doc else []
    return "\n\n".join([*paragraphs, "\n".join(about)] if about else paragraphs)


def of_member(member: Field) -> str:
    limits = limits_of(member)
    return "\n".join(filter(None, (member.doc, f"{limits.capitalize()}." if limits else "")))


def limits_of(member: Field | Param) -> str:
    """ "at most 16 elements, strings of at most 64 bytes"; empty without bounds."""
    parts = []
    length, bytes_ = member.bounds.max_length, member.bounds.max_bytes
    if length is not None:
        parts.append(f"at most {_counted(length.limit, 'element')}")
    if bytes_ is not None:
        whole = not has_length(member.type) and not parts
        bound = f"at most {_counted(bytes_.limit, 'byte')}"
        parts.append(bound if whole else f"each text of {bound}")
    return ", ".join(parts)


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _about_param(param: Param) -> Iterator[str]:
    lines = param.doc.splitlines()
    limits = limits_of(param)
    if limits:
        lines.append(f"{limits.capitalize()}." if lines else f"{limits}.")
    for index, line in enumerate(lines):
        yield f"{param.name}: {line}" if index == 0 else f"  {line}".rstrip()
