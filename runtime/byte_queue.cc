// Growth and shrinking of a ByteQueue's block; see byte_queue.h.

#include "runtime/byte_queue.h"

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace ipdl {
namespace {

constexpr size_t kSmallestBlock = 4096;
constexpr size_t kAlignment = 8;

}  // namespace

ByteQueue::ByteQueue(ByteQueue&& other) noexcept
    : head_(std::exchange(other.head_, nullptr)),
      end_(std::exchange(other.end_, nullptr)),
      tail_(std::exchange(other.tail_, nullptr)),
      block_(std::exchange(other.block_, nullptr)) {}

ByteQueue& ByteQueue::operator=(ByteQueue&& other) noexcept {
  if (this != &other) {
    std::free(block_);
    block_ = std::exchange(other.block_, nullptr);
    head_ = std::exchange(other.head_, nullptr);
    tail_ = std::exchange(other.tail_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
  }
  return *this;
}

ByteQueue::~ByteQueue() { std::free(block_); }

void ByteQueue::Truncate(size_t size) {
  assert(size <= this->size());
  tail_ = head_ + size;
}

void ByteQueue::Consume(size_t n) {
  assert(n <= size());
  head_ += n;
  if (head_ != tail_) return;
  if (capacity() > kKeptBytes) {
    std::free(block_);
    block_ = head_ = tail_ = end_ = nullptr;
  } else {
    head_ = tail_ = block_;
  }
}

void ByteQueue::Grow(size_t n) {
  const size_t live = size();
  // Kept modulo 8 so that frames behind a partly sent one stay aligned.
  const size_t lead = static_cast<size_t>(head_ - block_) % kAlignment;
  // Moving down costs `live` bytes and must pay: with at most half of the block in use, either
  // much room opens behind the tail or the append that asked for it is itself as large.
  if (live <= capacity() / 2 && n <= capacity() && lead + live + n <= capacity()) {
    std::memmove(block_ + lead, head_, live);
    head_ = block_ + lead;
    tail_ = head_ + live;
    return;
  }
  const size_t wanted = std::max({lead + live + n, capacity() * 2, kSmallestBlock});
  uint8_t* block = wanted < n ? nullptr : static_cast<uint8_t*>(std::malloc(wanted));
  if (block == nullptr) {
    std::fprintf(stderr, "ipdl: no memory for a message buffer of %zu bytes\n", wanted);
    std::abort();
  }
  if (live != 0) std::memcpy(block + lead, head_, live);
  std::free(block_);
  block_ = block;
  head_ = block_ + lead;
  tail_ = head_ + live;
  end_ = block_ + wanted;
}

}  // namespace ipdl
