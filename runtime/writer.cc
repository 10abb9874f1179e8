// The slow paths of Writer: growing the queue, limits, handles and failure. See writer.h.

#include "runtime/writer.h"

#include <algorithm>
#include <cassert>
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

Writer::Writer(ByteQueue* queue, std::vector<OwnedHandle>* handles, const Limits* limits,
               MessageScope* scope)
    : queue_(queue),
      start_(queue->tail_),
      handles_(handles),
      limits_(limits),
      scope_(scope),
      first_handle_(handles->size()),
      depth_(limits->nesting_depth) {
  assert(reinterpret_cast<uintptr_t>(start_) % 8 == 0);
  const size_t free = static_cast<size_t>(queue->end_ - start_);
  limit_ = start_ + std::min<size_t>(free, limits->payload_bytes());
}

Writer::Writer(std::string_view failed_because) : queue_(DeadQueue()), limits_(&DefaultLimits()) {
  error_ = std::make_unique<std::string>(failed_because);
}

bool Writer::MakeRoom(size_t n) {
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
  limit_ = start_ + std::min<size_t>(static_cast<size_t>(queue_->end_ - start_), allowed);
  return true;
}

void Writer::PutSlow(const void* value, size_t size) {
  const size_t padding = (0 - this->size()) & (size - 1);
  if (!MakeRoom(padding + size)) return;
  std::memset(queue_->tail_, 0, padding);
  std::memcpy(queue_->tail_ + padding, value, size);
  queue_->tail_ += padding + size;
}

void Writer::PutBytesSlow(absl::Span<const uint8_t> bytes) {
  if (!MakeRoom(bytes.size())) return;
  std::memcpy(queue_->tail_, bytes.data(), bytes.size());
  queue_->tail_ += bytes.size();
}

void Writer::Align(size_t alignment) {
  const size_t padding = (0 - size()) & (alignment - 1);
  if (padding == 0 || !MakeRoom(padding)) return;
  std::memset(queue_->tail_, 0, padding);
  queue_->tail_ += padding;
}

void Writer::PutHandle(OwnedHandle&& handle) {
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

ABSL_ATTRIBUTE_NOINLINE ABSL_ATTRIBUTE_COLD void Writer::Fail(std::string_view why) {
  if (!ok()) return;
  error_ = std::make_unique<std::string>(why);
  queue_ = DeadQueue();
  start_ = limit_ = nullptr;
}

ABSL_ATTRIBUTE_COLD void Writer::FailLength(size_t n) {
  Fail(absl::StrCat("a length of ", n, " does not fit in 32 bits"));
}

ABSL_ATTRIBUTE_COLD void Writer::FailDepth() {
  Fail(absl::StrCat("values nest deeper than ", limits_->nesting_depth, " levels"));
}

bool Writer::Finish() {
  if (!ok()) return false;
  if (decoded_ > limits_->decoded_bytes(size())) {
    Fail(absl::StrCat("receiving the message would take ", decoded_, " bytes of memory; ",
                      limits_->decoded_bytes(size()), " are allowed for ", size(),
                      " bytes of message"));
    return false;
  }
  return true;
}

}  // namespace ipdl
