// The per-thread store of receive buffers. See receive_buffer.h.

#include "runtime/channel/receive_buffer.h"

#include <cstdio>
#include <cstdlib>
#include <new>

namespace ipdl {

// Enough for one channel that waits in a sync call inside a message and its ordinary reading.
struct ReceiveBufferStore {
  static constexpr size_t kMost = 2;
  // Larger blocks come from a single large message, and go back to malloc with it.
  static constexpr size_t kLargestKept = 256 * 1024;

  ~ReceiveBufferStore() {
    ended = true;
    while (count != 0) std::free(blocks[--count]);
  }

  ReceiveBuffer* blocks[kMost];
  size_t count = 0;
  static thread_local ReceiveBufferStore here;
  // Stays readable after `here` is gone, for channels that die even later in the thread's exit.
  static thread_local bool ended;
};

thread_local ReceiveBufferStore ReceiveBufferStore::here;
thread_local bool ReceiveBufferStore::ended = false;

ReceiveBuffer::Ref ReceiveBuffer::Take(size_t capacity) {
  if (!ReceiveBufferStore::ended) {
    ReceiveBufferStore& store = ReceiveBufferStore::here;
    for (size_t i = store.count; i-- != 0;) {
      ReceiveBuffer* const block = store.blocks[i];
      if (block->capacity_ != capacity) continue;
      store.blocks[i] = store.blocks[--store.count];
      block->users_ = 1;
      return Ref(block);
    }
  }
  void* const memory = std::malloc(sizeof(ReceiveBuffer) + capacity);
  if (memory == nullptr) {
    std::fprintf(stderr, "ipdl: no memory for a receive buffer of %zu bytes\n", capacity);
    std::abort();
  }
  ReceiveBuffer* const block = new (memory) ReceiveBuffer;
  block->capacity_ = capacity;
  block->users_ = 1;
  return Ref(block);
}

void ReceiveBuffer::GiveBack(ReceiveBuffer* block) {
  if (!ReceiveBufferStore::ended) {
    ReceiveBufferStore& store = ReceiveBufferStore::here;
    if (store.count < ReceiveBufferStore::kMost &&
        block->capacity_ <= ReceiveBufferStore::kLargestKept) {
      store.blocks[store.count++] = block;
      return;
    }
  }
  std::free(block);
}

}  // namespace ipdl
