// The single scenes behind RenderScene(), and the square canvas they share.
//
// Called by scene.cc only. Each function overwrites all of `target`; `seconds` is the animation
// time.

#ifndef DEMO_PICTURE_SCENE_PARTS_H_
#define DEMO_PICTURE_SCENE_PARTS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "demo/picture/image.h"
#include "demo/picture/paint.h"

namespace ipdl::demo {

void RenderOrbits(float seconds, MutableImageView target);
void RenderRose(float seconds, MutableImageView target);
void RenderPlasma(float seconds, MutableImageView target);
void RenderAurora(float seconds, MutableImageView target);
void RenderStar(float seconds, MutableImageView target);
void RenderComets(float seconds, MutableImageView target);

// Centred coordinates in which the shorter side of the picture runs from -1 to 1, y downwards.
class Canvas {
 public:
  explicit Canvas(const ImageView& image)
      : middle_x_(image.width / 2.0f),
        middle_y_(image.height / 2.0f),
        half_(static_cast<float>(std::min(image.width, image.height)) / 2.0f) {}

  float X(uint32_t column) const { return (static_cast<float>(column) + 0.5f - middle_x_) / half_; }
  float Y(uint32_t row) const { return (static_cast<float>(row) + 0.5f - middle_y_) / half_; }
  float pixel() const { return 1 / half_; }  // width of one pixel

 private:
  float middle_x_, middle_y_, half_;
};

// Calls shade(x, y) -> Light for every pixel.
template <typename Shade>
void ForEachPixel(MutableImageView target, const Shade& shade) {
  const Canvas canvas(target);
  for (uint32_t row = 0; row < target.height; ++row) {
    uint8_t* pixel = target.Row(row);
    const float y = canvas.Y(row);
    for (uint32_t column = 0; column < target.width; ++column, pixel += kBytesPerPixel) {
      Store(shade(canvas.X(column), y), pixel);
    }
  }
}

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_SCENE_PARTS_H_
