// PTrunkParent.cc: the parent side of protocol golden::PTrunk.
// Generated from PTrunk.ipdl by the ipdl compiler; do not edit.

#include "PTrunkParent.h"

#include <utility>

#include "PTwigChild.h"
#include "PTwigParent.h"
#include "glue/generated.h"
#include "glue/managed_endpoint.h"
#include "golden/trunk_of_parent.h"

namespace golden {

struct PTrunkParent::Dispatch {
  static ::ipdl::HandlerStatus OnPTwigConstructor(::ipdl::Actor& actor,
                                                  ::ipdl::Incoming& in) noexcept {
    std::string name;
    if (!(::ipdl::ReadParam(in.reader(), "name", &name) && in.Finish())) return in.Malformed();
    auto& self = static_cast<wood::TrunkOfParent&>(actor);
    ::ipdl::RefPtr<PTwigParent> made = self.AllocPTwigParent(name);
    const ::ipdl::HandlerStatus status = in.Construct(made.get());
    if (status != ::ipdl::HandlerStatus::kDone) return status;
    return in.Done(self.RecvPTwigConstructor(made.get(), std::move(name)));
  }

  static ::ipdl::HandlerStatus OnChoose(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    std::vector<::ipdl::SideVariant<PTwigParent*, PTwigChild*>> twigs;
    PTwigParent* best = nullptr;
    if (!(::ipdl::ReadParam(in.reader(), "twigs", &twigs) &&
          ::ipdl::ReadNullableActor(in.reader(), "best", &best) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<wood::TrunkOfParent&>(actor);
    PTwigParent* chosen = nullptr;
    const ::ipdl::HandlerStatus done = in.Done(self.RecvChoose(std::move(twigs), best, &chosen));
    if (done != ::ipdl::HandlerStatus::kDone) return done;
    ::ipdl::Writer& reply = in.OpenReply();
    ::ipdl::WriteNullableActor(reply, chosen);
    return in.SendReply();
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      &OnPTwigConstructor,
      &OnChoose,
      nullptr,
  };
};

constinit const ::ipdl::ActorClass PTrunkParent::kClass = {
    .protocol = &PTrunk::kProtocol,
    .side = ::ipdl::Side::kParent,
    .handlers = PTrunkParent::Dispatch::kHandlers,
};

PTrunkParent::PTrunkParent() : ToplevelActor(kClass) {}
PTrunkParent::~PTrunkParent() = default;

::ipdl::SendResult PTrunkParent::SendGraft(PTwigParent* twig, const Pair& pair,
                                           ::ipdl::Endpoint<PTrunkParent>&& more) {
  ::ipdl::Outgoing out(*this, PTrunk::Msg_Graft);
  ::ipdl::WriteParam(out.writer(), twig);
  ::ipdl::WriteParam(out.writer(), pair);
  ::ipdl::WriteParam(out.writer(), std::move(more));
  return out.Send();
}

::ipdl::Result PTrunkParent::RecvPTwigConstructor(PTwigParent*, std::string) {
  return ::ipdl::Ok();
}

std::vector<::ipdl::RefPtr<PTwigParent>> PTrunkParent::ManagedPTwigParent() const {
  return ::ipdl::ManagedActors<PTwigParent>(*this);
}

::ipdl::ManagedEndpoint<PTwigChild> PTrunkParent::OpenPTwigEndpoint(
    ::ipdl::RefPtr<PTwigParent> actor) {
  return ::ipdl::ManagedEndpoint<PTwigChild>(::ipdl::OpenManagedEndpoint(*this, actor.get()));
}

bool PTrunkParent::BindPTwigEndpoint(::ipdl::ManagedEndpoint<PTwigParent> end,
                                     ::ipdl::RefPtr<PTwigParent> actor) {
  return ::ipdl::BindManagedEndpoint(*this, std::move(end), actor.get());
}

}  // namespace golden
