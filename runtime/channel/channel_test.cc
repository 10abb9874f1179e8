// Channels of every kind on one loop, both ends in this process: who is told what and when, and
// what callbacks may do.

#include "runtime/channel/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/channel/channel_settings_for_test.h"
#include "runtime/channel/recording_delegate_for_test.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"

namespace ipdl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = ChannelClosed::Kind;

constexpr absl::Duration kNow = absl::ZeroDuration();

// Two channels joined to each other.
class ChannelTest : public testing::TestWithParam<ChannelSetting> {
 protected:
  std::pair<std::unique_ptr<Channel>, std::unique_ptr<Channel>> NewPair() {
    SocketPair pair = *CreateSocketPair();
    const auto open = [this](FileDescriptor socket) {
      makers_.push_back(GetParam().make());
      return makers_.back()->Open(std::move(socket), loop_.get(), limits_);
    };
    auto a = open(std::move(pair.ours));
    return {std::move(a), open(std::move(pair.theirs))};
  }
  void Connect() {
    std::tie(a_, b_) = NewPair();
    a_->Start(&at_a_);
    b_->Start(&at_b_);
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
  std::vector<std::unique_ptr<ChannelMaker>> makers_;  // one for each end
  RecordingDelegate at_a_;
  RecordingDelegate at_b_;
  std::unique_ptr<Channel> a_;
  std::unique_ptr<Channel> b_;
};

INSTANTIATE_TEST_SUITE_P(, ChannelTest, testing::ValuesIn(ChannelSettings()),
                         [](const auto& info) { return info.param.name; });

TEST_P(ChannelTest, SendsBeforeStartArriveAndNothingIsReadBefore) {
  std::tie(a_, b_) = NewPair();
  SendText(*a_, "early");
  RunUntilIdle();
  EXPECT_FALSE(b_->ReadNow());
  b_->Start(&at_b_);
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("early"));
}

TEST_P(ChannelTest, MessagesOpenInsideOneAnotherGoInTheOrderOfTheirEnds) {
  Connect();
  Writer& outer = a_->Begin();
  outer.PutBytes(Text("outer"));
  Writer& inner = a_->Begin();
  inner.PutBytes(Text("inner"));
  inner.PutHandle(DescriptorNumbered(1).TakeOwned());
  outer.PutHandle(DescriptorNumbered(2).TakeOwned());
  Writer& dropped = a_->Begin();
  dropped.PutHandle(DescriptorNumbered(3).TakeOwned());
  a_->Abandon(dropped);
  EXPECT_TRUE(a_->End(inner));
  EXPECT_TRUE(a_->End(outer));
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("inner\1", "outer\1"));
  EXPECT_THAT(at_b_.identities, ElementsAre(1, 2));
}

TEST_P(ChannelTest, AFlushInsideAnOpenMessageLosesNothingOfEither) {
  for (const bool keeps : {true, false}) {
    at_a_ = RecordingDelegate();
    at_b_ = RecordingDelegate();
    Connect();
    SendHandles(*a_, "before", 1, 1);
    Writer& outer = a_->Begin();
    outer.PutBytes(Text("outer"));
    outer.PutHandle(DescriptorNumbered(4).TakeOwned());
    a_->Flush();
    SendHandles(*a_, "first", 2, 1);
    a_->Flush();
    SendHandles(*a_, "second", 3, 1);
    outer.PutHandle(DescriptorNumbered(5).TakeOwned());
    if (keeps) {
      EXPECT_TRUE(a_->End(outer));
    } else {
      a_->Abandon(outer);
    }
    SendHandles(*a_, "behind", 6, 1);
    RunUntilIdle();
    if (keeps) {
      EXPECT_THAT(at_b_.messages, ElementsAre("before", "first", "second", "outer\1\1", "behind"));
      EXPECT_THAT(at_b_.identities, ElementsAre(1, 2, 3, 4, 5, 6));
    } else {
      EXPECT_THAT(at_b_.messages, ElementsAre("before", "first", "second", "behind"));
      EXPECT_THAT(at_b_.identities, ElementsAre(1, 2, 3, 6));
    }
  }
}

TEST_P(ChannelTest, MessagesUpToTheLimitsPassAndNoLarger) {
  SetLogSink([](std::string_view) {});
  limits_.message_bytes = 4096;
  limits_.message_handles = 5;
  Connect();
  EXPECT_TRUE(SendText(*a_, std::string(4087, 'x')));
  EXPECT_TRUE(SendText(*a_, std::string(4088, 'y')));
  EXPECT_EQ(SendResult::kRefused, SendText(*a_, std::string(4089, 'z')).code());
  EXPECT_TRUE(SendHandles(*a_, "4", 0, 4));
  EXPECT_TRUE(SendHandles(*a_, "5", 0, 5));
  EXPECT_EQ(SendResult::kRefused, SendHandles(*a_, "6", 0, 6).code());
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages,
              ElementsAre(std::string(4087, 'x'), std::string(4088, 'y'), "4", "5"));
  SetLogSink(nullptr);
}

TEST_P(ChannelTest, SendsAreRefusedAtTheQuotaAndOneCallSaysWhenTheyMayGoOn) {
  for (const bool handles : {false, true}) {
    limits_.queued_bytes = handles ? 8 * 1024 * 1024 : 1024 * 1024;
    limits_.queued_handles = 64;
    at_a_ = RecordingDelegate();
    at_b_ = RecordingDelegate();
    Connect();
    b_->PauseReading();
    int sent = 0;
    int refused = 0;
    while (refused < 3) {
      const SendResult result =
          handles ? SendHandles(*a_, "x", sent, 1) : SendText(*a_, std::string(32768, 'x'));
      result ? ++sent : ++refused;
      loop_->Turn(kNow);
    }
    EXPECT_EQ(0, at_a_.writable);
    b_->ResumeReading();
    RunUntil([&] { return at_a_.writable != 0; });
    RunUntilIdle();
    EXPECT_EQ(1, at_a_.writable);
    EXPECT_EQ(static_cast<size_t>(sent), at_b_.messages.size());
    EXPECT_TRUE(SendText(*a_, "more"));
    RunUntilIdle();
    EXPECT_EQ(1, at_a_.writable);
    EXPECT_EQ("more", at_b_.messages.back());
  }
}

TEST_P(ChannelTest, CarriesMessagesBothWaysInOrder) {
  Connect();
  at_b_.on_message = [&](const std::string& text) { SendText(*b_, "re: " + text); };
  SendText(*a_, "one");
  SendText(*a_, "two");
  SendText(*a_, "");
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("one", "two", ""));
  EXPECT_THAT(at_a_.messages, ElementsAre("re: one", "re: two", "re: "));
}

TEST_P(ChannelTest, WorksInAPollLoopOfTheHost) {
  Connect();
  at_b_.on_message = [&](const std::string& text) { SendText(*b_, text + "!"); };
  at_a_.on_message = [&](const std::string& text) {
    if (text.size() < 20) SendText(*a_, text + "?");
  };
  SendText(*a_, "hey");  // outside any turn
  while (at_a_.messages.empty() || at_a_.messages.back().size() < 20) {
    pollfd one = {loop_->fd(), POLLIN, 0};
    ASSERT_EQ(1, poll(&one, 1, -1));
    loop_->Turn(kNow);
  }
  EXPECT_EQ("hey!?!?!?!?!?!?!?!?!", at_a_.messages.back());
}

TEST_P(ChannelTest, ARefusedMessageIsLoggedWithTheReasonAndHurtsNobody) {
  std::vector<std::string> lines;
  SetLogSink([&](std::string_view line) { lines.emplace_back(line); });
  Connect();
  Writer& writer = a_->Begin();
  writer.Fail("the argument is odd");
  EXPECT_EQ(SendResult::kRefused, a_->End(writer).code());
  SetLogSink(nullptr);
  ASSERT_EQ(1u, lines.size());
  EXPECT_THAT(lines[0], HasSubstr("the argument is odd"));
  EXPECT_TRUE(SendText(*a_, "next"));
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("next"));
}

TEST_P(ChannelTest, CloseSendsWhatIsQueuedAndThePeerHearsOfACleanEnd) {
  Connect();
  SendText(*a_, "last");
  SendHandles(*a_, "words", 5, 2);
  a_->Close();
  a_->Close();
  EXPECT_FALSE(a_->IsOpen());
  EXPECT_EQ(SendResult::kClosed, SendText(*a_, "too late").code());
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("last", "words"));
  EXPECT_THAT(at_b_.identities, ElementsAre(5, 6));
  ASSERT_EQ(1u, at_b_.closed.size());
  EXPECT_EQ(Kind::kPeerClosed, at_b_.closed[0].kind);
  EXPECT_EQ("the peer closed the connection", at_b_.closed[0].text);
  EXPECT_FALSE(b_->IsOpen());
  EXPECT_THAT(at_a_.closed, IsEmpty());
}

TEST_P(ChannelTest, DestructionSendsWhatIsQueuedToo) {
  Connect();
  SendText(*a_, "last");
  a_.reset();
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("last"));
  EXPECT_EQ(1u, at_b_.closed.size());
}

TEST_P(ChannelTest, CutReportsItsReasonOnceAndNotFromInside) {
  Connect();
  SendText(*a_, "dropped");
  a_->Cut("made no sense");
  a_->Cut("again");
  EXPECT_FALSE(a_->IsOpen());
  EXPECT_THAT(at_a_.closed, IsEmpty());
  RunUntilIdle();
  ASSERT_EQ(1u, at_a_.closed.size());
  EXPECT_EQ(Kind::kCut, at_a_.closed[0].kind);
  EXPECT_EQ("made no sense", at_a_.closed[0].text);
  EXPECT_THAT(at_b_.messages, IsEmpty());
  EXPECT_EQ(1u, at_b_.closed.size());
}

TEST_P(ChannelTest, AnAbandonedOpenMessageMayOutliveTheEnd) {
  Connect();
  Writer& writer = a_->Begin();
  writer.PutBytes(Bytes(1000));
  a_->Cut("meanwhile");
  writer.PutBytes(Bytes(1000));
  EXPECT_EQ(SendResult::kClosed, a_->End(writer).code());
  Writer& late = a_->Begin();
  late.PutBytes(Bytes(10));
  a_->Abandon(late);
}

TEST_P(ChannelTest, ItMayOutliveItsLoop) {
  Connect();
  SendText(*a_, "x");
  loop_.reset();
  SendText(*a_, "y");
  EXPECT_TRUE(a_->Flush());
  a_->PauseReading();
  a_->ResumeReading();
  a_->Cut("z");
  EXPECT_THAT(at_a_.closed, IsEmpty());
}

TEST_P(ChannelTest, AMessageHandlerMayDestroyTheChannel) {
  Connect();
  at_b_.on_message = [&](const std::string&) { b_.reset(); };
  SendHandles(*a_, "one", 0, 5);
  SendText(*a_, "two");
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("one"));
  EXPECT_THAT(at_b_.closed, IsEmpty());
  EXPECT_EQ(1u, at_a_.closed.size());
}

TEST_P(ChannelTest, AMessageHandlerMayCloseOrCutTheChannel) {
  for (const bool cut : {false, true}) {
    at_b_ = RecordingDelegate();
    at_a_ = RecordingDelegate();
    Connect();
    at_b_.on_message = [&](const std::string&) {
      if (cut) {
        b_->Cut("enough");
      } else {
        b_->Close();
      }
      EXPECT_THAT(at_b_.closed, IsEmpty());
    };
    SendText(*a_, "one");
    SendText(*a_, "two");
    RunUntilIdle();
    EXPECT_THAT(at_b_.messages, ElementsAre("one"));
    EXPECT_EQ(cut ? 1u : 0u, at_b_.closed.size());
    EXPECT_EQ(1u, at_a_.closed.size());
  }
}

TEST_P(ChannelTest, TheLastCallsMayDestroyTheChannel) {
  limits_.queued_bytes = 100;
  Connect();
  at_b_.on_closed = [&] { b_.reset(); };
  SendText(*a_, std::string(80, 'x'));
  SendText(*a_, std::string(80, 'x'));
  at_a_.on_writable = [&] { a_.reset(); };
  RunUntilIdle();
  EXPECT_EQ(nullptr, a_);
  EXPECT_EQ(nullptr, b_);
}

TEST_P(ChannelTest, ASyncWaitInsideAMessageKeepsTheOrderAndThePayload) {
  Connect();
  std::vector<std::string> ends;
  at_b_.on_message = [&](const std::string& text) {
    if (text == "one" || text == "three") {
      const size_t before = at_b_.messages.size();
      while (at_b_.messages.size() < before + 2) {
        ASSERT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
      }
    }
    ends.push_back(text);
  };
  for (const char* text : {"one", "two", "three", "four", "five"}) SendText(*a_, text);
  // "six" and "seven" are in nobody's buffer when the wait begins: a task cannot send them.
  a_->Flush();
  RunUntil([&] { return at_b_.messages.size() == 5; });
  EXPECT_THAT(at_b_.messages, ElementsAre("one", "two", "three", "four", "five"));
  EXPECT_THAT(ends, ElementsAre("two", "four", "five", "three", "one"));
}

TEST_P(ChannelTest, ASyncWaitReadsWhatArrivesOnlyDuringTheWait) {
  Connect();
  at_a_.on_message = [&](const std::string& text) { SendText(*a_, "answer to " + text); };
  at_b_.on_message = [&](const std::string& text) {
    if (text != "start") return;
    SendText(*b_, "question");
    const size_t before = at_b_.messages.size();
    while (at_b_.messages.size() == before) {
      ASSERT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
    }
  };
  SendText(*a_, "start");
  SendText(*a_, "in between");
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("start", "in between", "answer to question"));
}

TEST_P(ChannelTest, ANestedTurnInsideAMessageHandsOnTheRest) {
  Connect();
  at_b_.on_message = [&](const std::string& text) {
    if (text != "one") return;
    loop_->Turn(absl::InfiniteDuration());
    EXPECT_THAT(at_b_.messages, ElementsAre("one", "two", "three"));
  };
  for (const char* text : {"one", "two", "three"}) SendText(*a_, text);
  RunUntilIdle();
  EXPECT_EQ(3u, at_b_.messages.size());
}

TEST_P(ChannelTest, AWaitInsideAMessageNoticesTheEnd) {
  Connect();
  at_b_.on_message = [&](const std::string&) {
    while (at_b_.closed.empty()) ASSERT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
    b_.reset();  // and the channel may even go away inside the wait's caller
  };
  SendText(*a_, "one");
  a_->Flush();
  a_.reset();
  RunUntilIdle();
  EXPECT_EQ(1u, at_b_.closed.size());
}

TEST_P(ChannelTest, PauseEndsWithTheMessageAtHandAndResumeGoesOn) {
  Connect();
  at_b_.on_message = [&](const std::string& text) {
    if (text == "two") b_->PauseReading();
  };
  for (const char* text : {"one", "two", "three", "four"}) SendText(*a_, text);
  a_->Close();
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("one", "two"));
  EXPECT_FALSE(b_->ReadNow());
  EXPECT_THAT(at_b_.closed, IsEmpty());
  b_->ResumeReading();
  EXPECT_EQ(2u, at_b_.messages.size());  // not from inside the call
  RunUntilIdle();
  EXPECT_THAT(at_b_.messages, ElementsAre("one", "two", "three", "four"));
  EXPECT_EQ(1u, at_b_.closed.size());
}

TEST_P(ChannelTest, ReadNowHandsOnWithoutTheLoop) {
  Connect();
  EXPECT_FALSE(b_->ReadNow());
  SendText(*a_, "one");
  a_->Flush();
  if (!GetParam().reads_without_loop) RunUntilIdle();
  EXPECT_EQ(GetParam().reads_without_loop, b_->ReadNow());
  EXPECT_THAT(at_b_.messages, ElementsAre("one"));
  a_.reset();
  EXPECT_FALSE(b_->ReadNow());
  EXPECT_THAT(at_b_.closed, IsEmpty());  // that is the loop's to say
  RunUntilIdle();
  EXPECT_EQ(1u, at_b_.closed.size());
}

TEST_P(ChannelTest, AFloodOnOneChannelDoesNotStarveAnother) {
  limits_.read_buffer_bytes = 4096;
  Connect();
  auto [quiet_a, quiet_b] = NewPair();
  RecordingDelegate at_quiet;
  quiet_b->Start(&at_quiet);
  for (int i = 0; i < 1000; ++i) SendText(*a_, std::string(100, 'x'));
  SendText(*quiet_a, "quiet");
  RunUntil([&] { return !at_quiet.messages.empty(); });
  EXPECT_LE(at_b_.messages.size(), 200u);  // a few shares, not all
  RunUntilIdle();
  EXPECT_EQ(1000u, at_b_.messages.size());
}

TEST_P(ChannelTest, ClosingOneChannelFromAnothersMessageIsSafe) {
  Connect();
  auto other = NewPair();
  RecordingDelegate at_other;
  other.second->Start(&at_other);
  // Both are ready in the same turn; whichever comes first destroys the other.
  at_b_.on_message = [&](const std::string&) { other.second.reset(); };
  at_other.on_message = [&](const std::string&) { b_.reset(); };
  SendText(*a_, "x");
  SendText(*other.first, "y");
  RunUntilIdle();
  EXPECT_EQ(1u, at_b_.messages.size() + at_other.messages.size());
}

}  // namespace
}  // namespace ipdl
