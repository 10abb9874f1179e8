// PPlainParent.h: the parent side of protocol golden::PPlain.
// Generated from PPlain.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PPLAINPARENT_H_
#define IPDL_GENERATED_GOLDEN_PPLAINPARENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "PPlain.h"
#include "glue/ref_ptr.h"
#include "glue/resolver.h"
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
class PPlainParent : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  using AskResolver = ::ipdl::Resolver<std::string, uint32_t>;
  using ConfirmResolver = ::ipdl::Resolver<>;

  virtual ::ipdl::SendResult SendTell(std::string_view text);
  ::ipdl::SendResult SendPing(uint64_t n);

 protected:
  PPlainParent();
  ~PPlainParent() override;

  // The implementation, class PlainParent of "PlainParent.h", has:
  //   /// Async, without arguments.
  //   ::ipdl::Result RecvHello();
  //   ::ipdl::Result RecvValues(bool yes, int32_t n, double x, std::string text,
  //                             std::u16string wide, ::golden::Colour colour);
  //   ::ipdl::Result RecvWrapped(std::vector<std::string> names, std::vector<bool> flags,
  //                              std::optional<std::vector<uint8_t>> bytes,
  //                              std::unique_ptr<std::string> pointer);
  //   ::ipdl::Result RecvMoved(::ipdl::FileDescriptor file, ::ipdl::ByteBuf bytes,
  //                            ::golden::Ticket ticket, std::vector<::ipdl::FileDescriptor> files);
  //   ::ipdl::Result RecvCounted(::golden::Picture* picture, ::golden::Picture* maybe);
  //   /// Sync, with and without results.
  //   ::ipdl::Result RecvAdd(int32_t a, int32_t b, int32_t* sum);
  //   ::ipdl::Result RecvWait();
  //   /// Async, with a reply.
  //   ::ipdl::Result RecvAsk(std::string question, AskResolver resolve);
  //   ::ipdl::Result RecvConfirm(::ipdl::FileDescriptor file, ConfirmResolver resolve);
  //   ::ipdl::Result RecvPing(uint64_t n);

 private:
  struct Dispatch;
};

}  // namespace golden

#endif  // IPDL_GENERATED_GOLDEN_PPLAINPARENT_H_
