// Images, scenes, the backdrop, the paths of layers and the contact sheet.

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "demo/picture/backdrop.h"
#include "demo/picture/contact_sheet.h"
#include "demo/picture/image.h"
#include "demo/picture/scene.h"

namespace ipdl::demo {
namespace {

Image Plain(uint32_t width, uint32_t height, uint8_t value) {
  Image image = *Image::Create(width, height);
  memset(image.mutable_view().pixels, value, image.stride() * height);
  return image;
}

std::string Bytes(const Image& image) {
  return std::string(reinterpret_cast<const char*>(image.view().pixels),
                     image.stride() * image.height());
}

std::string Pixel(const Image& image, uint32_t x, uint32_t y) {
  return std::string(reinterpret_cast<const char*>(image.view().Row(y) + 4 * x), 4);
}

TEST(ImageTest, SizesAreCheckedBeforeTheyAreMultiplied) {
  EXPECT_EQ(size_t{40 * 5}, *ImageBytes(10, 5, 40));
  EXPECT_EQ(size_t{64 * 5}, *ImageBytes(10, 5, 64));
  EXPECT_EQ(absl::StatusCode::kInvalidArgument, ImageBytes(0, 5, 40).status().code());
  EXPECT_EQ(absl::StatusCode::kInvalidArgument, ImageBytes(10, 0, 40).status().code());
  EXPECT_EQ(absl::StatusCode::kInvalidArgument, ImageBytes(10, 5, 39).status().code());
  const size_t largest = std::numeric_limits<size_t>::max();
  EXPECT_EQ(largest - largest % 5, *ImageBytes(10, 5, largest / 5));
  EXPECT_EQ(absl::StatusCode::kInvalidArgument, ImageBytes(10, 5, largest / 5 + 1).status().code());
  // 2^30 pixels of four bytes are 2^32 bytes: more than 32 bits hold, and not zero.
  EXPECT_EQ(absl::StatusCode::kInvalidArgument, ImageBytes(1u << 30, 1, 0).status().code());
}

TEST(ImageTest, CopiesOnlyBetweenEqualSizes) {
  const Image from = Plain(3, 2, 9);
  Image to = Plain(3, 2, 1);
  EXPECT_EQ(absl::OkStatus(), CopyPixels(from.view(), to.mutable_view()));
  EXPECT_EQ(Bytes(from), Bytes(to));
  Image other = Plain(2, 3, 1);
  EXPECT_EQ(absl::StatusCode::kInvalidArgument,
            CopyPixels(from.view(), other.mutable_view()).code());
  EXPECT_EQ(Bytes(Plain(2, 3, 1)), Bytes(other));
}

class SceneTest : public testing::TestWithParam<uint32_t> {
 protected:
  static Image Draw(uint32_t frame, uint32_t width = 96, uint32_t height = 80) {
    Image image = Plain(width, height, 0xAB);  // stale pixels must not survive
    RenderScene(GetParam(), frame, image.mutable_view());
    return image;
  }
};

TEST_P(SceneTest, IsTheSameEachTimeAndMoves) {
  EXPECT_EQ(Bytes(Draw(17)), Bytes(Draw(17)));
  EXPECT_NE(Bytes(Draw(17)), Bytes(Draw(18)));
}

TEST_P(SceneTest, IsPremultipliedTransparentAtTheCornersAndPartlyTransparentInside) {
  const Image image = Draw(30);
  int clear = 0, soft = 0, solid = 0;
  for (uint32_t y = 0; y < image.height(); ++y) {
    for (uint32_t x = 0; x < image.width(); ++x) {
      const uint8_t* pixel = image.view().Row(y) + 4 * x;
      for (int c = 0; c < 3; ++c) ASSERT_LE(pixel[c], pixel[3]) << x << ", " << y;
      ++(pixel[3] == 0 ? clear : pixel[3] < 200 ? soft : solid);
    }
  }
  const int all = static_cast<int>(image.width() * image.height());
  EXPECT_GT(clear, all / 20);
  EXPECT_GT(soft, all / 100);
  EXPECT_GT(solid, all / 200);
  EXPECT_EQ(std::string(4, '\0'), Pixel(image, 0, 0));
  EXPECT_EQ(std::string(4, '\0'), Pixel(image, image.width() - 1, image.height() - 1));
}

TEST_P(SceneTest, DrawsAnySizeAndStaysInsideIt) {
  for (const auto& [width, height] :
       std::vector<std::pair<uint32_t, uint32_t>>{{1, 1}, {1, 50}, {50, 1}, {7, 3}, {200, 30}}) {
    // A larger image around the view shows writes outside it.
    Image image = Plain(width + 4, height + 2, 0xCD);
    const MutableImageView all = image.mutable_view();
    RenderScene(GetParam(), 5, {all.Row(1) + 8, width, height, all.stride});
    for (uint32_t y = 0; y < all.height; ++y) {
      for (uint32_t x = 0; x < all.width; ++x) {
        const bool inside = x >= 2 && x < width + 2 && y >= 1 && y < height + 1;
        if (!inside) {
          ASSERT_EQ(std::string(4, '\xCD'), Pixel(image, x, y)) << x << ", " << y;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Scenes, SceneTest, testing::Range(0u, kSceneCount),
                         [](const auto& info) { return std::string(SceneName(info.param)); });

TEST(ScenesTest, AreDistinctAndEveryNumberIsOne) {
  std::set<std::string> names, pictures;
  for (uint32_t scene = 0; scene < kSceneCount; ++scene) {
    names.insert(std::string(SceneName(scene)));
    Image image = *Image::Create(32, 32);
    RenderScene(scene, 3, image.mutable_view());
    pictures.insert(Bytes(image));
  }
  EXPECT_EQ(size_t{kSceneCount}, names.size());
  EXPECT_EQ(size_t{kSceneCount}, pictures.size());
  EXPECT_EQ(SceneName(1), SceneName(1 + kSceneCount));
  RenderScene(0, 0, MutableImageView{});  // nothing to draw on is not an error
}

TEST(BackdropTest, IsOpaqueEverywhere) {
  Image image = *Image::Create(130, 90);
  RenderBackdrop(image.mutable_view());
  for (uint32_t y = 0; y < image.height(); ++y) {
    for (uint32_t x = 0; x < image.width(); ++x) {
      ASSERT_EQ(255, image.view().Row(y)[4 * x + 3]);
    }
  }
}

TEST(PositionOfLayerTest, LayersMoveSmoothlyAndStayPartlyVisible) {
  for (uint32_t count = 1; count <= 9; ++count) {
    for (uint32_t layer = 0; layer < count; ++layer) {
      LayerPosition last = PositionOfLayer(layer, count, 0, 1280, 720, 400, 300);
      bool moved = false;
      for (uint32_t frame = 1; frame < 3000; ++frame) {
        const LayerPosition now = PositionOfLayer(layer, count, frame, 1280, 720, 400, 300);
        ASSERT_LE(std::abs(now.x - last.x), 12);
        ASSERT_LE(std::abs(now.y - last.y), 12);
        ASSERT_GT(now.x, -400);
        ASSERT_GT(now.y, -300);
        ASSERT_LT(now.x, 1280);
        ASSERT_LT(now.y, 720);
        moved = moved || now.x != last.x || now.y != last.y;
        last = now;
      }
      EXPECT_TRUE(moved);
    }
  }
}

std::vector<uint32_t> Wanted(uint32_t total, uint32_t pictures) {
  ContactSheetOptions options;
  options.total_frames = total;
  options.max_pictures = pictures;
  const ContactSheet sheet(options);
  std::vector<uint32_t> wanted;
  for (uint32_t frame = 0; frame < total + 3; ++frame) {
    if (sheet.Wants(frame)) wanted.push_back(frame);
  }
  return wanted;
}

TEST(ContactSheetTest, ChoosesTheFirstTheLastAndEvenlyBetween) {
  EXPECT_EQ((std::vector<uint32_t>{0, 33, 66, 99}), Wanted(100, 4));
  EXPECT_EQ((std::vector<uint32_t>{0, 1, 2}), Wanted(3, 12));
  EXPECT_EQ((std::vector<uint32_t>{0}), Wanted(1, 12));
  EXPECT_EQ((std::vector<uint32_t>{0}), Wanted(50, 1));
  EXPECT_EQ((std::vector<uint32_t>{}), Wanted(0, 12));
}

ContactSheetOptions SmallSheet(uint32_t frames) {
  ContactSheetOptions options;
  options.total_frames = frames;
  options.columns = 3;
  options.picture_width = 40;
  options.margin = 5;
  return options;
}

TEST(ContactSheetTest, LaysPicturesOutInRowsInTheOrderOfFrames) {
  ContactSheet sheet(SmallSheet(5));
  for (const uint32_t frame : {4, 2, 0, 1, 3}) {
    sheet.Add(frame, Plain(80, 60, static_cast<uint8_t>(200 + frame)).view());
  }
  absl::StatusOr<Image> page = sheet.Compose();
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(5u + 3 * (40 + 5), page->width());
  EXPECT_EQ(5u + 2 * (30 + 5), page->height());
  const std::string paper = Pixel(*page, 0, 0);
  for (uint32_t frame = 0; frame < 5; ++frame) {
    const uint32_t left = 5 + frame % 3 * 45, top = 5 + frame / 3 * 35;
    const std::string colour(4, static_cast<char>(200 + frame));
    EXPECT_EQ(colour, Pixel(*page, left, top));  // its number starts 3 pixels further in
    EXPECT_EQ(colour, Pixel(*page, left + 39, top + 29));
    EXPECT_EQ(paper, Pixel(*page, left - 1, top));
    EXPECT_EQ(paper, Pixel(*page, left + 40, top + 29));
    EXPECT_EQ(paper, Pixel(*page, left + 39, top + 30));
  }
  EXPECT_EQ(paper, Pixel(*page, 5 + 2 * 45, 5 + 35));  // the free sixth place
}

TEST(ContactSheetTest, FewPicturesMakeANarrowSheet) {
  ContactSheet sheet(SmallSheet(2));
  sheet.Add(0, Plain(80, 60, 1).view());
  sheet.Add(1, Plain(80, 60, 2).view());
  EXPECT_EQ(5u + 2 * 45, sheet.Compose()->width());
}

TEST(ContactSheetTest, WithoutFramesThereIsNoSheet) {
  ContactSheet sheet(SmallSheet(5));
  EXPECT_EQ(absl::StatusCode::kFailedPrecondition, sheet.Compose().status().code());
  sheet.Add(0, ImageView{});
  sheet.Add(9, Plain(4, 4, 1).view());  // was not asked for
  EXPECT_EQ(absl::StatusCode::kFailedPrecondition, sheet.Compose().status().code());
}

TEST(BoxScaleTest, AveragesThePixelsUnderEachTargetPixel) {
  Image source = *Image::Create(4, 2);
  for (uint32_t i = 0; i < 8; ++i) {
    memset(source.mutable_view().pixels + 4 * i, static_cast<int>(i * 10), 4);
  }
  Image half = *Image::Create(2, 1);
  BoxScale(source.view(), half.mutable_view());
  EXPECT_EQ(std::string(4, 25), Pixel(half, 0, 0));  // 0 10 40 50
  EXPECT_EQ(std::string(4, 45), Pixel(half, 1, 0));  // 20 30 60 70
  Image larger = *Image::Create(8, 4);
  BoxScale(source.view(), larger.mutable_view());
  EXPECT_EQ(Pixel(source, 0, 0), Pixel(larger, 1, 1));
  EXPECT_EQ(Pixel(source, 3, 1), Pixel(larger, 6, 2));
}

std::string DotsOf(uint32_t number) {
  Image image = Plain(60, 11, 128);
  DrawNumber(number, 1, 0, 0, image.mutable_view());
  std::string dots;
  for (uint32_t y = 2; y < 9; ++y) {
    for (uint32_t x = 0; x < 60; ++x) dots += image.view().Row(y)[4 * x] == 245 ? '#' : '.';
  }
  return dots;
}

TEST(DrawNumberTest, NumbersDifferAndAreClipped) {
  std::set<std::string> seen;
  for (uint32_t number = 0; number < 1000; ++number) seen.insert(DotsOf(number));
  EXPECT_EQ(size_t{1000}, seen.size());
  Image tiny = Plain(3, 3, 7);
  DrawNumber(4294967295u, 1000000000u, 1, 1, tiny.mutable_view());
  EXPECT_EQ(std::string(4, 7), Pixel(tiny, 0, 0));
}

}  // namespace
}  // namespace ipdl::demo
