// Channels on a system that fails: at every single call, in every way, and in random ways many
// times over. Whatever happens, messages arrive whole, in order and with their own descriptors, or
// the end is reported once; nothing leaks.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/channel/recording_delegate_for_test.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/log.h"
#include "runtime/open_descriptors_for_test.h"
#include "runtime/run_loop.h"
#include "tests/support/call_fault.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"
#include "tests/support/system_calls.h"

namespace ipdl {
namespace {

// What the calls of this process do. Plain state, because a judge is a plain function.
struct Faults {
  int calls = 0;             // that send or receive, so far
  int fail_at = -1;          // the call that fails
  int error = 0;             // with this errno
  size_t most = SIZE_MAX;    // bytes that a call sends at most
  std::minstd_rand* random;  // if set, decides about each call's bytes and errors
};
Faults faults;

CallFate Judge(SystemCall call) {
  const bool sends = call == SystemCall::kSend || call == SystemCall::kSendmsg;
  if (!sends && call != SystemCall::kRecvmsg) return {};
  CallFate fate;
  fate.most_bytes = faults.most;
  if (faults.calls++ == faults.fail_at) {
    fate.kind = CallFate::Kind::kFails;
    fate.error = faults.error;
  } else if (faults.random != nullptr) {
    std::minstd_rand& random = *faults.random;
    if (random() % 11 == 0) {
      const int kErrors[] = {EINTR, ENOBUFS, ENOMEM};
      fate.kind = CallFate::Kind::kFails;
      fate.error = kErrors[random() % 3];
    }
    const unsigned dice = random() % 8;
    if (dice < 4) fate.most_bytes = dice == 0 ? 1 : 1 + random() % 700;
  }
  return fate;
}

class SocketChannelFaultTest : public testing::Test {
 protected:
  SocketChannelFaultTest() {
    faults = {};
    SetCallJudge(&Judge);
    SetLogSink([](std::string_view) {});
  }
  ~SocketChannelFaultTest() override {
    SetCallJudge(nullptr);
    SetLogSink(nullptr);
  }

  static std::string TextNumbered(int number) {
    return std::to_string(number) + std::string(static_cast<size_t>(number * 331 % 1500), '.');
  }
  static int HandlesOf(int number) { return number % 4 == 1 ? number * 29 % 260 : 0; }

  // Sends `messages` from one channel to another on one loop, until they have arrived or an end was
  // reported, and checks what can be checked in every case.
  void Exchange(int messages) {
    const int open = OpenDescriptors();
    closed_ = 0;
    {
      std::unique_ptr<RunLoop> loop = *RunLoop::Create();
      SocketPair pair = *CreateSocketPair();
      if (small_sockets_) {
        const int small = 4096;
        setsockopt(pair.ours.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
      }
      auto a = *SocketChannel::Create(std::move(pair.ours), loop.get(), limits_, {});
      auto b = *SocketChannel::Create(std::move(pair.theirs), loop.get(), limits_, {});
      RecordingDelegate at_a;
      RecordingDelegate at_b;
      a->Start(&at_a);
      b->Start(&at_b);
      int sent = 0;
      int sent_handles = 0;
      const auto pump = [&] {
        while (sent < messages) {
          const SendResult result =
              SendHandles(*a, TextNumbered(sent), sent_handles, HandlesOf(sent));
          if (!result) return;
          sent_handles += HandlesOf(sent++);
        }
      };
      at_a.on_writable = pump;
      loop->Post(pump);
      while (at_b.messages.size() < static_cast<size_t>(messages) && at_a.closed.empty() &&
             at_b.closed.empty()) {
        loop->Turn(absl::InfiniteDuration());
      }
      for (size_t i = 0; i < at_b.messages.size(); ++i) {
        ASSERT_EQ(TextNumbered(static_cast<int>(i)), at_b.messages[i]);
      }
      int expected = 0;
      for (size_t i = 0; i < at_b.messages.size(); ++i) expected += HandlesOf(static_cast<int>(i));
      ASSERT_EQ(static_cast<size_t>(expected), at_b.identities.size());
      for (size_t i = 0; i < at_b.identities.size(); ++i) {
        ASSERT_EQ(static_cast<int>(i), at_b.identities[i]);
      }
      arrived_ = static_cast<int>(at_b.messages.size());
      closed_ = at_a.closed.size() + at_b.closed.size();
      // The other side learns of it too, and each side once.
      if (closed_ != 0) {
        while (at_a.closed.empty() || at_b.closed.empty()) loop->Turn(absl::InfiniteDuration());
        ASSERT_EQ(1u, at_a.closed.size());
        ASSERT_EQ(1u, at_b.closed.size());
        ASSERT_EQ(SendResult::kClosed, SendText(*a, "x").code());
      }
    }
    ASSERT_EQ(open, OpenDescriptors());
  }

  Limits limits_;
  bool small_sockets_ = false;
  int arrived_ = 0;
  size_t closed_ = 0;
};

TEST_F(SocketChannelFaultTest, OneByteAtATime) {
  faults.most = 1;
  Exchange(30);
  EXPECT_EQ(30, arrived_);
}

TEST_F(SocketChannelFaultTest, AHandlerMayWaitForMoreRightAfterAShortage) {
  std::unique_ptr<RunLoop> loop = *RunLoop::Create();
  SocketPair pair = *CreateSocketPair();
  auto a = *SocketChannel::Create(std::move(pair.ours), loop.get(), limits_, {});
  auto b = *SocketChannel::Create(std::move(pair.theirs), loop.get(), limits_, {});
  RecordingDelegate at_a;
  RecordingDelegate at_b;
  at_b.on_message = [&](const std::string& text) {
    if (text != "first") return;
    SendText(*a, "second");
    a->Flush();
    bool served = true;
    while (served && at_b.messages.size() < 2)
      served = loop->WaitTransports(absl::InfiniteFuture());
  };
  a->Start(&at_a);
  b->Start(&at_b);
  SendText(*a, "first");
  faults.fail_at = 1;  // the receive that follows the send
  faults.error = ENOBUFS;
  while (at_b.messages.empty()) loop->Turn(absl::InfiniteDuration());
  EXPECT_EQ((std::vector<std::string>{"first", "second"}), at_b.messages);
}

class PassingFaultTest : public SocketChannelFaultTest, public testing::WithParamInterface<int> {};

TEST_P(PassingFaultTest, AtEveryCallLosesNothing) {
  small_sockets_ = true;
  limits_.flush_bytes = 256;
  limits_.read_buffer_bytes = 512;
  Exchange(12);
  const int calls = faults.calls;
  ASSERT_GT(calls, 10);
  for (int k = 0; k < calls; ++k) {
    faults = {};
    faults.fail_at = k;
    faults.error = GetParam();
    ASSERT_NO_FATAL_FAILURE(Exchange(12)) << "call " << k;
    EXPECT_EQ(12, arrived_) << "call " << k;
    EXPECT_EQ(0u, closed_) << "call " << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Errors, PassingFaultTest, testing::Values(EINTR, ENOBUFS, ENOMEM),
                         [](const auto& info) { return std::string(strerrorname_np(info.param)); });

class FatalFaultTest : public SocketChannelFaultTest, public testing::WithParamInterface<int> {};

TEST_P(FatalFaultTest, AtEveryCallIsReportedOnceOnBothSides) {
  small_sockets_ = true;
  limits_.flush_bytes = 256;
  limits_.read_buffer_bytes = 512;
  Exchange(12);
  const int calls = faults.calls;
  for (int k = 0; k < calls; ++k) {
    faults = {};
    faults.fail_at = k;
    faults.error = GetParam();
    ASSERT_NO_FATAL_FAILURE(Exchange(12)) << "call " << k;
    EXPECT_TRUE(closed_ != 0 || arrived_ == 12) << "call " << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Errors, FatalFaultTest, testing::Values(EPIPE, ECONNRESET, EIO, EBADF),
                         [](const auto& info) { return std::string(strerrorname_np(info.param)); });

TEST_F(SocketChannelFaultTest, RandomShortWritesAndShortagesLoseNothing) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::minstd_rand random(seed);
    faults = {};
    faults.random = &random;
    small_sockets_ = seed % 2 == 0;
    limits_ = Limits();
    limits_.read_buffer_bytes = 64u << (seed % 7);
    limits_.flush_bytes = 1u << (seed % 16);
    limits_.queued_bytes = 2000 + seed * 100;
    limits_.queued_handles = 260 + seed;
    ASSERT_NO_FATAL_FAILURE(Exchange(60)) << "seed " << seed;
    ASSERT_EQ(60, arrived_) << "seed " << seed;
  }
}

// A child that ends before its k-th call, for every k until it gets through all of them.
FORKED_TEST(SocketChannelDeathTest, AChildMayEndBeforeAnyOfItsCalls) {
  constexpr size_t kMessages = 6;
  bool died = true;
  uint64_t k = 1;
  for (; died && k < 200; ++k) {
    SharedTally tally;
    ProcessPair pair([&](int socket) {
      const CallFaultScope scope(
          {.kind = CallFault::Kind::kDeathBeforeMessage, .error = 0, .at = k}, *tally);
      std::unique_ptr<RunLoop> loop = *RunLoop::Create();
      auto channel = *SocketChannel::Create(FileDescriptor(socket), loop.get(), {}, {});
      RecordingDelegate delegate;
      delegate.on_message = [&](const std::string& text) {
        SendHandles(*channel, text, 7, 3);
        channel->Flush();
      };
      delegate.on_closed = [&] { loop->Quit(); };
      channel->Start(&delegate);
      loop->Run();
    });
    std::unique_ptr<RunLoop> loop = *RunLoop::Create();
    auto channel = *SocketChannel::Create(FileDescriptor(pair.TakeSocket()), loop.get(), {}, {});
    RecordingDelegate delegate;
    delegate.on_message = [&](const std::string&) {
      if (delegate.messages.size() == kMessages) channel->Close();
      if (delegate.messages.size() == kMessages) loop->Quit();
      SendHandles(*channel, "again", 1, 2);
    };
    delegate.on_closed = [&] { loop->Quit(); };
    channel->Start(&delegate);
    SendHandles(*channel, "first", 0, 2);
    loop->Run();
    died = pair.WaitForDeath();
    const bool complete = delegate.messages.size() == kMessages;
    EXPECT_TRUE(died || complete) << "call " << k;
    EXPECT_EQ(complete ? 0u : 1u, delegate.closed.size()) << "call " << k;
    for (const int identity : delegate.identities) EXPECT_LE(7, identity);
  }
  EXPECT_FALSE(died);
  EXPECT_LT(kMessages, k);
}

}  // namespace
}  // namespace ipdl
