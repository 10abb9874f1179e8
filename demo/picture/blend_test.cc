// Blending against a slow, literal reference: random rectangles, opacities and every edge.

#include "demo/picture/blend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <random>

namespace ipdl::demo {
namespace {

// round(a * b / 255) in exact arithmetic.
unsigned Product(unsigned a, unsigned b) { return (2 * a * b + 255) / 510; }

uint64_t ReferenceBlend(ImageView source, MutableImageView target, int64_t x, int64_t y,
                        unsigned opacity) {
  uint64_t drawn = 0;
  for (int64_t row = 0; row < source.height; ++row) {
    for (int64_t column = 0; column < source.width; ++column) {
      const int64_t tx = x + column, ty = y + row;
      if (tx < 0 || ty < 0 || tx >= target.width || ty >= target.height || opacity == 0) continue;
      const uint8_t* s = source.Row(static_cast<uint32_t>(row)) + 4 * column;
      uint8_t* t = target.Row(static_cast<uint32_t>(ty)) + 4 * tx;
      const unsigned keep = 255 - Product(s[3], opacity);
      for (int c = 0; c < 4; ++c) {
        t[c] = static_cast<uint8_t>(std::min(255u, Product(s[c], opacity) + Product(t[c], keep)));
      }
      ++drawn;
    }
  }
  return drawn;
}

Image Noise(uint32_t width, uint32_t height, std::mt19937* random) {
  Image image = *Image::Create(width, height);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t i = 0; i < 4 * width; ++i) {
      image.mutable_view().Row(y)[i] = static_cast<uint8_t>((*random)());
    }
  }
  return image;
}

void ExpectSame(ImageView expected, ImageView actual) {
  for (uint32_t y = 0; y < expected.height; ++y) {
    for (uint32_t i = 0; i < 4 * expected.width; ++i) {
      ASSERT_EQ(expected.Row(y)[i], actual.Row(y)[i]) << "row " << y << " byte " << i;
    }
  }
}

void ExpectLikeReference(ImageView source, const Image& below, int32_t x, int32_t y,
                         uint8_t opacity) {
  SCOPED_TRACE(testing::Message() << source.width << " x " << source.height << " at " << x << ", "
                                  << y << " opacity " << int{opacity});
  Image expected = below.Clone();
  Image actual = below.Clone();
  const uint64_t drawn = ReferenceBlend(source, expected.mutable_view(), x, y, opacity);
  EXPECT_EQ(drawn, BlendOver(source, actual.mutable_view(), x, y, opacity));
  ExpectSame(expected.view(), actual.view());
}

TEST(BlendTest, EveryPairOfColourAndAlphaRoundsLikeTheReference) {
  // All 65,536 pairs of (target value, source alpha), as one picture.
  Image source = *Image::Create(256, 256);
  Image below = *Image::Create(256, 256);
  for (uint32_t y = 0; y < 256; ++y) {
    for (uint32_t x = 0; x < 256; ++x) {
      std::fill_n(below.mutable_view().Row(y) + 4 * x, 4, static_cast<uint8_t>(x));
      source.mutable_view().Row(y)[4 * x + 3] = static_cast<uint8_t>(y);
    }
  }
  ExpectLikeReference(source.view(), below, 0, 0, 255);
}

TEST(BlendTest, EveryPairOfColourAndOpacityRoundsLikeTheReference) {
  Image source = *Image::Create(256, 1);
  for (uint32_t x = 0; x < 256; ++x) {
    std::fill_n(source.mutable_view().Row(0) + 4 * x, 4, static_cast<uint8_t>(x));
  }
  const Image below = *Image::Create(256, 1);
  for (int opacity = 0; opacity < 256; ++opacity) {
    ExpectLikeReference(source.view(), below, 0, 0, static_cast<uint8_t>(opacity));
  }
}

TEST(BlendTest, RandomRectanglesMatchTheReference) {
  std::mt19937 random(20240607);
  const auto between = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 600; ++round) {
    const Image below = Noise(between(1, 90), between(1, 40), &random);
    const Image source = Noise(between(1, 120), between(1, 40), &random);
    ExpectLikeReference(source.view(), below, between(-130, 100), between(-50, 50),
                        static_cast<uint8_t>(round % 3 == 0 ? 255 : between(0, 255)));
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(BlendTest, ClipsAtEveryEdgeAndCorner) {
  std::mt19937 random(7);
  const Image below = Noise(70, 9, &random);
  const Image source = Noise(70, 9, &random);
  for (const int32_t x : {-71, -70, -69, -38, -1, 0, 1, 38, 69, 70, 71}) {
    for (const int32_t y : {-10, -9, -8, -1, 0, 1, 8, 9, 10}) {
      ExpectLikeReference(source.view(), below, x, y, 255);
    }
  }
}

TEST(BlendTest, TheFarthestOffsetsDrawNothing) {
  std::mt19937 random(8);
  const Image source = Noise(4, 4, &random);
  const Image below = Noise(4, 4, &random);
  for (const int32_t far : {INT32_MIN, INT32_MIN + 1, INT32_MAX - 1, INT32_MAX}) {
    ExpectLikeReference(source.view(), below, far, 0, 255);
    ExpectLikeReference(source.view(), below, 0, far, 255);
    ExpectLikeReference(source.view(), below, far, far, 255);
  }
}

TEST(BlendTest, AWideStrideIsNotDrawn) {
  std::mt19937 random(9);
  const Image whole = Noise(50, 6, &random);
  const ImageView middle = {whole.view().pixels + 4 * 10, 33, 6, whole.stride()};
  ExpectLikeReference(middle, Noise(60, 12, &random), 5, 3, 200);
}

TEST(BlendTest, EmptyPicturesAreDrawnAsNothing) {
  std::mt19937 random(10);
  const Image source = Noise(4, 4, &random);
  EXPECT_EQ(uint64_t{0}, BlendOver(source.view(), MutableImageView{}, 0, 0));
  Image target = source.Clone();
  EXPECT_EQ(uint64_t{0}, BlendOver(ImageView{}, target.mutable_view(), 0, 0));
  ExpectSame(source.view(), target.view());
}

TEST(BlendTest, AnOpaqueSourceReplacesAndATransparentOneKeeps) {
  std::mt19937 random(11);
  Image opaque = Noise(40, 5, &random);
  for (uint32_t y = 0; y < 5; ++y) {
    for (uint32_t x = 0; x < 40; ++x) opaque.mutable_view().Row(y)[4 * x + 3] = 255;
  }
  Image target = Noise(40, 5, &random);
  const Image before = target.Clone();
  EXPECT_EQ(uint64_t{200}, BlendOver(Image::Create(40, 5)->view(), target.mutable_view(), 0, 0));
  ExpectSame(before.view(), target.view());
  EXPECT_EQ(uint64_t{200}, BlendOver(opaque.view(), target.mutable_view(), 0, 0));
  ExpectSame(opaque.view(), target.view());
}

}  // namespace
}  // namespace ipdl::demo
