// The carrier of socket channels. See carrier.h.

#include "runtime/driver/carrier.h"

#include "runtime/channel/socket_channel.h"

namespace ipdl {
namespace {

class Sockets final : public Carrier {
 public:
  uint8_t id() const override { return 1; }
  size_t handles_per_end() const override { return 1; }

  absl::StatusOr<std::pair<End, End>> NewEnds() const override {
    absl::StatusOr<SocketPair> pair = CreateSocketPair();
    if (!pair.ok()) return pair.status();
    std::pair<End, End> ends;
    ends.first.push_back(std::move(pair->ours).TakeOwned());
    ends.second.push_back(std::move(pair->theirs).TakeOwned());
    return ends;
  }

  absl::StatusOr<std::unique_ptr<Channel>> Open(End end, RunLoop* loop, const Limits& limits,
                                                PeerLabel peer) const override {
    FileDescriptor socket;
    if (end.size() != 1 || !FileDescriptor::From(std::move(end[0]), &socket)) {
      return absl::InvalidArgumentError("a socket channel's end is one descriptor");
    }
    auto channel = SocketChannel::Create(std::move(socket), loop, limits, std::move(peer));
    if (!channel.ok()) return channel.status();
    return std::unique_ptr<Channel>(*std::move(channel));
  }
};

}  // namespace

const Carrier& SocketCarrier() {
  static const Sockets carrier;
  return carrier;
}

const Carrier* FindCarrier(uint8_t id) {
  return id == SocketCarrier().id() ? &SocketCarrier() : nullptr;
}

}  // namespace ipdl
