// The figures: percentiles by rank, impossible times left out, a line that divides by nothing.

#include "demo/show/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ipdl::demo {
namespace {

using ::testing::HasSubstr;

TEST(FiguresTest, PercentilesAreRanksOfTheMeasuredTimes) {
  Figures figures;
  for (uint64_t i = 100; i >= 1; --i) figures.AddHandOff(1000, 1000 + i * 1000, 1, 1);
  EXPECT_EQ(absl::Microseconds(1), figures.Latency(0));
  EXPECT_EQ(absl::Microseconds(50), figures.Latency(0.50));
  EXPECT_EQ(absl::Microseconds(99), figures.Latency(0.99));
  EXPECT_EQ(absl::Microseconds(100), figures.Latency(1));
}

TEST(FiguresTest, TimesThatCannotBeAreNotMeasured) {
  Figures figures;
  const uint64_t now = 100'000'000'000;
  figures.AddHandOff(now + 1, now, 1, 1);               // from the future
  figures.AddHandOff(now - 60'000'000'001, now, 1, 1);  // too old
  figures.AddHandOff(~uint64_t{0}, now, 1, 1);
  EXPECT_EQ(uint64_t{3}, figures.hand_offs());
  EXPECT_EQ(absl::ZeroDuration(), figures.Latency(0.5));
  figures.AddHandOff(now - 60'000'000'000, now, 1, 1);
  EXPECT_EQ(absl::Seconds(60), figures.Latency(0.5));
}

TEST(FiguresTest, TheLineTellsWhatWasCounted) {
  Figures figures;
  for (int i = 0; i < 3; ++i) figures.AddMapping();
  for (int i = 0; i < 10; ++i) {
    figures.AddFrame(1'500'000);
    figures.AddHandOff(0, 2'000'000, 25, 100);
  }
  const std::string line = figures.Line(absl::Seconds(2));
  EXPECT_THAT(line, HasSubstr("10 frames in 2.0 s: 5.0 frames/s"));
  EXPECT_THAT(line, HasSubstr("p50 2.00 ms, p99 2.00 ms"));
  EXPECT_THAT(line, HasSubstr("3 textures mapped once each, 10 hand-offs, damage 25%"));
  EXPECT_THAT(line, HasSubstr("1.5 Mpixel blended"));
  EXPECT_THAT(line, HasSubstr("0 pixels copied between processes per frame"));
}

TEST(FiguresTest, NothingMeasuredIsNoDivisionByZero) {
  EXPECT_THAT(Figures().Line(absl::ZeroDuration()), HasSubstr("0 frames in 0.0 s: 0.0 frames/s"));
}

}  // namespace
}  // namespace ipdl::demo
