// C++ types of an author's own that travel in messages, and how they do.

#ifndef IPDL_TESTS_GUIDE_OWN_TYPES_H_
#define IPDL_TESTS_GUIDE_OWN_TYPES_H_

#include <cstdint>

#include "runtime/param_traits_fields.h"

namespace guide {

struct Point {
  float x = 0;
  float y = 0;
};

enum class Colour : uint8_t { kBlack, kRed, kBlue };

enum class Rights : uint32_t { kNone = 0, kRead = 1, kChange = 2 };
constexpr Rights operator|(Rights a, Rights b) {
  return static_cast<Rights>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}

}  // namespace guide

// Field after field.
template <>
struct ipdl::ParamTraits<guide::Point> : ipdl::FieldsTraits<&guide::Point::x, &guide::Point::y> {};

// From the first to the last; a peer that sends another number is cut off.
template <>
struct ipdl::ParamTraits<guide::Colour>
    : ipdl::EnumTraits<guide::Colour, guide::Colour::kBlack, guide::Colour::kBlue> {};

// Any combination of these bits.
template <>
struct ipdl::ParamTraits<guide::Rights>
    : ipdl::BitFlagsTraits<guide::Rights, guide::Rights::kRead | guide::Rights::kChange> {};

#endif  // IPDL_TESTS_GUIDE_OWN_TYPES_H_
