// See ring.h.

#include "runtime/portal/ring.h"

#include <algorithm>
#include <cstring>

namespace ipdl::portal {
namespace {

// What was copied out of shared memory is not fetched from there again, whatever the optimiser
// thinks of a memory that nobody else should write.
void ForgetSource() { std::atomic_signal_fence(std::memory_order_seq_cst); }

}  // namespace

// --- Writer --------------------------------------------------------------------------------------

bool RingWriter::Look() {
  if (broken_) return false;
  const uint64_t read = control_->read.load(std::memory_order_acquire);
  if (read < read_ || read > written_) {
    broken_ = true;
    return false;
  }
  read_ = read;
  return true;
}

void RingWriter::Copy(absl::Span<const uint8_t> bytes) {
  const size_t at = static_cast<size_t>(written_) & (capacity_ - 1);
  const size_t first = std::min(bytes.size(), capacity_ - at);
  if (first > 0) std::memcpy(data_ + at, bytes.data(), first);
  if (first < bytes.size()) std::memcpy(data_, bytes.data() + first, bytes.size() - first);
  written_ += bytes.size();
}

void RingWriter::Write(absl::Span<const uint8_t> head, absl::Span<const uint8_t> tail, bool more) {
  const size_t size = head.size() + tail.size();
  const uint64_t end = written_ + FrameSpace(size);
  const FrameHeader frame = {static_cast<uint32_t>(size), more ? 1u : 0u};
  Copy(absl::MakeSpan(reinterpret_cast<const uint8_t*>(&frame), sizeof(frame)));
  Copy(head);
  Copy(tail);
  written_ = end;
}

bool RingWriter::TakeSleeper() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return control_->reader_sleeps.load(std::memory_order_relaxed) != 0 &&
         control_->reader_sleeps.exchange(0, std::memory_order_relaxed) != 0;
}

void RingWriter::Wait() {
  control_->writer_waits.store(1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

// --- Reader --------------------------------------------------------------------------------------

bool RingReader::Look() {
  const uint64_t written = control_->written.load(std::memory_order_acquire);
  if (written < written_ || written - read_ > capacity_) return false;
  written_ = written;
  return true;
}

RingReader::Found RingReader::Peek(FrameHeader* frame) {
  if (written_ == read_) {
    if (!Look()) return Found::kIllegal;
    if (written_ == read_) return Found::kNothing;
  }
  const uint64_t available = written_ - read_;
  if (available < sizeof(*frame)) return Found::kIllegal;
  const size_t at = static_cast<size_t>(read_) & (capacity_ - 1);
  std::memcpy(frame, data_ + at, sizeof(*frame));
  ForgetSource();
  // A writer publishes whole frames.
  if (frame->size == 0 || frame->more > 1 || frame->size > capacity_ ||
      FrameSpace(frame->size) > available) {
    return Found::kIllegal;
  }
  return Found::kFrame;
}

void RingReader::CopyOut(size_t offset, uint8_t* to, size_t size) const {
  const size_t at = static_cast<size_t>(read_ + sizeof(FrameHeader) + offset) & (capacity_ - 1);
  const size_t first = std::min(size, capacity_ - at);
  if (first > 0) std::memcpy(to, data_ + at, first);
  if (first < size) std::memcpy(to + first, data_, size - first);
  ForgetSource();
}

void RingReader::Consume(const FrameHeader& frame) {
  read_ += FrameSpace(frame.size);
  // A writer of large messages goes on while the rest is read.
  if (read_ - released_ >= capacity_ / 4) {
    released_ = read_;
    control_->read.store(read_, std::memory_order_release);
  }
}

bool RingReader::Release() {
  if (released_ != read_) {
    released_ = read_;
    control_->read.store(read_, std::memory_order_release);
  }
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return control_->writer_waits.load(std::memory_order_relaxed) != 0 &&
         control_->writer_waits.exchange(0, std::memory_order_relaxed) != 0;
}

void RingReader::Doze() {
  asleep_ = true;
  control_->reader_sleeps.store(1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

bool RingReader::Sleep() {
  // What is there cannot be read yet; what it waits for does not come by the ring.
  if (written_ != read_) return false;
  Doze();
  if (control_->written.load(std::memory_order_acquire) == written_) return false;
  Awake();
  return true;
}

}  // namespace ipdl::portal
