// The sending half alone, read by hand at the other end: framing, quota, drafts, and which
// descriptors leave with which bytes.

#include "runtime/channel/socket_send.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/open_descriptors_for_test.h"
#include "tests/support/forked_test.h"

namespace ipdl {
namespace {

using testing::ElementsAre;
using Progress = SocketSender::Progress;

class SocketSenderTest : public testing::Test {
 protected:
  SocketSenderTest() {
    absl::StatusOr<SocketPair> pair = CreateSocketPair();
    EXPECT_TRUE(pair.ok()) << pair.status();
    socket_ = std::move(pair->ours);
    peer_ = RawSocket(std::move(pair->theirs));
  }

  SendResult SendText(const std::string& text) {
    Writer& writer = sender_.Begin(nullptr);
    writer.PutBytes(Text(text));
    return sender_.End(writer, &why_);
  }
  SendResult SendHandles(absl::Span<const uint8_t> bytes, int first, int count) {
    std::vector<OwnedHandle> handles;
    for (int i = 0; i < count; ++i) handles.push_back(DescriptorNumbered(first + i).TakeOwned());
    return sender_.Send(bytes, std::move(handles), &why_);
  }
  // Writes and reads in turns until all is there. Returns how many times the socket was full.
  int Transfer() {
    int blocked = 0;
    while (true) {
      const Progress progress = sender_.Write(socket_.get());
      if (progress == Progress::kDone) break;
      EXPECT_EQ(Progress::kBlocked, progress);
      ++blocked;
      if (!peer_.ReadOnce()) break;
    }
    peer_.ReadAll();
    return blocked;
  }
  static std::vector<int> Numbers(int count) {
    std::vector<int> numbers(static_cast<size_t>(count));
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

  Limits limits_;
  SocketSender sender_{&limits_};
  FileDescriptor socket_;
  RawSocket peer_;
  std::string why_;
};

// --- Framing ------------------------------------------------------------------------------------

TEST_F(SocketSenderTest, FramesEveryPayloadSize) {
  Bytes expected;
  for (size_t size = 0; size <= 17; ++size) {
    const Bytes payload(size, static_cast<uint8_t>(size));
    Append(&expected, FrameOf(payload));
    EXPECT_TRUE(sender_.Send(payload, {}, &why_));
  }
  EXPECT_EQ(expected.size(), sender_.queued_bytes());
  Transfer();
  EXPECT_EQ(expected, peer_.bytes());
  EXPECT_EQ(1u, sender_.sends());
}

TEST_F(SocketSenderTest, SendsManyMessagesAndTheirDescriptorsInOneCall) {
  Bytes expected;
  for (int i = 0; i < 100; ++i) {
    const Bytes payload = Text("message " + std::to_string(i));
    Append(&expected, FrameOf(payload, i % 3));
    EXPECT_TRUE(SendHandles(payload, static_cast<int>(i / 3 * 3 + i % 3 * (i % 3 - 1) / 2), i % 3));
  }
  EXPECT_EQ(99u, sender_.queued_handles());
  Transfer();
  EXPECT_EQ(expected, peer_.bytes());
  EXPECT_EQ(Numbers(99), IdentitiesOf(peer_.handles()));
  EXPECT_EQ(1u, sender_.sends());
  EXPECT_EQ(0u, sender_.queued_handles());
}

TEST_F(SocketSenderTest, ClosesDescriptorsOnceTheyHaveLeft) {
  const int before = OpenDescriptors();
  SendHandles(Text("x"), 0, 3);
  EXPECT_EQ(before + 3, OpenDescriptors());
  EXPECT_EQ(Progress::kDone, sender_.Write(socket_.get()));
  EXPECT_EQ(before, OpenDescriptors());
}

// --- Refusals, quota, abandoning ----------------------------------------------------------------

TEST_F(SocketSenderTest, RefusesWhatIsAboveTheLimitOfBytes) {
  limits_.message_bytes = 64;
  EXPECT_TRUE(sender_.Send(Bytes(55), {}, &why_));
  EXPECT_TRUE(sender_.Send(Bytes(56), {}, &why_));
  EXPECT_EQ("", why_);
  EXPECT_EQ(SendResult::kRefused, sender_.Send(Bytes(57), {}, &why_).code());
  EXPECT_NE("", why_);
  EXPECT_EQ(128u, sender_.queued_bytes());
}

TEST_F(SocketSenderTest, RefusesWhatIsAboveTheLimitOfHandlesAndClosesThem) {
  limits_.message_handles = 5;
  const int before = OpenDescriptors();
  EXPECT_TRUE(SendHandles(Text("x"), 0, 4));
  EXPECT_TRUE(SendHandles(Text("x"), 0, 5));
  EXPECT_EQ(SendResult::kRefused, SendHandles(Text("x"), 0, 6).code());
  EXPECT_EQ(before + 9, OpenDescriptors());
}

TEST_F(SocketSenderTest, RefusesAFailedWriterAndSaysWhy) {
  Writer& writer = sender_.Begin(nullptr);
  writer.PutHandle(DescriptorNumbered(0).TakeOwned());
  writer.Fail("no good");
  EXPECT_EQ(SendResult::kRefused, sender_.End(writer, &why_).code());
  EXPECT_EQ("no good", why_);
  EXPECT_EQ(0u, sender_.queued_bytes());
  EXPECT_EQ(0u, sender_.queued_handles());
  EXPECT_TRUE(SendText("next"));
  Transfer();
  EXPECT_EQ(FrameOf(Text("next")), peer_.bytes());
}

TEST_F(SocketSenderTest, RefusesEmptyAndForeignKindsOfHandles) {
  std::vector<OwnedHandle> handles;
  handles.emplace_back();
  EXPECT_EQ(SendResult::kRefused, sender_.Send(Text("x"), std::move(handles), &why_).code());
}

TEST_F(SocketSenderTest, AbandonTakesEverythingBack) {
  const int before = OpenDescriptors();
  EXPECT_TRUE(SendText("first"));
  Writer& writer = sender_.Begin(nullptr);
  writer.PutBytes(Bytes(100000));
  writer.PutHandle(DescriptorNumbered(0).TakeOwned());
  sender_.Abandon(writer);
  EXPECT_EQ(before, OpenDescriptors());
  EXPECT_TRUE(SendText("second"));
  Transfer();
  Bytes expected = FrameOf(Text("first"));
  Append(&expected, FrameOf(Text("second")));
  EXPECT_EQ(expected, peer_.bytes());
}

TEST_F(SocketSenderTest, WouldBlockAboveTheQuotaOfBytes) {
  limits_.queued_bytes = 96;
  EXPECT_TRUE(sender_.Send(Bytes(24), {}, &why_));  // 32 with its header
  EXPECT_EQ(SendResult::kWouldBlock, sender_.Send(Bytes(57), {}, &why_).code());
  EXPECT_TRUE(sender_.Send(Bytes(48), {}, &why_));  // 88: one below, as frames go
  EXPECT_EQ(SendResult::kWouldBlock, sender_.Send(Bytes(8), {}, &why_).code());
  EXPECT_TRUE(sender_.Send(Bytes(0), {}, &why_));  // 96: exactly
  EXPECT_EQ(SendResult::kWouldBlock, sender_.Send(Bytes(0), {}, &why_).code());
  EXPECT_EQ(96u, sender_.queued_bytes());
  Transfer();
  EXPECT_TRUE(sender_.Send(Bytes(0), {}, &why_));
}

TEST_F(SocketSenderTest, WouldBlockAboveTheQuotaOfHandlesAndClosesThem) {
  limits_.queued_handles = 10;
  const int before = OpenDescriptors();
  EXPECT_TRUE(SendHandles(Text("x"), 0, 4));
  EXPECT_EQ(SendResult::kWouldBlock, SendHandles(Text("x"), 0, 7).code());
  EXPECT_TRUE(SendHandles(Text("x"), 0, 5));
  EXPECT_TRUE(SendHandles(Text("x"), 0, 1));
  EXPECT_EQ(SendResult::kWouldBlock, SendHandles(Text("x"), 0, 1).code());
  EXPECT_EQ(before + 10, OpenDescriptors());
  EXPECT_TRUE(SendText("messages without handles are not held up"));
}

TEST_F(SocketSenderTest, AnEmptyQueueTakesAnyLegalMessage) {
  limits_.queued_bytes = 16;
  limits_.queued_handles = 1;
  EXPECT_TRUE(SendHandles(Bytes(1000), 0, 3));
  EXPECT_EQ(SendResult::kWouldBlock, SendText("").code());
}

// --- Messages begun inside messages -------------------------------------------------------------

TEST_F(SocketSenderTest, AMessageBegunInsideAnotherIsSentBeforeIt) {
  EXPECT_TRUE(SendText("before"));
  Writer& outer = sender_.Begin(nullptr);
  outer.PutBytes(Text("out"));
  outer.PutHandle(DescriptorNumbered(2).TakeOwned());
  {
    Writer& inner = sender_.Begin(nullptr);
    inner.PutHandle(DescriptorNumbered(1).TakeOwned());
    {
      Writer& innermost = sender_.Begin(nullptr);
      innermost.PutHandle(DescriptorNumbered(0).TakeOwned());
      EXPECT_TRUE(sender_.End(innermost, &why_));
    }
    EXPECT_TRUE(sender_.End(inner, &why_));
  }
  outer.PutBytes(Text("er"));
  // What is finished may leave; what is open, and what stands before it, stays.
  EXPECT_EQ(Progress::kDone, sender_.Write(socket_.get()));
  outer.PutHandle(DescriptorNumbered(3).TakeOwned());
  EXPECT_TRUE(sender_.End(outer, &why_));
  EXPECT_TRUE(SendText("after"));
  Transfer();
  const uint8_t kind = static_cast<uint8_t>(OwnedHandle::Kind::kFileDescriptor);
  Bytes expected = FrameOf(Text("before"));
  Append(&expected, FrameOf(Bytes{kind}, 1));
  Append(&expected, FrameOf(Bytes{kind}, 1));
  Append(&expected, FrameOf(Bytes{'o', 'u', 't', kind, 'e', 'r', kind}, 2));
  Append(&expected, FrameOf(Text("after")));
  EXPECT_EQ(expected, peer_.bytes());
  EXPECT_EQ(Numbers(4), IdentitiesOf(peer_.handles()));
}

TEST_F(SocketSenderTest, AMessageBegunInsideOneThatFailsIsStillSent) {
  Writer& outer = sender_.Begin(nullptr);
  outer.PutBytes(Text("outer"));
  Writer& dropped = sender_.Begin(nullptr);
  dropped.PutBytes(Text("dropped"));
  sender_.Abandon(dropped);
  EXPECT_TRUE(SendText("inner"));
  sender_.Abandon(outer);
  Transfer();
  EXPECT_EQ(FrameOf(Text("inner")), peer_.bytes());
}

TEST_F(SocketSenderTest, QuotaCountsMessagesThatWaitForAnOpenOne) {
  limits_.queued_bytes = 64;
  Writer& outer = sender_.Begin(nullptr);
  EXPECT_TRUE(sender_.Send(Bytes(24), {}, &why_));
  EXPECT_TRUE(sender_.Send(Bytes(24), {}, &why_));
  EXPECT_EQ(SendResult::kWouldBlock, sender_.Send(Bytes(0), {}, &why_).code());
  EXPECT_EQ(SendResult::kWouldBlock, sender_.End(outer, &why_).code());
  EXPECT_EQ(64u, sender_.queued_bytes());
}

// --- Stopping -----------------------------------------------------------------------------------

TEST_F(SocketSenderTest, StopDropsEverythingAndAnswersClosed) {
  const int before = OpenDescriptors();
  EXPECT_TRUE(SendHandles(Text("x"), 0, 2));
  Writer& open = sender_.Begin(nullptr);
  open.PutBytes(Bytes(5000));
  open.PutHandle(DescriptorNumbered(0).TakeOwned());
  Writer& nested = sender_.Begin(nullptr);
  nested.PutBytes(Bytes(5));
  sender_.Stop();
  EXPECT_EQ(0u, sender_.queued_bytes());
  EXPECT_EQ(0u, sender_.queued_handles());
  nested.PutBytes(Bytes(5));
  open.PutBytes(Bytes(5000));
  EXPECT_EQ(SendResult::kClosed, sender_.End(nested, &why_).code());
  EXPECT_EQ(SendResult::kClosed, sender_.End(open, &why_).code());
  EXPECT_EQ(before, OpenDescriptors());
  EXPECT_EQ(SendResult::kClosed, SendHandles(Text("x"), 0, 2).code());
  Writer& late = sender_.Begin(nullptr);
  EXPECT_FALSE(late.ok());
  sender_.Abandon(late);
  EXPECT_EQ(before, OpenDescriptors());
  EXPECT_EQ(0u, sender_.queued_bytes());
}

TEST_F(SocketSenderTest, NoticesThatNobodyReads) {
  peer_.socket().Reset();
  EXPECT_TRUE(SendText("x"));
  EXPECT_EQ(Progress::kBroken, sender_.Write(socket_.get()));
}

// --- Descriptors and bytes ----------------------------------------------------------------------

// What a receiver insists on: at every point of the stream, each whole message's descriptors have
// come, and no more than its bound are unclaimed.
void CheckOrder(RawSocket* peer, absl::Span<const uint16_t> counts, size_t frame_bytes,
                const Limits& limits) {
  size_t claimed = 0;
  const size_t whole = peer->bytes().size() / frame_bytes;
  for (size_t i = 0; i < whole; ++i) claimed += counts[i];
  ASSERT_LE(claimed, peer->handles().size()) << "after " << whole << " messages";
  ASSERT_LE(peer->handles().size() - claimed, limits.message_handles + kDescriptorsPerSend);
}

class DescriptorCountTest : public SocketSenderTest, public testing::WithParamInterface<int> {};

TEST_P(DescriptorCountTest, ArriveInOrderAndNoLaterThanTheirMessage) {
  const int count = GetParam();
  limits_.message_handles = 600;
  limits_.queued_handles = 2000;
  EXPECT_TRUE(SendHandles(Text("before"), 0, 1));
  EXPECT_TRUE(SendHandles(Text("the one"), 1, count));
  EXPECT_TRUE(SendHandles(Text("after"), count + 1, 1));
  while (sender_.Write(socket_.get()) == Progress::kBlocked && peer_.ReadOnce(1)) {
  }
  const uint16_t counts[] = {1, static_cast<uint16_t>(count), 1};
  while (peer_.ReadOnce(1)) {
    ASSERT_NO_FATAL_FAILURE(CheckOrder(&peer_, counts, 16, limits_));
  }
  EXPECT_EQ(48u, peer_.bytes().size());
  EXPECT_EQ(Numbers(count + 2), IdentitiesOf(peer_.handles()));
  EXPECT_LE(peer_.most_in_one_read(), kDescriptorsPerSend);
}

INSTANTIATE_TEST_SUITE_P(AroundTheKernelsBound, DescriptorCountTest,
                         testing::Values(0, 1, 2, 252, 253, 254, 500, 505, 506, 507, 512, 513,
                                         600));

TEST_F(SocketSenderTest, TheDefaultLimitIs512Handles) {
  EXPECT_TRUE(SendHandles(Text("x"), 0, 512));
  EXPECT_EQ(SendResult::kRefused, SendHandles(Text("x"), 0, 513).code());
}

TEST_F(SocketSenderTest, TheSmallestFrameStillCarriesAsManyAsItHasBytesFor) {
  limits_.message_handles = 65535;
  limits_.queued_handles = 65535;
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 4000) GTEST_SKIP() << "needs 4000 descriptors";
  // 8 bytes, of which the last must leave with the last descriptors: 7 x 253 and no more.
  EXPECT_EQ(SendResult::kRefused, SendHandles({}, 0, 7 * 253 + 1).code());
  EXPECT_TRUE(SendHandles({}, 0, 7 * 253));
  Transfer();
  EXPECT_EQ(8u, peer_.bytes().size());
  EXPECT_EQ(Numbers(7 * 253), IdentitiesOf(peer_.handles()));
}

TEST_F(SocketSenderTest, DescriptorsOfAMessageBegunInsideAnotherStayWithIt) {
  limits_.queued_handles = 2000;
  ASSERT_TRUE(SendText("before"));
  ASSERT_EQ(Progress::kDone, sender_.Write(socket_.get()));
  ASSERT_TRUE(SendHandles(Text("waiting"), 0, 1));
  Writer& outer = sender_.Begin(nullptr);
  outer.PutBytes(Text("outer"));
  ASSERT_TRUE(SendHandles(Text("inner"), 1, 300));
  ASSERT_TRUE(SendHandles(Text("inner 2"), 301, 255));
  ASSERT_TRUE(sender_.End(outer, &why_));
  ASSERT_EQ(Progress::kDone, sender_.Write(socket_.get()));
  const uint16_t counts[] = {0, 1, 300, 255, 0};
  while (peer_.ReadOnce(1)) {
    ASSERT_NO_FATAL_FAILURE(CheckOrder(&peer_, counts, 16, limits_));
  }
  EXPECT_EQ(80u, peer_.bytes().size());
  EXPECT_EQ(Numbers(556), IdentitiesOf(peer_.handles()));
}

TEST_F(SocketSenderTest, ShortWritesKeepDescriptorsWithTheirMessages) {
  const int smallest = 1;  // the kernel rounds it up to its own minimum, about 4.5 KiB
  ASSERT_EQ(0, setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUF, &smallest, sizeof(smallest)));
  limits_.queued_handles = 100000;
  std::vector<uint16_t> counts;
  Bytes expected;
  int handles = 0;
  // All sizes of sets, so that batches end inside and between messages.
  const int kCounts[] = {0, 1, 3, 100, 0, 253, 7, 254, 1, 0, 300, 512, 2, 90, 0, 0, 1};
  for (const int count : kCounts) {
    const Bytes payload(992, static_cast<uint8_t>(counts.size()));
    counts.push_back(static_cast<uint16_t>(count));
    Append(&expected, FrameOf(payload, counts.back()));
    ASSERT_TRUE(SendHandles(payload, handles, count));
    handles += count;
  }
  int blocked = 0;
  while (true) {
    const Progress progress = sender_.Write(socket_.get());
    if (progress == Progress::kBlocked) ++blocked;
    // As slowly as can be: byte by byte, looking at what is there each time.
    bool any = false;
    for (int i = 0; i < 50 && peer_.ReadOnce(7); ++i) {
      any = true;
      ASSERT_NO_FATAL_FAILURE(CheckOrder(&peer_, counts, 1000, limits_));
    }
    if (!any && progress == Progress::kDone) break;
  }
  EXPECT_GT(blocked, 0);
  EXPECT_EQ(expected, peer_.bytes());
  EXPECT_EQ(Numbers(handles), IdentitiesOf(peer_.handles()));
}

TEST_F(SocketSenderTest, ManyMessagesWithManyHandlesKeepTheReceiversBound) {
  limits_.queued_handles = 100000;
  std::vector<uint16_t> counts;
  int handles = 0;
  for (int i = 0; i < 200; ++i) {
    counts.push_back(static_cast<uint16_t>(i * 37 % 23));
    ASSERT_TRUE(SendHandles(Text("message"), handles, counts.back()));
    handles += counts.back();
  }
  EXPECT_EQ(Progress::kDone, sender_.Write(socket_.get()));
  while (peer_.ReadOnce(5)) ASSERT_NO_FATAL_FAILURE(CheckOrder(&peer_, counts, 16, limits_));
  EXPECT_EQ(Numbers(handles), IdentitiesOf(peer_.handles()));
}

TEST_F(SocketSenderTest, AQueueThatNeverEmptiesKeepsItsBookkeepingSmallAndRight) {
  limits_.queued_handles = 100000;
  Bytes expected;
  int next = 0;
  for (int round = 0; round < 300; ++round) {
    for (int i = 0; i < 4; ++i) {
      const Bytes payload(100, static_cast<uint8_t>(round));
      Append(&expected, FrameOf(payload, 1));
      ASSERT_TRUE(SendHandles(payload, next++, 1));
    }
    // A message is open during every other write.
    if (round % 2 == 0) {
      EXPECT_EQ(Progress::kDone, sender_.Write(socket_.get()));
    } else {
      Writer& open = sender_.Begin(nullptr);
      open.PutBytes(Bytes(4));
      open.PutHandle(DescriptorNumbered(next++).TakeOwned());
      EXPECT_EQ(Progress::kDone, sender_.Write(socket_.get()));
      open.PutBytes(Bytes(3));
      EXPECT_TRUE(sender_.End(open, &why_));
      Bytes payload(8, 0);
      payload[4] = 1;
      Append(&expected, FrameOf(payload, 1));
    }
    peer_.ReadAll();
  }
  Transfer();
  EXPECT_EQ(expected, peer_.bytes());
  EXPECT_EQ(Numbers(next), IdentitiesOf(peer_.handles()));
}

// --- A system that is short of something --------------------------------------------------------

FORKED_TEST(SocketSenderShortageTest, WaitsWhenTheUserHasTooManyDescriptorsInFlight) {
  // The kernel counts descriptors in flight per user, and lets root have any number.
  if (geteuid() == 0) {
    ASSERT_EQ(0, setgid(65534));
    ASSERT_EQ(0, setuid(65534));
  }
  rlimit limit = {};
  ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
  limit.rlim_cur = 40;
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));

  SocketPair pair = *CreateSocketPair();
  RawSocket peer(std::move(pair.theirs));
  const Limits limits;
  SocketSender sender(&limits);
  std::string why;
  int sent = 0;
  Progress progress = Progress::kDone;
  // Few are open at any time, but all that were sent are in flight.
  while (progress == Progress::kDone && sent < 300) {
    std::vector<OwnedHandle> handles;
    for (int i = 0; i < 10; ++i) handles.push_back(DescriptorNumbered(sent++).TakeOwned());
    ASSERT_TRUE(sender.Send(Text("carrier"), std::move(handles), &why));
    progress = sender.Write(pair.ours.get());
  }
  ASSERT_EQ(Progress::kRetryLater, progress);
  EXPECT_EQ(ETOOMANYREFS, sender.last_errno());
  // All that need not wait for a descriptor has left: the message but for one byte.
  EXPECT_EQ(1u, sender.queued_bytes());
  EXPECT_EQ(10u, sender.queued_handles());
  EXPECT_EQ(Progress::kRetryLater, sender.Write(pair.ours.get()));

  // Once the peer has read, it goes on, and nothing was lost or mixed up.
  for (int i = 0; i < 20 && progress != Progress::kDone; ++i) {
    ASSERT_TRUE(peer.ReadOnce(16));
    for (const OwnedHandle& handle : peer.handles()) EXPECT_LE(0, IdentityOf(handle.value()));
    peer.handles().clear();
    progress = sender.Write(pair.ours.get());
  }
  EXPECT_EQ(Progress::kDone, progress);
  int received = -1;
  while (peer.ReadOnce(16)) {
    if (!peer.handles().empty()) received = IdentityOf(peer.handles().back().value());
    peer.handles().clear();
  }
  EXPECT_EQ(sent - 1, received);
}

}  // namespace
}  // namespace ipdl
