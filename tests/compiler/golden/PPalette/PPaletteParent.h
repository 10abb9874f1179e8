// PPaletteParent.h: the parent side of protocol demo::PPalette.
// Generated from PPalette.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_DEMO_PPALETTEPARENT_H_
#define IPDL_GENERATED_DEMO_PPALETTEPARENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "PPalette.h"
#include "Palette.h"
#include "glue/resolver.h"
#include "glue/result.h"
#include "glue/toplevel.h"
#include "runtime/handle.h"
#include "runtime/send_result.h"

namespace demo {

class PPaletteParent : public ::ipdl::ToplevelActor {
 public:
  static const ::ipdl::ActorClass kClass;

  using AskResolver = ::ipdl::Resolver<std::vector<Format>>;

  virtual ::ipdl::SendResult SendRefused(const std::optional<Format>& format);

 protected:
  PPaletteParent();
  ~PPaletteParent() override;

  // The implementation, class PaletteParent of "PaletteParent.h", has:
  //   /// format: In which the pictures will come.
  //   /// data: at most 16 elements.
  //   /// name: at most 100 bytes.
  //   ::ipdl::Result RecvUse(Format format, std::vector<uint8_t> data, std::string name);
  //   /// files: at most 2 elements.
  //   /// formats: at most 3 elements.
  //   ::ipdl::Result RecvAsk(std::map<int32_t, ::ipdl::FileDescriptor> files, AskResolver resolve);
  //   /// text: at most 4096 bytes.
  //   /// all: at most 16 elements.
  //   ::ipdl::Result RecvGet(std::string* text, std::map<Format, Palette>* all);

 private:
  struct Dispatch;
};

}  // namespace demo

#endif  // IPDL_GENERATED_DEMO_PPALETTEPARENT_H_
