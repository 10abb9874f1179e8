// Tests that the limits' defaults are the documented ones and that what derives from them adds up.

#include "runtime/limits.h"

#include <gtest/gtest.h>

namespace ipdl {
namespace {

TEST(LimitsTest, DefaultsAreTheDocumentedOnes) {
  const Limits limits;
  EXPECT_EQ(1024u * 1024, limits.message_bytes);
  EXPECT_EQ(512u, limits.message_handles);
  EXPECT_EQ(64u, limits.nesting_depth);
  EXPECT_EQ(8u, limits.decoded_factor);
  EXPECT_EQ(64u * 1024, limits.decoded_floor_bytes);
  EXPECT_EQ(8u * 1024 * 1024, limits.queued_bytes);
  EXPECT_EQ(1024u, limits.queued_handles);
  EXPECT_EQ(4096u, limits.held_handles);
  EXPECT_EQ(1024u, limits.closing_handles);
  EXPECT_EQ(16384u, limits.actors);
  EXPECT_EQ(4096u, limits.outstanding_replies);
  EXPECT_EQ(8u, limits.sync_depth);
  EXPECT_EQ(64u * 1024, limits.bytebuf_inline_bytes);
  EXPECT_EQ(256u * 1024 * 1024, limits.shmem_bytes);
  EXPECT_EQ(512u * 1024 * 1024, limits.held_shmem_bytes);
}

TEST(LimitsTest, AnInlineByteBufFitsInAMessage) {
  const Limits limits;
  EXPECT_LT(limits.bytebuf_inline_bytes, limits.payload_bytes());
}

TEST(LimitsTest, ThePaddedPayloadAndItsHeaderFitInAFrame) {
  Limits limits;
  for (uint32_t bytes = 0; bytes < 40; ++bytes) {
    limits.message_bytes = bytes;
    if (bytes < kFrameHeaderBytes) {
      EXPECT_EQ(0u, limits.payload_bytes());
    } else {
      EXPECT_LE(limits.payload_bytes() + kFrameHeaderBytes, bytes);
    }
    EXPECT_EQ(0u, limits.payload_bytes() % 8);
  }
}

TEST(LimitsTest, DecodedMemoryIsTheLargerOfFloorAndFactor) {
  Limits limits;
  limits.decoded_factor = 8;
  limits.decoded_floor_bytes = 80;
  EXPECT_EQ(80u, limits.decoded_bytes(0));
  EXPECT_EQ(80u, limits.decoded_bytes(10));
  EXPECT_EQ(88u, limits.decoded_bytes(11));
}

TEST(LimitsTest, DecodedMemoryDoesNotOverflow) {
  Limits limits;
  limits.decoded_factor = UINT32_MAX;
  EXPECT_EQ(uint64_t{UINT32_MAX} * UINT32_MAX, limits.decoded_bytes(UINT32_MAX));
}

}  // namespace
}  // namespace ipdl
