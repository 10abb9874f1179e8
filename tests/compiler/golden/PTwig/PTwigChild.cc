// PTwigChild.cc: the child side of protocol golden::PTwig.
// Generated from PTwig.ipdl by the ipdl compiler; do not edit.

#include "PTwigChild.h"

#include <utility>

#include "TwigChild.h"
#include "glue/generated.h"
#include "glue/managed_endpoint.h"

namespace golden {

struct PTwigChild::Dispatch {
  static ::ipdl::HandlerStatus On__delete__(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    std::string why;
    if (!(::ipdl::ReadParam(in.reader(), "why", &why) && in.Finish())) return in.Malformed();
    return in.Done(static_cast<TwigChild&>(actor).Recv__delete__(std::move(why)));
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      &On__delete__,
      nullptr,
  };
};

constinit const ::ipdl::ActorClass PTwigChild::kClass = {
    .protocol = &PTwig::kProtocol,
    .side = ::ipdl::Side::kChild,
    .handlers = PTwigChild::Dispatch::kHandlers,
};

PTwigChild::PTwigChild() : Actor(kClass) {}
PTwigChild::~PTwigChild() = default;

::ipdl::SendResult PTwigChild::Send__delete__(PTwigChild* actor, std::string_view why) {
  ::ipdl::OutgoingDelete out(actor, PTwig::Msg___delete__);
  ::ipdl::WriteParam(out.writer(), why);
  return out.Send();
}

PTwigChild* PTwigChild::SendPTwigConstructor(::ipdl::RefPtr<PTwigChild> actor, uint32_t depth,
                                             uint32_t* place) {
  ::ipdl::OutgoingConstructor out(*this, PTwig::Msg_PTwigConstructor, actor.get());
  ::ipdl::WriteParam(out.writer(), depth);
  ::ipdl::SyncReply reply;
  const ::ipdl::SendResult sent = out.SendSync(reply);
  if (!sent) return nullptr;
  if (!(::ipdl::ReadParam(reply.reader(), "place", place) && reply.Finish())) {
    reply.Malformed();
    return nullptr;
  }
  return actor.get();
}

::ipdl::Result PTwigChild::Recv__delete__(std::string) { return ::ipdl::Ok(); }

::ipdl::Actor* PTwigChild::Manager() const { return manager(); }

std::vector<::ipdl::RefPtr<PTwigChild>> PTwigChild::ManagedPTwigChild() const {
  return ::ipdl::ManagedActors<PTwigChild>(*this);
}

::ipdl::ManagedEndpoint<PTwigParent> PTwigChild::OpenPTwigEndpoint(
    ::ipdl::RefPtr<PTwigChild> actor) {
  return ::ipdl::ManagedEndpoint<PTwigParent>(::ipdl::OpenManagedEndpoint(*this, actor.get()));
}

bool PTwigChild::BindPTwigEndpoint(::ipdl::ManagedEndpoint<PTwigChild> end,
                                   ::ipdl::RefPtr<PTwigChild> actor) {
  return ::ipdl::BindManagedEndpoint(*this, std::move(end), actor.get());
}

}  // namespace golden
