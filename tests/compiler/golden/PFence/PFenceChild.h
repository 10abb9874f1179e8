// PFenceChild.h: the child side of protocol golden::PFence.
// Generated from PFence.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PFENCECHILD_H_
#define IPDL_GENERATED_GOLDEN_PFENCECHILD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "PFence.h"
#include "absl/types/span.h"
#include "glue/managed_endpoint_fwd.h"
#include "glue/ref_ptr.h"
#include "glue/toplevel.h"
#include "runtime/send_result.h"

namespace golden {
class PStakeChild;
class PStakeParent;
}  // namespace golden

namespace golden {

class PFenceChild : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  PStakeChild* SendPStakeConstructor(PStakeChild* actor, std::string_view name,
                                     absl::Span<const uint8_t> data, PStakeChild* before,
                                     uint32_t* place);
  PStakeChild* SendPStakeConstructor(std::string_view name, absl::Span<const uint8_t> data,
                                     PStakeChild* before, uint32_t* place);

  // The actors that this one manages now, oldest first.
  std::vector<::ipdl::RefPtr<PStakeChild>> ManagedPStakeChild() const;
  ::ipdl::ManagedEndpoint<PStakeParent> OpenPStakeEndpoint(PStakeChild* actor);
  bool BindPStakeEndpoint(::ipdl::ManagedEndpoint<PStakeChild> end, PStakeChild* actor);

 protected:
  PFenceChild();
  ~PFenceChild() override;

  virtual PStakeChild* AllocPStakeChild(const std::string& name, const std::vector<uint8_t>& data,
                                        PStakeChild* before) = 0;

  // Free an actor that has ended; the answer means nothing.
  virtual bool DeallocPStakeChild(PStakeChild* actor) = 0;

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PFENCECHILD_H_
