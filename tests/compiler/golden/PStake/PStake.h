// PStake.h: what is for both sides of protocol golden::PStake.
// Generated from PStake.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PSTAKE_H_
#define IPDL_GENERATED_GOLDEN_PSTAKE_H_

#include <cstdint>

#include "glue/managed_endpoint_fwd.h"
#include "glue/protocol.h"

namespace golden {
class PStakeChild;
class PStakeParent;
}  // namespace golden

namespace golden {

namespace PStake {

inline constexpr uint32_t kProtocolId = 0x589fe4c6;
extern const ::ipdl::ProtocolInfo kProtocol;

enum Message : uint16_t {
  Msg___delete__,
};

}  // namespace PStake

}  // namespace golden

namespace ipdl {

template <>
struct ParamTraits<ManagedEndpoint<::golden::PStakeParent>>
    : ManagedEndpointTraits<::golden::PStakeParent, ::golden::PStake::kProtocol, Side::kParent> {};

template <>
struct ParamTraits<ManagedEndpoint<::golden::PStakeChild>>
    : ManagedEndpointTraits<::golden::PStakeChild, ::golden::PStake::kProtocol, Side::kChild> {};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_PSTAKE_H_
