// PGuardChild.cc: the child side of protocol golden::PGuard.
// Generated from PGuard.ipdl by the ipdl compiler; do not edit.

#include "PGuardChild.h"

#include <tuple>

#include "PGateChild.h"
#include "glue/generated.h"
#include "glue/managed_endpoint.h"
#include "golden/picture.h"

namespace golden {

struct PGuardChild::Dispatch {
  static bool ReadEnterReply(::ipdl::Reader& in, std::tuple<bool>* values) {
    return ::ipdl::ReadParam(in, "granted", &std::get<0>(*values));
  }

  static ::ipdl::HandlerStatus OnWhisper(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    std::string text;
    if (!(::ipdl::ReadParam(in.reader(), "text", &text) && in.Finish())) return in.Malformed();
    return in.Done(static_cast<PGuardChild&>(actor).RecvWhisper(::ipdl::Tainted(std::move(text))));
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      nullptr,
      nullptr,
      &OnWhisper,
  };
};

constinit const ::ipdl::ActorClass PGuardChild::kClass = {
    .protocol = &PGuard::kProtocol,
    .side = ::ipdl::Side::kChild,
    .handlers = PGuardChild::Dispatch::kHandlers,
};

PGuardChild::PGuardChild() : ToplevelActor(kClass) {}
PGuardChild::~PGuardChild() = default;

::ipdl::Reply<bool> PGuardChild::SendEnter(uint32_t door, std::string_view name,
                                           std::string_view token, PGateChild* gate,
                                           std::vector<::ipdl::FileDescriptor>&& files,
                                           ::golden::Picture* picture) {
  ::ipdl::Outgoing out(*this, PGuard::Msg_Enter);
  ::ipdl::WriteParam(out.writer(), door);
  ::ipdl::WriteParam(out.writer(), name);
  ::ipdl::WriteParam(out.writer(), token);
  ::ipdl::WriteParam(out.writer(), gate);
  ::ipdl::WriteParam(out.writer(), std::move(files));
  ::ipdl::CheckNotNull(out.writer(), "picture", picture);
  ::ipdl::WriteParam(out.writer(), ::ipdl::RefPtr<::golden::Picture>(picture));
  return out.SendForReply(&Dispatch::ReadEnterReply);
}

PGateChild* PGuardChild::SendPGateConstructor(::ipdl::RefPtr<PGateChild> actor,
                                              std::string_view name, uint32_t width,
                                              ::golden::Picture* picture) {
  ::ipdl::OutgoingConstructor out(*this, PGuard::Msg_PGateConstructor, actor.get());
  ::ipdl::WriteParam(out.writer(), name);
  ::ipdl::WriteParam(out.writer(), width);
  ::ipdl::CheckNotNull(out.writer(), "picture", picture);
  ::ipdl::WriteParam(out.writer(), ::ipdl::RefPtr<::golden::Picture>(picture));
  return out.Send() ? actor.get() : nullptr;
}

::ipdl::SendResult PGuardChild::SendWhisper(std::string_view text) {
  ::ipdl::Outgoing out(*this, PGuard::Msg_Whisper);
  ::ipdl::WriteParam(out.writer(), text);
  return out.Send();
}

std::vector<::ipdl::RefPtr<PGateChild>> PGuardChild::ManagedPGateChild() const {
  return ::ipdl::ManagedActors<PGateChild>(*this);
}

::ipdl::ManagedEndpoint<PGateParent> PGuardChild::OpenPGateEndpoint(
    ::ipdl::RefPtr<PGateChild> actor) {
  return ::ipdl::ManagedEndpoint<PGateParent>(::ipdl::OpenManagedEndpoint(*this, actor.get()));
}

bool PGuardChild::BindPGateEndpoint(::ipdl::ManagedEndpoint<PGateChild> end,
                                    ::ipdl::RefPtr<PGateChild> actor) {
  return ::ipdl::BindManagedEndpoint(*this, std::move(end), actor.get());
}

}  // namespace golden
