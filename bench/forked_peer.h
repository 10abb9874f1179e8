// The other process of a benchmark case: a fork that runs one function on its own CPU.
//
// A fork without exec keeps the figures free of program start-up and lets a case hand the peer
// its end of a connection as a plain value. The peer dies with its ForkedPeer.

#ifndef IPDL_BENCH_FORKED_PEER_H_
#define IPDL_BENCH_FORKED_PEER_H_

#include <sys/types.h>

#include <functional>

namespace ipdl::bench {

class ForkedPeer {
 public:
  // Forks; the fork is pinned to `cpu`, runs `body` and exits with its value. It never returns
  // to the caller, and it is killed when the benchmark itself dies.
  ForkedPeer(int cpu, const std::function<int()>& body);
  ~ForkedPeer();  // kills and reaps

  ForkedPeer(const ForkedPeer&) = delete;
  ForkedPeer& operator=(const ForkedPeer&) = delete;

  // CPU time that the peer has used so far, in nanoseconds.
  int64_t CpuNs() const;

 private:
  pid_t pid_;
};

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_FORKED_PEER_H_
