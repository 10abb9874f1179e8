// PFenceChild.cc: the child side of protocol golden::PFence.
// Generated from PFence.ipdl by the ipdl compiler; do not edit.

#include "PFenceChild.h"

#include <utility>

#include "PStakeChild.h"
#include "glue/generated.h"
#include "glue/managed_endpoint.h"

namespace golden {

struct PFenceChild::Dispatch {
  static void DeallocManaged(::ipdl::Actor& manager, ::ipdl::Actor& actor) noexcept {
    auto& self = static_cast<PFenceChild&>(manager);
    self.DeallocPStakeChild(static_cast<PStakeChild*>(&actor));
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      nullptr,
  };
};

constinit const ::ipdl::ActorClass PFenceChild::kClass = {
    .protocol = &PFence::kProtocol,
    .side = ::ipdl::Side::kChild,
    .handlers = PFenceChild::Dispatch::kHandlers,
    .deallocate = &PFenceChild::Dispatch::DeallocManaged,
};

PFenceChild::PFenceChild() : ToplevelActor(kClass) {}
PFenceChild::~PFenceChild() = default;

PStakeChild* PFenceChild::SendPStakeConstructor(PStakeChild* actor, std::string_view name,
                                                absl::Span<const uint8_t> data, PStakeChild* before,
                                                uint32_t* place) {
  const ::ipdl::RefPtr<PStakeChild> keep(actor);
  ::ipdl::OutgoingConstructor out(*this, PFence::Msg_PStakeConstructor, actor);
  ::ipdl::WriteParam(out.writer(), name);
  ::ipdl::WriteParam(out.writer(), data);
  ::ipdl::WriteNullableActor(out.writer(), before);
  ::ipdl::SyncReply reply;
  const ::ipdl::SendResult sent = out.SendSync(reply);
  if (!sent) return nullptr;
  if (!(::ipdl::ReadParam(reply.reader(), "place", place) && reply.Finish())) {
    reply.Malformed();
    return nullptr;
  }
  return !actor->CanSend() ? nullptr : actor;
}

PStakeChild* PFenceChild::SendPStakeConstructor(std::string_view name,
                                                absl::Span<const uint8_t> data, PStakeChild* before,
                                                uint32_t* place) {
  auto& self = static_cast<PFenceChild&>(*this);
  PStakeChild* made = self.AllocPStakeChild(std::string(name),
                                            std::vector<uint8_t>(data.begin(), data.end()), before);
  return SendPStakeConstructor(made, name, data, before, place);
}

std::vector<::ipdl::RefPtr<PStakeChild>> PFenceChild::ManagedPStakeChild() const {
  return ::ipdl::ManagedActors<PStakeChild>(*this);
}

::ipdl::ManagedEndpoint<PStakeParent> PFenceChild::OpenPStakeEndpoint(PStakeChild* actor) {
  return ::ipdl::ManagedEndpoint<PStakeParent>(::ipdl::OpenManagedEndpoint(*this, actor));
}

bool PFenceChild::BindPStakeEndpoint(::ipdl::ManagedEndpoint<PStakeChild> end, PStakeChild* actor) {
  return ::ipdl::BindManagedEndpoint(*this, std::move(end), actor);
}

}  // namespace golden
