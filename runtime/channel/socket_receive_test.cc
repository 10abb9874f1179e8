// The receiving half alone, fed by hand: framing at every split, descriptors to the right message,
// and everything that a peer can get wrong.

#include "runtime/channel/socket_receive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <string>
#include <utility>
#include <vector>

#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/open_descriptors_for_test.h"
#include "tests/support/forked_test.h"

namespace ipdl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Read = SocketReceiver::Read;
using Parse = SocketReceiver::Parse;

struct Message {
  Bytes payload;
  std::vector<int> handles;  // by identity
  bool operator==(const Message&) const = default;
};

class SocketReceiverTest : public testing::Test {
 protected:
  SocketReceiverTest() { Connect(); }

  void Connect() {
    absl::StatusOr<SocketPair> pair = CreateSocketPair();
    EXPECT_TRUE(pair.ok()) << pair.status();
    socket_ = std::move(pair->ours);
    peer_ = RawSocket(std::move(pair->theirs));
  }

  // Takes all whole frames that were read, as the channel does.
  Parse ParseAll() {
    while (true) {
      ReceivedFrame frame;
      EXPECT_EQ(receiver_.HasNext(), receiver_.HasNext());
      const bool expected = receiver_.HasNext();
      const Parse parse = receiver_.Next(&frame, &why_);
      EXPECT_EQ(expected, parse != Parse::kNeedsMore);
      if (parse != Parse::kFrame) return parse;
      EXPECT_EQ(0u, reinterpret_cast<uintptr_t>(frame.payload.data()) % 8);
      for (const OwnedHandle& handle : frame.handles) EXPECT_TRUE(handle.foreign());
      messages_.push_back({Bytes(frame.payload.begin(), frame.payload.end()),
                           IdentitiesOf(absl::MakeConstSpan(frame.handles))});
    }
  }
  // Reads and parses until nothing is there or something is wrong.
  Read ReadAll() {
    while (true) {
      const Read read = receiver_.ReadOnce(socket_.get());
      if (read != Read::kMaybeMore && read != Read::kAll) return read;
      if (ParseAll() == Parse::kMalformed) return Read::kNothing;
    }
  }
  static std::vector<OwnedHandle> Handles(std::vector<int> identities) {
    std::vector<OwnedHandle> handles;
    for (const int identity : identities) {
      handles.push_back(DescriptorNumbered(identity).TakeOwned());
    }
    return handles;
  }

  Limits limits_;
  SocketReceiver receiver_{&limits_, HandleAccount::New()};
  FileDescriptor socket_;
  RawSocket peer_;
  std::vector<Message> messages_;
  std::string why_;
};

// --- What arrives -------------------------------------------------------------------------------

TEST_F(SocketReceiverTest, FindsTheFramesAtEverySplitOfTheStream) {
  std::vector<Message> expected = {{Text("one"), {0}},
                                   {Text(""), {}},
                                   {Text("exactly8"), {1, 2}},
                                   {Text("and a longer one"), {}},
                                   {Text("last"), {3}}};
  Bytes stream;
  for (const Message& message : expected) {
    Append(&stream, FrameOf(message.payload, static_cast<uint16_t>(message.handles.size())));
  }
  for (size_t split = 1; split < stream.size(); ++split) {
    messages_.clear();
    // Two of the descriptors come with the first piece and two with the second, but never later
    // than the frame that claims them.
    const size_t first = split < 16 ? 1 : split < 40 ? 3 : 4;
    const std::vector<OwnedHandle> handles = Handles({0, 1, 2, 3});
    const absl::Span<const OwnedHandle> all = handles;
    peer_.Write(absl::MakeConstSpan(stream).subspan(0, split), all.subspan(0, first));
    EXPECT_EQ(Read::kNothing, ReadAll());
    EXPECT_EQ("", why_);
    peer_.Write(absl::MakeConstSpan(stream).subspan(split), all.subspan(first));
    EXPECT_EQ(Read::kNothing, ReadAll());
    EXPECT_EQ("", why_);
    EXPECT_EQ(expected, messages_) << "split at " << split;
    EXPECT_EQ(0u, receiver_.unclaimed_handles());
  }
}

TEST_F(SocketReceiverTest, FindsTheFramesByteByByte) {
  std::vector<Message> expected;
  for (int i = 0; i < 20; ++i) {
    const Message message = {Bytes(static_cast<size_t>(i), 7), {}};
    expected.push_back(message);
    for (const uint8_t byte : FrameOf(message.payload)) {
      peer_.Write({&byte, 1});
      EXPECT_EQ(Read::kNothing, ReadAll());
    }
  }
  EXPECT_EQ(expected, messages_);
}

TEST_F(SocketReceiverTest, ReadsMessagesLargerThanItsBufferAndSmallOnesAfterwards) {
  limits_.read_buffer_bytes = 256;
  std::vector<Message> expected;
  for (const size_t size : {10u, 247u, 248u, 249u, 5000u, 3u, 100000u, 0u, 300u}) {
    const Message message = {Bytes(size, static_cast<uint8_t>(size)), {}};
    expected.push_back(message);
    peer_.Write(FrameOf(message.payload));
  }
  EXPECT_EQ(Read::kNothing, ReadAll());
  EXPECT_EQ(expected, messages_);
}

TEST_F(SocketReceiverTest, KeepsAPayloadInPlaceWhileItReadsOn) {
  limits_.read_buffer_bytes = 64;
  const Bytes first(24, 1);
  Bytes stream = FrameOf(first);
  Append(&stream, FrameOf(Bytes(40, 2)));
  peer_.Write(stream);
  EXPECT_EQ(Read::kMaybeMore, receiver_.ReadOnce(socket_.get()));
  ReceivedFrame outer;
  ASSERT_EQ(Parse::kFrame, receiver_.Next(&outer, &why_));
  // As a message handler does that waits for another message.
  EXPECT_EQ(Parse::kNeedsMore, ParseAll());
  EXPECT_EQ(Read::kNothing, ReadAll());
  peer_.Write(FrameOf(Bytes(40, 3)));
  EXPECT_EQ(Read::kNothing, ReadAll());
  EXPECT_EQ(2u, messages_.size());
  EXPECT_EQ(first, Bytes(outer.payload.begin(), outer.payload.end()));
  receiver_.Clear();
  EXPECT_EQ(first, Bytes(outer.payload.begin(), outer.payload.end()));
}

TEST_F(SocketReceiverTest, ClosesWhatNobodyClaimed) {
  const int before = OpenDescriptors();
  {
    const std::vector<OwnedHandle> handles = Handles({0, 1, 2});
    peer_.Write(Text("half"), handles);
  }
  EXPECT_EQ(Read::kNothing, ReadAll());
  EXPECT_EQ(3u, receiver_.unclaimed_handles());
  EXPECT_EQ(before + 3, OpenDescriptors());
  receiver_.Clear();
  EXPECT_EQ(before, OpenDescriptors());
}

TEST_F(SocketReceiverTest, MakesDescriptorsCloseOnExec) {
  peer_.Write(FrameOf(Text("x"), 1), Handles({0}));
  EXPECT_EQ(Read::kMaybeMore, receiver_.ReadOnce(socket_.get()));
  ReceivedFrame frame;
  ASSERT_EQ(Parse::kFrame, receiver_.Next(&frame, &why_));
  ASSERT_EQ(1u, frame.handles.size());
  EXPECT_EQ(FD_CLOEXEC, fcntl(static_cast<int>(frame.handles[0].value()), F_GETFD));
}

TEST_F(SocketReceiverTest, IgnoresOtherControlMessages) {
  const int on = 1;
  ASSERT_EQ(0, setsockopt(socket_.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
  ASSERT_EQ(0, setsockopt(socket_.get(), SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on)));
  std::vector<int> identities;
  for (int i = 0; i < 253; ++i) identities.push_back(i);
  peer_.Write(FrameOf(Text("x"), 253), Handles(identities));
  EXPECT_EQ(Read::kNothing, ReadAll());
  ASSERT_EQ(1u, messages_.size());
  EXPECT_EQ(identities, messages_[0].handles);
}

TEST_F(SocketReceiverTest, TellsAnEndBetweenFramesFromOneInside) {
  peer_.Write(FrameOf(Text("whole")));
  peer_.socket().Reset();
  EXPECT_EQ(Read::kEnd, ReadAll());
  EXPECT_EQ("", receiver_.EndedInside());

  Connect();
  peer_.Write(absl::MakeConstSpan(FrameOf(Text("half"))).subspan(0, 5));
  peer_.socket().Reset();
  EXPECT_EQ(Read::kEnd, ReadAll());
  EXPECT_EQ("5 bytes of a header", receiver_.EndedInside());
  receiver_.Clear();

  Connect();
  peer_.Write(absl::MakeConstSpan(FrameOf(Text("half"))).subspan(0, 12));
  peer_.socket().Reset();
  EXPECT_EQ(Read::kEnd, ReadAll());
  EXPECT_EQ("12 of 16 bytes", receiver_.EndedInside());
}

TEST_F(SocketReceiverTest, TakesAResetForAnEnd) {
  EXPECT_EQ(1, send(socket_.get(), "x", 1, 0));
  peer_.socket().Reset();  // without reading it
  EXPECT_EQ(Read::kEnd, receiver_.ReadOnce(socket_.get()));
  EXPECT_EQ(ECONNRESET, receiver_.last_errno());
}

TEST_F(SocketReceiverTest, SaysWhenTheDescriptorIsNoSocket) {
  EXPECT_EQ(Read::kError, receiver_.ReadOnce(DescriptorNumbered(0).get()));
  EXPECT_EQ(ENOTSOCK, receiver_.last_errno());
}

// --- Limits -------------------------------------------------------------------------------------

TEST_F(SocketReceiverTest, TakesMessagesUpToTheLimitOfBytes) {
  limits_.message_bytes = 64;
  peer_.Write(FrameOf(Bytes(55)));
  peer_.Write(FrameOf(Bytes(56)));
  EXPECT_EQ(Read::kNothing, ReadAll());
  EXPECT_EQ("", why_);
  EXPECT_EQ(2u, messages_.size());
  // One more, and the header alone is enough to refuse it.
  peer_.Write(absl::MakeConstSpan(FrameOf(Bytes(57))).subspan(0, 8));
  ReadAll();
  EXPECT_THAT(why_, HasSubstr("limit of message bytes (size 72"));
  EXPECT_EQ(2u, messages_.size());
}

TEST_F(SocketReceiverTest, TakesMessagesUpToTheLimitOfHandles) {
  limits_.message_handles = 3;
  peer_.Write(FrameOf(Text("x"), 2), Handles({0, 1}));
  peer_.Write(FrameOf(Text("x"), 3), Handles({2, 3, 4}));
  EXPECT_EQ(Read::kNothing, ReadAll());
  EXPECT_EQ("", why_);
  EXPECT_EQ(2u, messages_.size());
  peer_.Write(FrameOf(Text("x"), 4), Handles({5, 6, 7, 8}));
  ReadAll();
  EXPECT_THAT(why_, HasSubstr("limit of handles"));
  EXPECT_EQ(2u, messages_.size());
}

TEST_F(SocketReceiverTest, HoldsNoMoreUnclaimedDescriptorsThanItMust) {
  limits_.message_handles = 10;
  const int before = OpenDescriptors();
  const uint8_t byte = 0;
  const auto send = [&](int count) {
    peer_.Write({&byte, 1}, Handles(std::vector<int>(static_cast<size_t>(count), 0)));
  };
  // Seven bytes are not a header yet; the descriptors beside them could belong to what follows.
  send(200);
  send(62);
  EXPECT_EQ(Read::kNothing, ReadAll());
  EXPECT_EQ("", why_);
  send(1);
  EXPECT_EQ(Read::kNothing, ReadAll());
  EXPECT_EQ("", why_);
  EXPECT_EQ(263u, receiver_.unclaimed_handles());
  send(1);
  ReadAll();
  EXPECT_THAT(why_, HasSubstr("264 descriptors that no message claims"));
  receiver_.Clear();
  EXPECT_EQ(before, OpenDescriptors());
}

// --- Malformed frames ---------------------------------------------------------------------------

struct Malformed {
  const char* name;
  Bytes stream;
  const char* why;
};

class MalformedTest : public SocketReceiverTest, public testing::WithParamInterface<Malformed> {};

TEST_P(MalformedTest, IsRefusedWithItsReasonAndNothingElseIsHandedOn) {
  peer_.Write(FrameOf(Text("good")));
  peer_.Write(GetParam().stream);
  peer_.Write(FrameOf(Text("too late")));
  ReadAll();
  EXPECT_THAT(why_, HasSubstr(GetParam().why));
  ASSERT_EQ(1u, messages_.size());
  EXPECT_EQ(Text("good"), messages_[0].payload);
}

Bytes Header(uint32_t size, uint16_t handles, uint8_t padding, uint8_t zero) {
  Bytes header(8);
  std::memcpy(&header[0], &size, 4);
  std::memcpy(&header[4], &handles, 2);
  header[6] = padding;
  header[7] = zero;
  return header;
}

Bytes With(Bytes bytes, size_t at, uint8_t value) {
  bytes[at] = value;
  return bytes;
}

INSTANTIATE_TEST_SUITE_P(
    Frames, MalformedTest,
    testing::Values(
        Malformed{"SizeZero", Header(0, 0, 0, 0), "smaller than its header (size 0,"},
        Malformed{"SizeOne", Header(1, 0, 0, 0), "smaller than its header"},
        Malformed{"SizeSeven", Header(7, 0, 0, 0), "smaller than its header"},
        Malformed{"SizeNine", Header(9, 0, 0, 0), "not a multiple of 8"},
        Malformed{"SizeFifteen", Header(15, 0, 7, 0), "not a multiple of 8"},
        Malformed{"SizeAboveLimit", Header(1024 * 1024 + 8, 0, 0, 0), "limit of message bytes"},
        Malformed{"SizeHuge", Header(0xFFFFFFF8, 0, 0, 0), "limit of message bytes"},
        Malformed{"SizeAllOnes", Header(0xFFFFFFFF, 0, 0, 0), "not a multiple of 8"},
        Malformed{"SizeTopBit", Header(0x80000000, 0, 0, 0), "limit of message bytes"},
        Malformed{"HandlesAboveLimit", Header(8, 513, 0, 0), "limit of handles"},
        Malformed{"HandlesAllOnes", Header(8, 65535, 0, 0), "limit of handles"},
        Malformed{"HandlesThatDidNotCome", Header(8, 1, 0, 0), "claims 1 descriptors when 0"},
        Malformed{"MostHandlesThatDidNotCome", Header(8, 512, 0, 0), "claims 512 descriptors"},
        Malformed{"PaddingInAnEmptyFrame", Header(8, 0, 1, 0), "more padding than fits"},
        Malformed{"PaddingOfEight", Header(24, 0, 8, 0), "more padding than fits"},
        Malformed{"PaddingAllOnes", Header(1024, 0, 255, 0), "more padding than fits"},
        Malformed{"Version", Header(8, 0, 0, 1), "unknown version"},
        Malformed{"VersionAllOnes", Header(8, 0, 0, 255), "unknown version"},
        Malformed{"PaddingFirstByte", With(FrameOf(Text("abc")), 11, 1), "padding is not zero"},
        Malformed{"PaddingLastByte", With(FrameOf(Text("abc")), 15, 128), "padding is not zero"}),
    [](const auto& info) { return info.param.name; });

TEST_F(SocketReceiverTest, EveryPaddingIsAccepted) {
  // Seven bytes of padding behind one byte of payload, and none behind eight.
  for (size_t size = 0; size <= 8; ++size) peer_.Write(FrameOf(Bytes(size, 0xFF)));
  EXPECT_EQ(Read::kNothing, ReadAll());
  EXPECT_EQ("", why_);
  EXPECT_EQ(9u, messages_.size());
}

TEST_F(SocketReceiverTest, GivesDescriptorsOfARefusedFrameToNobody) {
  const int before = OpenDescriptors();
  {
    const std::vector<OwnedHandle> handles = Handles({0, 1});
    peer_.Write(FrameOf(Text("claims three"), 3), handles);
  }
  ReadAll();
  EXPECT_THAT(why_, HasSubstr("claims 3 descriptors when 2 had come"));
  EXPECT_THAT(messages_, IsEmpty());
  receiver_.Clear();
  EXPECT_EQ(before, OpenDescriptors());
}

TEST_F(SocketReceiverTest, EveryValueOfEveryHeaderByteIsJudged) {
  // Whatever is accepted must be a frame that is really there; nothing may crash.
  const Bytes good = FrameOf(Text("payload"));
  int accepted = 0;
  for (size_t at = 0; at < 8; ++at) {
    for (int value = 0; value < 256; ++value) {
      Connect();
      receiver_.Clear();
      messages_.clear();
      why_.clear();
      peer_.Write(With(good, at, static_cast<uint8_t>(value)));
      ReadAll();
      accepted += why_.empty();
      for (const Message& message : messages_) EXPECT_GE(8u, message.payload.size());
    }
  }
  // Sizes of 16, and those up to the limit that wait for more; 8 of no payload; paddings 0 to 1
  // (the payload's own last byte is not zero).
  EXPECT_GT(accepted, 8);
  EXPECT_LT(accepted, 500);
}

// --- Out of descriptors -------------------------------------------------------------------------

TEST_F(SocketReceiverTest, HoldsAsManyDescriptorsForOnePeerAsTheLimitSays) {
  limits_.held_handles = 4;
  std::vector<OwnedHandle> kept;
  const auto receive = [&](std::vector<int> identities) {
    const auto count = static_cast<uint16_t>(identities.size());
    peer_.Write(FrameOf(Text("x"), count), Handles(std::move(identities)));
    receiver_.ReadOnce(socket_.get());
    ReceivedFrame frame;
    const Parse parse = receiver_.Next(&frame, &why_);
    for (OwnedHandle& handle : frame.handles) kept.push_back(std::move(handle));
    return parse;
  };
  EXPECT_EQ(Parse::kFrame, receive({0, 1, 2}));
  EXPECT_EQ(Parse::kFrame, receive({3}));
  EXPECT_EQ(4u, receiver_.account().held());
  kept.pop_back();
  EXPECT_EQ(Parse::kFrame, receive({4}));
  EXPECT_EQ(Parse::kMalformed, receive({5}));
  EXPECT_EQ("made this process hold 5 descriptors, above the limit of 4 (held_handles)", why_);
}

FORKED_TEST(SocketReceiverShortageTest, ClosesAllDescriptorsIfSomeWereLost) {
  SocketPair pair = *CreateSocketPair();
  RawSocket peer(std::move(pair.theirs));
  {
    std::vector<OwnedHandle> handles;
    for (int i = 0; i < 8; ++i) handles.push_back(DescriptorNumbered(i).TakeOwned());
    peer.Write(FrameOf(Text("x"), 8), handles);
  }
  const Limits limits;
  SocketReceiver receiver(&limits, HandleAccount::New());
  const int open = OpenDescriptors();
  rlimit limit = {};
  ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
  const rlimit before = limit;
  // Room for four of the eight.
  const int next = fcntl(0, F_DUPFD, 0);
  close(next);
  limit.rlim_cur = static_cast<rlim_t>(next) + 4;
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
  EXPECT_EQ(Read::kTruncated, receiver.ReadOnce(pair.ours.get()));
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
  EXPECT_EQ(0u, receiver.unclaimed_handles());
  EXPECT_EQ(0u, receiver.unparsed_bytes());
  EXPECT_EQ(open, OpenDescriptors());
}

}  // namespace
}  // namespace ipdl
