// PGuard.h: what is for both sides of protocol golden::PGuard.
// Generated from PGuard.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PGUARD_H_
#define IPDL_GENERATED_GOLDEN_PGUARD_H_

#include <cstdint>

#include "glue/endpoint_fwd.h"
#include "glue/protocol.h"

namespace golden {
class PGuardChild;
class PGuardParent;
}  // namespace golden

namespace golden {

namespace PGuard {

inline constexpr uint32_t kProtocolId = 0x193ef40a;
extern const ::ipdl::ProtocolInfo kProtocol;

enum Message : uint16_t {
  Msg_Enter,
  Msg_PGateConstructor,
  Msg_Whisper,
};

// Called like a function, by whoever includes "glue/endpoint.h":
//   absl::Status made = CreateEndpoints(&parent, &child);
inline constexpr ::ipdl::EndpointMaker<PGuardParent, PGuardChild> CreateEndpoints{};

}  // namespace PGuard

}  // namespace golden

namespace ipdl {

template <>
struct ParamTraits<Endpoint<::golden::PGuardParent>>
    : EndpointTraits<::golden::PGuardParent, ::golden::PGuard::kProtocol, Side::kParent> {};

template <>
struct ParamTraits<Endpoint<::golden::PGuardChild>>
    : EndpointTraits<::golden::PGuardChild, ::golden::PGuard::kProtocol, Side::kChild> {};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_PGUARD_H_
