// See doorbell.h.

#include "runtime/driver/doorbell.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <iterator>
#include <utility>

#if defined(__linux__)
#include <sys/eventfd.h>
#endif

#include "runtime/channel/socket_channel.h"

namespace ipdl {
namespace {

// Rings that may lie in the socket before they are read. A sender's buffer has room for some more.
constexpr size_t kUnreadRings = 64;

FileDescriptor NewEvent() {
#if defined(__linux__)
  return FileDescriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
#else
  return FileDescriptor();
#endif
}

// Any other kind could block whoever watches it: a file of FUSE asks its server.
bool IsStreamSocket(const FileDescriptor& descriptor) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return false;
  }
  int type = 0;
  size = sizeof(type);
  return address.ss_family == AF_UNIX &&
         getsockopt(descriptor.get(), SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
         type == SOCK_STREAM;
}

}  // namespace

Doorbell::Doorbell(RunLoop* loop, Callbacks callbacks) : callbacks_(std::move(callbacks)) {
  (void)loop->AddTransport(this, FdInterest{});
}

// The loop lets go of the descriptor before it is closed.
Doorbell::~Doorbell() {
  if (loop() != nullptr) loop()->RemoveTransport(this);
}

bool Doorbell::Hear(FileDescriptor descriptor) {
  RunLoop* const loop = this->loop();
  if (loop == nullptr) return false;
  loop->RemoveTransport(this);
  hears_ = std::move(descriptor);
  const bool heard = loop->AddTransport(this, {.readable = true}).ok();
  if (!heard) {
    hears_.Reset();
    (void)loop->AddTransport(this, FdInterest{});
  }
  if (to_ring_) loop->MarkDirty(this);
  return heard;
}

std::vector<OwnedHandle> Doorbell::Offer() {
  absl::StatusOr<SocketPair> sockets = CreateSocketPair();
  if (!sockets.ok()) return {};
  std::vector<OwnedHandle> offered;
  offered.push_back(std::move(sockets->theirs).TakeOwned());
  // Who has made an offer of its own does not take this end for its launcher.
  if (!hears_bytes_) {
    FileDescriptor event = NewEvent();
    if (!event) return {};
    absl::StatusOr<FileDescriptor> theirs = event.Duplicate();
    if (!theirs.ok() || !Hear(std::move(event))) return {};
    offered.push_back((*std::move(theirs)).TakeOwned());
  }
  rings_ = std::move(sockets->ours);
  rings_with_byte_ = true;
  return offered;
}

Doorbell::Accepted Doorbell::Accept(absl::Span<OwnedHandle> offered, PeerTrust peer) {
  FileDescriptor descriptors[2];
  if (offered.empty() || offered.size() > std::size(descriptors)) return Accepted::kIllegal;
  for (size_t i = 0; i < offered.size(); ++i) {
    if (!FileDescriptor::From(std::move(offered[i]), &descriptors[i])) return Accepted::kIllegal;
  }
  if (hears_bytes_ || !IsStreamSocket(descriptors[0])) return Accepted::kIllegal;
  // Whom we trust does not make us wait when we close it, so that takes no thread of its own.
  if (peer != PeerTrust::kUntrusted) {
    for (FileDescriptor& descriptor : descriptors) {
      descriptor = FileDescriptor(descriptor.Release());
    }
  }
  if (!Hear(std::move(descriptors[0]))) return Accepted::kUnheard;
  hears_bytes_ = true;
  may_read_ = peer != PeerTrust::kUntrusted;
  if (peer == PeerTrust::kLauncher && descriptors[1].valid()) {
    rings_ = std::move(descriptors[1]);
    rings_with_byte_ = false;
  }
  return Accepted::kYes;
}

void Doorbell::Ring() {
  to_ring_ = true;
  if (loop() != nullptr) loop()->MarkDirty(this);
}

void Doorbell::Hurry() {
  if (to_ring_) FlushTransport();
}

void Doorbell::FlushTransport() {
  if (std::exchange(to_ring_, false) && !RingNow()) callbacks_.failed();
}

bool Doorbell::RingNow() {
  if (rings_with_byte_) {
    const uint8_t byte = 0;
    return send(rings_.get(), &byte, sizeof(byte), MSG_DONTWAIT | MSG_NOSIGNAL) == 1;
  }
  // Our launcher's, which may block us as it likes.
  const uint64_t one = 1;
  return write(rings_.get(), &one, sizeof(one)) == sizeof(one);
}

void Doorbell::Drain() {
  if (!may_read_ || !hears_.valid()) return;
  unread_ = 0;
  uint8_t bytes[8 * kUnreadRings];  // more than fit into a sender's buffer
  (void)!recv(hears_.get(), bytes, sizeof(bytes), MSG_DONTWAIT);
}

void Doorbell::OnTransportReady(FdReady ready) {
  if (may_read_ && ++unread_ >= kUnreadRings) Drain();
  // Nobody can ring any more. The connection has its own way to end.
  if (ready.hangup) (void)loop()->SetTransportInterest(this, FdInterest{});
  callbacks_.heard();
}

}  // namespace ipdl
