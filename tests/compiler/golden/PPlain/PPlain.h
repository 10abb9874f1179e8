// PPlain.h: what is for both sides of protocol golden::PPlain.
// Generated from PPlain.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PPLAIN_H_
#define IPDL_GENERATED_GOLDEN_PPLAIN_H_

#include <cstdint>

#include "absl/status/status.h"
#include "glue/endpoint.h"
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

// The two ends of a new connection. Error: no descriptors or memory are left.
absl::Status CreateEndpoints(::ipdl::Endpoint<PPlainParent>* parent,
                             ::ipdl::Endpoint<PPlainChild>* child);

}  // namespace PPlain

}  // namespace golden

namespace ipdl {

class Reader;
class Writer;
template <typename T>
struct ParamTraits;

template <>
struct ParamTraits<Endpoint<::golden::PPlainParent>> {
  static constexpr size_t kMinWireBytes = 6;
  static void Write(Writer& out, Endpoint<::golden::PPlainParent>&& end);
  static bool Read(Reader& in, Endpoint<::golden::PPlainParent>* end);
};

template <>
struct ParamTraits<Endpoint<::golden::PPlainChild>> {
  static constexpr size_t kMinWireBytes = 6;
  static void Write(Writer& out, Endpoint<::golden::PPlainChild>&& end);
  static bool Read(Reader& in, Endpoint<::golden::PPlainChild>* end);
};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_PPLAIN_H_
