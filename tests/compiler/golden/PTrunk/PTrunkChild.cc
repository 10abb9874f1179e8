// PTrunkChild.cc: the child side of protocol golden::PTrunk.
// Generated from PTrunk.ipdl by the ipdl compiler; do not edit.

#include "PTrunkChild.h"

#include <string>
#include <utility>

#include "PTwigChild.h"
#include "PTwigParent.h"
#include "glue/generated.h"
#include "glue/managed_endpoint.h"

namespace golden {

struct PTrunkChild::Dispatch {
  static ::ipdl::HandlerStatus OnGraft(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    PTwigChild* twig = nullptr;
    Pair pair;
    ::ipdl::Endpoint<PTrunkParent> more;
    if (!(::ipdl::ReadParam(in.reader(), "twig", &twig) &&
          ::ipdl::ReadParam(in.reader(), "pair", &pair) &&
          ::ipdl::ReadParam(in.reader(), "more", &more) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<PTrunkChild&>(actor);
    return in.Done(self.RecvGraft(twig, std::move(pair), std::move(more)));
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      nullptr,
      nullptr,
      &OnGraft,
  };
};

constinit const ::ipdl::ActorClass PTrunkChild::kClass = {
    .protocol = &PTrunk::kProtocol,
    .side = ::ipdl::Side::kChild,
    .handlers = PTrunkChild::Dispatch::kHandlers,
};

PTrunkChild::PTrunkChild() : ToplevelActor(kClass) {}
PTrunkChild::~PTrunkChild() = default;

PTwigChild* PTrunkChild::SendPTwigConstructor(::ipdl::RefPtr<PTwigChild> actor,
                                              std::string_view name) {
  ::ipdl::OutgoingConstructor out(*this, PTrunk::Msg_PTwigConstructor, actor.get());
  ::ipdl::WriteParam(out.writer(), name);
  return out.Send() ? actor.get() : nullptr;
}

::ipdl::SendResult PTrunkChild::SendChoose(
    absl::Span<const ::ipdl::SideVariant<PTwigParent*, PTwigChild*>> twigs, PTwigChild* best,
    PTwigChild** chosen) {
  ::ipdl::Outgoing out(*this, PTrunk::Msg_Choose);
  ::ipdl::WriteParam(out.writer(), twigs);
  ::ipdl::WriteNullableActor(out.writer(), best);
  ::ipdl::SyncReply reply;
  const ::ipdl::SendResult sent = out.SendSync(reply);
  if (!sent) return sent;
  if (!(::ipdl::ReadNullableActor(reply.reader(), "chosen", chosen) && reply.Finish())) {
    return reply.Malformed();
  }
  return sent;
}

std::vector<::ipdl::RefPtr<PTwigChild>> PTrunkChild::ManagedPTwigChild() const {
  return ::ipdl::ManagedActors<PTwigChild>(*this);
}

::ipdl::ManagedEndpoint<PTwigParent> PTrunkChild::OpenPTwigEndpoint(
    ::ipdl::RefPtr<PTwigChild> actor) {
  return ::ipdl::ManagedEndpoint<PTwigParent>(::ipdl::OpenManagedEndpoint(*this, actor.get()));
}

bool PTrunkChild::BindPTwigEndpoint(::ipdl::ManagedEndpoint<PTwigChild> end,
                                    ::ipdl::RefPtr<PTwigChild> actor) {
  return ::ipdl::BindManagedEndpoint(*this, std::move(end), actor.get());
}

}  // namespace golden
