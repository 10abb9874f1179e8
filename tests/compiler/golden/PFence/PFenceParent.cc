// PFenceParent.cc: the parent side of protocol golden::PFence.
// Generated from PFence.ipdl by the ipdl compiler; do not edit.

#include "PFenceParent.h"

#include <utility>

#include "FenceParent.h"
#include "PStakeParent.h"
#include "glue/generated.h"
#include "glue/managed_endpoint.h"

namespace golden {

struct PFenceParent::Dispatch {
  static ::ipdl::HandlerStatus OnPStakeConstructor(::ipdl::Actor& actor,
                                                   ::ipdl::Incoming& in) noexcept {
    std::string name;
    std::vector<uint8_t> data;
    PStakeParent* before = nullptr;
    if (!(::ipdl::ReadParam(in.reader(), "name", &name) &&
          ::ipdl::ReadParam(in.reader(), "data", &data) &&
          ::ipdl::ReadNullableActor(in.reader(), "before", &before) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<FenceParent&>(actor);
    PStakeParent* made = self.AllocPStakeParent(name, data, before);
    const ::ipdl::HandlerStatus status = in.Construct(made);
    if (status != ::ipdl::HandlerStatus::kDone) return status;
    uint32_t place{};
    const ::ipdl::HandlerStatus done =
        in.Done(self.RecvPStakeConstructor(made, std::move(name), std::move(data), before, &place));
    if (done != ::ipdl::HandlerStatus::kDone) return done;
    ::ipdl::Writer& reply = in.OpenReply();
    ::ipdl::WriteParam(reply, place);
    return in.SendReply();
  }

  static void DeallocManaged(::ipdl::Actor& manager, ::ipdl::Actor& actor) noexcept {
    auto& self = static_cast<FenceParent&>(manager);
    self.DeallocPStakeParent(static_cast<PStakeParent*>(&actor));
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      &OnPStakeConstructor,
  };
};

constinit const ::ipdl::ActorClass PFenceParent::kClass = {
    .protocol = &PFence::kProtocol,
    .side = ::ipdl::Side::kParent,
    .handlers = PFenceParent::Dispatch::kHandlers,
    .deallocate = &PFenceParent::Dispatch::DeallocManaged,
};

PFenceParent::PFenceParent() : ToplevelActor(kClass) {}
PFenceParent::~PFenceParent() = default;

std::vector<::ipdl::RefPtr<PStakeParent>> PFenceParent::ManagedPStakeParent() const {
  return ::ipdl::ManagedActors<PStakeParent>(*this);
}

::ipdl::ManagedEndpoint<PStakeChild> PFenceParent::OpenPStakeEndpoint(PStakeParent* actor) {
  return ::ipdl::ManagedEndpoint<PStakeChild>(::ipdl::OpenManagedEndpoint(*this, actor));
}

bool PFenceParent::BindPStakeEndpoint(::ipdl::ManagedEndpoint<PStakeParent> end,
                                      PStakeParent* actor) {
  return ::ipdl::BindManagedEndpoint(*this, std::move(end), actor);
}

}  // namespace golden
