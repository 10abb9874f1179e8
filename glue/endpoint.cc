#include "glue/endpoint.h"

#include <sys/socket.h>

#include "glue/blame.h"
#include "glue/message_channel.h"
#include "glue/text.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/run_loop.h"

namespace ipdl {

absl::Status CreateEndpointPair(EndpointBase* a, EndpointBase* b) {
  absl::StatusOr<SocketPair> pair = CreateSocketPair();
  if (!pair.ok()) {
    *a = EndpointBase();
    *b = EndpointBase();
    return pair.status();
  }
  *a = EndpointBase(std::move(pair->ours));
  *b = EndpointBase(std::move(pair->theirs));
  return absl::OkStatus();
}

namespace {

std::unique_ptr<Channel> OpenChannel(FileDescriptor socket, RunLoop* loop, const Limits& limits,
                                     PeerLabel peer, absl::Status* status) {
  auto channel = SocketChannel::Create(std::move(socket), loop, limits, std::move(peer));
  *status = channel.status();
  std::unique_ptr<Channel> made;
  if (channel.ok()) made = *std::move(channel);
  return made;
}

}  // namespace

absl::Status EndpointBase::BindTo(RefPtr<ToplevelActor> actor, RunLoop* loop,
                                  const Limits& limits) {
  FileDescriptor socket = std::move(socket_);
  PeerLabel peer = peer_ ? std::move(*peer_) : PeerLabel();
  peer_.reset();
  if (!actor) return absl::InvalidArgumentError("an endpoint cannot be bound to a null actor");
  const std::string_view name = ShortName(*actor->actor_class().protocol);
  if (!socket.valid()) {
    return absl::FailedPreconditionError(Text("the endpoint for ", name, " is empty"));
  }
  if (actor->link_status() != LinkStatus::kInactive) {
    return absl::FailedPreconditionError(Text("the ", name, " actor was bound before"));
  }
  if (loop == nullptr) loop = RunLoop::Current();
  if (loop == nullptr) {
    return absl::FailedPreconditionError(
        Text("the endpoint for ", name, " was bound on a thread that has no RunLoop"));
  }
  absl::Status made;
  std::unique_ptr<Channel> channel =
      OpenChannel(std::move(socket), loop, limits, std::move(peer), &made);
  if (channel == nullptr) return made;
  return MessageChannel::Bind(std::move(actor), std::move(channel), loop, limits,
                              exit_when_closed_);
}

void EndpointBase::Write(Writer& out, EndpointBase&& end, const ProtocolInfo& protocol, Side side) {
  FileDescriptor socket = std::move(end.socket_);
  end.peer_.reset();
  if (!socket.valid()) {
    out.Fail(Text("an endpoint for ", ShortName(protocol), " is empty"));
  }
  out.Put(protocol.id);
  out.Put(static_cast<uint8_t>(side));
  out.PutHandle(std::move(socket).TakeOwned());
}

namespace {

// A peer may send any descriptor; only a stream socket can be an endpoint.
bool IsConnection(const FileDescriptor& fd) {
  int domain = 0;
  int type = 0;
  socklen_t size = sizeof(domain);
  if (getsockopt(fd.get(), SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
    return false;
  }
#if defined(SO_DOMAIN)
  size = sizeof(domain);
  if (getsockopt(fd.get(), SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX) {
    return false;
  }
#endif
  return true;
}

}  // namespace

bool EndpointBase::Read(Reader& in, EndpointBase* end, const ProtocolInfo& protocol, Side side) {
  uint32_t id_found = 0;
  uint8_t side_found = 0;
  OwnedHandle handle;
  if (!in.Get(&id_found)) return false;
  if (id_found != protocol.id || !in.Get(&side_found) || side_found != static_cast<uint8_t>(side)) {
    return in.Fail(Text("not an endpoint for ", ShortName(protocol), SideName(side)));
  }
  if (!in.GetHandle(OwnedHandle::Kind::kFileDescriptor, &handle)) return false;
  FileDescriptor socket;
  if (!FileDescriptor::From(std::move(handle), &socket) || !IsConnection(socket)) {
    return in.Fail("an endpoint's descriptor is no connection");
  }
  *end = EndpointBase(std::move(socket));
  if (const auto* channel = static_cast<const MessageChannel*>(in.scope()); channel != nullptr) {
    // Whoever handed it over stands for it until someone who knows better says who it is.
    end->set_peer({.process_id = 0,
                   .kind = Text("endpoint from ", channel->peer().ToString()),
                   .name = "",
                   .trust = PeerTrust::kUntrusted});
  }
  return true;
}

}  // namespace ipdl
