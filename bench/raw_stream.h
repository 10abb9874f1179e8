// The yardstick: a bare AF_UNIX stream between two processes, nothing of ours in between.
//
// Every ratio that the benchmarks quote is against these, measured in the same run on the same
// CPUs, in rounds that alternate with the rounds of what is compared.

#ifndef IPDL_BENCH_RAW_STREAM_H_
#define IPDL_BENCH_RAW_STREAM_H_

#include <cstddef>
#include <memory>

#include "bench/forked_peer.h"

namespace ipdl::bench {

class RawStream {
 public:
  // Connects to a fork on `peer_cpu`; the caller has pinned itself.
  explicit RawStream(int peer_cpu);
  ~RawStream();

  RawStream(const RawStream&) = delete;
  RawStream& operator=(const RawStream&) = delete;

  // One blocking round trip of `bytes` each way (at most 64 KiB); nanoseconds.
  double RoundTripNs(size_t bytes);

  // Sends `count` messages of `bytes`, gathered into writes of `bytes_per_write`, until the
  // peer has read them all; nanoseconds for all.
  double OneWayNs(size_t bytes, size_t count, size_t bytes_per_write);

  // Sends `count` messages of 64 bytes with one descriptor each, one sendmsg a message;
  // nanoseconds until the peer has received and closed them all.
  double DescriptorsNs(size_t count);

  // CPU time of both processes so far, in nanoseconds.
  double CpuNs() const;

 private:
  int fd_;
  std::unique_ptr<ForkedPeer> peer_;
};

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_RAW_STREAM_H_
