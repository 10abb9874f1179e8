// PDelete.h: types for both sides of protocol golden::new::PDelete.
// Generated from PDelete.ipdl by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_GOLDEN_NEW_PDELETE_H_
#define IPDL_GENERATED_GOLDEN_NEW_PDELETE_H_

#include <cstddef>
#include <cstdint>

#include "glue/endpoint_fwd.h"
#include "glue/protocol.h"

namespace golden::new_ {
class PDeleteChild;
class PDeleteParent;
}  // namespace golden::new_

namespace golden::new_ {

class operator_ {
 public:
  operator_() = default;
  operator_(int32_t delete_, int32_t delete__, int32_t value, int32_t value_);

  const int32_t& delete_() const { return delete___; }
  int32_t& delete_() { return delete___; }

  const int32_t& delete__() const { return delete____; }
  int32_t& delete__() { return delete____; }

  const int32_t& value() const { return value__; }
  int32_t& value() { return value__; }

  const int32_t& value_() const { return value___; }
  int32_t& value_() { return value___; }

 private:
  int32_t delete___{};
  int32_t delete____{};
  int32_t value__{};
  int32_t value___{};
};

class template_ {
 public:
  enum Type : uint32_t {
    T__None = 0,
    Toperator,
    Tint32_t,
    T__Last = Tint32_t,
  };

  template_() {}
  template_(operator_ value);
  template_(int32_t value);
  template_(const template_& other);
  template_(template_&& other) noexcept;
  template_& operator=(const template_& other);
  template_& operator=(template_&& other) noexcept;
  ~template_();

  // The alternative held; T__None by default and after a move from here.
  Type type() const { return type_; }

  // The value held. To ask for another than that ends the process.
  const operator_& get_operator() const;
  operator_& get_operator();
  const int32_t& get_int32_t() const;
  int32_t& get_int32_t();

 private:
  // Ends the process unless the alternative is held.
  void Demand(Type wanted) const;
  // Destroys the value held, if any.
  void Clear();
  // From nothing to a copy of `other`'s value, or to that value itself.
  void CopyFrom(const template_& other);
  void TakeFrom(template_& other) noexcept;

  Type type_ = T__None;
  union {
    operator_ v_operator;
    int32_t v_int32_t;
  };
};

namespace PDelete {

inline constexpr uint32_t kProtocolId = 0x18e0595d;
extern const ::ipdl::ProtocolInfo kProtocol;

enum Message : uint16_t {
  Msg_this,
};

// Called like a function, by whoever includes "glue/endpoint.h":
//   absl::Status made = CreateEndpoints(&parent, &child);
inline constexpr ::ipdl::EndpointMaker<PDeleteParent, PDeleteChild> CreateEndpoints{};

}  // namespace PDelete

}  // namespace golden::new_

namespace ipdl {

class Reader;
class Writer;
template <typename T>
struct ParamTraits;

template <>
struct ParamTraits<::golden::new_::operator_> {
  static constexpr size_t kMinWireBytes = 16;
  static void Write(Writer& out, const ::golden::new_::operator_& value);
  static bool Read(Reader& in, ::golden::new_::operator_* value);
};

template <>
struct ParamTraits<::golden::new_::template_> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, const ::golden::new_::template_& value);
  static bool Read(Reader& in, ::golden::new_::template_* value);
};

template <>
struct ParamTraits<Endpoint<::golden::new_::PDeleteParent>>
    : EndpointTraits<::golden::new_::PDeleteParent, ::golden::new_::PDelete::kProtocol, Side::kParent> {};

template <>
struct ParamTraits<Endpoint<::golden::new_::PDeleteChild>>
    : EndpointTraits<::golden::new_::PDeleteChild, ::golden::new_::PDelete::kProtocol, Side::kChild> {};

}  // namespace ipdl

#endif  // IPDL_GENERATED_GOLDEN_NEW_PDELETE_H_
