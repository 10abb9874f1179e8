// The open connection behind a channel transport: a Channel, the router's listener, and the queue
// of what other threads transmit.
//
// What it is: whatever must happen on the loop's thread, and stay alive while it does. What it is
// not: an item of the driver; ChannelTransport is, and may be gone before. Called by
// channel_transport.cc and the channel; calls the router's handler, one call at a time.
//
// A datagram without bytes is a bell. One without bytes but with handles is the driver's own: the
// other end offers a doorbell, the first time that it rings or hears a bell.

#ifndef IPDL_RUNTIME_DRIVER_CONNECTION_H_
#define IPDL_RUNTIME_DRIVER_CONNECTION_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/types/span.h"
#include "runtime/channel/channel.h"
#include "runtime/driver/carrier.h"
#include "runtime/driver/deadlines.h"
#include "runtime/driver/doorbell.h"
#include "runtime/driver/transport_item.h"
#include "runtime/handle.h"
#include "runtime/mutex.h"
#include "runtime/peer.h"
#include "runtime/run_loop.h"

namespace ipdl {

class Connection final : public std::enable_shared_from_this<Connection>,
                         private Channel::Delegate {
 public:
  Connection(const Carrier* carrier, Carrier::End end, RunLoop* loop,
             std::shared_ptr<const LinkPolicy> policy, PeerLabel peer);
  ~Connection();

  // As in IpczDriver. Any thread.
  IpczResult Activate(const TransportItem::Listener& listener);
  void Deactivate();
  IpczResult Transmit(absl::Span<const uint8_t> data, std::vector<OwnedHandle> handles);
  void RingDoorbell(bool at_once);
  void SetTimer(uint64_t delay_us, uintptr_t context);
  // Nothing more is wanted of it.
  void Close();

 private:
  struct Datagram {
    std::vector<uint8_t> bytes = {};
    std::vector<OwnedHandle> handles = {};
    bool is_bell = false;  // need not be in order
  };

  bool OnLoop() const { return thread_ == std::this_thread::get_id(); }
  void Post(RunLoop::Task task);
  bool Open();
  bool Start();
  IpczResult Send(absl::Span<const uint8_t> data, std::vector<OwnedHandle> handles);
  void AddToOutbox(Datagram datagram) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool SendOutbox();
  IpczResult SendOnChannel(absl::Span<const uint8_t> data, std::vector<OwnedHandle> handles);
  void OfferDoorbell();
  void OnDoorbellOffered(absl::Span<OwnedHandle> offered);
  void OnRung();
  void OnDue(uintptr_t context);
  void DeactivateNow();
  void Finish();
  void Shut();

  // Channel::Delegate.
  void OnChannelMessage(absl::Span<const uint8_t> payload,
                        absl::Span<OwnedHandle> handles) override;
  void OnChannelClosed(const ChannelClosed& why) override;

  void Deliver(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles);
  void DeliverEarly();
  void TellDue(uintptr_t context);
  void AfterCall(IpczResult result);
  void Lose();
  void Fail();
  void ReportMisconduct(std::string_view what) const;

  const Carrier* const carrier_;
  RunLoop* const loop_;
  const std::thread::id thread_;
  const std::shared_ptr<const LinkPolicy> policy_;
  const PeerLabel peer_;

  // The loop's thread from here on.
  Carrier::End end_;  // until it is opened
  std::unique_ptr<Channel> channel_;
  std::unique_ptr<Doorbell> doorbell_;    // as long as there is a channel
  std::unique_ptr<Deadlines> deadlines_;  // as well
  TransportItem::Listener listener_;
  bool active_ = false;        // the listener has not had its last call
  bool delivering_ = false;    // the listener is being called
  bool failed_ = false;        // the listener was told of an error
  bool lost_ = false;          // the channel closed while the listener was being called
  bool deactivating_ = false;  // when that call returns
  bool offered_ = false;       // our doorbell
  // Came while the listener was being called:
  std::deque<Datagram> early_;
  std::vector<uintptr_t> early_due_;
  bool rung_early_ = false;

  Mutex mutex_;
  std::vector<Datagram> outbox_ ABSL_GUARDED_BY(mutex_);
  bool posted_ ABSL_GUARDED_BY(mutex_) = false;  // the outbox will be looked at
  bool shut_ ABSL_GUARDED_BY(mutex_) = false;    // the loop may be gone
  std::atomic<bool> has_outbox_ = false;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_CONNECTION_H_
