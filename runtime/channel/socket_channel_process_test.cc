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

// A message's text tells its number and its size, so that loss and mixing show.
std::string Numbered(int number, size_t size) {
  std::string text = std::to_string(number) + ":";
  while (text.size() < size) text += static_cast<char>('a' + number % 26);
  return text;
}

FORKED_TEST(SocketChannelProcessTest, EchoesMessagesOfAllSizesAndHandleCounts) {
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
      ASSERT_TRUE(SendHandles(*side.channel, text, next, sent.handles));
      const size_t before = side.delegate.messages.size();
      while (side.delegate.messages.size() == before) side.loop->Turn(absl::InfiniteDuration());
      EXPECT_EQ(text, side.delegate.messages.back());
      std::vector<int> expected;
      for (int i = 0; i < sent.handles; ++i) expected.push_back(next++);
      EXPECT_EQ(expected, std::exchange(side.delegate.identities, {}));
    }
  }
}

// Both sides send at once, through small sockets, so that writes are short all the time.
void SendAndCheck(Side* side, int messages) {
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
  side->delegate.on_message = [&](const std::string& text) {
    ASSERT_EQ(Numbered(received, size(received)), text);
    for (const int identity : std::exchange(side->delegate.identities, {})) {
      ASSERT_EQ(handles_received++, identity);
    }
    ++received;
    side->delegate.messages.clear();
  };
  side->loop->Post(pump);
  while (received < messages || sent < messages || side->channel->queued_bytes() != 0) {
    side->loop->Turn(absl::InfiniteDuration());
    // The peer closes once it has everything.
    ASSERT_TRUE(side->channel->IsOpen() || (received == messages && sent == messages))
        << received << " received, " << sent << " sent";
  }
  int expected = 0;
  for (int i = 0; i < messages; ++i) expected += count(i);
  EXPECT_EQ(expected, handles_received);
}

FORKED_TEST(SocketChannelProcessTest, TrafficBothWaysThroughSmallSocketsLosesNothing) {
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
    SendAndCheck(&side, kMessages);
    // The other side may need what is still on its way; it closes when it has it.
    while (side.delegate.closed.empty()) side.loop->Turn(absl::InfiniteDuration());
  });
  const int socket = pair.TakeSocket();
  shrink(socket);
  Side side(socket, limits);
  SendAndCheck(&side, kMessages);
}

FORKED_TEST(SocketChannelProcessTest, ThePeersDeathIsNoticedOnceAtWhateverMomentItComes) {
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
}

FORKED_TEST(SocketChannelProcessTest, AKilledPeerIsNoticedInsideASyncWait) {
  ProcessPair pair([](int socket) {
    while (true) pause();
    close(socket);
  });
  Side side(pair.TakeSocket());
  SendText(*side.channel, "never answered");
  EXPECT_FALSE(side.loop->WaitTransports(absl::Now() + absl::Milliseconds(1)));
  std::thread killer([&] { kill(pair.child(), SIGKILL); });
  while (side.delegate.closed.empty()) {
    ASSERT_TRUE(side.loop->WaitTransports(absl::InfiniteFuture()));
  }
  killer.join();
  pair.Kill();
}

FORKED_TEST(SocketChannelProcessTest, APeerThatDoesNotReadCostsNoMoreThanTheQuota) {
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
    EXPECT_EQ(1, side.delegate.writable);
  }
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

FORKED_TEST(SocketChannelProcessTest, LivesInAPollLoopOfTheHost) {
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
}

FORKED_TEST(SocketChannelProcessTest, SyncCallsThatCrossEachOtherBothReturn) {
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
