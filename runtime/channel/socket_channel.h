// A channel over an AF_UNIX stream socket: messages of one turn leave in one system call, with the
// descriptors of all of them.
//
// What it is: the whole channel: it joins the two directions (socket_send.h, socket_receive.h) to
// the loop and to the delegate, and decides when the connection is over. What it is not: a way to
// find or authenticate a peer; both ends come from CreateSocketPair or from a launcher. Called by
// glue/ through channel.h; calls the loop.
//
// No call blocks, and O_NONBLOCK is not used: that flag belongs to the open description, which a
// less trusted peer may hold too.
//
//   absl::StatusOr<ipdl::SocketPair> pair = ipdl::CreateSocketPair();
//   ... hand pair->theirs to a child process ...
//   auto channel = ipdl::SocketChannel::Create(std::move(pair->ours), loop, limits, label);
//   (*channel)->Start(&delegate);

#ifndef IPDL_RUNTIME_CHANNEL_SOCKET_CHANNEL_H_
#define IPDL_RUNTIME_CHANNEL_SOCKET_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "runtime/channel/channel.h"
#include "runtime/channel/socket_receive.h"
#include "runtime/channel/socket_send.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/peer.h"
#include "runtime/run_loop.h"

namespace ipdl {

// Two connected ends. Both are closed on exec; a launcher passes one on by its own means.
struct SocketPair {
  FileDescriptor ours;
  FileDescriptor theirs;
};

// Errors: the process is out of descriptors or memory.
absl::StatusOr<SocketPair> CreateSocketPair();

class SocketChannel final : public Channel, private Transport {
 public:
  // Takes `socket` over, also on failure. `socket` must be a connected AF_UNIX stream socket whose
  // other end no one but the peer uses. `limits` should be the peer's too. The channel does not
  // outlive the use of `loop`: once the loop is gone it neither sends nor receives. Errors:
  // `socket` is not such a socket, or the loop cannot watch it.
  static absl::StatusOr<std::unique_ptr<SocketChannel>> Create(FileDescriptor socket, RunLoop* loop,
                                                               const Limits& limits,
                                                               PeerLabel peer);
  ~SocketChannel() override;

  void Start(Delegate* delegate) override;
  Writer& Begin(MessageScope* scope = nullptr) override { return sender_.Begin(scope); }
  SendResult End(Writer& writer, std::string* why_refused = nullptr) override;
  void Abandon(Writer& writer) override { sender_.Abandon(writer); }
  SendResult Send(absl::Span<const uint8_t> bytes, std::vector<OwnedHandle>&& handles) override;
  bool Flush() override;
  void Close() override;
  void Cut(std::string reason) override;
  void PauseReading() override;
  void ResumeReading() override;
  bool ReadNow() override;
  bool IsOpen() const override { return socket_.valid() && !broken_; }
  size_t queued_bytes() const override { return sender_.queued_bytes(); }
  size_t queued_handles() const override { return sender_.queued_handles(); }
  bool HasRoom(size_t payload_bytes, size_t handles) const override {
    return sender_.HasRoom(payload_bytes, handles);
  }
  const PeerLabel& peer() const override { return peer_; }

  // What the channel did so far; for tests and figures.
  struct Counters {
    uint64_t sends;              // send and sendmsg calls
    uint64_t reads;              // recvmsg calls
    uint64_t messages_sent;      // accepted by End or Send
    uint64_t messages_received;  // handed to the delegate
  };
  Counters counters() const {
    return {sender_.sends(), receiver_.reads(), sender_.messages(), received_};
  }

 private:
  SocketChannel(FileDescriptor socket, const Limits& limits, PeerLabel peer);

  int transport_fd() const override { return socket_.get(); }
  void OnTransportReady(FdReady ready) override;
  void FlushTransport() override;
  void OnTransportDeadline() override;
  bool HasInput() const override;

  SendResult Queued(SendResult result);
  void LogRefused(const std::string& reason);
  void Write();
  void ReadMore(const bool& alive);
  bool DispatchFrames(const bool& alive);
  void OnReadShortage(const std::string& what);
  void ReportWritable();
  void Fail(ChannelClosed::Kind kind, std::string text);
  void ShutDown();
  void ReportClosed();
  void UpdateInterest();
  void Soon();
  void RetryAfterDelay();

  const Limits limits_;
  const PeerLabel peer_;
  FileDescriptor socket_;
  SocketSender sender_;
  SocketReceiver receiver_;
  Delegate* delegate_ = nullptr;
  // Any call of the delegate may destroy the channel. Code that goes on behind one shares this, and
  // looks whether `this` is still there.
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::optional<ChannelClosed> why_closed_;  // to be reported; empty once it was
  uint64_t received_ = 0;

  bool paused_ = false;
  bool broken_ = false;         // there is no one to write to; what has arrived is still read
  bool write_blocked_ = false;  // waiting for the socket to become writable
  bool write_short_ = false;    // waiting for the system to have more of something
  bool read_short_ = false;
  bool hangup_ = false;         // the other end is gone: read to the end, it is not said again
  bool unread_ = false;         // the loop said that there is something; not all of it was read yet
  bool more_to_read_ = false;   // this turn's share was used up before the socket was empty
  bool refused_ = false;        // a send was answered kWouldBlock and not called back yet
  bool soon_ = false;           // OnTransportDeadline comes before the loop sleeps
  absl::Duration retry_delay_;  // of the last retry; zero when all is well
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_SOCKET_CHANNEL_H_
