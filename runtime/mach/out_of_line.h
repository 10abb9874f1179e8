// Memory that goes into a message without a copy, or came out of one.
//
// Owns whole pages from vm_allocate or from a received message, and gives them back when it dies.
// Moving it into a message (message_builder.h) hands the pages over: the sender has them no more.

#ifndef IPDL_RUNTIME_MACH_OUT_OF_LINE_H_
#define IPDL_RUNTIME_MACH_OUT_OF_LINE_H_

#include <mach/mach.h>

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace ipdl::mach {

class OutOfLine {
 public:
  OutOfLine() = default;
  // Takes over `size` bytes at `address`, to be ended by vm_deallocate.
  OutOfLine(void* address, mach_msg_size_t size) : address_(address), size_(size) {}
  // Zeroed; `size` at least 1.
  static absl::StatusOr<OutOfLine> Allocate(mach_msg_size_t size);
  OutOfLine(OutOfLine&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  OutOfLine& operator=(OutOfLine&& other) noexcept {
    std::swap(address_, other.address_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~OutOfLine();

  absl::Span<uint8_t> bytes() const { return {static_cast<uint8_t*>(address_), size_}; }
  mach_msg_size_t size() const { return size_; }
  // The caller's from now on.
  [[nodiscard]] void* Release() {
    size_ = 0;
    return std::exchange(address_, nullptr);
  }

 private:
  void* address_ = nullptr;
  mach_msg_size_t size_ = 0;
};

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_OUT_OF_LINE_H_
