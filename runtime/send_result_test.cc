// What a send answered: comparisons and truth.

#include "runtime/send_result.h"

#include <gtest/gtest.h>

namespace ipdl {
namespace {

TEST(SendResultTest, EqualsItsOwnCodeOnly) {
  const SendResult::Code codes[] = {SendResult::kOk, SendResult::kWouldBlock, SendResult::kClosed,
                                    SendResult::kRefused};
  for (const SendResult::Code code : codes) {
    for (const SendResult::Code other : codes) {
      EXPECT_EQ(code == other, SendResult(code) == other);
      EXPECT_EQ(code == other, other == SendResult(code));
      EXPECT_EQ(code == other, SendResult(code) == SendResult(other));
    }
  }
}

TEST(SendResultTest, IsTrueOnlyIfSent) {
  EXPECT_TRUE(SendResult(SendResult::kOk));
  EXPECT_FALSE(SendResult(SendResult::kWouldBlock));
  EXPECT_FALSE(SendResult(SendResult::kClosed));
  EXPECT_FALSE(SendResult(SendResult::kRefused));
}

}  // namespace
}  // namespace ipdl
