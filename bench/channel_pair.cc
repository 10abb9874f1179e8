#include "bench/channel_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <string>
#include <utility>

#include "bench/processor.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/driver/portal_channel.h"

namespace ipdl::bench {
namespace {

constexpr size_t kBytes = 64;
constexpr uint64_t kTrips = 200;

enum Order : uint64_t { kCount, kEcho };

[[noreturn]] void Die(const std::string& what) {
  fprintf(stderr, "ipdl-bench: a channel: %s\n", what.c_str());
  exit(1);
}

// The other process: counts, or sends back.
class Echo final : public Channel::Delegate {
 public:
  explicit Echo(FileDescriptor socket, ChannelKind kind) : end_(kind, std::move(socket), false) {}

  int Run() {
    end_.channel().Start(this);
    end_.loop().Run();
    return 0;
  }

  void OnChannelMessage(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle>) override {
    uint64_t order = 0;
    memcpy(&order, payload.data(), sizeof(order));
    if (order == kEcho) (void)end_.channel().Send(payload, {});
  }
  void OnChannelClosed(const ChannelClosed&) override { end_.loop().Quit(); }

 private:
  ChannelEnd end_;
};

}  // namespace

ChannelEnd::ChannelEnd(ChannelKind kind, FileDescriptor socket, bool is_launcher) {
  if (kind == ChannelKind::kPortal) {
    process_ =
        std::make_unique<PortalProcess>(is_launcher ? IPCZ_CREATE_NODE_AS_BROKER : IPCZ_NO_FLAGS);
    loop_ = &process_->loop();
    const IpczHandle portal = process_->Connect(
        std::move(socket), is_launcher ? IPCZ_NO_FLAGS : IPCZ_CONNECT_NODE_TO_BROKER);
    auto channel = PortalChannel::Create(
        {.ipcz = &process_->ipcz(), .node = process_->node(), .portal = portal}, loop_, Limits(),
        PeerLabel());
    if (!channel.ok()) Die(std::string(channel.status().message()));
    channel_ = *std::move(channel);
    return;
  }
  own_loop_ = *RunLoop::Create();
  loop_ = own_loop_.get();
  auto channel = SocketChannel::Create(std::move(socket), loop_, Limits(), PeerLabel());
  if (!channel.ok()) Die(std::string(channel.status().message()));
  channel_ = *std::move(channel);
}

ChannelEnd::~ChannelEnd() { channel_.reset(); }

ChannelPair::ChannelPair(ChannelKind kind, int peer_cpu)
    : peer_(peer_cpu,
            [kind](FileDescriptor socket) { return Echo(std::move(socket), kind).Run(); }),
      end_(kind, peer_.TakeSocket(), true) {
  end_.channel().Start(this);
}

ChannelPair::~ChannelPair() { end_.channel().Close(); }

void ChannelPair::OnChannelMessage(absl::Span<const uint8_t>, absl::Span<OwnedHandle>) {
  ++answers_;
  if (to_answer_ == 0) return;
  --to_answer_;
  Say(kEcho);
}

void ChannelPair::OnChannelClosed(const ChannelClosed& why) { Die(why.text); }

void ChannelPair::Say(uint64_t order) {
  uint8_t bytes[kBytes] = {};
  memcpy(bytes, &order, sizeof(order));
  while (!end_.channel().Send(bytes, {})) end_.loop().Turn(absl::InfiniteDuration());
}

double ChannelPair::RoundTripNs() {
  const uint64_t end = answers_ + kTrips;
  to_answer_ = kTrips - 1;
  const int64_t start = NowNs();
  Say(kEcho);
  while (answers_ < end) end_.loop().Turn(absl::InfiniteDuration());
  return static_cast<double>(NowNs() - start) / static_cast<double>(kTrips);
}

double ChannelPair::SyncRoundTripNs() {
  const int64_t start = NowNs();
  for (uint64_t i = 0; i < kTrips; ++i) {
    const uint64_t before = answers_;
    Say(kEcho);
    while (answers_ == before) end_.loop().WaitTransports(absl::InfiniteFuture());
  }
  return static_cast<double>(NowNs() - start) / static_cast<double>(kTrips);
}

// In batches, as a program does that has much to say and lets its loop turn now and then.
double ChannelPair::OneWayNs(size_t count) {
  constexpr size_t kPerTurn = 4096;
  const uint64_t end = answers_ + 1;
  const int64_t start = NowNs();
  for (size_t i = 1; i < count; ++i) {
    Say(kCount);
    if (i % kPerTurn == 0) end_.loop().Turn(absl::ZeroDuration());
  }
  Say(kEcho);
  while (answers_ < end) end_.loop().Turn(absl::InfiniteDuration());
  return static_cast<double>(NowNs() - start);
}

double ChannelPair::CpuNs() const { return static_cast<double>(bench::CpuNs() + peer_.CpuNs()); }

}  // namespace ipdl::bench
