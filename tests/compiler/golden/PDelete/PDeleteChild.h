// PDeleteChild.h: the child side of protocol golden::new::PDelete.
// Generated from PDelete.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_NEW_PDELETECHILD_H_
#define IPDL_GENERATED_GOLDEN_NEW_PDELETECHILD_H_

#include <cstdint>
#include <utility>

#include "PDelete.h"
#include "glue/reply.h"
#include "glue/resolver.h"
#include "glue/result.h"
#include "glue/toplevel.h"
#include "runtime/send_result.h"

namespace golden::new_ {

class PDeleteChild : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  using thisResolver = ::ipdl::Resolver<bool>;

  ::ipdl::Reply<bool> Sendthis(int32_t in, int32_t out, const operator_& self,
                               const template_& actor);
  template <::ipdl::ResolveCallback<bool> OnResolve, ::ipdl::RejectCallback OnReject>
  void Sendthis(int32_t in, int32_t out, const operator_& self, const template_& actor,
                OnResolve resolve, OnReject reject) {
    Sendthis(in, out, self, actor).Then(std::move(resolve), std::move(reject));
  }

 protected:
  PDeleteChild();
  ~PDeleteChild() override;

  // The implementation, class DeleteChild of "DeleteChild.h", has:
  //   ::ipdl::Result Recvthis(int32_t in, int32_t out, operator_ self, template_ actor,
  //                           thisResolver resolve);

 private:
  struct Dispatch;
};

}  // namespace golden::new_

#endif  // IPDL_GENERATED_GOLDEN_NEW_PDELETECHILD_H_
