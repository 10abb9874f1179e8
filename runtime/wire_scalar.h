// WireScalar: the C++ types that go on the wire as they lie in memory, and what that takes.
//
// Used by Writer and Reader. Enums are not among them: which values of an enum are legal is for
// its ParamTraits to say.

#ifndef IPDL_RUNTIME_WIRE_SCALAR_H_
#define IPDL_RUNTIME_WIRE_SCALAR_H_

#include <bit>
#include <cstdint>
#include <type_traits>

namespace ipdl {

// The wire is little endian and both ends of a channel are on one machine, so a scalar is copied,
// never swapped.
static_assert(std::endian::native == std::endian::little);

// wchar_t and long double differ between compilers of one platform; they stay out.
template <typename T>
concept WireScalar = std::is_arithmetic_v<T> && !std::is_same_v<std::remove_cv_t<T>, wchar_t> &&
                     (sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8);

static_assert(sizeof(bool) == 1 && sizeof(float) == 4 && sizeof(double) == 8);

}  // namespace ipdl

#endif  // IPDL_RUNTIME_WIRE_SCALAR_H_
