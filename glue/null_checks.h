// CheckNotNull: where an .ipdl does not say `nullable`, a counted object must be there.
//
// What it is: the check behind every [RefCounted] argument and field that is not `nullable`, alone
// or inside arrays, maps, optionals and unique_ptrs. An empty optional and a null unique_ptr hold
// no object and are fine. What it is not: for actors; the runtime checks those itself
// (glue/actor_param.h). Called by generated code, right after a value was read and just before one
// is written.

#ifndef IPDL_GLUE_NULL_CHECKS_H_
#define IPDL_GLUE_NULL_CHECKS_H_

#include <type_traits>

#include "absl/base/optimization.h"
#include "glue/ref_ptr.h"

namespace ipdl {

class Reader;
class Writer;

namespace internal {

template <typename T>
inline constexpr bool kIsCounted = std::is_pointer_v<T>;
template <typename T>
inline constexpr bool kIsCounted<RefPtr<T>> = true;

template <typename T>
bool HasNull(const T& value) {
  if constexpr (kIsCounted<T>) {
    return value == nullptr;
  } else if constexpr (requires { value.begin(); }) {
    for (const auto& element : value) {
      if (HasNull(element)) return true;
    }
    return false;
  } else if constexpr (requires { value.second; }) {  // of a map
    return HasNull(value.second);
  } else {
    return value && HasNull(*value);
  }
}

bool FailNull(Reader& in, const char* name) noexcept;
void FailNull(Writer& out, const char* name) noexcept;

}  // namespace internal

template <typename T>
[[nodiscard]] bool CheckNotNull(Reader& in, const char* name, const T& value) {
  return ABSL_PREDICT_TRUE(!internal::HasNull(value)) || internal::FailNull(in, name);
}
template <typename T>
void CheckNotNull(Writer& out, const char* name, const T& value) {
  if (ABSL_PREDICT_FALSE(internal::HasNull(value))) internal::FailNull(out, name);
}

}  // namespace ipdl

#endif  // IPDL_GLUE_NULL_CHECKS_H_
