// PGateParent.cc: the parent side of protocol golden::PGate.
// Generated from PGate.ipdl by the ipdl compiler; do not edit.

#include "PGateParent.h"

#include "GateParent.h"
#include "PGuardParent.h"
#include "glue/generated.h"

namespace golden {

struct PGateParent::Dispatch {
  static constexpr ::ipdl::Handler kHandlers[] = {
      nullptr,
  };
};

constinit const ::ipdl::ActorClass PGateParent::kClass = {
    .protocol = &PGate::kProtocol,
    .side = ::ipdl::Side::kParent,
    .handlers = PGateParent::Dispatch::kHandlers,
};

PGateParent::PGateParent() : Actor(kClass) {}
PGateParent::~PGateParent() = default;

::ipdl::SendResult PGateParent::Send__delete__(PGateParent* actor) {
  ::ipdl::OutgoingDelete out(actor, PGate::Msg___delete__);
  return out.Send();
}

PGuardParent* PGateParent::Manager() const { return static_cast<PGuardParent*>(manager()); }

}  // namespace golden
