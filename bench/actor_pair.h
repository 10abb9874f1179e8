// Two generated actors in two processes, and the rounds that the cases are made of.
//
// The measuring actor lives here, the serving one in a fork. Each call is one round of a case:
// short enough to alternate with rounds of the raw stream, long enough for the clock.

#ifndef IPDL_BENCH_ACTOR_PAIR_H_
#define IPDL_BENCH_ACTOR_PAIR_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "bench/BenchChild.h"
#include "bench/forked_peer.h"
#include "runtime/run_loop.h"

namespace ipdl::bench {

class ActorPair {
 public:
  // Connects to a fork on `peer_cpu`; the caller has pinned itself.
  explicit ActorPair(int peer_cpu);
  ~ActorPair();

  ActorPair(const ActorPair&) = delete;
  ActorPair& operator=(const ActorPair&) = delete;

  // One asynchronous call with its reply, 64 bytes of arguments each way; nanoseconds.
  double AsyncReplyNs();
  // The same as a coroutine that awaits the reply.
  double AwaitedReplyNs();
  // The same as a sync call.
  double SyncNs();

  // `count` one-way messages whose strings have the lengths of `texts` in turn, until the server
  // has handled them all; nanoseconds for all.
  double OneWayNs(const std::vector<std::string>& texts, size_t count);
  // The same with one descriptor each.
  double DescriptorsNs(size_t count);
  // `count` blobs of `bytes`.
  double BlobsNs(size_t bytes, size_t count);

  // CPU time of both processes so far, in nanoseconds.
  double CpuNs() const;

 private:
  template <typename SendOne>
  double SendAll(size_t count, SendOne send_one);

  std::unique_ptr<RunLoop> loop_;
  RefPtr<BenchChild> child_;
  std::unique_ptr<ForkedPeer> peer_;
};

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_ACTOR_PAIR_H_
