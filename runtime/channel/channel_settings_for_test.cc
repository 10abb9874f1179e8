// The kinds of channels of this program: sockets. See channel_settings_for_test.h.

#include "runtime/channel/channel_settings_for_test.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/status/statusor.h"
#include "runtime/channel/socket_channel.h"

namespace ipdl {
namespace {

class SocketMaker final : public ChannelMaker {
 public:
  std::unique_ptr<Channel> Open(FileDescriptor socket, RunLoop* loop,
                                const Limits& limits) override {
    absl::StatusOr<std::unique_ptr<SocketChannel>> channel =
        SocketChannel::Create(std::move(socket), loop, limits, PeerLabel{});
    EXPECT_TRUE(channel.ok()) << channel.status();
    return *std::move(channel);
  }
};

std::unique_ptr<ChannelMaker> MakeSockets() { return std::make_unique<SocketMaker>(); }

}  // namespace

std::vector<ChannelSetting> ChannelSettings() { return {{"Socket", &MakeSockets, true}}; }

}  // namespace ipdl
