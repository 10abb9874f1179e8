// PTwigParent.h: the parent side of protocol golden::PTwig.
// Generated from PTwig.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PTWIGPARENT_H_
#define IPDL_GENERATED_GOLDEN_PTWIGPARENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "PTwig.h"
#include "glue/actor.h"
#include "glue/managed_endpoint_fwd.h"
#include "glue/ref_ptr.h"
#include "glue/result.h"
#include "runtime/send_result.h"

namespace golden {
class PTwigChild;
}  // namespace golden

namespace golden {

class PTwigParent : public ::ipdl::Actor {
 public:
  static const ::ipdl::ActorClass kClass;

  static ::ipdl::SendResult Send__delete__(PTwigParent* actor, std::string_view why);

  ::ipdl::Actor* Manager() const;

  // The actors that this one manages now, oldest first.
  std::vector<::ipdl::RefPtr<PTwigParent>> ManagedPTwigParent() const;
  ::ipdl::ManagedEndpoint<PTwigChild> OpenPTwigEndpoint(::ipdl::RefPtr<PTwigParent> actor);
  bool BindPTwigEndpoint(::ipdl::ManagedEndpoint<PTwigParent> end,
                         ::ipdl::RefPtr<PTwigParent> actor);

 protected:
  PTwigParent();
  ~PTwigParent() override;

  // The implementation may have its own; these answer Ok().
  ::ipdl::Result Recv__delete__(std::string why);

  // The implementation, class TwigParent of "TwigParent.h", has:
  //   ::ipdl::RefPtr<PTwigParent> AllocPTwigParent(uint32_t depth);
  //   ::ipdl::Result RecvPTwigConstructor(PTwigParent* actor, uint32_t depth, uint32_t* place);

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PTWIGPARENT_H_
