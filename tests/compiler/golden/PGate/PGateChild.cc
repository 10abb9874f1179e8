// PGateChild.cc: the child side of protocol golden::PGate.
// Generated from PGate.ipdl by the ipdl compiler; do not edit.

#include "PGateChild.h"

#include "GateChild.h"
#include "PGuardChild.h"
#include "glue/generated.h"

namespace golden {

struct PGateChild::Dispatch {
  static ::ipdl::HandlerStatus On__delete__(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    if (!in.Finish()) return in.Malformed();
    return in.Done(static_cast<GateChild&>(actor).Recv__delete__());
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      &On__delete__,
  };
};

constinit const ::ipdl::ActorClass PGateChild::kClass = {
    .protocol = &PGate::kProtocol,
    .side = ::ipdl::Side::kChild,
    .handlers = PGateChild::Dispatch::kHandlers,
};

PGateChild::PGateChild() : Actor(kClass) {}
PGateChild::~PGateChild() = default;

::ipdl::Result PGateChild::Recv__delete__() { return ::ipdl::Ok(); }

PGuardChild* PGateChild::Manager() const { return static_cast<PGuardChild*>(manager()); }

}  // namespace golden
