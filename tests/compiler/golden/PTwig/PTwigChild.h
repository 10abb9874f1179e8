// PTwigChild.h: the child side of protocol golden::PTwig.
// Generated from PTwig.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PTWIGCHILD_H_
#define IPDL_GENERATED_GOLDEN_PTWIGCHILD_H_

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
class PTwigParent;
}  // namespace golden

namespace golden {

class PTwigChild : public ::ipdl::Actor {
 public:
  static const ::ipdl::ActorClass kClass;

  static ::ipdl::SendResult Send__delete__(PTwigChild* actor, std::string_view why);
  PTwigChild* SendPTwigConstructor(::ipdl::RefPtr<PTwigChild> actor, uint32_t depth,
                                   uint32_t* place);

  ::ipdl::Actor* Manager() const;

  // The actors that this one manages now, oldest first.
  std::vector<::ipdl::RefPtr<PTwigChild>> ManagedPTwigChild() const;
  ::ipdl::ManagedEndpoint<PTwigParent> OpenPTwigEndpoint(::ipdl::RefPtr<PTwigChild> actor);
  bool BindPTwigEndpoint(::ipdl::ManagedEndpoint<PTwigChild> end, ::ipdl::RefPtr<PTwigChild> actor);

 protected:
  PTwigChild();
  ~PTwigChild() override;

  // The implementation may have its own; these answer Ok().
  ::ipdl::Result Recv__delete__(std::string why);

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PTWIGCHILD_H_
