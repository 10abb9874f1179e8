// PPaletteChild.h: the child side of protocol demo::PPalette.
// Generated from PPalette.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_DEMO_PPALETTECHILD_H_
#define IPDL_GENERATED_DEMO_PPALETTECHILD_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "PPalette.h"
#include "Palette.h"
#include "absl/types/span.h"
#include "glue/reply.h"
#include "glue/result.h"
#include "glue/toplevel.h"
#include "runtime/handle.h"
#include "runtime/send_result.h"

namespace demo {

class PPaletteChild : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  /// format: In which the pictures will come.
  /// data: at most 16 elements.
  /// name: at most 100 bytes.
  ::ipdl::SendResult SendUse(Format format, absl::Span<const uint8_t> data, std::string_view name);

  /// files: at most 2 elements.
  /// formats: at most 3 elements.
  ::ipdl::Reply<std::vector<Format>> SendAsk(std::map<int32_t, ::ipdl::FileDescriptor>&& files);
  template <::ipdl::ResolveCallback<std::vector<Format>> OnResolve, ::ipdl::RejectCallback OnReject>
  void SendAsk(std::map<int32_t, ::ipdl::FileDescriptor>&& files, OnResolve resolve,
               OnReject reject) {
    SendAsk(std::move(files)).Then(std::move(resolve), std::move(reject));
  }

  /// text: at most 4096 bytes.
  /// all: at most 16 elements.
  ::ipdl::SendResult SendGet(std::string* text, std::map<Format, Palette>* all);

 protected:
  PPaletteChild();
  ~PPaletteChild() override;

  // The implementation, class PaletteChild of "PaletteChild.h", has:
  //   ::ipdl::Result RecvRefused(std::optional<Format> format);

 private:
  struct Dispatch;
};

}  // namespace demo

#endif  // IPDL_GENERATED_DEMO_PPALETTECHILD_H_
