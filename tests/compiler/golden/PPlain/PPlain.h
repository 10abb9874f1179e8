// PPlain.h: what is for both sides of protocol golden::PPlain.
// Generated from PPlain.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PPLAIN_H_
#define IPDL_GENERATED_GOLDEN_PPLAIN_H_

#include <cstdint>

#include "glue/endpoint_fwd.h"
#include "glue/protocol.h"

namespace golden {
class PPlainChild;
class PPlainParent;
}  // namespace golden

namespace golden {

namespace PPlain {

inline constexpr uint32_t kProtocolId = 0xa341ea11;
extern const ::ipdl::ProtocolInfo kProtocol;

enum Message : uint16_t {
  Msg_Hello,
  Msg_Values,
  Msg_Wrapped,
  Msg_Moved,
  Msg_Counted,
  Msg_Add,
  Msg_Wait,
  Msg_Ask,
  Msg_Confirm,
  Msg_Tell,
  Msg_Ping,
};

// Called like a function, by whoever includes "glue/endpoint.h":
//   absl::Status made = CreateEndpoints(&parent, &child);
inline constexpr ::ipdl::EndpointMaker<PPlainParent, PPlainChild> CreateEndpoints{};

}  // namespace PPlain

}  // namespace golden

namespace ipdl {

template <>
struct ParamTraits<Endpoint<::golden::PPlainParent>>
    : EndpointTraits<::golden::PPlainParent, ::golden::PPlain::kProtocol, Side::kParent> {};

template <>
struct ParamTraits<Endpoint<::golden::PPlainChild>>
    : EndpointTraits<::golden::PPlainChild, ::golden::PPlain::kProtocol, Side::kChild> {};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_PPLAIN_H_
