"""The order of power among send semantics: async is less than sync, and less nested is less.

What it governs is in `hierarchy` (a managed protocol against its manager) and in `messages` (a message
against its protocol).
"""

from __future__ import annotations

from ipdl.model import Nesting, Protocol

Range = tuple[int, int]  # the least and the most nested level


def needs_more(sync: bool, nesting: Range, provider: Protocol) -> bool:
    """Is something of this kind beyond what the protocol provides?"""
    return (sync and not provider.sync) or nesting[1] > provider.nested_up_to


def hint_for(sync: bool, nesting: Range, provider: Protocol) -> str:
    """What to write so that the protocol provides it."""
    changes = []
    if sync and not provider.sync:
        changes.append(f"`sync protocol {provider.name}`")
    if nesting[1] > provider.nested_up_to:
        level = Nesting(nesting[1]).spelling
        changes.append(f"`[NestedUpTo={level}]` before protocol {provider.name}")
    return "write " + " and ".join(changes)
