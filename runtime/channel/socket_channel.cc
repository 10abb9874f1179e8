// The life of a socket channel: when to write, when to read, when it is over. See
// socket_channel.h.

#include "runtime/channel/socket_channel.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/channel/descriptor_room.h"
#include "runtime/log.h"

namespace ipdl {
namespace {

// How much one channel may read in one turn before the others have theirs: this many reads, or
// Limits::read_buffer_bytes. What is left is found in the next turn, without sleeping.
constexpr int kReadsPerTurn = 16;

// Between attempts when the system is short of something: doubled each time.
constexpr absl::Duration kFirstRetryDelay = absl::Milliseconds(1);
constexpr absl::Duration kLongestRetryDelay = absl::Milliseconds(250);

std::string ErrnoText(const char* call, int error) {
  return std::string(absl::ErrnoToStatus(error, call).message());
}

// What comes out of a socket that a peer sent is that peer's doing as well.
HandleAccount::Ref AccountFor(const FileDescriptor& socket) {
  return socket.account() != nullptr ? HandleAccount::Ref(socket.account()) : HandleAccount::New();
}

}  // namespace

// --- Beginning and end -------------------------------------------------------------------------

absl::StatusOr<SocketPair> CreateSocketPair() {
  int ends[2];
#if defined(SOCK_CLOEXEC)
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::ErrnoToStatus(errno, "socketpair");
  }
#else
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
    return absl::ErrnoToStatus(errno, "socketpair");
  }
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
#endif
  return SocketPair{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

absl::StatusOr<std::unique_ptr<SocketChannel>> SocketChannel::Create(FileDescriptor socket,
                                                                     RunLoop* loop,
                                                                     const Limits& limits,
                                                                     PeerLabel peer) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return absl::ErrnoToStatus(errno, "getsockname of a channel's socket");
  }
  int type = 0;
  size = sizeof(type);
  if (getsockopt(socket.get(), SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    return absl::ErrnoToStatus(errno, "getsockopt of a channel's socket");
  }
  if (address.ss_family != AF_UNIX || type != SOCK_STREAM) {
    return absl::InvalidArgumentError("a channel needs an AF_UNIX stream socket");
  }
  std::unique_ptr<SocketChannel> channel(
      new SocketChannel(std::move(socket), limits, std::move(peer)));
  absl::Status added = loop->AddTransport(channel.get(), FdInterest{});
  if (!added.ok()) return added;
  return channel;
}

SocketChannel::SocketChannel(FileDescriptor socket, const Limits& limits, PeerLabel peer)
    : limits_(limits),
      peer_(std::move(peer)),
      socket_(std::move(socket)),
      sender_(&limits_),
      receiver_(&limits_, AccountFor(socket_)) {
#if defined(SO_NOSIGPIPE)
  const int on = 1;
  setsockopt(socket_.get(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
#endif
}

SocketChannel::~SocketChannel() {
  Close();
  *alive_ = false;
}

void SocketChannel::Start(Delegate* delegate) {
  assert(delegate_ == nullptr);
  delegate_ = delegate;
  UpdateInterest();
  if (why_closed_.has_value()) Soon();
}

void SocketChannel::Close() {
  if (IsOpen()) sender_.Write(socket_.get());
  why_closed_.reset();
  delegate_ = nullptr;
  ShutDown();
}

void SocketChannel::Cut(std::string reason) {
  if (!socket_.valid()) return;
  Fail(ChannelClosed::Kind::kCut, std::move(reason));
  Soon();
}

// The connection is over for this reason; whoever calls this sees to it that it is reported.
void SocketChannel::Fail(ChannelClosed::Kind kind, std::string text) {
  if (!socket_.valid()) return;
  why_closed_ = ChannelClosed{kind, std::move(text)};
  ShutDown();
}

void SocketChannel::ShutDown() {
  if (!socket_.valid()) return;
  sender_.Stop();
  receiver_.Clear();
  write_blocked_ = write_short_ = read_short_ = refused_ = false;
  // The loop lets go of the descriptor before it is closed.
  if (loop() != nullptr) (void)loop()->SetTransportInterest(this, FdInterest{});
  socket_.Reset();
}

void SocketChannel::ReportClosed() {
  if (!why_closed_.has_value() || delegate_ == nullptr) return;
  const ChannelClosed why = *std::exchange(why_closed_, std::nullopt);
  std::exchange(delegate_, nullptr)->OnChannelClosed(why);
}

// --- The loop ----------------------------------------------------------------------------------

void SocketChannel::UpdateInterest() {
  if (loop() == nullptr || !socket_.valid()) return;
  const FdInterest interest = {
      .readable = delegate_ != nullptr && !paused_ && !read_short_,
      .writable = write_blocked_,
  };
  const absl::Status status = loop()->SetTransportInterest(this, interest);
  if (status.ok()) return;
  Fail(ChannelClosed::Kind::kError, std::string(status.message()));
  Soon();
}

void SocketChannel::Soon() {
  soon_ = true;
  if (loop() != nullptr) loop()->SetTransportDeadline(this, absl::ZeroDuration());
}

void SocketChannel::RetryAfterDelay() {
  if (soon_ || loop() == nullptr) return;  // taken up when that has happened
  retry_delay_ = std::clamp(retry_delay_ * 2, kFirstRetryDelay, kLongestRetryDelay);
  loop()->SetTransportDeadline(this, retry_delay_);
}

void SocketChannel::OnTransportReady(FdReady ready) {
  const std::shared_ptr<const bool> alive = alive_;
  unread_ |= ready.readable || ready.hangup;
  if (ready.writable || (ready.hangup && write_blocked_)) {
    write_blocked_ = false;
    Write();
    ReportWritable();
    if (!*alive) return;
  }
  hangup_ |= ready.hangup;
  if (ready.readable || ready.hangup) ReadMore(*alive);
  if (!*alive) return;
  UpdateInterest();
  ReportClosed();
}

void SocketChannel::OnTransportDeadline() {
  const std::shared_ptr<const bool> alive = alive_;
  soon_ = false;
  if (std::exchange(write_short_, false)) Write();
  ReportWritable();
  if (!*alive) return;
  // After a shortage or a full share, or because reading was resumed with messages waiting here.
  const bool was_short = std::exchange(read_short_, false);
  const bool was_full = std::exchange(more_to_read_, false);
  // Before anything is handed on: a handler may make a sync call, which waits for this socket.
  if (was_short) UpdateInterest();
  if (was_short || was_full || HasInput()) ReadMore(*alive);
  if (!*alive) return;
  UpdateInterest();
  ReportClosed();
}

// --- Sending -----------------------------------------------------------------------------------

SendResult SocketChannel::End(Writer& writer, std::string* why_refused) {
  std::string reason;
  const SendResult result = Queued(sender_.End(writer, &reason));
  if (ABSL_PREDICT_FALSE(result.code() == SendResult::kRefused)) {
    if (why_refused == nullptr) {
      LogRefused(reason);
    } else {
      *why_refused = std::move(reason);
    }
  }
  return result;
}

SendResult SocketChannel::Send(absl::Span<const uint8_t> bytes,
                               std::vector<OwnedHandle>&& handles) {
  std::string reason;
  const SendResult result = Queued(sender_.Send(bytes, std::move(handles), &reason));
  if (result.code() == SendResult::kRefused) LogRefused(reason);
  return result;
}

void SocketChannel::LogRefused(const std::string& reason) {
  LogErrorLimited("refused",
                  absl::StrCat("a message to ", peer_.ToString(), " was not sent: ", reason));
}

SendResult SocketChannel::Queued(SendResult result) {
  if (result) {
    if (write_blocked_ || write_short_) return result;
    if (sender_.queued_bytes() >= limits_.flush_bytes ||
        sender_.queued_handles() >= kDescriptorsPerSend) {
      Write();
    } else if (loop() != nullptr) {
      loop()->MarkDirty(this);
    }
    return result;
  }
  if (result.code() == SendResult::kWouldBlock) refused_ = true;
  return result;
}

bool SocketChannel::Flush() {
  if (IsOpen() && !write_short_) Write();
  return sender_.queued_bytes() == 0;
}

void SocketChannel::FlushTransport() {
  if (IsOpen() && !write_blocked_ && !write_short_) Write();
}

// Calls nobody: what has to be told is told from OnTransportDeadline.
void SocketChannel::Write() {
  const bool was_blocked = write_blocked_;
  write_blocked_ = false;
  switch (sender_.Write(socket_.get())) {
    case SocketSender::Progress::kDone:
      if (!read_short_) retry_delay_ = absl::ZeroDuration();
      break;
    case SocketSender::Progress::kBlocked:
      write_blocked_ = true;
      break;
    case SocketSender::Progress::kRetryLater:
      LogWarningLimited(absl::StrCat("write later ", peer_.ToString()),
                        absl::StrCat("messages to ", peer_.ToString(),
                                     " wait: ", ErrnoText("sendmsg", sender_.last_errno())));
      write_short_ = true;
      RetryAfterDelay();
      break;
    case SocketSender::Progress::kBroken:
      // What the peer sent before it went is still to be handed on. After this shutdown the end
      // of file comes behind it, also from a peer that only stopped reading.
      broken_ = true;
      sender_.Stop();
      shutdown(socket_.get(), SHUT_RDWR);
      break;
  }
  if (write_blocked_ != was_blocked) UpdateInterest();
  if (refused_ && sender_.queued_bytes() * 2 <= limits_.queued_bytes) Soon();
}

void SocketChannel::ReportWritable() {
  if (!refused_ || delegate_ == nullptr || !IsOpen()) return;
  if (sender_.queued_bytes() * 2 > limits_.queued_bytes ||
      sender_.queued_handles() * 2 > limits_.queued_handles) {
    return;
  }
  refused_ = false;
  delegate_->OnChannelWritable();
}

// --- Receiving ---------------------------------------------------------------------------------

bool SocketChannel::HasInput() const {
  return delegate_ != nullptr && !paused_ && socket_.valid() && (unread_ || receiver_.HasNext());
}

void SocketChannel::PauseReading() {
  paused_ = true;
  UpdateInterest();
}

void SocketChannel::ResumeReading() {
  paused_ = false;
  UpdateInterest();
  if (HasInput()) Soon();
}

bool SocketChannel::ReadNow() {
  if (delegate_ == nullptr || paused_ || !socket_.valid()) return false;
  const uint64_t before = received_;
  const std::shared_ptr<const bool> alive = alive_;
  ReadMore(*alive);
  if (!*alive) return true;
  if (why_closed_.has_value()) Soon();
  return received_ != before;
}

// Hands on what was read already, then reads and hands on, within this turn's share. May end with
// the channel failed, and the failure not reported yet.
void SocketChannel::ReadMore(const bool& alive) {
  size_t bytes = 0;
  for (int reads = 0; reads < kReadsPerTurn && bytes < limits_.read_buffer_bytes; ++reads) {
    if (!DispatchFrames(alive)) return;
    if (!DescriptorRoom::Enough()) {
      OnReadShortage("this process has too few free descriptors to receive any");
      return;
    }
    if (receiver_.account().closing() >= limits_.closing_handles) {
      OnReadShortage(absl::StrCat("closing ", receiver_.account().closing(),
                                  " descriptors that it sent takes long"));
      return;
    }
    const SocketReceiver::Read read = receiver_.ReadOnce(socket_.get());
    bytes += receiver_.last_read_bytes();
    if (bytes != 0 && !write_short_) retry_delay_ = absl::ZeroDuration();
    unread_ = read == SocketReceiver::Read::kMaybeMore || hangup_;
    switch (read) {
      case SocketReceiver::Read::kMaybeMore:
        continue;
      case SocketReceiver::Read::kAll:
        if (hangup_) continue;
        if (!DispatchFrames(alive)) return;
        receiver_.Rest();
        return;
      case SocketReceiver::Read::kNothing:
        receiver_.Rest();
        return;
      case SocketReceiver::Read::kEnd: {
        std::string text = "the peer closed the connection";
        if (receiver_.last_errno() == ECONNRESET) {
          text = "the peer closed the connection without reading all that was sent";
        }
        const std::string inside = receiver_.EndedInside();
        if (!inside.empty()) absl::StrAppend(&text, " in the middle of a message, after ", inside);
        Fail(ChannelClosed::Kind::kPeerClosed, std::move(text));
        return;
      }
      case SocketReceiver::Read::kTruncated:
        // The room for one read was counted and is gone: not the peer's fault, but its messages
        // cannot be told from one another any more.
        DescriptorRoom::Forget();
        Fail(ChannelClosed::Kind::kError,
             "this process ran out of descriptors while it received some, and they were lost");
        return;
      case SocketReceiver::Read::kShortage:
        OnReadShortage(ErrnoText("recvmsg", receiver_.last_errno()));
        return;
      case SocketReceiver::Read::kError:
        Fail(ChannelClosed::Kind::kError, ErrnoText("recvmsg", receiver_.last_errno()));
        return;
    }
  }
  if (!DispatchFrames(alive)) return;
  receiver_.Rest();
  more_to_read_ = true;
  Soon();
}

// Hands on all whole frames. False: nothing more may be read now; the channel may be gone.
bool SocketChannel::DispatchFrames(const bool& alive) {
  while (delegate_ != nullptr && !paused_ && socket_.valid()) {
    ReceivedFrame frame;
    std::string why;
    switch (receiver_.Next(&frame, &why)) {
      case SocketReceiver::Parse::kNeedsMore:
        return true;
      case SocketReceiver::Parse::kMalformed:
        Fail(ChannelClosed::Kind::kCut, std::move(why));
        return false;
      case SocketReceiver::Parse::kFrame:
        break;
    }
    ++received_;
    delegate_->OnChannelMessage(frame.payload, absl::MakeSpan(frame.handles));
    if (!alive) return false;
  }
  return false;
}

void SocketChannel::OnReadShortage(const std::string& what) {
  LogWarningLimited(absl::StrCat("read later ", peer_.ToString()),
                    absl::StrCat("messages from ", peer_.ToString(), " wait: ", what));
  read_short_ = true;
  RetryAfterDelay();
  UpdateInterest();
}

}  // namespace ipdl
