// ParamTraits of the standard library's types: strings, arrays, optionals, owning pointers.
//
// Included by param_traits.h, which users include. Everything here that allocates does so only
// after Reader has checked the count against the bytes left and charged the memory. What the usual
// types make of these templates is compiled once, in the library: see the list at the end.

#ifndef IPDL_RUNTIME_PARAM_TRAITS_STD_H_
#define IPDL_RUNTIME_PARAM_TRAITS_STD_H_

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "runtime/param_traits.h"

namespace ipdl {

class ByteBuf;

namespace internal {

// Bytes of an array of scalars, for the bulk copies below.
template <typename T>
absl::Span<const uint8_t> AsBytes(const T* first, size_t n) {
  return {reinterpret_cast<const uint8_t*>(first), n * sizeof(T)};
}

// Scalars of which any bits are a value, so that an array of them is one copy.
template <typename T>
concept BulkScalar = WireScalar<T> && !std::is_same_v<T, bool>;

// True if writing a T leaves it as it was.
template <typename T>
concept WritesConst = requires(Writer& out, const T& value) {
  ParamTraits<T>::Write(out, value);
};

// Length and data of `n` scalars: what strings and arrays of scalars share.
template <BulkScalar T>
void WriteScalars(Writer& out, const T* first, size_t n) {
  out.PutLength(n);
  if (n == 0) return;                                 // no padding in front of nothing
  if constexpr (sizeof(T) > 4) out.Align(sizeof(T));  // a length leaves the stream 4-aligned
  out.ChargeMemory(n * sizeof(T));
  out.PutBytes(AsBytes(first, n));
}

// The bytes of `*n` scalars, after length and padding.
template <BulkScalar T>
bool ReadScalars(Reader& in, uint32_t* n, absl::Span<const uint8_t>* bytes) {
  if (ABSL_PREDICT_FALSE(!in.GetLength(sizeof(T), sizeof(T), n))) return false;
  if constexpr (sizeof(T) > 4) {
    if (*n != 0 && !in.Align(sizeof(T))) return false;
  }
  return in.GetBytes(*n * sizeof(T), bytes);
}

template <typename Char>
struct StringTraits {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, std::basic_string_view<Char> value);
  static bool Read(Reader& in, std::basic_string<Char>* value);
};

template <typename Char>
void StringTraits<Char>::Write(Writer& out, std::basic_string_view<Char> value) {
  WriteScalars(out, value.data(), value.size());
}

template <typename Char>
bool StringTraits<Char>::Read(Reader& in, std::basic_string<Char>* value) {
  uint32_t n;
  absl::Span<const uint8_t> bytes;
  if (ABSL_PREDICT_FALSE(!ReadScalars<Char>(in, &n, &bytes))) return false;
  if constexpr (sizeof(Char) == 1) {
    value->assign(reinterpret_cast<const Char*>(bytes.data()), n);
  } else {
    // Copied as bytes: the message need not be aligned for Char.
    value->resize(n);
    if (n != 0) std::memcpy(value->data(), bytes.data(), bytes.size());
  }
  return true;
}

}  // namespace internal

// Strings: any bytes, zeros included; no encoding is checked. A string_view can only be written,
// because what it would point to dies with the message.
template <>
struct ParamTraits<std::string> : internal::StringTraits<char> {};
template <>
struct ParamTraits<std::u16string> : internal::StringTraits<char16_t> {};
template <>
struct ParamTraits<std::string_view> {
  static void Write(Writer& out, std::string_view value) {
    ParamTraits<std::string>::Write(out, value);
  }
};
template <>
struct ParamTraits<std::u16string_view> {
  static void Write(Writer& out, std::u16string_view value) {
    ParamTraits<std::u16string>::Write(out, value);
  }
};

template <>
inline constexpr bool kIsView<std::string_view> = true;
template <>
inline constexpr bool kIsView<std::u16string_view> = true;
template <typename T>
inline constexpr bool kIsView<absl::Span<const T>> = true;

// A span can only be written; it is read as a vector.
template <typename T>
struct ParamTraits<absl::Span<const T>> {
  static void Write(Writer& out, absl::Span<const T> values);
};

template <typename T>
void ParamTraits<absl::Span<const T>>::Write(Writer& out, absl::Span<const T> values) {
  if constexpr (internal::BulkScalar<T>) {
    internal::WriteScalars(out, values.data(), values.size());
  } else {
    out.PutLength(values.size());
    out.ChargeMemory(values.size() * sizeof(T));
    for (const T& value : values) ParamTraits<T>::Write(out, value);
  }
}

template <typename T>
struct ParamTraits<std::vector<T>> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, const std::vector<T>& values) requires internal::WritesConst<T>;
  // For elements that writing consumes. Consumes all of them, also if the message fails.
  static void Write(Writer& out, std::vector<T>&& values) requires(!internal::WritesConst<T>);
  static bool Read(Reader& in, std::vector<T>* values);
};

template <typename T>
void ParamTraits<std::vector<T>>::Write(
    Writer& out, const std::vector<T>& values) requires internal::WritesConst<T> {
  if constexpr (std::is_same_v<T, bool>) {
    out.PutLength(values.size());
    out.ChargeMemory(values.size());
    for (bool value : values) out.Put(value);
  } else {
    ParamTraits<absl::Span<const T>>::Write(out, values);
  }
}

template <typename T>
void ParamTraits<std::vector<T>>::Write(Writer& out, std::vector<T>&& values) requires(
    !internal::WritesConst<T>) {
  std::vector<T> taken = std::move(values);
  out.PutLength(taken.size());
  out.ChargeMemory(taken.size() * sizeof(T));
  for (T& value : taken) ParamTraits<T>::Write(out, std::move(value));
}

template <typename T>
bool ParamTraits<std::vector<T>>::Read(Reader& in, std::vector<T>* values) {
  uint32_t n;
  if constexpr (internal::BulkScalar<T>) {
    absl::Span<const uint8_t> bytes;
    if (ABSL_PREDICT_FALSE(!internal::ReadScalars<T>(in, &n, &bytes))) return false;
    values->resize(n);
    if (n != 0) std::memcpy(values->data(), bytes.data(), bytes.size());
    return true;
  } else {
    static_assert(ParamTraits<T>::kMinWireBytes > 0);
    if (!in.GetLength(ParamTraits<T>::kMinWireBytes, sizeof(T), &n)) return false;
    *values = std::vector<T>(n);
    for (uint32_t i = 0; i < n; ++i) {
      if constexpr (std::is_same_v<T, bool>) {
        bool value;
        if (!in.Get(&value)) return in.BlameIndex(i);
        (*values)[i] = value;
      } else {
        if (!ParamTraits<T>::Read(in, &(*values)[i])) return in.BlameIndex(i);
      }
    }
    return true;
  }
}

template <typename T>
struct ParamTraits<std::optional<T>> {
  static constexpr size_t kMinWireBytes = 1;
  static void Write(Writer& out, const std::optional<T>& value) requires internal::WritesConst<T>;
  static void Write(Writer& out, std::optional<T>&& value) requires(!internal::WritesConst<T>);
  static bool Read(Reader& in, std::optional<T>* value);
};

template <typename T>
void ParamTraits<std::optional<T>>::Write(
    Writer& out, const std::optional<T>& value) requires internal::WritesConst<T> {
  out.Put(value.has_value());
  if (value.has_value()) ParamTraits<T>::Write(out, *value);
}

template <typename T>
void ParamTraits<std::optional<T>>::Write(Writer& out, std::optional<T>&& value) requires(
    !internal::WritesConst<T>) {
  out.Put(value.has_value());
  if (value.has_value()) ParamTraits<T>::Write(out, std::move(*value));
  value.reset();
}

template <typename T>
bool ParamTraits<std::optional<T>>::Read(Reader& in, std::optional<T>* value) {
  bool present;
  if (!in.Get(&present)) return false;
  if (!present) {
    value->reset();
    return true;
  }
  return ParamTraits<T>::Read(in, &value->emplace());
}

// A null pointer is a legal value.
template <typename T>
struct ParamTraits<std::unique_ptr<T>> {
  static constexpr size_t kMinWireBytes = 1;
  static void Write(Writer& out, const std::unique_ptr<T>& value) requires internal::WritesConst<T>;
  static void Write(Writer& out, std::unique_ptr<T>&& value) requires(!internal::WritesConst<T>);
  static bool Read(Reader& in, std::unique_ptr<T>* value);
};

template <typename T>
void ParamTraits<std::unique_ptr<T>>::Write(
    Writer& out, const std::unique_ptr<T>& value) requires internal::WritesConst<T> {
  out.Put(value != nullptr);
  if (value == nullptr) return;
  out.ChargeMemory(sizeof(T));
  ParamTraits<T>::Write(out, *value);
}

template <typename T>
void ParamTraits<std::unique_ptr<T>>::Write(Writer& out, std::unique_ptr<T>&& value) requires(
    !internal::WritesConst<T>) {
  const std::unique_ptr<T> taken = std::move(value);
  out.Put(taken != nullptr);
  if (taken == nullptr) return;
  out.ChargeMemory(sizeof(T));
  ParamTraits<T>::Write(out, std::move(*taken));
}

template <typename T>
bool ParamTraits<std::unique_ptr<T>>::Read(Reader& in, std::unique_ptr<T>* value) {
  bool present;
  if (!in.Get(&present)) return false;
  if (!present) {
    value->reset();
    return true;
  }
  if (!in.ChargeMemory(sizeof(T))) return false;
  *value = std::make_unique<T>();
  return ParamTraits<T>::Read(in, value->get());
}

// --- What is compiled once: `extern` here, and without it in param_traits.cc ---------------------

// NOLINTBEGIN(bugprone-macro-parentheses): the arguments are no expressions.
#define IPDL_INSTANTIATE_ARRAY(extern_, T)                                 \
  extern_ template struct ParamTraits<absl::Span<const T>>;                \
  extern_ template struct ParamTraits<std::vector<T>>;                     \
  extern_ template void WriteParam(Writer&, absl::Span<const T>) noexcept; \
  extern_ template bool ReadParam(Reader&, const char*, std::vector<T>*) noexcept;

#define IPDL_INSTANTIATE_TRAITS(extern_)                                                       \
  extern_ template struct internal::StringTraits<char>;                                        \
  extern_ template struct internal::StringTraits<char16_t>;                                    \
  extern_ template void WriteParam(Writer&, std::string_view) noexcept;                        \
  extern_ template void WriteParam(Writer&, std::u16string_view) noexcept;                     \
  extern_ template bool ReadParam(Reader&, const char*, std::string*) noexcept;                \
  extern_ template bool ReadParam(Reader&, const char*, std::u16string*) noexcept;             \
  extern_ template struct ParamTraits<std::optional<std::string>>;                             \
  extern_ template bool ReadParam(Reader&, const char*, std::optional<std::string>*) noexcept; \
  extern_ template bool ReadParam(Reader&, const char*, FileDescriptor*) noexcept;             \
  IPDL_INSTANTIATE_ARRAY(extern_, uint8_t)                                                     \
  IPDL_INSTANTIATE_ARRAY(extern_, int32_t)                                                     \
  IPDL_INSTANTIATE_ARRAY(extern_, uint32_t)                                                    \
  IPDL_INSTANTIATE_ARRAY(extern_, uint64_t)                                                    \
  IPDL_INSTANTIATE_ARRAY(extern_, float)                                                       \
  IPDL_INSTANTIATE_ARRAY(extern_, double)                                                      \
  IPDL_INSTANTIATE_ARRAY(extern_, std::string)

// NOLINTEND(bugprone-macro-parentheses)

IPDL_INSTANTIATE_TRAITS(extern)
extern template bool ReadParam(Reader&, const char*, ByteBuf*) noexcept;  // in byte_buf.cc

}  // namespace ipdl

#endif  // IPDL_RUNTIME_PARAM_TRAITS_STD_H_
