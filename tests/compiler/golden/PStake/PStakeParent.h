// PStakeParent.h: the parent side of protocol golden::PStake.
// Generated from PStake.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PSTAKEPARENT_H_
#define IPDL_GENERATED_GOLDEN_PSTAKEPARENT_H_

#include "PStake.h"
#include "glue/actor.h"
#include "glue/result.h"

namespace golden {
class PFenceParent;
}  // namespace golden

namespace golden {

class PStakeParent : public ::ipdl::Actor {
 public:
  static const ::ipdl::ActorClass kClass;

  PFenceParent* Manager() const;

 protected:
  PStakeParent();
  ~PStakeParent() override;

  // The implementation may have its own; these answer Ok().
  ::ipdl::Result Recv__delete__();

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PSTAKEPARENT_H_
