// A queue of frames in memory that two nodes share: one of them writes, the other reads.
//
// What it is: the layout, and both ends' use of it. Each index has one writer, who keeps its own
// copy and never believes the shared one; the other's index must not go back and must be within
// the capacity, or the ring is over. Whatever is read is copied out before anybody looks at it.
// What it is not: a lock, a thread, or a knower of messages (NodeLink is); memory comes from
// LinkMemory. Called by LinkRings under the domain's lock.
//
// Who sleeps is woken:
//
//   reader                               writer
//   reads until nothing is left          writes, publishes
//   reader_sleeps = 1; fence             fence
//   looks again; if nothing, returns     if it takes reader_sleeps (1 -> 0): rings the bell
//
// and the other way round with `writer_waits`, for room.

#ifndef IPDL_RUNTIME_PORTAL_RING_H_
#define IPDL_RUNTIME_PORTAL_RING_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace ipdl::portal {

// In shared memory; zero at first. Indices count bytes from the ring's beginning and never wrap.
// What one end writes often is on another cache line than what the other does, if the memory begins
// on one; that it does is not required of drivers.
struct RingControl {
  std::atomic<uint64_t> written;       // by the writer
  std::atomic<uint32_t> writer_waits;  // set by the writer, taken by the reader
  uint8_t unused0[52];
  std::atomic<uint64_t> read;           // by the reader
  std::atomic<uint32_t> reader_sleeps;  // set by the reader, taken by the writer
  uint8_t unused1[52];
};
static_assert(sizeof(RingControl) == 128 && alignof(RingControl) == 8);
static_assert(std::atomic<uint64_t>::is_always_lock_free &&
              std::atomic<uint32_t>::is_always_lock_free);

// In front of each frame, which begins at a multiple of 8. A message is one frame or several.
struct FrameHeader {
  uint32_t size;  // of what follows
  uint32_t more;  // 1: the message goes on in the next frame
};
static_assert(sizeof(FrameHeader) == 8);

constexpr size_t FrameSpace(size_t size) { return (sizeof(FrameHeader) + size + 7) & ~size_t{7}; }

class RingWriter {
 public:
  RingWriter() = default;
  // `capacity`, a power of two, of bytes at `data`.
  RingWriter(RingControl* control, uint8_t* data, size_t capacity)
      : control_(control), data_(data), capacity_(capacity) {}

  size_t capacity() const { return capacity_; }
  // Whether `space` bytes can be written now. Looks at the reader's index only if it must.
  bool HasRoom(size_t space) {
    return capacity_ - (written_ - read_) >= space || (Look() && Free() >= space);
  }
  // As far as known, without looking.
  size_t Free() const { return capacity_ - static_cast<size_t>(written_ - read_); }
  // Reads the reader's index. False if it is not a possible one: nothing more may be written.
  bool Look();
  bool is_broken() const { return broken_; }
  // Whether the reader has read all that was published.
  bool IsDrained() { return Look() && written_ == read_; }

  // There is room for it. Not visible before Publish.
  void Write(absl::Span<const uint8_t> head, absl::Span<const uint8_t> tail, bool more);
  void Publish() { control_->written.store(written_, std::memory_order_release); }
  // After Publish: whether the bell must be rung.
  bool TakeSleeper();
  // Has the bell rung here once there is room. Look again after it.
  void Wait();

 private:
  void Copy(absl::Span<const uint8_t> bytes);

  RingControl* control_ = nullptr;
  uint8_t* data_ = nullptr;
  size_t capacity_ = 0;
  uint64_t written_ = 0;
  uint64_t read_ = 0;  // the last that was seen of the reader's
  bool broken_ = false;
};

class RingReader {
 public:
  RingReader() = default;
  RingReader(RingControl* control, const uint8_t* data, size_t capacity)
      : control_(control), data_(data), capacity_(capacity) {}

  size_t capacity() const { return capacity_; }

  enum class Found : uint8_t { kNothing, kFrame, kIllegal };
  // Whether there is a whole frame; its header is copied to `frame`.
  Found Peek(FrameHeader* frame);
  // Bytes of the frame that Peek found; `offset` and `size` are within it.
  void CopyOut(size_t offset, uint8_t* to, size_t size) const;
  // Goes on to the next frame.
  void Consume(const FrameHeader& frame);
  // Lets the writer have what was consumed. True if it waits for that: ring.
  bool Release();
  // Nothing is read for now. True if there is something new after all; then the reader is awake
  // again, as it stays if there is something that it left where it is.
  bool Sleep();
  // While the reader is at work it need not be woken.
  void Awake() {
    if (asleep_) control_->reader_sleeps.store(0, std::memory_order_relaxed);
    asleep_ = false;
  }
  // As Sleep, without looking: somebody else sees to it that this is called again.
  void Doze();

 private:
  bool Look();

  RingControl* control_ = nullptr;
  const uint8_t* data_ = nullptr;
  size_t capacity_ = 0;
  uint64_t read_ = 0;
  uint64_t released_ = 0;
  uint64_t written_ = 0;  // the last that was seen of the writer's
  bool asleep_ = false;   // said so
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_RING_H_
