// Painters: redrawing over an older frame gives the same picture as drawing anew, and the damage
// that they report covers every pixel that changed.

#include "demo/draw/painter.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>

#include "demo/draw/photo_painter.h"
#include "demo/draw/scene_painter.h"
#include "demo/picture/scene.h"

namespace ipdl::demo {
namespace {

Image Photo(uint32_t width, uint32_t height) {
  Image photo = *Image::Create(width, height);
  RenderScene(kPlasma, 0, photo.mutable_view());
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) photo.mutable_view().Row(y)[4 * x + 3] = 255;
  }
  return photo;
}

std::unique_ptr<PhotoPainter> PainterOf(uint32_t width, uint32_t height) {
  absl::StatusOr<std::unique_ptr<PhotoPainter>> painter =
      PhotoPainter::Create(Photo(width, height).view(), 160, 120);
  EXPECT_TRUE(painter.ok()) << painter.status();
  return *std::move(painter);
}

Image Drawn(Painter& painter, uint64_t frame) {
  Image image = *Image::Create(painter.width(), painter.height());
  painter.Draw(frame, 0, image.mutable_view());
  return image;
}

bool Same(const Image& x, const Image& y) {
  return memcmp(x.view().pixels, y.view().pixels, x.stride() * x.height()) == 0;
}

TEST(PhotoPainterTest, LargePicturesAreScaledDownAndSmallOnesKept) {
  const auto wide = PainterOf(1000, 100);
  EXPECT_EQ(160u, wide->width());
  EXPECT_EQ(100u * 124 / 1000 + 36, wide->height());
  const auto tall = PainterOf(10, 4000);
  EXPECT_EQ(1u + 36, tall->width());
  EXPECT_EQ(120u, tall->height());
  const auto small = PainterOf(20, 30);
  EXPECT_EQ(56u, small->width());
  EXPECT_EQ(66u, small->height());
}

TEST(PhotoPainterTest, NoRoomIsAnError) {
  const Image photo = Photo(10, 10);
  EXPECT_FALSE(PhotoPainter::Create(photo.view(), 36, 100).ok());
  EXPECT_FALSE(PhotoPainter::Create(photo.view(), 100, 36).ok());
  EXPECT_TRUE(PhotoPainter::Create(photo.view(), 37, 37).ok());
  EXPECT_FALSE(PhotoPainter::Create(ImageView{}, 100, 100).ok());
}

TEST(PhotoPainterTest, DrawingOverAnyOlderFrameEqualsDrawingAnew) {
  const auto painter = PainterOf(70, 40);
  for (uint64_t frame = 1; frame < 200; frame += 3) {
    for (const uint64_t age : {1, 2, 3, 50}) {
      if (age >= frame) continue;
      Image image = Drawn(*painter, frame - age);
      painter->Draw(frame, frame - age, image.mutable_view());
      ASSERT_TRUE(Same(Drawn(*painter, frame), image)) << frame << " over " << frame - age;
    }
  }
}

TEST(PhotoPainterTest, DamageCoversEveryChangedPixel) {
  const auto painter = PainterOf(70, 40);
  bool partial = false;
  Image before = Drawn(*painter, 1);
  for (uint64_t frame = 2; frame < 200; ++frame) {
    Image now = Drawn(*painter, frame);
    const PaintedRect damage = painter->Damage(frame);
    ASSERT_GT(damage.width, 0u);
    ASSERT_GT(damage.height, 0u);
    ASSERT_LE(damage.x + damage.width, painter->width());
    ASSERT_LE(damage.y + damage.height, painter->height());
    partial = partial || damage.width < painter->width();
    for (uint32_t y = 0; y < now.height(); ++y) {
      for (uint32_t x = 0; x < now.width(); ++x) {
        if (memcmp(now.view().Row(y) + 4 * x, before.view().Row(y) + 4 * x, 4) == 0) continue;
        ASSERT_TRUE(x >= damage.x && x < damage.x + damage.width && y >= damage.y &&
                    y < damage.y + damage.height)
            << "frame " << frame << " pixel " << x << ", " << y;
      }
    }
    before = std::move(now);
  }
  EXPECT_TRUE(partial);
  const PaintedRect first = painter->Damage(1);
  EXPECT_EQ(painter->width(), first.width);
  EXPECT_EQ(painter->height(), first.height);
}

TEST(PhotoPainterTest, ThePictureStaysPremultiplied) {
  const auto painter = PainterOf(70, 40);
  for (const uint64_t frame : {1, 20, 40, 60}) {
    const Image image = Drawn(*painter, frame);
    for (uint32_t y = 0; y < image.height(); ++y) {
      for (uint32_t x = 0; x < image.width(); ++x) {
        const uint8_t* pixel = image.view().Row(y) + 4 * x;
        for (int c = 0; c < 3; ++c) ASSERT_LE(pixel[c], pixel[3]) << x << ", " << y;
      }
    }
    EXPECT_EQ(0, image.view().pixels[3]) << "the corner is not transparent";
  }
}

TEST(ScenePainterTest, DrawsTheSceneWhole) {
  ScenePainter painter(kStar, 40, 30);
  Image expected = *Image::Create(40, 30);
  RenderScene(kStar, 9, expected.mutable_view());
  Image actual = Drawn(painter, 4);
  painter.Draw(9, 4, actual.mutable_view());
  EXPECT_TRUE(Same(expected, actual));
  EXPECT_EQ(40u, painter.Damage(9).width);
  EXPECT_EQ(30u, painter.Damage(9).height);
}

}  // namespace
}  // namespace ipdl::demo
