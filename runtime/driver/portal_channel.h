// A channel over a portal: its other end may be in any process, and move there at any time before
// it is made a channel too.
//
// What it is: the Channel interface over a portal of the router. Messages of one turn share a
// parcel; handles lie in boxes beside them, portals as they are. What it is not: a connection; many
// portals share one, and a portal's route may change under the channel without its noticing. Called
// by whoever has a portal and wants a Channel; calls the router and the loop.
//
// Back-pressure is between the two ends, whatever lies between them: an end asks the other from
// time to time to say how far it has read, and answers kWouldBlock while more than
// Limits::queued_bytes or queued_handles are not known to be read.
//
//   IpczHandle portal;   // from ConnectNode, OpenPortals, or a parcel
//   auto channel = ipdl::PortalChannel::Create({.ipcz = &ipcz, .node = node, .portal = portal},
//                                              loop, limits, label);
//   (*channel)->Start(&delegate);

#ifndef IPDL_RUNTIME_DRIVER_PORTAL_CHANNEL_H_
#define IPDL_RUNTIME_DRIVER_PORTAL_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "runtime/channel/channel.h"
#include "runtime/driver/portal_batch.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/peer.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/run_loop.h"

namespace ipdl {

class PortalChannel final : public Channel, private Transport {
 public:
  struct Portal {
    // Must outlive the channel. Of an IpczExtendedAPI; otherwise Cut closes and blames nobody.
    const IpczAPI* ipcz = nullptr;
    IpczHandle node = IPCZ_INVALID_HANDLE;
    IpczHandle portal = IPCZ_INVALID_HANDLE;
  };

  // Takes the portal, also on failure; the node, made with PortalDriver(), must be closed after the
  // channel. Everything happens on the loop's thread, on which this must be called. Errors: it is
  // no portal. `peer` stands for the other end until the route there is settled and says more.
  static absl::StatusOr<std::unique_ptr<PortalChannel>> Create(const Portal& portal, RunLoop* loop,
                                                               const Limits& limits,
                                                               PeerLabel peer);
  ~PortalChannel() override;

  void Start(Delegate* delegate) override;
  Writer& Begin(MessageScope* scope = nullptr) override { return batch_.Begin(scope); }
  SendResult End(Writer& writer, std::string* why_refused = nullptr) override;
  void Abandon(Writer& writer) override { batch_.Abandon(writer); }
  SendResult Send(absl::Span<const uint8_t> bytes, std::vector<OwnedHandle>&& handles) override;
  bool Flush() override;
  void Close() override;
  // Rejects the parcel that the message being handed on came in, and tells the broker as well.
  void Cut(std::string reason) override;
  Origin origin() override;
  void PauseReading() override { paused_ = true; }
  void ResumeReading() override;
  bool ReadNow() override;
  bool IsOpen() const override { return IsWhole() && !broken_; }
  // Not put yet.
  size_t queued_bytes() const override { return batch_.num_bytes(); }
  size_t queued_handles() const override { return batch_.num_handles(); }
  bool HasRoom(size_t payload_bytes, size_t handles) const override;
  // That of the link which the route was last seen to be settled on.
  const PeerLabel& peer() const override;
  PeerIs WhoIsPeer() const override;

  // Hands nothing on before it is known who the peer is, or until ten seconds after something came.
  void AwaitPeer() { awaits_peer_ = true; }

 private:
  struct Hook;
  struct Parcel;
  class HeldOrigin;

  PortalChannel(const Portal& portal, const Limits& limits, PeerLabel peer);

  int transport_fd() const override { return -1; }
  void OnTransportReady(FdReady) override {}
  void FlushTransport() override;
  Origin ExchangeOrigin(Origin origin) override {
    return std::exchange(origin_, std::move(origin));
  }
  void OnTransportDeadline() override;

  bool HoldForPeer();
  bool IsWhole() const { return portal_.portal != IPCZ_INVALID_HANDLE; }
  PortalBatch::Room RoomNow() const;
  SendResult Queued(SendResult result, uint64_t bytes_before, uint64_t handles_before);
  void LogRefused(const std::string& reason);
  void AskIfRead();
  void PutBatch();
  void Soon();
  void WaitForMore();
  void OnPortalEvent();

  enum class Next : uint8_t { kFrame, kNothing, kFailed };
  Next FindFrame();
  Next GetParcel();
  OwnedHandle TakeHandle(IpczHandle handle);
  bool TakeHandles(const std::vector<IpczHandle>& handles);
  void Dispatch();
  void OnControl(FrameKind kind, uint64_t token);
  void ReportWritable();
  void ReportClosed();
  void Fail(ChannelClosed::Kind kind, std::string text);
  void Blame(std::string text);
  void HoldLastOrigin();
  void ShutDown();

  static void IPCZ_API SeePeer(IpczDriverHandle transport, uintptr_t context);
  static void IPCZ_API OnTrap(const IpczTrapEvent* event);

  const Limits limits_;
  mutable PeerLabel peer_;
  Portal portal_;
  PortalBatch batch_;
  Delegate* delegate_ = nullptr;
  // Any call of the delegate may destroy the channel. Code that goes on behind one shares this.
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::optional<ChannelClosed> why_closed_;  // to be reported
  std::shared_ptr<Hook> hook_;               // what traps reach this by

  // What was sent and is not known to be read, and how much of it was before our question.
  uint64_t unread_bytes_ = 0;
  uint64_t unread_handles_ = 0;
  uint64_t asked_bytes_ = 0;
  uint64_t asked_handles_ = 0;
  bool asked_ = false;
  uint64_t token_ = 0;  // of our question

  // The parcel being handed on, which outer calls of Dispatch may still be using.
  std::shared_ptr<Parcel> parcel_;
  uint64_t received_ = 0;
  Parcel* handing_on_ = nullptr;  // the parcel of the innermost message being handed on
  Origin origin_;                 // of a message that somebody looks at later

  bool awaits_peer_ = false;
  absl::Duration peer_delay_;   // until somebody looks again
  absl::Duration peer_waited_;  // so far
  bool trapped_ = false;        // the router will tell when there is more
  bool paused_ = false;
  bool broken_ = false;   // the peer is gone; what it sent is still read
  bool refused_ = false;  // a send was answered kWouldBlock and not called back yet
  bool soon_ = false;     // OnTransportDeadline comes before the loop sleeps
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_PORTAL_CHANNEL_H_
