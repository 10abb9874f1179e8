// PTrunk.h: types for both sides of protocol golden::PTrunk.
// Generated from PTrunk.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_PTRUNK_H_
#define IPDL_GENERATED_GOLDEN_PTRUNK_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "glue/endpoint.h"
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

// The two ends of a new connection. Error: no descriptors or memory are left.
absl::Status CreateEndpoints(::ipdl::Endpoint<PTrunkParent>* parent,
                             ::ipdl::Endpoint<PTrunkChild>* child);

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
struct ParamTraits<Endpoint<::golden::PTrunkParent>> {
  static constexpr size_t kMinWireBytes = 6;
  static void Write(Writer& out, Endpoint<::golden::PTrunkParent>&& end);
  static bool Read(Reader& in, Endpoint<::golden::PTrunkParent>* end);
};

template <>
struct ParamTraits<Endpoint<::golden::PTrunkChild>> {
  static constexpr size_t kMinWireBytes = 6;
  static void Write(Writer& out, Endpoint<::golden::PTrunkChild>&& end);
  static bool Read(Reader& in, Endpoint<::golden::PTrunkChild>* end);
};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_PTRUNK_H_
