// PGate.h: what is for both sides of protocol golden::PGate.
// Generated from PGate.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PGATE_H_
#define IPDL_GENERATED_GOLDEN_PGATE_H_

#include <cstdint>

#include "glue/managed_endpoint_fwd.h"
#include "glue/protocol.h"

namespace golden {
class PGateChild;
class PGateParent;
}  // namespace golden

namespace golden {

namespace PGate {

inline constexpr uint32_t kProtocolId = 0x10dbb160;
extern const ::ipdl::ProtocolInfo kProtocol;

enum Message : uint16_t {
  Msg___delete__,
};

}  // namespace PGate

}  // namespace golden

namespace ipdl {

template <>
struct ParamTraits<ManagedEndpoint<::golden::PGateParent>>
    : ManagedEndpointTraits<::golden::PGateParent, ::golden::PGate::kProtocol, Side::kParent> {};

template <>
struct ParamTraits<ManagedEndpoint<::golden::PGateChild>>
    : ManagedEndpointTraits<::golden::PGateChild, ::golden::PGate::kProtocol, Side::kChild> {};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_PGATE_H_
