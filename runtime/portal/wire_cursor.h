// Reads a received message from its beginning to its end, and never beyond.
//
// What it is: the only way to a peer's bytes. Values are copied out, and whether there was enough
// is asked each time. What it is not: a judge of values. Called by NodeLink and ParcelReader.

#ifndef IPDL_RUNTIME_PORTAL_WIRE_CURSOR_H_
#define IPDL_RUNTIME_PORTAL_WIRE_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "absl/types/span.h"

namespace ipdl::portal {

class WireCursor {
 public:
  explicit WireCursor(absl::Span<const uint8_t> data) : data_(data) {}

  size_t left() const { return data_.size(); }

  template <typename T>
  [[nodiscard]] bool Read(T* value) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (data_.size() < sizeof(T)) return false;
    std::memcpy(value, data_.data(), sizeof(T));
    data_.remove_prefix(sizeof(T));
    return true;
  }

  [[nodiscard]] bool ReadBytes(uint64_t size, absl::Span<const uint8_t>* bytes) {
    if (size > data_.size()) return false;
    *bytes = data_.first(static_cast<size_t>(size));
    data_.remove_prefix(static_cast<size_t>(size));
    return true;
  }

 private:
  absl::Span<const uint8_t> data_;
};

// Whether all of a message's reserved bytes are zero.
template <size_t N>
bool AllZero(const uint8_t (&bytes)[N]) {
  for (const uint8_t byte : bytes) {
    if (byte != 0) return false;
  }
  return true;
}

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_WIRE_CURSOR_H_
