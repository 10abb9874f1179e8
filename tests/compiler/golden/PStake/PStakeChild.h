// PStakeChild.h: the child side of protocol golden::PStake.
// Generated from PStake.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PSTAKECHILD_H_
#define IPDL_GENERATED_GOLDEN_PSTAKECHILD_H_

#include "PStake.h"
#include "glue/actor.h"
#include "runtime/send_result.h"

namespace golden {
class PFenceChild;
}  // namespace golden

namespace golden {

class PStakeChild : public ::ipdl::Actor {
 public:
  static const ::ipdl::ActorClass kClass;

  static ::ipdl::SendResult Send__delete__(PStakeChild* actor);

  PFenceChild* Manager() const;

 protected:
  PStakeChild();
  ~PStakeChild() override;

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PSTAKECHILD_H_
