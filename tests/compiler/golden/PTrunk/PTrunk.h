// PTrunk.h: types for both sides of protocol golden::PTrunk.
// Generated from PTrunk.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PTRUNK_H_
#define IPDL_GENERATED_GOLDEN_PTRUNK_H_

#include <cstddef>
#include <cstdint>

#include "glue/endpoint_fwd.h"
#include "glue/protocol.h"
#include "glue/side_variant.h"

namespace golden {
class PTrunkChild;
class PTrunkParent;
class PTwigChild;
class PTwigParent;
}  // namespace golden

namespace golden {

class Pair {
 public:
  Pair() = default;
  Pair(::ipdl::SideVariant<PTwigParent*, PTwigChild*> first,
       ::ipdl::NullableSideVariant<PTwigParent*, PTwigChild*> second);

  const ::ipdl::SideVariant<PTwigParent*, PTwigChild*>& first() const { return first_; }
  ::ipdl::SideVariant<PTwigParent*, PTwigChild*>& first() { return first_; }

  const ::ipdl::NullableSideVariant<PTwigParent*, PTwigChild*>& second() const { return second_; }
  ::ipdl::NullableSideVariant<PTwigParent*, PTwigChild*>& second() { return second_; }

 private:
  ::ipdl::SideVariant<PTwigParent*, PTwigChild*> first_;
  ::ipdl::NullableSideVariant<PTwigParent*, PTwigChild*> second_;
};

namespace PTrunk {

inline constexpr uint32_t kProtocolId = 0xb8d1ab60;
extern const ::ipdl::ProtocolInfo kProtocol;

enum Message : uint16_t {
  Msg_PTwigConstructor,
  Msg_Choose,
  Msg_Graft,
};

// Called like a function, by whoever includes "glue/endpoint.h":
//   absl::Status made = CreateEndpoints(&parent, &child);
inline constexpr ::ipdl::EndpointMaker<PTrunkParent, PTrunkChild> CreateEndpoints{};

}  // namespace PTrunk

}  // namespace golden

namespace ipdl {

class Reader;
class Writer;
template <typename T>
struct ParamTraits;

template <>
struct ParamTraits<::golden::Pair> {
  static constexpr size_t kMinWireBytes = 8;
  static void Write(Writer& out, const ::golden::Pair& value);
  static bool Read(Reader& in, ::golden::Pair* value);
};

template <>
struct ParamTraits<Endpoint<::golden::PTrunkParent>>
    : EndpointTraits<::golden::PTrunkParent, ::golden::PTrunk::kProtocol, Side::kParent> {};

template <>
struct ParamTraits<Endpoint<::golden::PTrunkChild>>
    : EndpointTraits<::golden::PTrunkChild, ::golden::PTrunk::kProtocol, Side::kChild> {};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_PTRUNK_H_
