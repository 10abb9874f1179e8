// Every way in which a description can contradict itself, and every limit from both sides.

#include "protocols/texture/texture_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace ipdl::textures {
namespace {

using Kind = TextureVerdict::Kind;
using ::testing::StartsWith;

TextureClaim Honest() {
  return {.id = 1,
          .fourcc = kFourccAbgr8888,
          .width = 100,
          .height = 50,
          .stride = 448,
          .offset = 64,
          .size = 64 + 448 * 50};
}

TextureVerdict Check(const TextureClaim& claim, const TextureLimits& limits = {}) {
  TextureLayout layout;
  return TextureLayout::Check(claim, limits, &layout);
}

void ExpectFalse(const std::string& field, const TextureClaim& claim) {
  const TextureVerdict verdict = Check(claim);
  EXPECT_EQ(Kind::kFalse, verdict.kind()) << verdict.reason();
  EXPECT_THAT(verdict.reason(), StartsWith(field));
}

void ExpectRejected(const std::string& field, const TextureClaim& claim,
                    const TextureLimits& limits = {}) {
  const TextureVerdict verdict = Check(claim, limits);
  EXPECT_EQ(Kind::kRejected, verdict.kind()) << verdict.reason();
  EXPECT_THAT(verdict.reason(), StartsWith(field));
}

TEST(TextureLayoutTest, AnHonestClaimIsKeptAsItIs) {
  TextureLayout layout;
  const TextureVerdict verdict = TextureLayout::Check(Honest(), {}, &layout);
  ASSERT_TRUE(verdict.accepted()) << verdict.reason();
  EXPECT_EQ(100u, layout.width());
  EXPECT_EQ(50u, layout.height());
  EXPECT_EQ(size_t{448}, layout.stride());
  EXPECT_EQ(size_t{64}, layout.offset());
  EXPECT_EQ(size_t{64 + 448 * 50}, layout.size());
}

TEST(TextureLayoutTest, AnUnknownFormatIsRejectedAndNotALie) {
  TextureClaim claim = Honest();
  for (const uint32_t fourcc : {0u, kFourccAbgr8888 - 1, kFourccAbgr8888 + 1, ~0u}) {
    claim.fourcc = fourcc;
    ExpectRejected("fourcc", claim);
  }
}

TEST(TextureLayoutTest, EmptySizesAreFalse) {
  TextureClaim claim = Honest();
  claim.width = 0;
  ExpectFalse("width, height", claim);
  claim = Honest();
  claim.height = 0;
  ExpectFalse("width, height", claim);
}

TEST(TextureLayoutTest, AStrideHoldsARowAndWholePixels) {
  TextureClaim claim = Honest();
  claim.stride = 400;
  EXPECT_TRUE(Check(claim).accepted());
  for (const uint32_t stride : {0u, 4u, 396u, 399u, 401u, 402u, 403u}) {
    claim.stride = stride;
    ExpectFalse("stride", claim);
  }
}

TEST(TextureLayoutTest, AnOffsetIsAMultipleOfAPixel) {
  TextureClaim claim = Honest();
  for (const uint64_t offset : {1, 2, 3, 63}) {
    claim.offset = offset;
    ExpectFalse("offset", claim);
  }
  claim.offset = 60;
  EXPECT_TRUE(Check(claim).accepted());
}

TEST(TextureLayoutTest, TheMemoryHoldsAllRowsToTheByte) {
  TextureClaim claim = Honest();
  claim.size -= 1;
  ExpectFalse("size", claim);
  claim.size += 2;
  EXPECT_TRUE(Check(claim).accepted());
  claim = Honest();
  claim.offset += 4;
  ExpectFalse("size", claim);
}

TEST(TextureLayoutTest, SumsAndProductsThatOverflowAreFalse) {
  TextureClaim claim = Honest();
  claim.offset = UINT64_MAX - 3;  // offset + rows wraps to a small number
  ExpectFalse("size", claim);
  claim.size = UINT64_MAX;
  ExpectFalse("size", claim);

  claim = Honest();  // 2^30 pixels of 4 bytes: a row of 2^32 bytes, 0 in 32 bits
  claim.width = 1u << 30;
  claim.stride = 0;
  TextureLimits wide;
  wide.side = UINT32_MAX;
  EXPECT_EQ(Kind::kFalse, Check(claim, wide).kind());

  claim = Honest();  // 2^16 rows of 2^16 bytes: 2^32, 0 in 32 bits
  claim.width = 1u << 14;
  claim.height = 1u << 16;
  claim.stride = 1u << 16;
  claim.offset = 0;
  claim.size = 4096;
  EXPECT_EQ(Kind::kFalse, Check(claim, wide).kind());
}

TEST(TextureLayoutTest, SidesAreLimitedExactly) {
  TextureLimits limits;
  limits.side = 100;
  EXPECT_TRUE(Check(Honest(), limits).accepted());
  limits.side = 101;
  EXPECT_TRUE(Check(Honest(), limits).accepted());
  limits.side = 99;
  ExpectRejected("width, height", Honest(), limits);
  TextureClaim tall = Honest();
  std::swap(tall.width, tall.height);
  ExpectRejected("width, height", tall, limits);
}

TEST(TextureLayoutTest, BytesAreLimitedExactly) {
  TextureLimits limits;
  for (const uint64_t spare : {0, 1}) {
    limits.bytes = Honest().size + spare;
    EXPECT_TRUE(Check(Honest(), limits).accepted());
  }
  limits.bytes = Honest().size - 1;
  ExpectRejected("size", Honest(), limits);
}

TEST(TextureLayoutTest, WhateverIsAcceptedStaysInsideItsMemory) {
  // Random claims near the edges of every field, judged by arithmetic that cannot wrap.
  std::mt19937_64 random(4);
  const auto edgy32 = [&]() -> uint32_t {
    const uint32_t bases[] = {0, 1, 4, 16, 100, 400, 1u << 14, 1u << 16, 1u << 30, 1u << 31, 0u};
    return bases[random() % 11] + static_cast<uint32_t>(random() % 9) - 4;
  };
  TextureLimits limits;
  limits.side = UINT32_MAX;
  limits.bytes = UINT64_MAX;
  int accepted = 0;
  for (int round = 0; round < 1'000'000; ++round) {
    const TextureClaim claim = {.id = 1,
                                .fourcc = kFourccAbgr8888,
                                .width = edgy32(),
                                .height = edgy32(),
                                .stride = edgy32(),
                                .offset = random() % 2 == 0 ? edgy32() : random(),
                                .size = random() % 2 == 0 ? edgy32() : random()};
    TextureLayout layout;
    if (!TextureLayout::Check(claim, limits, &layout).accepted()) continue;
    ++accepted;
    // A long double has 64 bits of mantissa: enough for the product of two 32-bit numbers.
    const long double rows = static_cast<long double>(layout.stride()) * layout.height();
    ASSERT_LE(rows, static_cast<long double>(layout.size() - layout.offset()));
    ASSERT_LE(layout.offset(), layout.size());
    ASSERT_LE(uint64_t{layout.width()} * 4, uint64_t{layout.stride()});
    ASSERT_GT(layout.width(), 0u);
    ASSERT_GT(layout.height(), 0u);
  }
  EXPECT_GT(accepted, 1000);
}

TEST(RectIsInsideTest, EdgesAreExactAndNothingWraps) {
  TextureLayout layout;
  ASSERT_TRUE(TextureLayout::Check(Honest(), {}, &layout).accepted());  // 100 x 50
  EXPECT_TRUE(RectIsInside({0, 0, 100, 50}, layout));
  EXPECT_TRUE(RectIsInside({99, 49, 1, 1}, layout));
  EXPECT_FALSE(RectIsInside({100, 49, 1, 1}, layout));
  EXPECT_FALSE(RectIsInside({99, 50, 1, 1}, layout));
  EXPECT_FALSE(RectIsInside({1, 0, 100, 50}, layout));
  EXPECT_FALSE(RectIsInside({0, 1, 100, 50}, layout));
  EXPECT_FALSE(RectIsInside({0, 0, 0, 1}, layout));
  EXPECT_FALSE(RectIsInside({0, 0, 1, 0}, layout));
  EXPECT_FALSE(RectIsInside({UINT32_MAX, 0, 2, 1}, layout));
  EXPECT_FALSE(RectIsInside({0, UINT32_MAX, 1, 2}, layout));
  EXPECT_FALSE(RectIsInside({2, 0, UINT32_MAX, 1}, layout));
}

}  // namespace
}  // namespace ipdl::textures
