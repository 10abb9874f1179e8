"""The resolved model as plain data for JSON, for tools that are not written in Python or not by us.

docs/model.md is the reference of the keys; a test compares the two. VERSION changes when a key goes,
or means something else; new keys may come without. Keys stand in a fixed order, and nothing in the
data depends on the machine but the paths, which are those that were given. Called by the command
`model`, only on a model without errors.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ipdl import prelude
from ipdl.fingerprint import fingerprint
from ipdl.model import (
    Actor,
    Array,
    Bounds,
    Builtin,
    Constant,
    Endpoint,
    Enum,
    EnumType,
    Field,
    Imported,
    Impl,
    ManagedEndpoint,
    Map,
    Message,
    Optional,
    Param,
    ProcessSet,
    Protocol,
    Side,
    Struct,
    StructType,
    Type,
    Union,
    UnionType,
    UniquePtr,
    Unit,
    Using,
)
from ipdl.source import Span
from ipdl.type_facts import carries_actor, carries_endpoint, carries_handles, is_move_only, spelling

SCHEMA = "ipdl-model"
VERSION = 1

Json = dict[str, Any]


def document(roots: Collection[Unit], units: Sequence[Unit], prelude_name: str) -> Json:
    """`roots`: the files of the command line; `units`: these and all that they include."""
    kinds = prelude.load(prelude_name).processes.values()
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "prelude": prelude_name,
        "processes": [_process(process) for process in kinds],
        "files": [_unit(unit, unit in roots) for unit in units],
    }


def _unit(unit: Unit, given: bool) -> Json:
    structs = [each for each in unit.types if isinstance(each, Struct)]
    unions = [each for each in unit.types if isinstance(each, Union)]
    return {
        "path": unit.file.path,
        "name": unit.name,
        "kind": unit.kind.value,
        "given": given,
        "includes": [included.basename for included in unit.includes],
        "cxxIncludes": unit.cxx_includes,
        "imports": [_using(using) for using in unit.usings],
        "constants": [_constant(constant) for constant in unit.constants],
        "enums": [_enum(enum) for enum in unit.enums],
        "structs": [_struct(struct) for struct in structs],
        "unions": [_union(union) for union in unions],
        "protocol": None if unit.protocol is None else _protocol(unit.protocol),
        "fingerprint": fingerprint(unit),
    }


def _using(using: Using) -> Json:
    return {
        "name": using.name,
        "cxx": using.cxx,
        "header": using.header,
        "kind": using.kind.value,
        "moveOnly": using.move_only.value,
        "refCounted": using.refcounted,
        "doc": using.doc,
        "at": _place(using.span),
    }


def _named(declared: Struct | Union | Enum | Constant | Protocol) -> Json:
    return {
        "name": declared.name,
        "namespace": list(declared.namespace),
        "qualified": declared.qualified,
        "doc": declared.doc,
        "at": _place(declared.span),
    }


def _constant(constant: Constant) -> Json:
    assert constant.type is not None
    value = constant.value
    return _named(constant) | {
        "type": constant.type.name,
        # As text, since JSON's numbers do not hold all integers of 64 bits.
        "value": str(value).lower() if isinstance(value, bool) else str(value),
        "written": constant.written,
    }


def _enum(enum: Enum) -> Json:
    assert enum.underlying is not None
    return _named(enum) | {
        "type": enum.underlying.name,
        "values": [
            {
                "name": each.name,
                "value": str(each.value),
                "doc": each.doc,
                "at": _place(each.span),
            }
            for each in enum.values
        ],
    }


def _struct(struct: Struct) -> Json:
    return _named(struct) | {
        "comparable": struct.comparable,
        "fields": [{"name": each.name} | _member(each) for each in struct.fields],
    }


def _union(union: Union) -> Json:
    return _named(union) | {
        "comparable": union.comparable,
        "components": [
            _member(each) | {"boxed": boxed} for each, boxed in zip(union.components, union.boxed)
        ],
    }


def _member(member: Field | Param) -> Json:
    return {
        "type": _type(member.type),
        "spelling": spelling(member.type),
        "bounds": _bounds(member.bounds),
        "moveOnly": is_move_only(member.type),
        "carries": _carries(member.type),
        "doc": member.doc,
        "at": _place(member.span),
    }


def _bounds(bounds: Bounds) -> Json:
    length, bytes_ = bounds.max_length, bounds.max_bytes
    return {
        "maxLength": None if length is None else length.limit,
        "maxBytes": None if bytes_ is None else bytes_.limit,
    }


def _carries(type_: Type) -> list[str]:
    facts = {
        "handles": carries_handles(type_),
        "endpoints": carries_endpoint(type_),
        "actors": carries_actor(type_),
    }
    return [what for what, carried in facts.items() if carried]


def _protocol(protocol: Protocol) -> Json:
    return _named(protocol) | {
        "semantics": _semantics(protocol.sync),
        "toplevel": protocol.toplevel,
        "managers": [manager.qualified for manager in protocol.managers],
        "manages": [managed.qualified for managed in protocol.manages],
        "sides": {side.value: _side(protocol, side) for side in Side},
        "nestedUpTo": protocol.nested_up_to.spelling,
        "needsOtherPid": protocol.needs_other_pid,
        "manualDealloc": protocol.manual_dealloc,
        "messages": [_message(message) for message in protocol.messages],
    }


def _side(protocol: Protocol, side: Side) -> Json:
    process = protocol.proc(side)
    return {
        "actor": protocol.actor_class(side),
        "implementation": _impl(protocol.impl(side)),
        "process": None if process is None else _process(process),
    }


def _impl(impl: Impl) -> Json:
    return {"kind": impl.kind.value, "class": impl.class_name or None}


def _process(process: ProcessSet) -> Json:
    return {"name": process.name, "kinds": list(process.kinds)}


def _message(message: Message) -> Json:
    returns = [_param(param) for param in message.returns] if message.has_returns else None
    return {
        "name": message.name,
        "cxxName": message.cxx_name,
        "kind": _message_kind(message),
        "constructs": None if message.ctor_of is None else message.ctor_of.qualified,
        "direction": message.direction.value,
        "senders": [side.value for side in message.direction.senders],
        "receivers": [side.value for side in message.direction.receivers],
        "semantics": _semantics(message.sync),
        "hasReply": message.has_reply,
        "params": [_param(param) for param in message.params],
        "returns": returns,
        "compress": message.compress.value,
        "priority": message.priority.value,
        "replyPriority": message.reply_priority.value,
        "nested": message.nested.spelling,
        "tainted": message.tainted,
        "lazySend": message.lazy,
        "virtualSend": message.virtual_send,
        "doc": message.doc,
        "at": _place(message.span),
    }


def _message_kind(message: Message) -> str:
    if message.ctor_of is not None:
        return "constructor"
    return "destructor" if message.is_delete else "message"


def _param(param: Param) -> Json:
    no_taint = None if param.no_taint is None else param.no_taint.value
    return {"name": param.name} | _member(param) | {"noTaint": no_taint}


def _semantics(sync: bool) -> str:
    return "sync" if sync else "async"


def _type(type_: Type) -> Json:
    match type_:
        case Builtin(entry):
            return {
                "kind": "builtin",
                "name": entry.name,
                "cxx": entry.cxx,
                "category": entry.category.value,
            }
        case Imported(using, nullable):
            return {"kind": "imported", "cxx": using.cxx, "nullable": nullable}
        case StructType(struct):
            return {"kind": "struct", "qualified": struct.qualified}
        case UnionType(union):
            return {"kind": "union", "qualified": union.qualified}
        case EnumType(enum):
            return {"kind": "enum", "qualified": enum.qualified}
        case Actor(protocol, nullable):
            return {"kind": "actor", "protocol": protocol.qualified, "nullable": nullable}
        case Endpoint(protocol, side):
            return {"kind": "endpoint", "protocol": protocol.qualified, "side": side.value}
        case ManagedEndpoint(protocol, side):
            return {"kind": "managedEndpoint", "protocol": protocol.qualified, "side": side.value}
        case Array(base):
            return {"kind": "array", "of": _type(base)}
        case Optional(base):
            return {"kind": "optional", "of": _type(base)}
        case UniquePtr(base):
            return {"kind": "uniquePtr", "of": _type(base)}
        case Map(key, base):
            return {"kind": "map", "key": _type(key), "of": _type(base)}
    raise AssertionError(f"a model without errors has no {type_}")


def _place(span: Span) -> Json:
    line, column = span.file.position(span.start)
    end_line, end_column = span.file.position(span.end)
    return {"line": line, "column": column, "endLine": end_line, "endColumn": end_column}
