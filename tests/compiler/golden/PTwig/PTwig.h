// PTwig.h: what is for both sides of protocol golden::PTwig.
// Generated from PTwig.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PTWIG_H_
#define IPDL_GENERATED_GOLDEN_PTWIG_H_

#include <cstdint>

#include "glue/managed_endpoint_fwd.h"
#include "glue/protocol.h"

namespace golden {
class PTwigChild;
class PTwigParent;
}  // namespace golden

namespace golden {

namespace PTwig {

inline constexpr uint32_t kProtocolId = 0x89fa9c66;
extern const ::ipdl::ProtocolInfo kProtocol;

enum Message : uint16_t {
  Msg___delete__,
  Msg_PTwigConstructor,
};

}  // namespace PTwig

}  // namespace golden

namespace ipdl {

template <>
struct ParamTraits<ManagedEndpoint<::golden::PTwigParent>>
    : ManagedEndpointTraits<::golden::PTwigParent, ::golden::PTwig::kProtocol, Side::kParent> {};

template <>
struct ParamTraits<ManagedEndpoint<::golden::PTwigChild>>
    : ManagedEndpointTraits<::golden::PTwigChild, ::golden::PTwig::kProtocol, Side::kChild> {};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_PTWIG_H_
