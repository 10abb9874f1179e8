// The other yardstick: two rings in shared memory and a futex, nothing of ours in between.
//
// It is the limit for anything that sleeps: a round trip is two system calls and two switches.
// Messages have a fixed size and no checks; a reader spins not at all.

#ifndef IPDL_BENCH_BARE_RING_H_
#define IPDL_BENCH_BARE_RING_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "bench/forked_peer.h"

namespace ipdl::bench {

struct BareRingMemory;

class BareRing {
 public:
  // Connects to a fork on `peer_cpu`; the caller has pinned itself.
  explicit BareRing(int peer_cpu);
  ~BareRing();
  BareRing(const BareRing&) = delete;
  BareRing& operator=(const BareRing&) = delete;

  // One round trip of `bytes` each way; nanoseconds.
  double RoundTripNs(size_t bytes);
  // `count` messages of `bytes` until the peer has read them all; nanoseconds for all.
  double OneWayNs(size_t bytes, size_t count);

 private:
  BareRingMemory* memory_;
  std::unique_ptr<ForkedPeer> peer_;
};

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_BARE_RING_H_
