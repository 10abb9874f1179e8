// What an .ipdl demands of values beyond their types: [MaxLength], [MaxBytes], an enum's values.
//
// Called by generated code only, right after a value was read and just before one is written; calls
// Reader and Writer. A reader that fails a check has failed: the message is refused before any of
// the author's code sees it. A writer that fails one refuses to send, and says why in the log.
//
//   if (!(ReadParam(in, "label", &label) && CheckBytes(in, "label", label, 16))) ...
//
// Length counts the elements of an array or a map; bytes those of the longest string or ByteBuf in
// the value. What an optional or a pointer holds counts as the value itself; structs and unions are
// not looked into, because their members have bounds of their own.

#ifndef IPDL_RUNTIME_VALUE_CHECKS_H_
#define IPDL_RUNTIME_VALUE_CHECKS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "runtime/reader.h"
#include "runtime/writer.h"

namespace ipdl {

namespace internal {

template <typename T>
concept Container = requires(const T& value) {
  value.begin();
  value.end();
  value.size();
};

template <typename T>
concept Text = Container<T> && requires {
  typename T::traits_type;
};

// ByteBuf, whose header not every file with a check needs.
template <typename T>
concept Buffer = requires(const T& value) {
  value.bytes();
  value.size();
};

template <typename T>
concept Pointer = requires(const T& value) {
  static_cast<bool>(value);
  *value;
};

template <typename T>
struct IsPair : std::false_type {};
template <typename A, typename B>
struct IsPair<std::pair<A, B>> : std::true_type {};

template <typename T>
size_t LengthOf(const T& value) {
  if constexpr (Container<T>) {
    return value.size();
  } else {
    return value ? LengthOf(*value) : 0;
  }
}

template <typename T>
size_t LongestBytes(const T& value) {
  if constexpr (Buffer<T>) {
    return value.size();
  } else if constexpr (Text<T>) {
    return value.size() * sizeof(typename T::value_type);
  } else if constexpr (IsPair<T>::value) {
    return std::max(LongestBytes(value.first), LongestBytes(value.second));
  } else if constexpr (Container<T>) {
    size_t longest = 0;
    for (const auto& element : value) longest = std::max(longest, LongestBytes(element));
    return longest;
  } else if constexpr (Pointer<T>) {
    return value ? LongestBytes(*value) : 0;
  } else {
    return 0;
  }
}

// Cold: what a failed check says. The one for readers answers false.
bool FailLength(Reader& in, const char* name, size_t n, size_t limit);
bool FailBytes(Reader& in, const char* name, size_t n, size_t limit);
void FailLength(Writer& out, const char* name, size_t n, size_t limit);
void FailBytes(Writer& out, const char* name, size_t n, size_t limit);

}  // namespace internal

// [MaxLength=limit]; `name` is the value's, a string literal.
template <typename T>
[[nodiscard]] bool CheckLength(Reader& in, const char* name, const T& value, size_t limit) {
  const size_t n = internal::LengthOf(value);
  return ABSL_PREDICT_TRUE(n <= limit) || internal::FailLength(in, name, n, limit);
}
template <typename T>
void CheckLength(Writer& out, const char* name, const T& value, size_t limit) {
  const size_t n = internal::LengthOf(value);
  if (ABSL_PREDICT_FALSE(n > limit)) internal::FailLength(out, name, n, limit);
}

// [MaxBytes=limit].
template <typename T>
[[nodiscard]] bool CheckBytes(Reader& in, const char* name, const T& value, size_t limit) {
  const size_t n = internal::LongestBytes(value);
  return ABSL_PREDICT_TRUE(n <= limit) || internal::FailBytes(in, name, n, limit);
}
template <typename T>
void CheckBytes(Writer& out, const char* name, const T& value, size_t limit) {
  const size_t n = internal::LongestBytes(value);
  if (ABSL_PREDICT_FALSE(n > limit)) internal::FailBytes(out, name, n, limit);
}

// A number that is none of an enum's values; `name` is the enum's. Cold, always false.
bool FailEnum(Reader& in, const char* name, int64_t value);
bool FailEnum(Reader& in, const char* name, uint64_t value);
void FailEnum(Writer& out, const char* name);

}  // namespace ipdl

#endif  // IPDL_RUNTIME_VALUE_CHECKS_H_
