// PGuardParent.h: the parent side of protocol golden::PGuard.
// Generated from PGuard.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PGUARDPARENT_H_
#define IPDL_GENERATED_GOLDEN_PGUARDPARENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "PGuard.h"
#include "glue/managed_endpoint_fwd.h"
#include "glue/ref_ptr.h"
#include "glue/resolver.h"
#include "glue/result.h"
#include "glue/tainted.h"
#include "glue/toplevel.h"
#include "runtime/handle.h"
#include "runtime/send_result.h"

namespace golden {
class PGateChild;
class PGateParent;
class Picture;
}  // namespace golden

namespace golden {

class PGuardParent : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  using EnterResolver = ::ipdl::Resolver<bool>;

  ::ipdl::SendResult SendWhisper(std::string_view text);

  // The actors that this one manages now, oldest first.
  std::vector<::ipdl::RefPtr<PGateParent>> ManagedPGateParent() const;
  ::ipdl::ManagedEndpoint<PGateChild> OpenPGateEndpoint(::ipdl::RefPtr<PGateParent> actor);
  bool BindPGateEndpoint(::ipdl::ManagedEndpoint<PGateParent> end,
                         ::ipdl::RefPtr<PGateParent> actor);

 protected:
  PGuardParent();
  ~PGuardParent() override;

  // The implementation may have its own; these answer Ok().
  ::ipdl::Result RecvPGateConstructor(PGateParent* actor, ::ipdl::Tainted<std::string> name,
                                      ::ipdl::Tainted<uint32_t> width,
                                      ::ipdl::Tainted<::ipdl::RefPtr<::golden::Picture>> picture);

  // The implementation, class GuardParent of "GuardParent.h", has:
  //   /// Each value is tainted but the token, which only goes back.
  //   ::ipdl::Result RecvEnter(::ipdl::Tainted<uint32_t> door, ::ipdl::Tainted<std::string> name,
  //                            std::string token, ::ipdl::Tainted<PGateParent*> gate,
  //                            ::ipdl::Tainted<std::vector<::ipdl::FileDescriptor>> files,
  //                            ::ipdl::Tainted<::ipdl::RefPtr<::golden::Picture>> picture,
  //                            EnterResolver resolve);
  //   ::ipdl::RefPtr<PGateParent> AllocPGateParent(
  //       const ::ipdl::Tainted<std::string>& name, const ::ipdl::Tainted<uint32_t>& width,
  //       const ::ipdl::Tainted<::ipdl::RefPtr<::golden::Picture>>& picture);
  //   ::ipdl::Result RecvWhisper(::ipdl::Tainted<std::string> text);

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PGUARDPARENT_H_
