// Bytes in one contiguous block: appended at the tail, consumed at the head, never zero-filled.
//
// What it is: the output buffer into which messages are written in place, and the input buffer
// from which they are read in place. What it is not: a framing layer; it knows no messages. Called
// by the channels and Writer; calls malloc only.
//
// Alignment: the block starts 16-aligned, and growing keeps each byte's address modulo 8. So if
// everything appended has a multiple of 8 bytes, every frame in it starts 8-aligned, however much
// has been consumed. Memory: Extend aborts the process if malloc fails; its callers bound what
// they append (Limits). Threads: none of its own; one user at a time.

#ifndef IPDL_RUNTIME_BYTE_QUEUE_H_
#define IPDL_RUNTIME_BYTE_QUEUE_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace ipdl {

class ByteQueue {
 public:
  // A queue that becomes empty gives a block larger than this back (bytes).
  static constexpr size_t kKeptBytes = 256 * 1024;

  ByteQueue() = default;
  ByteQueue(ByteQueue&& other) noexcept;
  ByteQueue& operator=(ByteQueue&& other) noexcept;
  ~ByteQueue();

  size_t size() const { return static_cast<size_t>(tail_ - head_); }
  bool empty() const { return tail_ == head_; }
  size_t capacity() const { return static_cast<size_t>(end_ - block_); }

  // All bytes not yet consumed. Valid until the next Extend, Consume or Truncate.
  absl::Span<const uint8_t> bytes() const { return {head_, size()}; }
  absl::Span<uint8_t> mutable_bytes() { return {head_, size()}; }

  // Appends `n` bytes with undefined contents and returns the first. May move everything, and
  // invalidates all pointers into the queue.
  uint8_t* Extend(size_t n) {
    if (static_cast<size_t>(end_ - tail_) < n) Grow(n);
    uint8_t* first = tail_;
    tail_ += n;
    return first;
  }

  // Drops bytes at the tail until `size` are left; `size` <= size(). Moves nothing.
  void Truncate(size_t size);

  // Drops `n` bytes at the head; `n` <= size(). Moves nothing; may free the block if that leaves
  // the queue empty.
  void Consume(size_t n);

 private:
  friend class Writer;  // appends scalars straight at tail_ without a call

  // Makes room for `n` more bytes behind tail_.
  void Grow(size_t n);

  // head_ and tail_ are apart on purpose: side by side, compilers load both as one vector, and that
  // load waits for the store of tail_ that each Put makes (measured: 10 ns per message).
  uint8_t* head_ = nullptr;
  uint8_t* end_ = nullptr;
  uint8_t* tail_ = nullptr;
  uint8_t* block_ = nullptr;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_BYTE_QUEUE_H_
