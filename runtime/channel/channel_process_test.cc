// Channels of every kind between two real processes: traffic with descriptors in both directions,
// death at any time, a peer that does not read, and a host loop.

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

#include "runtime/channel/channel_settings_for_test.h"
#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/channel/recording_delegate_for_test.h"
#include "runtime/run_loop.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace ipdl {
namespace {

// The kind of channels of the running test.
const ChannelSetting* g_setting = nullptr;

class ChannelProcessTest : public testing::TestWithParam<ChannelSetting> {
 protected:
  ChannelProcessTest() { g_setting = &GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(, ChannelProcessTest, testing::ValuesIn(ChannelSettings()),
                         [](const auto& info) { return info.param.name; });

// A loop and a channel on it, as each side of a pair has.
class Side {
 public:
  explicit Side(int socket, const Limits& limits = {})
      : loop(*RunLoop::Create()), maker(g_setting->make()) {
    channel = maker->Open(FileDescriptor(socket), loop.get(), limits);
    channel->Start(&delegate);
    delegate.on_closed = [this] { loop->Quit(); };
  }

  const std::unique_ptr<RunLoop> loop;
  const std::unique_ptr<ChannelMaker> maker;
  RecordingDelegate delegate;
  std::unique_ptr<Channel> channel;
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

// A message's text tells its number and its size, so that loss and mixing show.
std::string Numbered(int number, size_t size) {
  std::string text = std::to_string(number) + ":";
  while (text.size() < size) text += static_cast<char>('a' + number % 26);
  return text;
}

// Both sides send at once, through small sockets, so that writes are short all the time.
void SendAndCheck(Side* side, int messages, bool asks_first) {
  int sent = 0;
  int handles_sent = 0;
  int received = 0;
  int handles_received = 0;
  const auto size = [](int number) { return static_cast<size_t>(number * 7919 % 3000); };
  const auto count = [](int number) { return number % 5 == 0 ? number % 40 : 0; };
  std::function<void()> pump = [&] {
    while (sent < messages) {
      const SendResult result =
          SendHandles(*side->channel, Numbered(sent, size(sent)), handles_sent, count(sent));
      if (result.code() == SendResult::kWouldBlock) return;
      ASSERT_TRUE(result);
      handles_sent += count(sent++);
    }
  };
  side->delegate.on_writable = pump;
  bool peer_has_all = false;
  side->delegate.on_message = [&](const std::string& text) {
    if (received == messages) {
      EXPECT_EQ("all", text);
      peer_has_all = true;
      return;
    }
    ASSERT_EQ(Numbered(received, size(received)), text);
    for (const int identity : std::exchange(side->delegate.identities, {})) {
      ASSERT_EQ(handles_received++, identity);
    }
    ++received;
    side->delegate.messages.clear();
  };
  side->loop->Post(pump);
  while (received < messages || sent < messages) side->loop->Turn(absl::InfiniteDuration());
  // Who closes drops what has not left: so one side says that it has all, the other answers that it
  // has all of it and more, and then the first may close.
  if (asks_first) {
    EXPECT_TRUE(SendText(*side->channel, "all"));
  }
  while (!peer_has_all) side->loop->Turn(absl::InfiniteDuration());
  if (!asks_first) {
    EXPECT_TRUE(SendText(*side->channel, "all"));
    while (side->delegate.closed.empty()) side->loop->Turn(absl::InfiniteDuration());
  }
  int expected = 0;
  for (int i = 0; i < messages; ++i) expected += count(i);
  EXPECT_EQ(expected, handles_received);
}

TEST_P(ChannelProcessTest, EchoesMessagesOfAllSizesAndHandleCounts) {
  RunForkedTest([] {
    ProcessPair pair(Echo);
    {
      Side side(pair.TakeSocket());
      struct Sent {
        size_t size;
        int handles;
      };
      const Sent kSent[] = {{0, 0},   {1, 1},      {8, 252}, {100, 253},   {64, 254},  {5000, 0},
                            {7, 500}, {70000, 12}, {3, 512}, {900000, 30}, {32768, 0}, {16, 1}};
      int next = 0;
      for (const Sent& sent : kSent) {
        const std::string text = Numbered(next, sent.size);
        ASSERT_EQ(SendResult::kOk, SendHandles(*side.channel, text, next, sent.handles).code());
        const size_t before = side.delegate.messages.size();
        while (side.delegate.messages.size() == before) side.loop->Turn(absl::InfiniteDuration());
        EXPECT_EQ(text, side.delegate.messages.back());
        std::vector<int> expected;
        for (int i = 0; i < sent.handles; ++i) expected.push_back(next++);
        EXPECT_EQ(expected, std::exchange(side.delegate.identities, {}));
      }
    }
  });
}

TEST_P(ChannelProcessTest, TrafficBothWaysThroughSmallSocketsLosesNothing) {
  RunForkedTest([] {
    constexpr int kMessages = 2000;
    Limits limits;
    limits.queued_bytes = 64 * 1024;
    limits.queued_handles = 100;
    const auto shrink = [](int socket) {
      const int small = 4096;
      EXPECT_EQ(0, setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)));
    };
    ProcessPair pair([&](int socket) {
      shrink(socket);
      Side side(socket, limits);
      SendAndCheck(&side, kMessages, true);
    });
    const int socket = pair.TakeSocket();
    shrink(socket);
    Side side(socket, limits);
    SendAndCheck(&side, kMessages, false);
  });
}

TEST_P(ChannelProcessTest, ThePeersDeathIsNoticedOnceAtWhateverMomentItComes) {
  RunForkedTest([] {
    for (int moment = 0; moment < 24; ++moment) {
      ProcessPair pair([&](int socket) {
        // Dies after so many system calls' worth of work, in the middle of things.
        Side side(socket);
        int left = moment;
        side.delegate.on_message = [&](const std::string& text) {
          SendHandles(*side.channel, text, 0, 3);
          if (moment % 2 == 0) side.channel->Flush();
          if (--left <= 0) {
            if (moment % 3 == 0) side.channel->Flush();
            _exit(0);
          }
        };
        side.loop->Run();
      });
      Side side(pair.TakeSocket());
      for (int i = 0; i < 40; ++i) {
        SendHandles(*side.channel, Numbered(i, 100), i, i % 4);
        if (i % 7 == 0) side.channel->Flush();
      }
      side.loop->Run();
      ASSERT_EQ(1u, side.delegate.closed.size());
      EXPECT_EQ(ChannelClosed::Kind::kPeerClosed, side.delegate.closed[0].kind);
      EXPECT_FALSE(side.channel->IsOpen());
      EXPECT_EQ(SendResult::kClosed, SendText(*side.channel, "x").code());
    }
  });
}

TEST_P(ChannelProcessTest, AKilledPeerIsNoticedInsideASyncWait) {
  RunForkedTest([] {
    ProcessPair pair([](int socket) {
      while (true) pause();
      close(socket);
    });
    Side side(pair.TakeSocket());
    SendText(*side.channel, "never answered");
    while (side.loop->WaitTransports(absl::Now() + absl::Milliseconds(1))) {
    }
    std::thread killer([&] { kill(pair.child(), SIGKILL); });
    while (side.delegate.closed.empty()) {
      ASSERT_TRUE(side.loop->WaitTransports(absl::InfiniteFuture()));
    }
    killer.join();
    pair.Kill();
  });
}

TEST_P(ChannelProcessTest, APeerThatDoesNotReadCostsNoMoreThanTheQuota) {
  RunForkedTest([] {
    Limits limits;
    limits.queued_bytes = 256 * 1024;
    ProcessPair pair(Echo);
    pair.Stop();
    {
      Side side(pair.TakeSocket(), limits);
      int accepted = 0;
      int refused = 0;
      for (int i = 0; i < 2000; ++i) {
        (SendText(*side.channel, Numbered(i, 1000)) ? accepted : refused) += 1;
        side.loop->Turn(absl::ZeroDuration());
      }
      EXPECT_GT(refused, 0);
      EXPECT_LE(side.channel->queued_bytes(), limits.queued_bytes);
      pair.Continue();
      while (side.delegate.messages.size() < static_cast<size_t>(accepted)) {
        side.loop->Turn(absl::InfiniteDuration());
      }
      while (side.delegate.writable == 0) side.loop->Turn(absl::InfiniteDuration());
      EXPECT_EQ(1, side.delegate.writable);
    }
  });
}

TEST_P(ChannelProcessTest, LivesInAPollLoopOfTheHost) {
  RunForkedTest([] {
    ProcessPair pair(Echo);
    {
      Side side(pair.TakeSocket());
      int rounds = 0;
      side.delegate.on_message = [&](const std::string&) {
        if (++rounds < 50) SendText(*side.channel, "again");
      };
      SendText(*side.channel, "first");
      while (rounds < 50) {
        pollfd one = {side.loop->fd(), POLLIN, 0};
        ASSERT_EQ(1, poll(&one, 1, -1));
        side.loop->Turn(absl::ZeroDuration());
      }
    }
  });
}

TEST_P(ChannelProcessTest, SyncCallsThatCrossEachOtherBothReturn) {
  RunForkedTest([] {
    // Both sides ask at once and wait; each answers the other's question inside its own wait.
    const auto ask = [](Side* side) {
      bool answered = false;
      side->delegate.on_message = [side, &answered](const std::string& text) {
        if (text == "question") {
          SendText(*side->channel, "answer");
        } else {
          answered = true;
        }
      };
      for (int i = 0; i < 100; ++i) {
        answered = false;
        EXPECT_TRUE(SendText(*side->channel, "question"));
        while (!answered) ASSERT_TRUE(side->loop->WaitTransports(absl::InfiniteFuture()));
      }
    };
    ProcessPair pair([&](int socket) {
      Side side(socket);
      ask(&side);
      side.loop->Run();  // until the other side has its answers too
    });
    Side side(pair.TakeSocket());
    ask(&side);
    EXPECT_EQ(200u, side.delegate.messages.size());
  });
}

}  // namespace
}  // namespace ipdl
