// A transport over a Channel: datagrams of the router are the channel's messages.
//
// What it is: the end of a connection to another process, from before the channel is open (when it
// can still be sent on) to the router's last call about it. What it is not: a judge of what is in a
// datagram. Everything happens on one loop, the one that owns the node; other threads leave what
// they transmit in a queue, in order. Called by driver.cc; calls Channel and the router's handler.
//
// All that is transmitted in one turn of the loop leaves in one system call at its end; that is
// the channel's way.
//
// Labels: who is at the other end is said by the one who made the connection. An end that arrives
// over another transport has the label that the sender of it gave, if that is our launcher, or that
// of the sender itself: nobody but the launcher can make a peer look like somebody else.

#ifndef IPDL_RUNTIME_DRIVER_CHANNEL_TRANSPORT_H_
#define IPDL_RUNTIME_DRIVER_CHANNEL_TRANSPORT_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/driver/carrier.h"
#include "runtime/driver/transport_item.h"
#include "runtime/handle.h"
#include "runtime/peer.h"
#include "runtime/run_loop.h"

namespace ipdl {

class Connection;

class ChannelTransport final : public TransportItem {
 public:
  // `loop` must live until the transport is closed, or deactivated.
  ChannelTransport(const Carrier* carrier, Carrier::End end, RunLoop* loop,
                   std::shared_ptr<const LinkPolicy> policy, PeerLabel peer);
  ~ChannelTransport() override;

  // A new connection between the peers of two transports, either of which may be null: this
  // process. Both null: of nobody knows whom. Errors: no descriptors.
  static absl::StatusOr<
      std::pair<std::unique_ptr<ChannelTransport>, std::unique_ptr<ChannelTransport>>>
  NewPair(const ChannelTransport* over0, const ChannelTransport* over1);

  // The end that Pack described, and that came over `over`. Null: it is not what it says.
  static std::unique_ptr<ChannelTransport> Unpack(absl::Span<const uint8_t> bytes,
                                                  absl::Span<OwnedHandle> handles,
                                                  const ChannelTransport& over);

  IpczResult Activate(const Listener& listener) override;
  void Deactivate() override;
  IpczResult Transmit(absl::Span<const uint8_t> data,
                      absl::Span<const IpczDriverHandle> items) override;
  void ReportBadActivity(uintptr_t context, uint32_t flags, const TransportItem* accuser,
                         std::string_view reason) override;
  IpczResult RingDoorbell(bool at_once) override;
  IpczResult SetTimer(uint64_t delay_us, uintptr_t context) override;
  bool is_local() const override { return false; }
  RunLoop* loop() const override { return loop_; }
  void MoveTo(RunLoop* loop) override;

  const PeerLabel& peer() const { return peer_; }

  // Only before anything was transmitted or activated.
  bool CanTravel() const override;
  size_t packed_bytes() const override;
  size_t packed_handles() const override { return carrier_->handles_per_end(); }
  void Pack(uint8_t* bytes, std::vector<OwnedHandle>* handles) override;

 private:
  Connection& Use();

  const Carrier* const carrier_;
  Carrier::End end_;  // until it is opened or sent on
  RunLoop* loop_;
  const std::shared_ptr<const LinkPolicy> policy_;
  const PeerLabel peer_;
  bool judges_;                             // the peer is believed about others
  std::shared_ptr<Connection> connection_;  // once it is opened
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_CHANNEL_TRANSPORT_H_
