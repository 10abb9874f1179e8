// Tests how peers and send results are named in logs.

#include "runtime/peer.h"

#include <gtest/gtest.h>

#include "runtime/send_result.h"

namespace ipdl {
namespace {

PeerLabel Label(int64_t pid, std::string kind, std::string name) {
  PeerLabel label;
  label.process_id = pid;
  label.kind = std::move(kind);
  label.name = std::move(name);
  return label;
}

TEST(PeerLabelTest, ToStringLeavesOutWhatIsNotKnown) {
  EXPECT_EQ("content#2 (pid 123)", Label(123, "content", "2").ToString());
  EXPECT_EQ("content (pid 123)", Label(123, "content", "").ToString());
  EXPECT_EQ("content#2", Label(0, "content", "2").ToString());
  EXPECT_EQ("content", Label(0, "content", "").ToString());
  EXPECT_EQ("pid 123", Label(123, "", "").ToString());
  EXPECT_EQ("unknown peer", PeerLabel().ToString());
}

TEST(PeerLabelTest, TheLauncherIsCalledThat) {
  PeerLabel label = Label(123, "Parent", "");
  label.trust = PeerTrust::kLauncher;
  EXPECT_EQ("launcher (pid 123)", label.ToString());
}

TEST(PeerLabelTest, IsUntrustedUnlessSomebodySaysOtherwise) {
  EXPECT_EQ(PeerTrust::kUntrusted, PeerLabel().trust);
}

TEST(SendResultTest, ConvertsToTrueOnlyWhenOk) {
  EXPECT_TRUE(SendResult(SendResult::kOk));
  EXPECT_FALSE(SendResult(SendResult::kWouldBlock));
  EXPECT_FALSE(SendResult(SendResult::kClosed));
  EXPECT_FALSE(SendResult(SendResult::kRefused));
}

TEST(SendResultTest, NamesItself) {
  EXPECT_EQ("ok", SendResult(SendResult::kOk).ToString());
  EXPECT_EQ("would block", SendResult(SendResult::kWouldBlock).ToString());
  EXPECT_EQ("closed", SendResult(SendResult::kClosed).ToString());
  EXPECT_EQ("refused", SendResult(SendResult::kRefused).ToString());
}

}  // namespace
}  // namespace ipdl
