// PFenceParent.h: the parent side of protocol golden::PFence.
// Generated from PFence.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PFENCEPARENT_H_
#define IPDL_GENERATED_GOLDEN_PFENCEPARENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "PFence.h"
#include "glue/managed_endpoint_fwd.h"
#include "glue/ref_ptr.h"
#include "glue/result.h"
#include "glue/toplevel.h"

namespace golden {
class PStakeChild;
class PStakeParent;
}  // namespace golden

namespace golden {

class PFenceParent : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  // The actors that this one manages now, oldest first.
  std::vector<::ipdl::RefPtr<PStakeParent>> ManagedPStakeParent() const;
  ::ipdl::ManagedEndpoint<PStakeChild> OpenPStakeEndpoint(PStakeParent* actor);
  bool BindPStakeEndpoint(::ipdl::ManagedEndpoint<PStakeParent> end, PStakeParent* actor);

 protected:
  PFenceParent();
  ~PFenceParent() override;

  // The implementation, class FenceParent of "FenceParent.h", has:
  //   PStakeParent* AllocPStakeParent(const std::string& name, const std::vector<uint8_t>& data,
  //                                   PStakeParent* before);
  //   ::ipdl::Result RecvPStakeConstructor(PStakeParent* actor, std::string name,
  //                                        std::vector<uint8_t> data, PStakeParent* before,
  //                                        uint32_t* place);
  //   bool DeallocPStakeParent(PStakeParent* actor);  // the answer means nothing

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PFENCEPARENT_H_
