// PPalette.h: what is for both sides of protocol demo::PPalette.
// Generated from PPalette.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_DEMO_PPALETTE_H_
#define IPDL_GENERATED_DEMO_PPALETTE_H_

#include <cstdint>

#include "Palette.h"
#include "absl/status/status.h"
#include "glue/endpoint.h"
#include "glue/protocol.h"

namespace demo {
class PPaletteChild;
class PPaletteParent;
}  // namespace demo

namespace demo {

namespace PPalette {

inline constexpr uint32_t kProtocolId = 0xc8584820;
extern const ::ipdl::ProtocolInfo kProtocol;

enum Message : uint16_t {
  Msg_Use,
  Msg_Ask,
  Msg_Get,
  Msg_Refused,
};

// The two ends of a new connection. Error: no descriptors or memory are left.
absl::Status CreateEndpoints(::ipdl::Endpoint<PPaletteParent>* parent,
                             ::ipdl::Endpoint<PPaletteChild>* child);

}  // namespace PPalette

}  // namespace demo

namespace ipdl {

class Reader;
class Writer;
template <typename T>
struct ParamTraits;

template <>
struct ParamTraits<Endpoint<::demo::PPaletteParent>> {
  static constexpr size_t kMinWireBytes = 6;
  static void Write(Writer& out, Endpoint<::demo::PPaletteParent>&& end);
  static bool Read(Reader& in, Endpoint<::demo::PPaletteParent>* end);
};

template <>
struct ParamTraits<Endpoint<::demo::PPaletteChild>> {
  static constexpr size_t kMinWireBytes = 6;
  static void Write(Writer& out, Endpoint<::demo::PPaletteChild>&& end);
  static bool Read(Reader& in, Endpoint<::demo::PPaletteChild>* end);
};

}  // namespace ipdl

#endif  // IPDL_GENERATED_DEMO_PPALETTE_H_
