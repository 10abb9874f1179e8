"""The names and signatures of one generated actor class, `PFooParent` or `PFooChild`.

What its header declares and its source defines is decided here once: which messages it sends and
receives, how its members are called, and the parameter lists of SendX, RecvX and AllocX.

A message's parameters and results share one scope in C++ as they do in the .ipdl; a name that the
generated function needs itself steps aside (`local`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ipdl.emit.names import cxx_name, fresh
from ipdl.emit.scope import IPDL, Scope, namespace_scope
from ipdl.emit.types import CxxTypes
from ipdl.model import Impl, ImplKind, Message, Param, Protocol, Side, Unit

# Members of ipdl::Actor and ipdl::ToplevelActor, whose names hide types of the same name inside a
# generated class; and the names of those classes themselves.
BASE_MEMBERS = frozenset(
    """
    Actor ActorDestroy AddRef AllocShmem AllocShmemOf AllocUnsafeShmem CanSend Close DeallocShmem Flush IsOpen OnPeerCutOff OnWritable OtherPid Release
    ToplevelActor actor_class channel_ class_ connection_ first_managed first_managed_ id id_
    last_managed_ link_status loop made_by_peer_ manager manager_ next_managed next_managed_ peer
    Unreferenced pending_ previous_managed_ protocol_name queued_bytes reason_ reference_count references_ side
    freed_by_ status_ toplevel unanswered_
    """.split()
)


@dataclass(frozen=True, eq=False)
class ActorClass:
    unit: Unit
    protocol: Protocol
    side: Side

    @property
    def name(self) -> str:
        return self.protocol.actor_class(self.side)

    @property
    def base(self) -> str:
        return f"{IPDL}::ToplevelActor" if self.protocol.toplevel else f"{IPDL}::Actor"

    @cached_property
    def sent(self) -> list[Message]:
        return [m for m in self.protocol.messages if self.side in m.direction.senders]

    @cached_property
    def received(self) -> list[Message]:
        return [m for m in self.protocol.messages if self.side in m.direction.receivers]

    @cached_property
    def resolvers(self) -> dict[str, str]:
        """Message name -> name of its resolver type, for received messages with async returns."""
        taken = {f"Send{m.cxx_name}" for m in self.sent}
        names = {}
        for message in self.received:
            if message.has_returns and not message.sync:
                name = fresh(f"{message.cxx_name}Resolver", taken)
                taken.add(name)
                names[message.name] = name
        return names

    @cached_property
    def scope(self) -> Scope:
        """Inside the class."""
        members = set(BASE_MEMBERS) | {
            "kClass",
            "kHandlers",
            "Manager",
            "Dispatch",
            "DeallocManaged",
        }
        members |= {f"Send{m.cxx_name}" for m in self.sent} | set(self.resolvers.values())
        for message in self.received:
            members |= {f"Recv{message.cxx_name}", f"On{message.cxx_name}"}
        for message in self.protocol.messages:
            if message.has_reply:
                members |= {f"{verb}{message.cxx_name}Reply" for verb in ("Read", "Write")}
        for managed in self.protocol.manages:
            class_name = managed.actor_class(self.side)
            members |= {f"{verb}{class_name}" for verb in ("Managed", "Alloc", "Dealloc")}
            members |= {f"{verb}{managed.name}Endpoint" for verb in ("Open", "Bind")}
        return namespace_scope(self.unit, self.protocol.namespace).inside(members)

    def std(self, name: str) -> str:
        return self.scope.library(f"std::{name}")

    @property
    def table(self) -> str:
        """The namespace with the message numbers, from inside the class."""
        return self.scope.own(self.protocol.namespace, self.protocol.name)

    def actor(self, protocol: Protocol) -> str:
        """This side's class of a protocol, from inside the class."""
        return self.scope.own(protocol.namespace, protocol.actor_class(self.side))

    # --- The implementation

    @property
    def impl(self) -> Impl:
        return self.protocol.impl(self.side)

    @property
    def virtual(self) -> bool:
        return self.impl.kind is ImplKind.VIRTUAL

    @property
    def impl_name(self) -> str:
        """The class whose RecvX are called, as written in the .ipdl or derived from its names."""
        if self.impl.kind is ImplKind.CLASS:
            return self.impl.class_name
        if self.impl.kind is ImplKind.VIRTUAL:
            return self.name
        return self.scope.own(self.protocol.namespace, self.default_impl)

    @property
    def default_impl(self) -> str:
        """`FooParent` for PFoo; also the stem of the header that the source includes. A protocol
        that is not called P..., which old files may have, leaves no such name free."""
        if not self.protocol.name.startswith("P"):
            return self.name + "Impl"
        return self.protocol.name.removeprefix("P") + self.side.suffix

    def impl_here(self, scope: Scope) -> str:
        """The author's class, from inside a function of the source."""
        if self.impl_name == self.default_impl:
            return scope.own(self.protocol.namespace, self.default_impl)
        return self.impl_name

    @property
    def has_dispatch(self) -> bool:
        """Is there a `Dispatch`, for messages or for actors to be freed?"""
        managed = self.protocol.manages
        return bool(self.protocol.messages) or any(p.manual_dealloc for p in managed)

    def of(self, message: Message) -> MessageNames:
        return MessageNames(self, message)


@dataclass(frozen=True)
class MessageNames:
    """One message of one class."""

    actor: ActorClass
    message: Message

    @cached_property
    def taken(self) -> set[str]:
        return {cxx_name(p.name) for p in (*self.message.params, *self.message.returns)}

    def local(self, wanted: str) -> str:
        """A variable of the generated function: neither hides an argument nor a type."""
        types = self.actor.scope.declared.names
        while wanted in self.taken or wanted in types:
            wanted += "_"
        return wanted

    @cached_property
    def types(self) -> CxxTypes:
        return CxxTypes(self.actor.scope.inside(self.taken), self.actor.side)

    @property
    def constant(self) -> str:
        return f"{self.actor.table}::Msg_{self.message.cxx_name}"

    @property
    def made(self) -> str:
        """The class of the actor that a constructor makes."""
        protocol = self.message.ctor_of
        assert protocol is not None
        return self.types.scope.own(protocol.namespace, protocol.actor_class(self.actor.side))

    @property
    def made_pointer(self) -> str:
        """What owns the actor that a constructor makes; a [ManualDealloc] one is a plain pointer."""
        protocol = self.message.ctor_of
        assert protocol is not None
        return f"{self.made}*" if protocol.manual_dealloc else f"{IPDL}::RefPtr<{self.made}>"

    def plain(self, pointer: str) -> str:
        """A `made_pointer` as a plain pointer."""
        return pointer if self.made_pointer.endswith("*") else f"{pointer}.get()"

    @property
    def alloc(self) -> str:
        """The author's function that makes the actor."""
        protocol = self.message.ctor_of
        assert protocol is not None
        return "Alloc" + protocol.actor_class(self.actor.side)

    @property
    def values(self) -> str:
        """The types of the results, as template arguments."""
        return ", ".join(self.types.value(param.type) for param in self.message.returns)

    # --- Parameter lists

    def send_params(self) -> list[str]:
        """SendX without what its kind adds."""
        return [f"{self.types.send(p.type)} {cxx_name(p.name)}" for p in self.message.params]

    def out_params(self) -> list[str]:
        return [f"{self.types.value(p.type)}* {cxx_name(p.name)}" for p in self.message.returns]

    def recv_params(self) -> list[str]:
        """RecvX, as a virtual one declares it."""
        message = self.message
        params = [f"{self._received(p)} {cxx_name(p.name)}" for p in message.params]
        if message.ctor_of is not None:
            params.insert(0, f"{self.made}* {self.local('actor')}")
        if message.sync:
            return params + self.out_params()
        if message.has_returns:
            return params + [f"{self.actor.resolvers[message.name]} {self.local('resolve')}"]
        return params

    def alloc_params(self) -> list[str]:
        """AllocPBarParent: looks at the values that RecvPBarConstructor then gets."""
        return [f"{self._looked_at(p)} {cxx_name(p.name)}" for p in self.message.params]

    def is_tainted(self, param: Param) -> bool:
        """Does a RecvX get the parameter as a value that it has to validate?"""
        return self.message.tainted and param.no_taint is None

    def tainted(self, param: Param) -> str:
        return f"{IPDL}::Tainted<{self.types.value(param.type)}>"

    @cached_property
    def tainted_locals(self) -> dict[str, str]:
        """Parameter -> variable for its tainted value, in the handler of a constructor, whose
        arguments go to two functions."""
        taken = self.taken | self.actor.scope.declared.names
        variables = {}
        for param in filter(self.is_tainted, self.message.params):
            variables[param.name] = fresh("tainted_" + param.name, taken)
            taken |= {variables[param.name]}
        return variables

    def _received(self, param: Param) -> str:
        return self.tainted(param) if self.is_tainted(param) else self.types.receive(param.type)

    def _looked_at(self, param: Param) -> str:
        if self.is_tainted(param):
            return f"const {self.tainted(param)}&"
        received = self.types.receive(param.type)
        if received.endswith("*") or self.types.received(param.type, "x") == "x":
            return received
        return f"const {received}&"


def without_names(params: list[str]) -> list[str]:
    """For a definition that uses none of them."""
    return [param.rpartition(" ")[0] for param in params]
