// PStakeParent.cc: the parent side of protocol golden::PStake.
// Generated from PStake.ipdl by the ipdl compiler; do not edit.

#include "PStakeParent.h"

#include "PFenceParent.h"
#include "StakeParent.h"
#include "glue/generated.h"

namespace golden {

struct PStakeParent::Dispatch {
  static ::ipdl::HandlerStatus On__delete__(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    if (!in.Finish()) return in.Malformed();
    return in.Done(static_cast<StakeParent&>(actor).Recv__delete__());
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      &On__delete__,
  };
};

constinit const ::ipdl::ActorClass PStakeParent::kClass = {
    .protocol = &PStake::kProtocol,
    .side = ::ipdl::Side::kParent,
    .handlers = PStakeParent::Dispatch::kHandlers,
    .manual_dealloc = true,
};

PStakeParent::PStakeParent() : Actor(kClass) {}
PStakeParent::~PStakeParent() = default;

::ipdl::Result PStakeParent::Recv__delete__() { return ::ipdl::Ok(); }

PFenceParent* PStakeParent::Manager() const { return static_cast<PFenceParent*>(manager()); }

}  // namespace golden
