// PStakeChild.cc: the child side of protocol golden::PStake.
// Generated from PStake.ipdl by the ipdl compiler; do not edit.

#include "PStakeChild.h"

#include "PFenceChild.h"
#include "StakeChild.h"
#include "glue/generated.h"

namespace golden {

struct PStakeChild::Dispatch {
  static constexpr ::ipdl::Handler kHandlers[] = {
      nullptr,
  };
};

constinit const ::ipdl::ActorClass PStakeChild::kClass = {
    .protocol = &PStake::kProtocol,
    .side = ::ipdl::Side::kChild,
    .handlers = PStakeChild::Dispatch::kHandlers,
    .manual_dealloc = true,
};

PStakeChild::PStakeChild() : Actor(kClass) {}
PStakeChild::~PStakeChild() = default;

::ipdl::SendResult PStakeChild::Send__delete__(PStakeChild* actor) {
  ::ipdl::OutgoingDelete out(actor, PStake::Msg___delete__);
  return out.Send();
}

PFenceChild* PStakeChild::Manager() const { return static_cast<PFenceChild*>(manager()); }

}  // namespace golden
