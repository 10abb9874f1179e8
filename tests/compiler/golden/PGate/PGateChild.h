// PGateChild.h: the child side of protocol golden::PGate.
// Generated from PGate.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PGATECHILD_H_
#define IPDL_GENERATED_GOLDEN_PGATECHILD_H_

#include "PGate.h"
#include "glue/actor.h"
#include "glue/result.h"

namespace golden {
class PGuardChild;
}  // namespace golden

namespace golden {

class PGateChild : public ::ipdl::Actor {
 public:
  static const ::ipdl::ActorClass kClass;

  PGuardChild* Manager() const;

 protected:
  PGateChild();
  ~PGateChild() override;

  // The implementation may have its own; these answer Ok().
  ::ipdl::Result Recv__delete__();

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PGATECHILD_H_
