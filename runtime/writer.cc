// The slow paths of Writer: growing the queue, limits, handles and failure. See writer.h.

#include "runtime/writer.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace ipdl {
namespace {

// What failed Writers point at. It stays empty for ever: with a null limit_ no path appends to it,
// so Writers on several threads may share it.
ByteQueue* DeadQueue() {
  static ByteQueue* const queue = new ByteQueue;
  return queue;
}

const Limits& DefaultLimits() {
  static const Limits limits;
  return limits;
}

}  // namespace

Writer::Writer(std::string_view failed_because) : queue_(DeadQueue()), limits_(&DefaultLimits()) {
  error_ = std::make_unique<std::string>(failed_because);
}

bool Writer::MakeRoom(size_t n) noexcept {
  if (!ok()) return false;
  const size_t written = size();
  const size_t allowed = limits_->payload_bytes();
  if (n > allowed - written) {
    Fail(absl::StrCat("the message is larger than ", limits_->message_bytes, " bytes"));
    return false;
  }
  if (static_cast<size_t>(queue_->end_ - queue_->tail_) < n) {
    queue_->Grow(n);
    start_ = queue_->tail_ - written;
  }
  SetLimit();
  return true;
}

void Writer::PutSlow(uint64_t bits, size_t size) noexcept {
  const size_t padding = (0 - this->size()) & (size - 1);
  if (!MakeRoom(padding + size)) return;
  std::memset(queue_->tail_, 0, padding);
  std::memcpy(queue_->tail_ + padding, &bits, size);
  queue_->tail_ += padding + size;
}

void Writer::PutBytesSlow(absl::Span<const uint8_t> bytes) noexcept {
  if (!MakeRoom(bytes.size())) return;
  std::memcpy(queue_->tail_, bytes.data(), bytes.size());
  queue_->tail_ += bytes.size();
}

void Writer::Align(size_t alignment) noexcept {
  const size_t padding = (0 - size()) & (alignment - 1);
  if (padding == 0 || !MakeRoom(padding)) return;
  std::memset(queue_->tail_, 0, padding);
  queue_->tail_ += padding;
}

void Writer::PutHandle(OwnedHandle&& handle) noexcept {
  OwnedHandle taken = std::move(handle);
  if (!ok()) return;
  if (!taken.valid()) {
    Fail("a handle is empty");
    return;
  }
  if (handles_->size() - first_handle_ >= limits_->message_handles) {
    Fail(absl::StrCat("the message carries more than ", limits_->message_handles, " handles"));
    return;
  }
  Put(static_cast<uint8_t>(taken.kind()));
  if (ok()) handles_->push_back(std::move(taken));
}

ABSL_ATTRIBUTE_NOINLINE ABSL_ATTRIBUTE_COLD void Writer::Fail(std::string_view why) noexcept {
  if (!ok()) return;
  error_ = std::make_unique<std::string>(why);
  queue_ = DeadQueue();
  start_ = limit_ = nullptr;
}

ABSL_ATTRIBUTE_COLD void Writer::FailLength(size_t n) noexcept {
  Fail(absl::StrCat("a length of ", n, " does not fit in 32 bits"));
}

ABSL_ATTRIBUTE_COLD void Writer::FailDepth() noexcept {
  Fail(absl::StrCat("values nest deeper than ", limits_->nesting_depth, " levels"));
}

ABSL_ATTRIBUTE_COLD void Writer::FailOverBudget() noexcept {
  if (!ok()) return;
  const size_t bytes = size();
  Fail(absl::StrCat("receiving the message would take ", decoded_, " bytes of memory; ",
                    limits_->decoded_bytes(bytes), " are allowed for ", bytes,
                    " bytes of message"));
}

}  // namespace ipdl
