// PFence.h: what is for both sides of protocol golden::PFence.
// Generated from PFence.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PFENCE_H_
#define IPDL_GENERATED_GOLDEN_PFENCE_H_

#include <cstdint>

#include "glue/endpoint_fwd.h"
#include "glue/protocol.h"

namespace golden {
class PFenceChild;
class PFenceParent;
}  // namespace golden

namespace golden {

namespace PFence {

inline constexpr uint32_t kProtocolId = 0x94d476db;
extern const ::ipdl::ProtocolInfo kProtocol;

enum Message : uint16_t {
  Msg_PStakeConstructor,
};

// Called like a function, by whoever includes "glue/endpoint.h":
//   absl::Status made = CreateEndpoints(&parent, &child);
inline constexpr ::ipdl::EndpointMaker<PFenceParent, PFenceChild> CreateEndpoints{};

}  // namespace PFence

}  // namespace golden

namespace ipdl {

template <>
struct ParamTraits<Endpoint<::golden::PFenceParent>>
    : EndpointTraits<::golden::PFenceParent, ::golden::PFence::kProtocol, Side::kParent> {};

template <>
struct ParamTraits<Endpoint<::golden::PFenceChild>>
    : EndpointTraits<::golden::PFenceChild, ::golden::PFence::kProtocol, Side::kChild> {};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_PFENCE_H_
