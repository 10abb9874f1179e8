// Channels between two real processes: traffic with descriptors in both directions, death at any
// time, a peer that does not read, other threads, and a host loop.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/channel/recording_delegate_for_test.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/run_loop.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace ipdl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A loop and a channel on it, as each side of a pair has.
class Side {
 public:
  explicit Side(int socket, Limits limits = {}) : loop(*RunLoop::Create()) {
    absl::StatusOr<std::unique_ptr<SocketChannel>> made =
        SocketChannel::Create(FileDescriptor(socket), loop.get(), limits, PeerLabel{});
    EXPECT_TRUE(made.ok()) << made.status();
    channel = *std::move(made);
    channel->Start(&delegate);
    delegate.on_closed = [this] { loop->Quit(); };
  }

  std::unique_ptr<RunLoop> loop;
  RecordingDelegate delegate;
  std::unique_ptr<SocketChannel> channel;
};

// Answers every message with the same text, and with descriptors of the same identities.
void Echo(int socket) {
  Side side(socket);
  side.delegate.on_message = [&](const std::string& text) {
    std::vector<OwnedHandle> handles;
    for (const int identity : std::exchange(side.delegate.identities, {})) {
      handles.push_back(DescriptorNumbered(identity).TakeOwned());
    }
    EXPECT_TRUE(side.channel->Send(Text(text), std::move(handles)));
  };
  side.loop->Run();
}

FORKED_TEST(SocketChannelProcessTest, OtherThreadsSendByPosting) {
  constexpr int kThreads = 4;
  constexpr int kMessages = 500;
  ProcessPair pair(Echo);
  {
    Side side(pair.TakeSocket());
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kMessages; ++i) {
          side.loop->Post([&, t, i] {
            EXPECT_TRUE(SendHandles(*side.channel, std::to_string(t), t * kMessages + i, 1));
          });
        }
      });
    }
    while (side.delegate.messages.size() < kThreads * kMessages) {
      side.loop->Turn(absl::InfiniteDuration());
    }
    for (std::thread& thread : threads) thread.join();
    std::vector<int> next(kThreads);
    for (const int identity : side.delegate.identities) {
      EXPECT_EQ(next[identity / kMessages]++, identity % kMessages);
    }
    // Many posts share a turn, and each turn one send.
    EXPECT_LE(side.channel->counters().sends, uint64_t{kThreads * kMessages});
  }
}

FORKED_TEST(SocketChannelProcessTest, AChildThatWritesNonsenseIsCutAndTheParentLives) {
  ProcessPair pair([](int socket) {
    const FileDescriptor owned(socket);
    const Bytes nonsense(100000, 0xA5);
    while (send(owned.get(), nonsense.data(), nonsense.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  Side side(pair.TakeSocket());
  side.loop->Run();
  ASSERT_EQ(1u, side.delegate.closed.size());
  EXPECT_EQ(ChannelClosed::Kind::kCut, side.delegate.closed[0].kind);
}

}  // namespace
}  // namespace ipdl
