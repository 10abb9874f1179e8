// FieldsTraits: a C++ struct as its fields, one after the other, for types of an author's own.
//
//   struct Page { std::string title; std::vector<uint8_t> body; Colour colour; };
//   template <>
//   struct ipdl::ParamTraits<Page> : ipdl::FieldsTraits<&Page::title, &Page::body, &Page::colour>
//   {};
//
// What it is: the base for structs that PlainDataTraits does not do, because a field is a string, a
// handle, an enum or another struct. What it is not: a check that all fields are listed; a field
// that is not keeps its default. Failures name a field by its place in the list: "field 2".
//
// A struct with a field that sending consumes (a handle, a ByteBuf) is consumed as a whole, and is
// imported with [MoveOnly].

#ifndef IPDL_RUNTIME_PARAM_TRAITS_FIELDS_H_
#define IPDL_RUNTIME_PARAM_TRAITS_FIELDS_H_

#include <array>
#include <cstddef>
#include <utility>

#include "runtime/param_traits.h"

namespace ipdl {

namespace internal {

template <typename Member>
struct FieldOf;
template <typename Struct, typename Value>
struct FieldOf<Value Struct::*> {
  using Owner = Struct;
  using Type = Value;
};

inline constexpr std::array<const char*, 16> kFieldNames = {
    "field 1", "field 2",  "field 3",  "field 4",  "field 5",  "field 6",  "field 7",  "field 8",
    "field 9", "field 10", "field 11", "field 12", "field 13", "field 14", "field 15", "field 16"};

template <auto Member>
inline constexpr bool kFieldWritesConst = WritesConst<typename FieldOf<decltype(Member)>::Type>;

}  // namespace internal

// At most 16 fields; group more in structs.
template <auto First, auto... Rest>
struct FieldsTraits {
  using T = typename internal::FieldOf<decltype(First)>::Owner;
  static_assert(1 + sizeof...(Rest) <= internal::kFieldNames.size());
  static constexpr size_t kMinWireBytes =
      (ParamTraits<typename internal::FieldOf<decltype(First)>::Type>::kMinWireBytes + ... +
       ParamTraits<typename internal::FieldOf<decltype(Rest)>::Type>::kMinWireBytes);

  static void Write(Writer& out,
                    const T& value) requires(internal::kFieldWritesConst<First> &&
                                             (internal::kFieldWritesConst<Rest> && ...)) {
    out.Enter();
    WriteParam(out, value.*First);
    (WriteParam(out, value.*Rest), ...);
    out.Leave();
  }
  static void Write(Writer& out,
                    T&& value) requires(!(internal::kFieldWritesConst<First> &&
                                          (internal::kFieldWritesConst<Rest> && ...))) {
    T taken = std::move(value);
    out.Enter();
    WriteParam(out, std::move(taken.*First));
    (WriteParam(out, std::move(taken.*Rest)), ...);
    out.Leave();
  }
  static bool Read(Reader& in, T* value) {
    if (!in.Enter()) return false;
    size_t place = 0;
    const auto read = [&](auto* field) {
      return ReadParam(in, internal::kFieldNames[place++], field);
    };
    if (!read(&(value->*First)) || !(read(&(value->*Rest)) && ...)) return false;
    in.Leave();
    return true;
  }
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_PARAM_TRAITS_FIELDS_H_
