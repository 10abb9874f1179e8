// PPlainChild.h: the child side of protocol golden::PPlain.
// Generated from PPlain.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PPLAINCHILD_H_
#define IPDL_GENERATED_GOLDEN_PPLAINCHILD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "PPlain.h"
#include "absl/types/span.h"
#include "glue/reply.h"
#include "glue/result.h"
#include "glue/toplevel.h"
#include "golden/colour.h"
#include "runtime/byte_buf.h"
#include "runtime/handle.h"
#include "runtime/send_result.h"

namespace golden {
class Picture;
class Ticket;
}  // namespace golden

namespace golden {

/// Greets whoever asks.
///
/// Comments are carried over, paragraph by paragraph.
class PPlainChild : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  /// Async, without arguments.
  ::ipdl::SendResult SendHello();

  ::ipdl::SendResult SendValues(bool yes, int32_t n, double x, std::string_view text,
                                std::u16string_view wide, const ::golden::Colour& colour);
  ::ipdl::SendResult SendWrapped(absl::Span<const std::string> names,
                                 const std::vector<bool>& flags,
                                 const std::optional<std::vector<uint8_t>>& bytes,
                                 const std::unique_ptr<std::string>& pointer);
  ::ipdl::SendResult SendMoved(::ipdl::FileDescriptor&& file, ::ipdl::ByteBuf&& bytes,
                               ::golden::Ticket&& ticket,
                               std::vector<::ipdl::FileDescriptor>&& files);
  ::ipdl::SendResult SendCounted(::golden::Picture* picture, ::golden::Picture* maybe);

  /// Sync, with and without results.
  ::ipdl::SendResult SendAdd(int32_t a, int32_t b, int32_t* sum);

  ::ipdl::SendResult SendWait();

  /// Async, with a reply.
  ::ipdl::Reply<std::string, uint32_t> SendAsk(std::string_view question);
  template <::ipdl::ResolveCallback<std::string, uint32_t> OnResolve,
            ::ipdl::RejectCallback OnReject>
  void SendAsk(std::string_view question, OnResolve resolve, OnReject reject) {
    SendAsk(question).Then(std::move(resolve), std::move(reject));
  }

  ::ipdl::Reply<> SendConfirm(::ipdl::FileDescriptor&& file);
  template <::ipdl::ResolveCallback OnResolve, ::ipdl::RejectCallback OnReject>
  void SendConfirm(::ipdl::FileDescriptor&& file, OnResolve resolve, OnReject reject) {
    SendConfirm(std::move(file)).Then(std::move(resolve), std::move(reject));
  }
  ::ipdl::SendResult SendPing(uint64_t n);

 protected:
  PPlainChild();
  ~PPlainChild() override;

  // The implementation, class PlainChild of "PlainChild.h", has:
  //   ::ipdl::Result RecvTell(std::string text);
  //   ::ipdl::Result RecvPing(uint64_t n);

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PPLAINCHILD_H_
