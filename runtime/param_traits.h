// ParamTraits<T>: how a value of type T is written to and read from a message.
//
// This file has the interface, the scalars, handles, and three ready-made bases for types of an
// author's own; param_traits_std.h has strings, arrays, optionals and owning pointers, byte_buf.h
// has ByteBuf, param_traits_fields.h a base for structs. Generated code specialises the template
// for each struct and union. Called by generated code; calls Writer and Reader.
//
// A specialisation has
//   static void Write(Writer& out, const T& value);   // or T&& if writing consumes the value
//   static bool Read(Reader& in, T* value);           // false: `in` has failed
//   static constexpr size_t kMinWireBytes = 1;        // bytes that every value takes at least
//
// kMinWireBytes bounds what an array may announce: too small wastes memory on hostile messages,
// too large refuses honest ones. Read is handed a default-constructed (or moved-from) value and
// checks everything: any bytes may be in front of it. It must not keep a reference to the message.
//
// An imported C++ type gets its specialisation in the header that the .ipdl file names:
//
//   template <>
//   struct ipdl::ParamTraits<Colour> : ipdl::EnumTraits<Colour, Colour::kRed, Colour::kBlue> {};

#ifndef IPDL_RUNTIME_PARAM_TRAITS_H_
#define IPDL_RUNTIME_PARAM_TRAITS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/base/attributes.h"
#include "runtime/handle.h"
#include "runtime/reader.h"
#include "runtime/wire_scalar.h"
#include "runtime/writer.h"

namespace ipdl {

template <typename T>
struct ParamTraits;

// True for the views of param_traits_std.h.
template <typename T>
inline constexpr bool kIsView = false;

// How WriteParam takes what is not a number: enums, pointers and views as they are, everything else
// by reference; an rvalue of it is consumed.
template <typename T>
concept SmallValue = !WireScalar<T> && (std::is_scalar_v<T> || kIsView<T>);
template <typename T>
concept LargeValue = !WireScalar<T> && !SmallValue<T>;
template <typename T>
concept ConsumedValue = LargeValue<T> && !std::is_reference_v<T> && !std::is_const_v<T>;

// Writes `value` by its type's traits; what is consumed is consumed also if the message fails.
// Neither this nor reading throws: an exception of an author's traits ends the process.
//
// Scalars are written and read on the spot; everything else by functions, because protocols have
// thousands of arguments of few types.
template <WireScalar T>
inline void WriteParam(Writer& out, T value) noexcept {
  out.Put(value);
}
template <SmallValue T>
ABSL_ATTRIBUTE_NOINLINE void WriteParam(Writer& out, T value) noexcept;
template <LargeValue T>
inline void WriteParam(Writer& out, const T& value) noexcept {
  ParamTraits<T>::Write(out, value);
}
template <ConsumedValue T>
inline void WriteParam(Writer& out, T&& value) noexcept {
  // NOLINTNEXTLINE(bugprone-move-forwarding-reference): ConsumedValue holds for no reference.
  ParamTraits<T>::Write(out, std::move(value));
}

// Reads a value called `name`, a string literal that failures of it are reported under.
template <typename T>
[[nodiscard]] ABSL_ATTRIBUTE_NOINLINE bool ReadParam(Reader& in, const char* name, T* out) noexcept;
template <WireScalar T>
[[nodiscard]] inline bool ReadParam(Reader& in, const char* name, T* out) noexcept {
  if (ABSL_PREDICT_FALSE(!in.Get(out))) return in.Blame(name);
  return true;
}

// bool, integers, characters, floats.
template <WireScalar T>
struct ParamTraits<T> {
  static constexpr size_t kMinWireBytes = sizeof(T);
  static void Write(Writer& out, T value) { out.Put(value); }
  static bool Read(Reader& in, T* value) { return in.Get(value); }
};

// A handle argument is never empty: "no handle" is std::optional's to say. Writing an empty one
// fails the send; on a platform without this kind of handle every one is empty.
template <OwnedHandle::Kind K>
struct ParamTraits<TypedHandle<K>> {
  static constexpr size_t kMinWireBytes = 1;
  static void Write(Writer& out, TypedHandle<K>&& value) {
    out.PutHandle(std::move(value).TakeOwned());
  }
  static bool Read(Reader& in, TypedHandle<K>* value) {
    OwnedHandle handle;
    return in.GetHandle(K, &handle) && TypedHandle<K>::From(std::move(handle), value);
  }
};

// For an enum whose legal values are all those from Min to Max.
template <typename E, E Min, E Max>
struct EnumTraits {
  using Underlying = std::underlying_type_t<E>;
  static_assert(static_cast<Underlying>(Min) <= static_cast<Underlying>(Max));
  static constexpr size_t kMinWireBytes = sizeof(Underlying);

  static void Write(Writer& out, E value) {
    if (ABSL_PREDICT_FALSE(!Legal(static_cast<Underlying>(value)))) {
      out.Fail("an enum has a value that is not one of its own");
    }
    out.Put(static_cast<Underlying>(value));
  }
  static bool Read(Reader& in, E* value) {
    Underlying raw;
    if (ABSL_PREDICT_FALSE(!in.Get(&raw))) return false;
    if (ABSL_PREDICT_FALSE(!Legal(raw))) return in.Fail("an enum has a value that is not its own");
    *value = static_cast<E>(raw);
    return true;
  }

 private:
  static bool Legal(Underlying raw) {
    return raw >= static_cast<Underlying>(Min) && raw <= static_cast<Underlying>(Max);
  }
};

// For an enum of flags: any combination of the bits of AllBits.
template <typename E, E AllBits>
struct BitFlagsTraits {
  using Underlying = std::underlying_type_t<E>;
  using Bits = std::make_unsigned_t<Underlying>;
  static constexpr size_t kMinWireBytes = sizeof(Underlying);

  static void Write(Writer& out, E value) {
    if (ABSL_PREDICT_FALSE(!Legal(static_cast<Bits>(value)))) {
      out.Fail("flags have a bit that is not one of their own");
    }
    out.Put(static_cast<Bits>(value));
  }
  static bool Read(Reader& in, E* value) {
    Bits raw;
    if (ABSL_PREDICT_FALSE(!in.Get(&raw))) return false;
    if (ABSL_PREDICT_FALSE(!Legal(raw))) return in.Fail("flags have a bit that is not their own");
    *value = static_cast<E>(raw);
    return true;
  }

 private:
  static bool Legal(Bits raw) { return (raw & ~static_cast<Bits>(AllBits)) == 0; }
};

// For a plain struct of scalars, copied as it lies in memory. Only where every bit pattern of
// every member is legal: no bools, no enums, no pointers, and no floats that must be finite.
// Padding is refused at compile time: it would send bytes of this process's memory.
template <typename T>
struct PlainDataTraits {
  static_assert(std::is_trivially_copyable_v<T>);
  static_assert(std::has_unique_object_representations_v<T>,
                "T has padding (or a float or bool member); write its fields one by one");
  static_assert(alignof(T) <= 8);
  static constexpr size_t kMinWireBytes = sizeof(T);

  static void Write(Writer& out, const T& value) {
    out.Align(alignof(T));
    out.PutBytes(absl::Span<const uint8_t>(reinterpret_cast<const uint8_t*>(&value), sizeof(T)));
  }
  static bool Read(Reader& in, T* value) {
    absl::Span<const uint8_t> bytes;
    if (!in.Align(alignof(T)) || !in.GetBytes(sizeof(T), &bytes)) return false;
    std::memcpy(value, bytes.data(), sizeof(T));
    return true;
  }
};

template <SmallValue T>
void WriteParam(Writer& out, T value) noexcept {
  ParamTraits<T>::Write(out, value);
}

template <typename T>
bool ReadParam(Reader& in, const char* name, T* out) noexcept {
  if (ABSL_PREDICT_FALSE(!ParamTraits<T>::Read(in, out))) return in.Blame(name);
  return true;
}

}  // namespace ipdl

#include "runtime/param_traits_std.h"  // IWYU pragma: export

#endif  // IPDL_RUNTIME_PARAM_TRAITS_H_
