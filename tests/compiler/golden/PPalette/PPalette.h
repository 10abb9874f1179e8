// PPalette.h: what is for both sides of protocol demo::PPalette.
// Generated from PPalette.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_DEMO_PPALETTE_H_
#define IPDL_GENERATED_DEMO_PPALETTE_H_

#include <cstdint>

#include "Palette.h"
#include "glue/endpoint_fwd.h"
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

// Called like a function, by whoever includes "glue/endpoint.h":
//   absl::Status made = CreateEndpoints(&parent, &child);
inline constexpr ::ipdl::EndpointMaker<PPaletteParent, PPaletteChild> CreateEndpoints{};

}  // namespace PPalette

}  // namespace demo

namespace ipdl {

template <>
struct ParamTraits<Endpoint<::demo::PPaletteParent>>
    : EndpointTraits<::demo::PPaletteParent, ::demo::PPalette::kProtocol, Side::kParent> {};

template <>
struct ParamTraits<Endpoint<::demo::PPaletteChild>>
    : EndpointTraits<::demo::PPaletteChild, ::demo::PPalette::kProtocol, Side::kChild> {};

}  // namespace ipdl

#endif  // IPDL_GENERATED_DEMO_PPALETTE_H_
