#include "bench/bare_ring.h"

#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "bench/processor.h"

namespace ipdl::bench {
namespace {

constexpr uint64_t kCapacity = uint64_t{4} << 20;

struct Ring {
  alignas(64) std::atomic<uint64_t> written;
  alignas(64) std::atomic<uint64_t> read;
  alignas(64) std::atomic<uint32_t> sleeper;  // of either end: who finds nothing, or no room
  char bytes[kCapacity];

  void Sleep() { syscall(SYS_futex, &sleeper, FUTEX_WAIT, 1, nullptr, nullptr, 0); }
  void Wake() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (sleeper.load(std::memory_order_relaxed) == 0 || sleeper.exchange(0) == 0) return;
    syscall(SYS_futex, &sleeper, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  }
  template <typename Ready>
  void Await(const Ready& ready) {
    while (!ready()) {
      sleeper.store(1, std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_seq_cst);
      if (!ready()) Sleep();
    }
  }
  void Write(const char* from, size_t size) {
    const uint64_t at = written.load(std::memory_order_relaxed);
    Await([&] { return at + size - read.load(std::memory_order_acquire) <= kCapacity; });
    const size_t first = std::min<size_t>(size, kCapacity - at % kCapacity);
    memcpy(bytes + at % kCapacity, from, first);
    memcpy(bytes, from + first, size - first);
    written.store(at + size, std::memory_order_release);
    Wake();
  }
  void Read(char* to, size_t size) {
    const uint64_t at = read.load(std::memory_order_relaxed);
    Await([&] { return written.load(std::memory_order_acquire) - at >= size; });
    const size_t first = std::min<size_t>(size, kCapacity - at % kCapacity);
    memcpy(to, bytes + at % kCapacity, first);
    memcpy(to + first, bytes, size - first);
    read.store(at + size, std::memory_order_release);
    Wake();
  }
};

struct Order {
  uint64_t bytes;
  uint64_t count;
  uint64_t echo;
};

}  // namespace

struct BareRingMemory {
  Ring there;
  Ring back;
};

BareRing::BareRing(int peer_cpu) {
  void* const memory = mmap(nullptr, sizeof(BareRingMemory), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    perror("ipdl-bench: mmap");
    exit(1);
  }
  memory_ = static_cast<BareRingMemory*>(memory);
  peer_ = std::make_unique<ForkedPeer>(peer_cpu, [this] {
    std::vector<char> buffer(kCapacity);
    Order order;
    while (true) {
      memory_->there.Read(reinterpret_cast<char*>(&order), sizeof(order));
      for (uint64_t i = 0; i < order.count; ++i) {
        memory_->there.Read(buffer.data(), order.bytes);
        if (order.echo != 0) memory_->back.Write(buffer.data(), order.bytes);
      }
      if (order.echo == 0) memory_->back.Write("k", 1);
    }
    return 0;
  });
}

BareRing::~BareRing() {
  peer_ = nullptr;
  munmap(memory_, sizeof(BareRingMemory));
}

double BareRing::RoundTripNs(size_t bytes) {
  constexpr uint64_t kTrips = 200;
  std::vector<char> buffer(bytes);
  const Order order = {bytes, kTrips, 1};
  memory_->there.Write(reinterpret_cast<const char*>(&order), sizeof(order));
  const int64_t start = NowNs();
  for (uint64_t i = 0; i < kTrips; ++i) {
    memory_->there.Write(buffer.data(), bytes);
    memory_->back.Read(buffer.data(), bytes);
  }
  return static_cast<double>(NowNs() - start) / static_cast<double>(kTrips);
}

double BareRing::OneWayNs(size_t bytes, size_t count) {
  std::vector<char> buffer(bytes);
  const Order order = {bytes, count, 0};
  memory_->there.Write(reinterpret_cast<const char*>(&order), sizeof(order));
  const int64_t start = NowNs();
  for (size_t i = 0; i < count; ++i) memory_->there.Write(buffer.data(), bytes);
  char done;
  memory_->back.Read(&done, 1);
  return static_cast<double>(NowNs() - start);
}

}  // namespace ipdl::bench
