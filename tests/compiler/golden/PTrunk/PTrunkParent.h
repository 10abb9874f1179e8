// PTrunkParent.h: the parent side of protocol golden::PTrunk.
// Generated from PTrunk.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PTRUNKPARENT_H_
#define IPDL_GENERATED_GOLDEN_PTRUNKPARENT_H_

#include <string>
#include <vector>

#include "PTrunk.h"
#include "glue/endpoint.h"
#include "glue/managed_endpoint_fwd.h"
#include "glue/ref_ptr.h"
#include "glue/result.h"
#include "glue/side_variant.h"
#include "glue/toplevel.h"
#include "runtime/send_result.h"

namespace golden {
class PTwigChild;
class PTwigParent;
}  // namespace golden

namespace golden {

class PTrunkParent : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  ::ipdl::SendResult SendGraft(PTwigParent* twig, const Pair& pair,
                               ::ipdl::Endpoint<PTrunkParent>&& more);

  // The actors that this one manages now, oldest first.
  std::vector<::ipdl::RefPtr<PTwigParent>> ManagedPTwigParent() const;
  ::ipdl::ManagedEndpoint<PTwigChild> OpenPTwigEndpoint(::ipdl::RefPtr<PTwigParent> actor);
  bool BindPTwigEndpoint(::ipdl::ManagedEndpoint<PTwigParent> end,
                         ::ipdl::RefPtr<PTwigParent> actor);

 protected:
  PTrunkParent();
  ~PTrunkParent() override;

  // The implementation may have its own; these answer Ok().
  ::ipdl::Result RecvPTwigConstructor(PTwigParent* actor, std::string name);

  // The implementation, class wood::TrunkOfParent, has:
  //   ::ipdl::RefPtr<PTwigParent> AllocPTwigParent(const std::string& name);
  //   ::ipdl::Result RecvChoose(std::vector<::ipdl::SideVariant<PTwigParent*, PTwigChild*>> twigs,
  //                             PTwigParent* best, PTwigParent** chosen);

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PTRUNKPARENT_H_
