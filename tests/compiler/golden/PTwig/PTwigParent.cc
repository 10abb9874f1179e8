// PTwigParent.cc: the parent side of protocol golden::PTwig.
// Generated from PTwig.ipdl by the ipdl compiler; do not edit.

#include "PTwigParent.h"

#include <utility>

#include "TwigParent.h"
#include "glue/generated.h"
#include "glue/managed_endpoint.h"

namespace golden {

struct PTwigParent::Dispatch {
  static ::ipdl::HandlerStatus On__delete__(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    std::string why;
    if (!(::ipdl::ReadParam(in.reader(), "why", &why) && in.Finish())) return in.Malformed();
    return in.Done(static_cast<TwigParent&>(actor).Recv__delete__(std::move(why)));
  }

  static ::ipdl::HandlerStatus OnPTwigConstructor(::ipdl::Actor& actor,
                                                  ::ipdl::Incoming& in) noexcept {
    uint32_t depth{};
    if (!(::ipdl::ReadParam(in.reader(), "depth", &depth) && in.Finish())) return in.Malformed();
    auto& self = static_cast<TwigParent&>(actor);
    ::ipdl::RefPtr<PTwigParent> made = self.AllocPTwigParent(depth);
    const ::ipdl::HandlerStatus status = in.Construct(made.get());
    if (status != ::ipdl::HandlerStatus::kDone) return status;
    uint32_t place{};
    const ::ipdl::HandlerStatus done =
        in.Done(self.RecvPTwigConstructor(made.get(), depth, &place));
    if (done != ::ipdl::HandlerStatus::kDone) return done;
    ::ipdl::Writer& reply = in.OpenReply();
    ::ipdl::WriteParam(reply, place);
    return in.SendReply();
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      &On__delete__,
      &OnPTwigConstructor,
  };
};

constinit const ::ipdl::ActorClass PTwigParent::kClass = {
    .protocol = &PTwig::kProtocol,
    .side = ::ipdl::Side::kParent,
    .handlers = PTwigParent::Dispatch::kHandlers,
};

PTwigParent::PTwigParent() : Actor(kClass) {}
PTwigParent::~PTwigParent() = default;

::ipdl::SendResult PTwigParent::Send__delete__(PTwigParent* actor, std::string_view why) {
  ::ipdl::OutgoingDelete out(actor, PTwig::Msg___delete__);
  ::ipdl::WriteParam(out.writer(), why);
  return out.Send();
}

::ipdl::Result PTwigParent::Recv__delete__(std::string) { return ::ipdl::Ok(); }

::ipdl::Actor* PTwigParent::Manager() const { return manager(); }

std::vector<::ipdl::RefPtr<PTwigParent>> PTwigParent::ManagedPTwigParent() const {
  return ::ipdl::ManagedActors<PTwigParent>(*this);
}

::ipdl::ManagedEndpoint<PTwigChild> PTwigParent::OpenPTwigEndpoint(
    ::ipdl::RefPtr<PTwigParent> actor) {
  return ::ipdl::ManagedEndpoint<PTwigChild>(::ipdl::OpenManagedEndpoint(*this, actor.get()));
}

bool PTwigParent::BindPTwigEndpoint(::ipdl::ManagedEndpoint<PTwigParent> end,
                                    ::ipdl::RefPtr<PTwigParent> actor) {
  return ::ipdl::BindManagedEndpoint(*this, std::move(end), actor.get());
}

}  // namespace golden
