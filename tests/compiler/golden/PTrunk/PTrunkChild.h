// PTrunkChild.h: the child side of protocol golden::PTrunk.
// Generated from PTrunk.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PTRUNKCHILD_H_
#define IPDL_GENERATED_GOLDEN_PTRUNKCHILD_H_

#include <string_view>
#include <vector>

#include "PTrunk.h"
#include "absl/types/span.h"
#include "glue/endpoint.h"
#include "glue/managed_endpoint_fwd.h"
#include "glue/ref_ptr.h"
#include "glue/result.h"
#include "glue/side_variant.h"
#include "glue/toplevel.h"
#include "runtime/send_result.h"

namespace golden {
class PTrunkParent;
class PTwigChild;
class PTwigParent;
}  // namespace golden

namespace golden {

class PTrunkChild : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  PTwigChild* SendPTwigConstructor(::ipdl::RefPtr<PTwigChild> actor, std::string_view name);
  ::ipdl::SendResult SendChoose(
      absl::Span<const ::ipdl::SideVariant<PTwigParent*, PTwigChild*>> twigs, PTwigChild* best,
      PTwigChild** chosen);

  // The actors that this one manages now, oldest first.
  std::vector<::ipdl::RefPtr<PTwigChild>> ManagedPTwigChild() const;
  ::ipdl::ManagedEndpoint<PTwigParent> OpenPTwigEndpoint(::ipdl::RefPtr<PTwigChild> actor);
  bool BindPTwigEndpoint(::ipdl::ManagedEndpoint<PTwigChild> end, ::ipdl::RefPtr<PTwigChild> actor);

 protected:
  PTrunkChild();
  ~PTrunkChild() override;

  virtual ::ipdl::Result RecvGraft(PTwigChild* twig, Pair pair,
                                   ::ipdl::Endpoint<PTrunkParent> more) = 0;

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PTRUNKCHILD_H_
