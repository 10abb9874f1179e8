// Whole channels on one loop, both ends in this process or one end held by hand: when bytes leave,
// who is told what and when, and what callbacks may do.

#include "runtime/channel/socket_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/channel/recording_delegate_for_test.h"
#include "runtime/log.h"
#include "runtime/open_descriptors_for_test.h"
#include "runtime/run_loop.h"

namespace ipdl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = ChannelClosed::Kind;

constexpr absl::Duration kNow = absl::ZeroDuration();

std::unique_ptr<SocketChannel> MakeChannel(FileDescriptor socket, RunLoop* loop,
                                           const Limits& limits = {}) {
  absl::StatusOr<std::unique_ptr<SocketChannel>> channel =
      SocketChannel::Create(std::move(socket), loop, limits, PeerLabel{});
  EXPECT_TRUE(channel.ok()) << channel.status();
  return *std::move(channel);
}

// Two channels joined to each other.
class SocketChannelTest : public testing::Test {
 protected:
  void Connect() {
    SocketPair pair = *CreateSocketPair();
    a_ = MakeChannel(std::move(pair.ours), loop_.get(), limits_);
    b_ = MakeChannel(std::move(pair.theirs), loop_.get(), limits_);
    a_->Start(&at_a_);
    b_->Start(&at_b_);
  }
  // One channel whose other end is held by hand.
  void ConnectRaw() {
    SocketPair pair = *CreateSocketPair();
    b_ = MakeChannel(std::move(pair.ours), loop_.get(), limits_);
    b_->Start(&at_b_);
    peer_ = RawSocket(std::move(pair.theirs));
  }
  void RunUntilIdle() {
    while (loop_->Turn(kNow)) {
    }
  }
  void RunUntil(const std::function<bool()>& done) {
    while (!done()) loop_->Turn(absl::InfiniteDuration());
  }

  Limits limits_;
  std::unique_ptr<RunLoop> loop_ = *RunLoop::Create();
  RecordingDelegate at_a_;
  RecordingDelegate at_b_;
  std::unique_ptr<SocketChannel> a_;
  std::unique_ptr<SocketChannel> b_;
  RawSocket peer_;
};

// --- Making one ---------------------------------------------------------------------------------

TEST_F(SocketChannelTest, IsMadeOfConnectedStreamSocketsOnly) {
  int ends[2];
  ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
  FileDescriptor other(ends[1]);
  EXPECT_FALSE(
      SocketChannel::Create(FileDescriptor(ends[0]), loop_.get(), limits_, PeerLabel{}).ok());
  FileDescriptor internet(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_FALSE(SocketChannel::Create(std::move(internet), loop_.get(), limits_, {}).ok());
  EXPECT_FALSE(SocketChannel::Create(DescriptorNumbered(0), loop_.get(), limits_, {}).ok());
  EXPECT_FALSE(SocketChannel::Create(FileDescriptor(), loop_.get(), limits_, {}).ok());
}

TEST_F(SocketChannelTest, SocketPairsCloseOnExec) {
  const SocketPair pair = *CreateSocketPair();
  EXPECT_EQ(FD_CLOEXEC, fcntl(pair.ours.get(), F_GETFD));
  EXPECT_EQ(FD_CLOEXEC, fcntl(pair.theirs.get(), F_GETFD));
}

// --- When bytes leave ---------------------------------------------------------------------------

TEST_F(SocketChannelTest, SendsAllMessagesOfOneTurnInOneCall) {
  Connect();
  loop_->Post([&] {
    for (int i = 0; i < 100; ++i) SendText(*a_, "message");
  });
  loop_->Post([&] {
    for (int i = 0; i < 100; ++i) SendHandles(*a_, "handle", i, 1);
    EXPECT_EQ(0u, a_->counters().sends);
  });
  RunUntilIdle();
  EXPECT_EQ(200u, at_b_.messages.size());
  EXPECT_EQ(100u, at_b_.identities.size());
  EXPECT_EQ(1u, a_->counters().sends);
  EXPECT_EQ(200u, a_->counters().messages_sent);
  EXPECT_EQ(200u, b_->counters().messages_received);
}

TEST_F(SocketChannelTest, SendsAtOnceWhatReachesTheFlushLimit) {
  limits_.flush_bytes = 128;
  Connect();
  loop_->Post([&] {
    for (int i = 0; i < 7; ++i) SendText(*a_, "8 bytes.");  // 16 each with the header
    EXPECT_EQ(0u, a_->counters().sends);
    SendText(*a_, "8 bytes.");
    EXPECT_EQ(1u, a_->counters().sends);
    EXPECT_EQ(0u, a_->queued_bytes());
    SendText(*a_, "8 bytes.");
    EXPECT_EQ(1u, a_->counters().sends);
  });
  RunUntilIdle();
  EXPECT_EQ(2u, a_->counters().sends);
  EXPECT_EQ(9u, at_b_.messages.size());
}

TEST_F(SocketChannelTest, SendsAtOnceAsManyHandlesAsOneCallTakes) {
  Connect();
  loop_->Post([&] {
    for (int i = 0; i < 252; ++i) SendHandles(*a_, "", i, 1);
    EXPECT_EQ(0u, a_->counters().sends);
    SendHandles(*a_, "", 252, 1);
    EXPECT_EQ(1u, a_->counters().sends);
    EXPECT_EQ(0u, a_->queued_handles());
  });
  RunUntilIdle();
  EXPECT_EQ(253u, at_b_.identities.size());
}

TEST_F(SocketChannelTest, OneReadPerBatchAndNoneWhenNothingCame) {
  Connect();
  RunUntilIdle();
  const uint64_t before = b_->counters().reads;
  for (int i = 0; i < 100; ++i) SendText(*a_, "message");
  RunUntilIdle();
  EXPECT_EQ(before + 1, b_->counters().reads);
}

TEST_F(SocketChannelTest, SendsBeforeStartArriveAndNothingIsReadBefore) {
  SocketPair pair = *CreateSocketPair();
  a_ = MakeChannel(std::move(pair.ours), loop_.get());
  b_ = MakeChannel(std::move(pair.theirs), loop_.get());
  SendText(*a_, "early");
  RunUntilIdle();
  EXPECT_EQ(0u, b_->counters().reads);
  b_->Start(&at_b_);
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("early"));
}

TEST_F(SocketChannelTest, FlushWritesAtOnce) {
  ConnectRaw();
  SendText(*b_, "now");
  EXPECT_TRUE(b_->Flush());
  peer_.ReadAll();
  EXPECT_EQ(FrameOf(Text("now")), peer_.bytes());
}

// --- Back pressure ------------------------------------------------------------------------------

TEST_F(SocketChannelTest, WhileTheSocketIsFullSendsCostNoSystemCalls) {
  ConnectRaw();
  // Well over what the socket takes.
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(SendText(*b_, std::string(50000, 'x')));
  EXPECT_GT(b_->queued_bytes(), 0u);
  const uint64_t sends = b_->counters().sends;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(SendText(*b_, std::string(1000, 'x')));
    loop_->Turn(kNow);
  }
  EXPECT_EQ(sends, b_->counters().sends);
  // And go on as the peer reads.
  while (b_->queued_bytes() != 0) {
    peer_.ReadAll();
    loop_->Turn(kNow);
  }
  peer_.ReadAll();
  EXPECT_EQ(20u * 50008 + 100 * 1008, peer_.bytes().size());
}

TEST_F(SocketChannelTest, WouldBlockAtTheQuotaAndSaysOnceWhenThereIsRoomAgain) {
  limits_.queued_bytes = 1024 * 1024;
  ConnectRaw();
  int refused = 0;
  while (refused < 3) {
    const SendResult result = SendText(*b_, std::string(65536 - 8, 'x'));
    if (result.code() == SendResult::kWouldBlock) ++refused;
  }
  EXPECT_LE(b_->queued_bytes(), limits_.queued_bytes);
  RunUntilIdle();
  EXPECT_EQ(0, at_b_.writable);
  size_t queued_when_told = 0;
  at_b_.on_writable = [&] { queued_when_told = b_->queued_bytes(); };
  while (b_->queued_bytes() != 0) {
    EXPECT_EQ(b_->queued_bytes() * 2 <= limits_.queued_bytes ? 1 : 0, at_b_.writable);
    peer_.ReadAll();
    loop_->Turn(kNow);
  }
  EXPECT_EQ(1, at_b_.writable);
  EXPECT_GT(queued_when_told, 0u);
  EXPECT_LE(queued_when_told * 2, limits_.queued_bytes);
  // Nobody was refused since: nobody is told.
  SendText(*b_, "more");
  RunUntilIdle();
  EXPECT_EQ(1, at_b_.writable);
}

TEST_F(SocketChannelTest, TheWritableCallComesNeverFromInsideASendOrFlush) {
  limits_.queued_bytes = 100;
  ConnectRaw();
  EXPECT_TRUE(SendText(*b_, std::string(80, 'x')));
  EXPECT_EQ(SendResult::kWouldBlock, SendText(*b_, std::string(80, 'x')).code());
  EXPECT_TRUE(b_->Flush());
  EXPECT_EQ(0, at_b_.writable);
  EXPECT_TRUE(loop_->Turn(kNow));
  EXPECT_EQ(1, at_b_.writable);
}

// --- The end ------------------------------------------------------------------------------------

TEST_F(SocketChannelTest, CloseOfAFullSocketLosesTheRestAndThePeerCanTell) {
  Connect();
  b_->PauseReading();
  for (int i = 0; i < 20; ++i) SendText(*a_, std::string(50000, 'x'));
  SendHandles(*a_, "never sent", 0, 3);
  const int before = OpenDescriptors();
  a_->Close();
  EXPECT_EQ(before - 4, OpenDescriptors());  // the socket and the three
  b_->ResumeReading();
  RunUntilIdle();
  EXPECT_GT(20u, at_b_.messages.size());
  ASSERT_EQ(1u, at_b_.closed.size());
  EXPECT_THAT(at_b_.closed[0].text, HasSubstr("in the middle of a message, after "));
}

TEST_F(SocketChannelTest, ACutBeforeStartIsReportedAfterIt) {
  SocketPair pair = *CreateSocketPair();
  a_ = MakeChannel(std::move(pair.ours), loop_.get());
  a_->Cut("early");
  RunUntilIdle();
  a_->Start(&at_a_);
  RunUntilIdle();
  ASSERT_EQ(1u, at_a_.closed.size());
  EXPECT_EQ("early", at_a_.closed[0].text);
}

TEST_F(SocketChannelTest, CutsAPeerThatSendsNonsenseAfterItsGoodMessages) {
  ConnectRaw();
  peer_.Write(FrameOf(Text("good")));
  peer_.Write(Bytes(16, 0xFF));
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("good"));
  ASSERT_EQ(1u, at_b_.closed.size());
  EXPECT_EQ(Kind::kCut, at_b_.closed[0].kind);
  EXPECT_THAT(at_b_.closed[0].text, HasSubstr("not a multiple of 8"));
  peer_.ReadOnce();
  EXPECT_TRUE(peer_.ended() || !peer_.ReadOnce());
}

TEST_F(SocketChannelTest, SendingToAPeerThatIsGoneReportsLaterAndHandsOnItsLastWords) {
  ConnectRaw();
  peer_.Write(FrameOf(Text("last words")));
  peer_.socket().Reset();
  EXPECT_TRUE(SendText(*b_, "hello?"));
  EXPECT_FALSE(b_->Flush() && b_->IsOpen());
  EXPECT_FALSE(b_->IsOpen());
  EXPECT_EQ(SendResult::kClosed, SendText(*b_, "hello??").code());
  EXPECT_THAT(at_b_.closed, IsEmpty());
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("last words"));
  ASSERT_EQ(1u, at_b_.closed.size());
  EXPECT_EQ(Kind::kPeerClosed, at_b_.closed[0].kind);
}

TEST_F(SocketChannelTest, APeerThatOnlyStopsReadingIsOverAsWell) {
  ConnectRaw();
  ASSERT_EQ(0, shutdown(peer_.fd(), SHUT_RD));
  SendText(*b_, "x");
  RunUntilIdle();
  EXPECT_EQ(1u, at_b_.closed.size());
}

TEST_F(SocketChannelTest, AnEndInsideAFrameSaysSo) {
  ConnectRaw();
  peer_.Write(absl::MakeConstSpan(FrameOf(Text("half"))).subspan(0, 9));
  peer_.socket().Reset();
  RunUntilIdle();
  ASSERT_EQ(1u, at_b_.closed.size());
  EXPECT_EQ("the peer closed the connection in the middle of a message, after 9 of 16 bytes",
            at_b_.closed[0].text);
}

}  // namespace
}  // namespace ipdl
