// The command line: every option, every mistake, every bound.

#include "demo/show/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ipdl::demo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Arguments = std::vector<std::string_view>;

Options Parsed(const Arguments& arguments) {
  absl::StatusOr<Options> options = ParseOptions(arguments);
  EXPECT_TRUE(options.ok()) << options.status();
  return options.ok() ? *options : Options();
}

std::string ErrorOf(const Arguments& arguments) {
  absl::StatusOr<Options> options = ParseOptions(arguments);
  EXPECT_FALSE(options.ok());
  return std::string(options.status().message());
}

TEST(OptionsTest, WithoutArgumentsTheDefaultsHold) {
  const Options options = Parsed({});
  EXPECT_EQ("out/demo", options.out);
  EXPECT_EQ(120u, options.frames);
  EXPECT_EQ(0u, options.kill_at);
  EXPECT_TRUE(options.write_frames);
  EXPECT_FALSE(options.help);
  EXPECT_THAT(options.images, IsEmpty());
}

TEST(OptionsTest, OptionsAndImagesMayBeMixed) {
  const Options options =
      Parsed({"a.png", "--out", "dir", "--frames=7", "b.png", "--kill", "3", "--sheet-only"});
  EXPECT_EQ("dir", options.out);
  EXPECT_EQ(7u, options.frames);
  EXPECT_EQ(3u, options.kill_at);
  EXPECT_FALSE(options.write_frames);
  EXPECT_THAT(options.images, ElementsAre("a.png", "b.png"));
}

TEST(OptionsTest, EverythingAfterTwoDashesIsAnImage) {
  EXPECT_THAT(Parsed({"--", "--out", "-"}).images, ElementsAre("--out", "-"));
  EXPECT_TRUE(Parsed({"--help"}).help);
  EXPECT_TRUE(Parsed({"-h"}).help);
}

TEST(OptionsTest, NumbersAreBounded) {
  EXPECT_EQ(1u, Parsed({"--frames", "1"}).frames);
  EXPECT_EQ(100'000u, Parsed({"--frames", "100000"}).frames);
  for (const std::string_view bad : {"0", "-1", "100001", "4294967297", "", "x", "1x", "1.5"}) {
    EXPECT_THAT(ErrorOf({"--frames", bad}), HasSubstr("--frames: '" + std::string(bad) + "'"));
    EXPECT_THAT(ErrorOf({"--kill", bad}), HasSubstr("--kill: '"));
  }
}

TEST(OptionsTest, MistakesAreNamed) {
  EXPECT_THAT(ErrorOf({"--frobnicate"}), HasSubstr("--frobnicate: there is no such option"));
  EXPECT_THAT(ErrorOf({"--out"}), HasSubstr("--out: its value is missing"));
  EXPECT_THAT(ErrorOf({"--out="}), HasSubstr("--out: its value is empty"));
  EXPECT_THAT(ErrorOf({""}), HasSubstr("empty name"));
}

TEST(OptionsTest, TheNumberOfImagesIsBounded) {
  EXPECT_EQ(size_t{64}, Parsed(Arguments(64, "a.png")).images.size());
  EXPECT_THAT(ErrorOf(Arguments(65, "a.png")), HasSubstr("65 images"));
}

TEST(OptionsTest, TheHelpNamesEveryOption) {
  for (const char* option : {"--out", "--frames", "--sheet-only", "--kill", "--help"}) {
    EXPECT_THAT(std::string(HelpText()), HasSubstr(option));
  }
}

}  // namespace
}  // namespace ipdl::demo
