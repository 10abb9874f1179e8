// Writer: puts one message's values into the buffer from which the message will be sent.
//
// What it is: a cursor over the tail of a ByteQueue plus a list of handles. What it is not: a
// buffer of its own, or a framing layer; whoever opens the message puts the frame header around
// what the Writer wrote. Called by ParamTraits and glue/; calls ByteQueue.
//
// Encoding: little endian, each scalar at a multiple of its size counted from the start of the
// message, padding zero, lengths u32, bool one byte. A handle is one kind byte in the stream and
// an entry in the list, in the same order.
//
// Failure: a value that cannot be sent (an empty handle, a message above its limit) fails the
// Writer: it says why once and swallows everything after, so callers check once, at the end. What
// it wrote before stays in the queue and the list; whoever opened the message cuts both back.
//
//   ipdl::Writer writer(&queue, &handles, &limits);
//   writer.Put<uint32_t>(7);
//   writer.PutHandle(std::move(fd).TakeOwned());
//   if (!writer.Finish()) { LogError(writer.error()); queue.Truncate(mark); ... }
//
// While a Writer is open nothing else may append to its queue or list; consuming from the head is
// fine. Threads: none of its own; one user at a time.

#ifndef IPDL_RUNTIME_WRITER_H_
#define IPDL_RUNTIME_WRITER_H_

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/types/span.h"
#include "runtime/byte_queue.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/message_scope.h"
#include "runtime/wire_scalar.h"

namespace ipdl {

class Writer {
 public:
  // Opens a message at the tail of `queue`, whose size must put that tail at a multiple of 8.
  // All pointers are borrowed and must outlive the Writer; `scope` may be null.
  Writer(ByteQueue* queue, std::vector<OwnedHandle>* handles, const Limits* limits,
         MessageScope* scope = nullptr)
      : queue_(queue),
        start_(queue->tail_),
        handles_(handles),
        limits_(limits),
        scope_(scope),
        first_handle_(handles->size()),
        depth_(limits->nesting_depth) {
    assert(!Misaligned(start_, 8));
    SetLimit();
  }

  // A Writer that has failed already, for a sender that has no channel to write to.
  explicit Writer(std::string_view failed_because);

  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // One scalar: bool, an integer, a character or a float of 1, 2, 4 or 8 bytes.
  template <WireScalar T>
  void Put(T value) {
    constexpr size_t kSize = sizeof(T);
    // Room for the value wherever alignment puts it. Close to the end of the block this is more
    // than needed; PutSlow does the exact arithmetic there.
    if (ABSL_PREDICT_FALSE(room() < static_cast<ptrdiff_t>(2 * kSize - 1))) {
      PutSlow(BitsOf(value), kSize);
      return;
    }
    uint8_t* at = queue_->tail_;
    if constexpr (kSize > 1) {
      if (Misaligned(at, kSize)) {
        std::memset(at, 0, kSize);  // one store that covers any padding
        at = AlignUp(at, kSize);
      }
    }
    // As an object of its type and not through memcpy, whose bytes might be anything: so the
    // compiler knows that this Writer is unchanged and keeps its cursor in registers.
    new (at) T(value);
    queue_->tail_ = at + kSize;
  }

  // A count of elements or bytes, as u32; fails if it does not fit.
  void PutLength(size_t n) {
    if (ABSL_PREDICT_FALSE(n > UINT32_MAX)) {
      FailLength(n);
      return;
    }
    Put(static_cast<uint32_t>(n));
  }

  // Bytes as they are, without length or alignment.
  void PutBytes(absl::Span<const uint8_t> bytes) {
    if (ABSL_PREDICT_FALSE(room() < static_cast<ptrdiff_t>(bytes.size()))) {
      PutBytesSlow(bytes);
      return;
    }
    if (bytes.empty()) return;  // an empty span may hold a null pointer, which memcpy must not see
    std::memcpy(queue_->tail_, bytes.data(), bytes.size());
    queue_->tail_ += bytes.size();
  }

  // Zero bytes up to the next multiple of `alignment` (1, 2, 4 or 8).
  void Align(size_t alignment) noexcept;

  // Sends the handle along. Consumed in every case; an empty handle fails the message.
  void PutHandle(OwnedHandle&& handle) noexcept;

  // Around the fields of each struct and union, as Reader::Enter and Leave: what nests deeper
  // than the peer would accept fails here instead of costing the connection.
  void Enter() {
    if (ABSL_PREDICT_FALSE(depth_ == 0)) {
      FailDepth();
      return;
    }
    --depth_;
    ++entered_;
  }
  void Leave() {
    if (entered_ == 0) return;  // the Enter that belongs to this was refused
    --entered_;
    ++depth_;
  }

  // Says that the receiver will allocate `bytes` to hold what was just written (the counterpart
  // of Reader::ChargeMemory); Finish compares the sum with the limit.
  void ChargeMemory(size_t bytes) { decoded_ += bytes; }

  // Fails the message; the first reason stays. Cold.
  void Fail(std::string_view why) noexcept;

  // Ends the message: checks what only the whole can tell (its size, the memory that decoding it
  // takes). Call once, after the last value. False: error() says why.
  [[nodiscard]] bool Finish() {
    if (ABSL_PREDICT_FALSE(decoded_ > limits_->decoded_bytes(size()))) FailOverBudget();
    return ok();
  }

  bool ok() const { return error_ == nullptr; }
  std::string_view error() const { return ok() ? std::string_view() : std::string_view(*error_); }
  // Bytes written so far; 0 once failed.
  size_t size() const { return static_cast<size_t>(queue_->tail_ - start_); }
  MessageScope* scope() const { return scope_; }
  const Limits& limits() const { return *limits_; }

 private:
  ptrdiff_t room() const { return limit_ - queue_->tail_; }
  static bool Misaligned(const uint8_t* at, size_t alignment) {
    return (reinterpret_cast<uintptr_t>(at) & (alignment - 1)) != 0;
  }
  static uint8_t* AlignUp(uint8_t* at, size_t alignment) {
    const uintptr_t address = reinterpret_cast<uintptr_t>(at);
    return at + ((0 - address) & (alignment - 1));
  }
  void SetLimit() {
    const size_t free = static_cast<size_t>(queue_->end_ - start_);
    limit_ = start_ + std::min<size_t>(free, limits_->payload_bytes());
  }
  // Makes room for `n` bytes behind the tail, or fails the message; true if there is room.
  bool MakeRoom(size_t n) noexcept;
  // By value: taking the address of Put's argument would make every caller keep it in memory.
  template <typename T>
  static uint64_t BitsOf(T value) {
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
  }
  void PutSlow(uint64_t bits, size_t size) noexcept;
  void PutBytesSlow(absl::Span<const uint8_t> bytes) noexcept;
  void FailLength(size_t n) noexcept;
  void FailDepth() noexcept;
  void FailOverBudget() noexcept;

  // After a failure queue_ is a shared queue that has no block and never gets one, and start_ and
  // limit_ are null: room() is 0, so every Put takes its slow path, which does nothing.
  ByteQueue* queue_;
  uint8_t* limit_ = nullptr;  // writing stops here: end of the block or of the message
  uint8_t* start_ = nullptr;
  std::vector<OwnedHandle>* handles_ = nullptr;
  const Limits* limits_;
  MessageScope* scope_ = nullptr;
  uint64_t decoded_ = 0;
  size_t first_handle_ = 0;
  uint32_t depth_ = 0;    // levels still allowed
  uint32_t entered_ = 0;  // levels entered and not left
  std::unique_ptr<std::string> error_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_WRITER_H_
