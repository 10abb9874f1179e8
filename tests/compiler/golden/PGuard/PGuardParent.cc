// PGuardParent.cc: the parent side of protocol golden::PGuard.
// Generated from PGuard.ipdl by the ipdl compiler; do not edit.

#include "PGuardParent.h"

#include <utility>

#include "GuardParent.h"
#include "PGateParent.h"
#include "glue/generated.h"
#include "glue/managed_endpoint.h"
#include "golden/picture.h"

namespace golden {

struct PGuardParent::Dispatch {
  static void WriteEnterReply(::ipdl::Writer& out, bool&& granted) {
    ::ipdl::WriteParam(out, granted);
  }

  static ::ipdl::HandlerStatus OnEnter(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    uint32_t door{};
    std::string name;
    std::string token;
    PGateParent* gate = nullptr;
    std::vector<::ipdl::FileDescriptor> files;
    ::ipdl::RefPtr<::golden::Picture> picture;
    if (!(::ipdl::ReadParam(in.reader(), "door", &door) &&
          ::ipdl::ReadParam(in.reader(), "name", &name) &&
          ::ipdl::ReadParam(in.reader(), "token", &token) &&
          ::ipdl::ReadParam(in.reader(), "gate", &gate) &&
          ::ipdl::ReadParam(in.reader(), "files", &files) &&
          ::ipdl::ReadParam(in.reader(), "picture", &picture) &&
          ::ipdl::CheckNotNull(in.reader(), "picture", picture) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<GuardParent&>(actor);
    return in.Done(self.RecvEnter(::ipdl::Tainted(door), ::ipdl::Tainted(std::move(name)),
                                  std::move(token), ::ipdl::Tainted(gate),
                                  ::ipdl::Tainted(std::move(files)),
                                  ::ipdl::Tainted(std::move(picture)),
                                  in.TakeResolver(&WriteEnterReply)));
  }

  static ::ipdl::HandlerStatus OnPGateConstructor(::ipdl::Actor& actor,
                                                  ::ipdl::Incoming& in) noexcept {
    std::string name;
    uint32_t width{};
    ::ipdl::RefPtr<::golden::Picture> picture;
    if (!(::ipdl::ReadParam(in.reader(), "name", &name) &&
          ::ipdl::ReadParam(in.reader(), "width", &width) &&
          ::ipdl::ReadParam(in.reader(), "picture", &picture) &&
          ::ipdl::CheckNotNull(in.reader(), "picture", picture) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<GuardParent&>(actor);
    ::ipdl::Tainted tainted_name(std::move(name));
    ::ipdl::Tainted tainted_width(width);
    ::ipdl::Tainted tainted_picture(std::move(picture));
    ::ipdl::RefPtr<PGateParent> made = self.AllocPGateParent(tainted_name, tainted_width,
                                                             tainted_picture);
    const ::ipdl::HandlerStatus status = in.Construct(made.get());
    if (status != ::ipdl::HandlerStatus::kDone) return status;
    return in.Done(self.RecvPGateConstructor(made.get(), std::move(tainted_name),
                                             std::move(tainted_width), std::move(tainted_picture)));
  }

  static ::ipdl::HandlerStatus OnWhisper(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    std::string text;
    if (!(::ipdl::ReadParam(in.reader(), "text", &text) && in.Finish())) return in.Malformed();
    return in.Done(static_cast<GuardParent&>(actor).RecvWhisper(::ipdl::Tainted(std::move(text))));
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      &OnEnter,
      &OnPGateConstructor,
      &OnWhisper,
  };
};

constinit const ::ipdl::ActorClass PGuardParent::kClass = {
    .protocol = &PGuard::kProtocol,
    .side = ::ipdl::Side::kParent,
    .handlers = PGuardParent::Dispatch::kHandlers,
};

PGuardParent::PGuardParent() : ToplevelActor(kClass) {}
PGuardParent::~PGuardParent() = default;

::ipdl::SendResult PGuardParent::SendWhisper(std::string_view text) {
  ::ipdl::Outgoing out(*this, PGuard::Msg_Whisper);
  ::ipdl::WriteParam(out.writer(), text);
  return out.Send();
}

::ipdl::Result PGuardParent::RecvPGateConstructor(
    PGateParent*, ::ipdl::Tainted<std::string>, ::ipdl::Tainted<uint32_t>,
    ::ipdl::Tainted<::ipdl::RefPtr<::golden::Picture>>) {
  return ::ipdl::Ok();
}

std::vector<::ipdl::RefPtr<PGateParent>> PGuardParent::ManagedPGateParent() const {
  return ::ipdl::ManagedActors<PGateParent>(*this);
}

::ipdl::ManagedEndpoint<PGateChild> PGuardParent::OpenPGateEndpoint(
    ::ipdl::RefPtr<PGateParent> actor) {
  return ::ipdl::ManagedEndpoint<PGateChild>(::ipdl::OpenManagedEndpoint(*this, actor.get()));
}

bool PGuardParent::BindPGateEndpoint(::ipdl::ManagedEndpoint<PGateParent> end,
                                     ::ipdl::RefPtr<PGateParent> actor) {
  return ::ipdl::BindManagedEndpoint(*this, std::move(end), actor.get());
}

}  // namespace golden
