// Text(...): absl::StrCat that takes std::string_view too.
//
// Debian's Abseil has a string_view of its own, which knows nothing of the standard one; our
// headers use the standard one. For error texts and logs in glue/'s .cc files.

#ifndef IPDL_GLUE_TEXT_H_
#define IPDL_GLUE_TEXT_H_

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/str_cat.h"

namespace ipdl {

template <typename... Pieces>
std::string Text(const Pieces&... pieces) {
  const auto piece = [](const auto& value) -> decltype(auto) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string_view>) {
      return absl::string_view(value.data(), value.size());
    } else {
      return (value);
    }
  };
  return absl::StrCat(piece(pieces)...);
}

}  // namespace ipdl

#endif  // IPDL_GLUE_TEXT_H_
