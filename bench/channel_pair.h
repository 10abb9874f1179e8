// A channel between two processes, of either kind: over a socket, or over a portal whose connection
// is such a socket. What actors stand on, without actors.
//
// What it is: the fork, and the rounds that are measured. What it is not: a case; channel_cases.cc
// has those. The other process obeys the first eight bytes of each message.

#ifndef IPDL_BENCH_CHANNEL_PAIR_H_
#define IPDL_BENCH_CHANNEL_PAIR_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "bench/portal_peer.h"
#include "bench/portal_process.h"
#include "runtime/channel/channel.h"
#include "runtime/handle.h"

namespace ipdl::bench {

enum class ChannelKind : uint8_t { kSocket, kPortal };

// One end: a loop, a node if there is need of one, and the channel.
class ChannelEnd {
 public:
  ChannelEnd(ChannelKind kind, FileDescriptor socket, bool is_launcher);
  ~ChannelEnd();
  ChannelEnd(const ChannelEnd&) = delete;
  ChannelEnd& operator=(const ChannelEnd&) = delete;

  RunLoop& loop() { return *loop_; }
  Channel& channel() { return *channel_; }

 private:
  std::unique_ptr<PortalProcess> process_;
  std::unique_ptr<RunLoop> own_loop_;
  RunLoop* loop_ = nullptr;
  std::unique_ptr<Channel> channel_;
};

class ChannelPair final : private Channel::Delegate {
 public:
  // The caller has pinned itself.
  ChannelPair(ChannelKind kind, int peer_cpu);
  ~ChannelPair();

  // 64 bytes each way; the answer comes to a turn of the loop, or to a wait as in a sync call.
  double RoundTripNs();
  double SyncRoundTripNs();
  // Messages of 64 bytes, until the peer has read them all; nanoseconds for all.
  double OneWayNs(size_t count);
  double CpuNs() const;

 private:
  void OnChannelMessage(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle>) override;
  void OnChannelClosed(const ChannelClosed&) override;
  void Say(uint64_t order);

  PortalPeer peer_;
  ChannelEnd end_;
  uint64_t answers_ = 0;
  uint64_t to_answer_ = 0;  // answers that are still to be sent back at once
};

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_CHANNEL_PAIR_H_
