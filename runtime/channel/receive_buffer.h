// The memory that a channel reads into, shared by those that still look at it.
//
// What it is: a block with a count of its users: the channel, and each message that is being
// handed on right now. What it is not: a queue; the channel keeps the positions. Called by
// socket_receive.cc.
//
// A channel holds a block only while it has unparsed bytes in it; otherwise the block waits in a
// small store of its thread. So idle channels cost no receive buffer, and a busy thread reads into
// memory that is warm. Threads: a block stays on the thread that made it.

#ifndef IPDL_RUNTIME_CHANNEL_RECEIVE_BUFFER_H_
#define IPDL_RUNTIME_CHANNEL_RECEIVE_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ipdl {

class ReceiveBuffer {
 public:
  // One user's share of a block, or none.
  class Ref {
   public:
    Ref() = default;
    Ref(const Ref& other) : block_(other.block_) {
      if (block_ != nullptr) ++block_->users_;
    }
    Ref(Ref&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    Ref& operator=(Ref other) noexcept {
      std::swap(block_, other.block_);
      return *this;
    }
    ~Ref() {
      if (block_ != nullptr && --block_->users_ == 0) GiveBack(block_);
    }

    explicit operator bool() const { return block_ != nullptr; }
    // True if nobody else looks at the block, so that its bytes may be moved.
    bool unique() const { return block_->users_ == 1; }
    size_t capacity() const { return block_->capacity_; }
    // 16-aligned.
    uint8_t* data() const { return reinterpret_cast<uint8_t*>(block_ + 1); }

   private:
    friend class ReceiveBuffer;
    explicit Ref(ReceiveBuffer* block) : block_(block) {}

    ReceiveBuffer* block_ = nullptr;
  };

  // A block of `capacity` bytes with undefined contents. Aborts the process if there is no memory;
  // limits bound what callers ask for.
  static Ref Take(size_t capacity);

 private:
  friend struct ReceiveBufferStore;
  static void GiveBack(ReceiveBuffer* block);

  alignas(16) size_t capacity_;
  size_t users_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_RECEIVE_BUFFER_H_
