// The kinds of channels of this program: portals whose connection is the socket. See
// runtime/channel/channel_settings_for_test.h.

#include "runtime/channel/channel_settings_for_test.h"

#include <gtest/gtest.h>

#include <utility>

#include "runtime/driver/driver.h"
#include "runtime/driver/portal_channel.h"

namespace ipdl {
namespace {

// A node; both ends are brokers, so that neither needs to know which it is.
class PortalMaker final : public ChannelMaker {
 public:
  PortalMaker() {
    ipcz_.size = sizeof(ipcz_);
    EXPECT_EQ(IPCZ_RESULT_OK, IpczGetAPI(&ipcz_));
    EXPECT_EQ(IPCZ_RESULT_OK,
              ipcz_.CreateNode(&PortalDriver(), IPCZ_CREATE_NODE_AS_BROKER, nullptr, &node_));
  }
  ~PortalMaker() override { EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.Close(node_, 0, nullptr)); }

  std::unique_ptr<Channel> Open(FileDescriptor socket, RunLoop* loop,
                                const Limits& limits) override {
    IpczHandle portal = IPCZ_INVALID_HANDLE;
    EXPECT_EQ(
        IPCZ_RESULT_OK,
        ipcz_.ConnectNode(
            node_, NewSocketTransport(std::move(socket), loop, DefaultLinkPolicy(), PeerLabel{}), 1,
            IPCZ_CONNECT_NODE_TO_BROKER, nullptr, &portal));
    absl::StatusOr<std::unique_ptr<PortalChannel>> channel = PortalChannel::Create(
        {.ipcz = &ipcz_, .node = node_, .portal = portal}, loop, limits, PeerLabel{});
    EXPECT_TRUE(channel.ok()) << channel.status();
    return *std::move(channel);
  }

 private:
  IpczAPI ipcz_ = {};
  IpczHandle node_ = IPCZ_INVALID_HANDLE;
};

std::unique_ptr<ChannelMaker> MakePortals() { return std::make_unique<PortalMaker>(); }

}  // namespace

std::vector<ChannelSetting> ChannelSettings() { return {{"Portal", &MakePortals, false}}; }

}  // namespace ipdl
