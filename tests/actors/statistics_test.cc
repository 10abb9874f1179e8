// Statistics: what is counted for whom, how long it took, and that counting can be ended.

#include "glue/statistics.h"

#include <algorithm>
#include <limits>

#include "tests/actors/actor_pair.h"
#include "tests/actors/tree_sides.h"

namespace actors {
namespace {

using ipdl::LatencyHistogram;
using ipdl::MessageStatistics;

TEST(LatencyHistogram, IsEmptyAtFirst) {
  const LatencyHistogram times;
  EXPECT_EQ(0u, times.count());
  EXPECT_EQ(0, times.Quantile(0.5));
  EXPECT_EQ(0, times.longest());
}

TEST(LatencyHistogram, CountsSmallTimesExactly) {
  LatencyHistogram times;
  for (int i = 1; i <= 8; ++i) times.Add(i);
  EXPECT_EQ(8u, times.count());
  EXPECT_EQ(36, times.sum());
  EXPECT_EQ(8, times.longest());
  EXPECT_EQ(4, times.Quantile(0.5));
  EXPECT_EQ(1, times.Quantile(0));
  EXPECT_EQ(8, times.Quantile(1));
}

TEST(LatencyHistogram, IsRightWithinAnEighth) {
  for (int64_t time = 1; time < LatencyHistogram::kLongest; time += time / 7 + 1) {
    LatencyHistogram times;
    times.Add(time);
    times.Add(LatencyHistogram::kLongest);
    const int64_t found = times.Quantile(0.5);
    EXPECT_GE(found, time);
    EXPECT_LE(found - time, time / 8);
  }
}

TEST(LatencyHistogram, TakesTimesOutsideItsRange) {
  LatencyHistogram times;
  times.Add(-5);
  times.Add(LatencyHistogram::kLongest + 1);
  times.Add(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(3u, times.count());
  EXPECT_EQ(LatencyHistogram::kLongest, times.longest());
  EXPECT_EQ(0, times.Quantile(0));
  EXPECT_EQ(LatencyHistogram::kLongest, times.Quantile(1));
}

class Statistics : public ActorPair {
 protected:
  Statistics() {
    ipdl::ResetStatistics();
    ipdl::SetStatistics(true);
  }
  ~Statistics() override {
    ipdl::SetStatistics(false);
    ipdl::ResetStatistics();
  }
  static MessageStatistics Of(const std::string& name) {
    for (const MessageStatistics& one : ipdl::ReadStatistics()) {
      if (one.message == name) return one;
    }
    return {};
  }
};

RUN_ON_ONE_LOOP_AND_TWO(Statistics);

TEST_P(Statistics, CountMessagesAndBytesInBothDirections) {
  for (uint32_t i = 0; i < 5; ++i) EXPECT_TRUE(child->SendNote(i));
  EXPECT_EQ(5u, Of("Note").sent);
  EXPECT_EQ(0u, Of("Note").received);
  Settle();
  const MessageStatistics note = Of("Note");
  EXPECT_STREQ("actors::PTree", note.protocol);
  EXPECT_EQ(5u, note.sent);
  EXPECT_EQ(5u, note.received);
  EXPECT_EQ(5u * 20, note.sent_bytes);
  EXPECT_EQ(5u * 20, note.received_bytes);
  EXPECT_EQ(5u, note.handling.count());
  EXPECT_GT(note.handling.longest(), 0);
  EXPECT_EQ(0u, note.reply.count());
}

TEST_P(Statistics, TimeRepliesAndRejections) {
  parent->on_ask = [](std::string question, TreeParent::AskResolver resolve) {
    if (question == "yes") resolve("sure", 1);
    return ipdl::Ok();
  };
  child->SendAsk("yes");
  child->SendAsk("no");
  Settle();
  const MessageStatistics ask = Of("Ask");
  EXPECT_EQ(2u, ask.sent);
  EXPECT_EQ(2u, ask.received);
  EXPECT_EQ(2u, ask.replies_sent);
  EXPECT_EQ(2u, ask.replies_received);
  EXPECT_EQ(2u, ask.handling.count());
  EXPECT_EQ(2u, ask.reply.count());
  EXPECT_GE(ask.reply.longest(), ask.handling.Quantile(0));
}

TEST_P(Statistics, CountNothingBeforeAndAfter) {
  ipdl::SetStatistics(false);
  EXPECT_TRUE(child->SendNote(1));
  Settle();
  EXPECT_TRUE(ipdl::ReadStatistics().empty());
  ipdl::SetStatistics(true);
  EXPECT_TRUE(child->SendNote(2));
  Settle();
  EXPECT_EQ(1u, Of("Note").received);
  ipdl::SetStatistics(false);
  EXPECT_TRUE(child->SendNote(3));
  Settle();
  EXPECT_EQ(1u, Of("Note").received);
  EXPECT_EQ(3u, parent_journal.Take().size());
}

TEST_P(Statistics, ArePrintedAsATable) {
  EXPECT_TRUE(child->SendNote(1));
  Settle();
  const std::string table = ipdl::StatisticsTable();
  EXPECT_NE(std::string::npos, table.find("actors::PTree.Note "));
  EXPECT_EQ(3, std::count(table.begin(), table.end(), '\n')) << table;
}

FORKED_TEST(StatisticsInTwoProcesses, TimeSyncCalls) {
  ipdl::SetStatistics(true);
  TreeSides both(Sides::kProcesses, [](ChildSide& side) {
    int32_t sum = 0;
    for (int32_t i = 0; i < 3; ++i) EXPECT_TRUE(side.child->SendAdd(i, 2, &sum));
    const auto all = ipdl::ReadStatistics();
    const auto add = std::find_if(all.begin(), all.end(), [](const MessageStatistics& one) {
      return std::string_view(one.message) == "Add";
    });
    ASSERT_NE(all.end(), add);
    EXPECT_EQ(3u, add->sent);
    EXPECT_EQ(3u, add->replies_received);
    EXPECT_EQ(3u, add->reply.count());
    EXPECT_EQ(0u, add->handling.count());
  });
  both.RunParent();
}

}  // namespace
}  // namespace actors
