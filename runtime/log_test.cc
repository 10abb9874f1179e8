// Tests that log lines name the process, that peers' text cannot escape, and that nobody can flood.

#include "runtime/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace ipdl {
namespace {

using ::testing::ElementsAre;

class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    SetProcessLabel("parent");
    SetLogSink([this](std::string_view line) { lines_.emplace_back(line); });
    SetLogClock([this] { return now_; });
  }
  ~LogTest() override {
    SetLogSink(nullptr);
    SetLogClock(nullptr);
  }

  std::vector<std::string> lines_;
  absl::Time now_ = absl::UnixEpoch();
};

TEST_F(LogTest, LinesNameProcessAndSeverity) {
  LogError("it broke");
  LogWarning("it creaks");
  EXPECT_THAT(lines_,
              ElementsAre("ipdl: [parent] error: it broke", "ipdl: [parent] warning: it creaks"));
}

TEST_F(LogTest, TheProcessLabelIsEscaped) {
  SetProcessLabel("a\nb");
  LogError("x");
  EXPECT_THAT(lines_, ElementsAre("ipdl: [a\\x0ab] error: x"));
}

TEST_F(LogTest, AFloodIsCountedInsteadOfWritten) {
  for (int i = 0; i < kLogLinesPerKey + 100; ++i) LogErrorLimited("key", "flood");
  EXPECT_EQ(static_cast<size_t>(kLogLinesPerKey), lines_.size());

  now_ += kLogPeriod;
  LogErrorLimited("key", "flood");
  LogErrorLimited("key", "flood");
  ASSERT_EQ(static_cast<size_t>(kLogLinesPerKey) + 1, lines_.size());
  EXPECT_EQ("ipdl: [parent] error: flood (100 more suppressed)", lines_.back());

  now_ += kLogPeriod;
  LogWarningLimited("key", "flood");
  EXPECT_EQ("ipdl: [parent] warning: flood (1 more suppressed)", lines_.back());
}

TEST_F(LogTest, NothingIsSaidOfSuppressionIfNothingWas) {
  for (int i = 0; i < kLogLinesPerKey; ++i) LogErrorLimited("key", "x");
  now_ += kLogPeriod;
  LogErrorLimited("key", "x");
  EXPECT_EQ("ipdl: [parent] error: x", lines_.back());
}

TEST_F(LogTest, KeysAreLimitedApart) {
  for (int i = 0; i < 2 * kLogLinesPerKey; ++i) LogErrorLimited("one", "1");
  LogErrorLimited("two", "2");
  EXPECT_EQ("ipdl: [parent] error: 2", lines_.back());
}

TEST_F(LogTest, UnlimitedLinesAreNotLimited) {
  for (int i = 0; i < 5 * kLogLinesPerKey; ++i) LogError("ours");
  EXPECT_EQ(static_cast<size_t>(5 * kLogLinesPerKey), lines_.size());
}

TEST_F(LogTest, FreshKeysDoNotEvadeTheLimitForEver) {
  // A peer that could choose its keys: after those that are remembered, one limit serves all.
  constexpr int kKeys = 5000;
  for (int i = 0; i < kKeys; ++i) {
    for (int k = 0; k < kLogLinesPerKey; ++k) LogErrorLimited("key" + std::to_string(i), "x");
  }
  EXPECT_GT(static_cast<size_t>(1100 * kLogLinesPerKey), lines_.size());
}

TEST_F(LogTest, ThreadsDoNotMixTheirLines) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int k = 0; k < 100; ++k) LogError("aaaaaaaaaa");
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(400u, lines_.size());
  for (const std::string& line : lines_) EXPECT_EQ("ipdl: [parent] error: aaaaaaaaaa", line);
}

TEST_F(LogTest, WithoutASinkLinesGoToStandardError) {
  SetLogSink(nullptr);
  ::testing::internal::CaptureStderr();
  LogError("seen");
  EXPECT_EQ("ipdl: [parent] error: seen\n", ::testing::internal::GetCapturedStderr());
}

TEST(EscapePeerTextTest, LeavesPrintableAsciiAlone) {
  EXPECT_EQ("Hello, world! ~", EscapePeerText("Hello, world! ~"));
}

TEST(EscapePeerTextTest, EscapesEveryOtherByte) {
  EXPECT_EQ("a\\x0ab\\x1b[31m\\x00\\x7f\\xc3\\xa4",
            EscapePeerText(std::string_view("a\nb\x1b[31m\0\x7f\xc3\xa4", 12)));
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    for (const char escaped : EscapePeerText(std::string_view(&c, 1))) {
      EXPECT_TRUE(escaped >= 0x20 && escaped <= 0x7e);
    }
  }
}

TEST(EscapePeerTextTest, DoublesTheBackslash) { EXPECT_EQ("\\\\x0a", EscapePeerText("\\x0a")); }

TEST(EscapePeerTextTest, CutsLongTextAndSaysSo) {
  EXPECT_EQ("aaa", EscapePeerText("aaa", 3));
  EXPECT_EQ("aaa...", EscapePeerText("aaaa", 3));
  EXPECT_EQ(size_t{256 + 3}, EscapePeerText(std::string(100000, 'a')).size());
}

}  // namespace
}  // namespace ipdl
