// Reader: the one bounds-checked cursor through which everything a peer wrote is read.
//
// What it is: a cursor over one message's bytes and its handles. What it is not: an owner; the
// bytes stay where the channel received them (a private copy: the peer cannot change them), and
// handles that nobody takes stay in the span for their owner to close. Called by ParamTraits and
// glue/; calls nothing.
//
// Every function that returns bool answers false on failure and on every call after the first
// failure; outputs are then unspecified, and nothing that was read may be acted on. The first
// failure is kept with its offset; on the way out, the callers put the path in front of it:
//
//   bool ParamTraits<Point>::Read(Reader& in, Point* out) {
//     if (!in.Enter()) return false;
//     if (!ReadParam(in, "x", &out->x) || !ReadParam(in, "y", &out->y)) return false;
//     in.Leave();
//     return true;
//   }
//   ...
//   if (!reader.Finish()) Cut(reader.failure().ToString());   // "pts[3].x: ... (byte 20)"
//
// Encoding and alignment: writer.h. Threads: none of its own; one user at a time.

#ifndef IPDL_RUNTIME_READER_H_
#define IPDL_RUNTIME_READER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/types/span.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/message_scope.h"
#include "runtime/wire_scalar.h"

namespace ipdl {

class Reader {
 public:
  struct Failure {
    std::string path;    // which value: "pts[3].x"; empty for the message as a whole
    std::string reason;  // what is wrong with it; ours, never the peer's text
    size_t offset = 0;   // bytes from the start of the message

    // "pts[3].x: a bool is neither 0 nor 1 (byte 20)".
    std::string ToString() const;
  };

  // `bytes` are what the Writer wrote, padding of the frame optional. All is borrowed and must
  // outlive the Reader; `scope` may be null.
  Reader(absl::Span<const uint8_t> bytes, absl::Span<OwnedHandle> handles, const Limits* limits,
         MessageScope* scope = nullptr)
      : next_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        start_(bytes.data()),
        memory_(limits->decoded_bytes(bytes.size()) + 1),
        depth_(limits->nesting_depth),
        handles_(handles),
        limits_(limits),
        scope_(scope) {}

  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // One scalar, after zero padding up to a multiple of its size. A bool must be 0 or 1; every
  // other type takes any bits.
  template <WireScalar T>
  [[nodiscard]] bool Get(T* out) {
    constexpr size_t kSize = sizeof(T);
    const uint8_t* at = next_;
    if constexpr (kSize > 1) {
      const size_t padding = PaddingTo(kSize);
      if (padding != 0) {
        if (ABSL_PREDICT_FALSE(padding > remaining())) return FailAtEnd(kSize), false;
        if (ABSL_PREDICT_FALSE(!IsZero<kSize>(padding))) return FailInPadding(), false;
        at += padding;
      }
    }
    if (ABSL_PREDICT_FALSE(static_cast<size_t>(end_ - at) < kSize)) return FailAtEnd(kSize), false;
    if constexpr (std::is_same_v<T, bool>) {
      const uint8_t byte = *at;
      if (ABSL_PREDICT_FALSE(byte > 1)) return Fail("a bool is neither 0 nor 1");
      *out = byte != 0;
    } else {
      T value;
      std::memcpy(&value, at, kSize);
      *out = value;
    }
    next_ = at + kSize;
    return true;
  }

  // A count written by PutLength of elements that take at least `min_wire_bytes_each` (>= 1) on
  // the wire and `memory_each` bytes once decoded. True only if that many can still follow and the
  // memory for them is charged, so `*n` may size an allocation.
  [[nodiscard]] bool GetLength(size_t min_wire_bytes_each, size_t memory_each, uint32_t* n) {
    if (ABSL_PREDICT_FALSE(!Get(n))) return false;
    if (ABSL_PREDICT_FALSE(*n > remaining() / min_wire_bytes_each)) {
      return FailWithLength(*n, min_wire_bytes_each), false;
    }
    // No overflow: n is below 2^32 and memory_each is the size of a type.
    return ChargeMemory(uint64_t{*n} * memory_each);
  }

  // The next `n` bytes, not copied: valid as long as the message's bytes are.
  [[nodiscard]] bool GetBytes(size_t n, absl::Span<const uint8_t>* view) {
    if (ABSL_PREDICT_FALSE(n > remaining() || failure_ != nullptr)) return FailAtEnd(n), false;
    *view = absl::Span<const uint8_t>(next_, n);
    next_ += n;
    return true;
  }

  // Skips padding up to a multiple of `alignment` (1, 2, 4 or 8), which must be zero.
  [[nodiscard]] bool Align(size_t alignment) noexcept;

  // The next handle, which must be of `kind`. Moves it to `*out`.
  [[nodiscard]] bool GetHandle(OwnedHandle::Kind kind, OwnedHandle* out) noexcept;

  // To be called before allocating `bytes` for decoded values.
  [[nodiscard]] bool ChargeMemory(uint64_t bytes) {
    if (ABSL_PREDICT_FALSE(bytes >= memory_)) return FailOverBudget(), false;
    memory_ -= bytes;
    return true;
  }

  // Around the fields of each struct and union: bounds the recursion.
  [[nodiscard]] bool Enter() {
    if (ABSL_PREDICT_FALSE(depth_ == 0)) return FailTooDeep(), false;
    --depth_;
    return true;
  }
  void Leave() { depth_ += ok() ? 1u : 0u; }

  // True if all went well and nothing is left: no byte but zero padding of the frame (below 8
  // bytes, up to a multiple of 8), no handle.
  [[nodiscard]] bool Finish() noexcept;

  // Fails the message at the current offset; the first reason stays. Always false, so that a
  // check can end in `return in.Fail("...")`. Cold.
  bool Fail(std::string_view reason) {
    FailWith(reason);
    return false;
  }

  // On the way out of a failure, from the inside out: put the name of the field, or the index of
  // the element, in front of the path. Always false. Cold.
  bool Blame(const char* field) {
    BlameField(field);
    return false;
  }
  bool BlameIndex(size_t index) {
    BlameElement(index);
    return false;
  }

  bool ok() const { return failure_ == nullptr; }
  // The first failure. Only if !ok().
  const Failure& failure() const { return *failure_; }
  size_t remaining() const { return static_cast<size_t>(end_ - next_); }
  size_t position() const { return static_cast<size_t>(next_ - start_); }
  MessageScope* scope() const { return scope_; }
  const Limits& limits() const { return *limits_; }

 private:
  // Bytes up to the next multiple of `alignment`, counted from the start of the message: the
  // message itself may lie anywhere.
  size_t PaddingTo(size_t alignment) const {
    return static_cast<size_t>(start_ - next_) & (alignment - 1);
  }
  // True if the next `padding` bytes, which end at a multiple of kSize, are zero.
  template <size_t kSize>
  bool IsZero(size_t padding) const {
    using Unit = std::conditional_t<kSize == 2, uint16_t,
                                    std::conditional_t<kSize == 4, uint32_t, uint64_t>>;
    Unit unit;  // lies within the message: padding is what a unit begun before still needs
    std::memcpy(&unit, next_ + padding - kSize, kSize);
    return (unit >> (8 * (kSize - padding))) == 0;
  }

  // Out of line, so that the callers stay small; void, so that the compiler sees at each call
  // that the answer is false.
  void FailWith(std::string_view reason) noexcept;
  void FailAtEnd(size_t wanted) noexcept;
  void FailInPadding() noexcept;
  void FailWithLength(uint32_t n, size_t min_wire_bytes_each) noexcept;
  void FailOverBudget() noexcept;
  void FailTooDeep() noexcept;
  void BlameField(const char* field) noexcept;
  void BlameElement(size_t index) noexcept;

  // After a failure end_ == next_ and memory_ and depth_ are 0: every check fails by itself.
  const uint8_t* next_;
  const uint8_t* end_;
  const uint8_t* start_;
  uint64_t memory_;  // bytes that may still be allocated, plus one: 0 refuses even nothing
  uint32_t depth_;   // levels still allowed
  absl::Span<OwnedHandle> handles_;
  size_t next_handle_ = 0;
  const Limits* limits_;
  MessageScope* scope_;
  std::unique_ptr<Failure> failure_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_READER_H_
