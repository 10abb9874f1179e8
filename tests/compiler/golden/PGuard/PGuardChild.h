// PGuardChild.h: the child side of protocol golden::PGuard.
// Generated from PGuard.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PGUARDCHILD_H_
#define IPDL_GENERATED_GOLDEN_PGUARDCHILD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "PGuard.h"
#include "glue/managed_endpoint_fwd.h"
#include "glue/ref_ptr.h"
#include "glue/reply.h"
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

class PGuardChild : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  /// Each value is tainted but the token, which only goes back.
  ::ipdl::Reply<bool> SendEnter(uint32_t door, std::string_view name, std::string_view token,
                                PGateChild* gate, std::vector<::ipdl::FileDescriptor>&& files,
                                ::golden::Picture* picture);
  template <::ipdl::ResolveCallback<bool> OnResolve, ::ipdl::RejectCallback OnReject>
  void SendEnter(uint32_t door, std::string_view name, std::string_view token, PGateChild* gate,
                 std::vector<::ipdl::FileDescriptor>&& files, ::golden::Picture* picture,
                 OnResolve resolve, OnReject reject) {
    SendEnter(door, name, token, gate, std::move(files),
              picture).Then(std::move(resolve), std::move(reject));
  }

  PGateChild* SendPGateConstructor(::ipdl::RefPtr<PGateChild> actor, std::string_view name,
                                   uint32_t width, ::golden::Picture* picture);
  ::ipdl::SendResult SendWhisper(std::string_view text);

  // The actors that this one manages now, oldest first.
  std::vector<::ipdl::RefPtr<PGateChild>> ManagedPGateChild() const;
  ::ipdl::ManagedEndpoint<PGateParent> OpenPGateEndpoint(::ipdl::RefPtr<PGateChild> actor);
  bool BindPGateEndpoint(::ipdl::ManagedEndpoint<PGateChild> end, ::ipdl::RefPtr<PGateChild> actor);

 protected:
  PGuardChild();
  ~PGuardChild() override;

  virtual ::ipdl::Result RecvWhisper(::ipdl::Tainted<std::string> text) = 0;

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PGUARDCHILD_H_
