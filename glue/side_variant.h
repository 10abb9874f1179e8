// SideVariant<PFooParent*, PFooChild*>: an actor reference inside a struct, union or array.
//
// What it is: a pointer to one side's actor; a struct is one C++ type for both sides, so the field
// must be able to hold either. What it is not: an owner; it is valid as long as the actor is. On
// the wire it is the same as an actor argument (glue/actor_param.h), which also says what is
// checked. In a received message it always holds the receiver's side.
//
//   demo::Binding binding(/*target=*/bar);            // converts from PBarChild*
//   PBarParent* bar = binding.target().AsParent();    // on the other side
//
// A field `nullable PFoo` is a NullableSideVariant: the same, and null may be sent.

#ifndef IPDL_GLUE_SIDE_VARIANT_H_
#define IPDL_GLUE_SIDE_VARIANT_H_

#include <cstddef>

#include "glue/actor_param.h"
#include "glue/side.h"

namespace ipdl {

template <typename Parent, typename Child>
class SideVariant;

template <typename P, typename C>
class SideVariant<P*, C*> {
 public:
  SideVariant() = default;
  SideVariant(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): stands for the pointer
  SideVariant(P* parent) : parent_(parent) {}  // NOLINT(google-explicit-constructor)
  SideVariant(C* child) : child_(child) {}     // NOLINT(google-explicit-constructor)

  bool IsNull() const { return parent_ == nullptr && child_ == nullptr; }
  bool IsParent() const { return parent_ != nullptr; }
  bool IsChild() const { return child_ != nullptr; }
  // Null if it holds the other side or nothing.
  P* AsParent() const { return parent_; }
  C* AsChild() const { return child_; }

  bool operator==(const SideVariant&) const = default;

 private:
  P* parent_ = nullptr;  // at most one of the two is not null
  C* child_ = nullptr;
};

// The side on which a message is being written or read.
Side SideOf(const Reader& in);

template <typename P, typename C>
void WriteSideVariant(Writer& out, const SideVariant<P*, C*>& value, Nullability nullability) {
  if (value.IsChild()) {
    WriteActor(out, value.AsChild(), C::kClass, nullability);
  } else {
    WriteActor(out, value.AsParent(), P::kClass, nullability);
  }
}

template <typename P, typename C>
[[nodiscard]] bool ReadSideVariant(Reader& in, SideVariant<P*, C*>* value,
                                   Nullability nullability) {
  const bool parent = SideOf(in) == Side::kParent;
  Actor* any = nullptr;
  if (!ReadActor(in, parent ? P::kClass : C::kClass, nullability, &any)) return false;
  if (parent) {
    *value = static_cast<P*>(any);
  } else {
    *value = static_cast<C*>(any);
  }
  return true;
}

template <typename P, typename C>
struct ParamTraits<SideVariant<P*, C*>> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, const SideVariant<P*, C*>& value) {
    WriteSideVariant(out, value, Nullability::kNotNull);
  }
  static bool Read(Reader& in, SideVariant<P*, C*>* value) {
    return ReadSideVariant(in, value, Nullability::kNotNull);
  }
};

// The type of `nullable PFoo` inside structs, unions and arrays.
template <typename Parent, typename Child>
class NullableSideVariant : public SideVariant<Parent, Child> {
 public:
  using SideVariant<Parent, Child>::SideVariant;
  bool operator==(const NullableSideVariant&) const = default;
};

template <typename P, typename C>
struct ParamTraits<NullableSideVariant<P*, C*>> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, const NullableSideVariant<P*, C*>& value) {
    WriteSideVariant<P, C>(out, value, Nullability::kNullable);
  }
  static bool Read(Reader& in, NullableSideVariant<P*, C*>* value) {
    return ReadSideVariant<P, C>(in, value, Nullability::kNullable);
  }
};

}  // namespace ipdl

#endif  // IPDL_GLUE_SIDE_VARIANT_H_
