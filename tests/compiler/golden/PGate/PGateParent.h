// PGateParent.h: the parent side of protocol golden::PGate.
// Generated from PGate.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PGATEPARENT_H_
#define IPDL_GENERATED_GOLDEN_PGATEPARENT_H_

#include "PGate.h"
#include "glue/actor.h"
#include "runtime/send_result.h"

namespace golden {
class PGuardParent;
}  // namespace golden

namespace golden {

class PGateParent : public ::ipdl::Actor {
 public:
  static const ::ipdl::ActorClass kClass;

  static ::ipdl::SendResult Send__delete__(PGateParent* actor);

  PGuardParent* Manager() const;

 protected:
  PGateParent();
  ~PGateParent() override;

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PGATEPARENT_H_
