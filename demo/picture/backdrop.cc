// See backdrop.h.

#include "demo/picture/backdrop.h"

#include <cmath>

#include "demo/picture/paint.h"
#include "demo/picture/scene.h"

namespace ipdl::demo {
namespace {

// Brightness of a line of the grid at a distance (in pixels) that repeats every `cell` pixels.
float GridLine(uint32_t at, uint32_t cell) {
  const float d = std::fabs(static_cast<float>(at % cell) - static_cast<float>(cell) / 2);
  return Smooth(1.4f, 0.2f, d);
}

}  // namespace

void RenderBackdrop(MutableImageView target) {
  if (target.empty()) return;
  constexpr uint32_t kCell = 40, kGroup = 5;
  const float width = static_cast<float>(target.width), height = static_cast<float>(target.height);
  const Light top = {0.035f, 0.045f, 0.105f, 1}, bottom = {0.115f, 0.070f, 0.175f, 1};
  const Light sheen = {0.050f, 0.110f, 0.170f, 0};
  for (uint32_t row = 0; row < target.height; ++row) {
    uint8_t* pixel = target.Row(row);
    const float v = static_cast<float>(row) / height;
    for (uint32_t column = 0; column < target.width; ++column, pixel += kBytesPerPixel) {
      const float u = static_cast<float>(column) / width;
      Light colour = Mix(top, bottom, v);
      const float du = (u - 0.32f) * 1.3f, dv = v - 0.30f;
      colour = colour + sheen * Smooth(0.75f, 0.0f, Length(du, dv));
      const float fine = std::max(GridLine(column, kCell), GridLine(row, kCell));
      const float coarse =
          std::max(GridLine(column, kCell * kGroup), GridLine(row, kCell * kGroup));
      colour = colour + Light{0.16f, 0.20f, 0.34f, 0} * (0.13f * fine + 0.22f * coarse);
      const float dx = u - 0.5f, dy = v - 0.5f;
      colour = colour * (1 - 0.50f * Smooth(0.35f, 0.80f, Length(dx, dy)));
      // Half a step of noise hides the bands of a dark gradient.
      const float noise = (Scatter(column, row, 3) - 0.5f) / 255;
      colour = colour + Light{noise, noise, noise, 0};
      colour.a = 1;
      Store(colour, pixel);
    }
  }
}

LayerPosition PositionOfLayer(uint32_t layer, uint32_t layer_count, uint32_t frame,
                              uint32_t canvas_width, uint32_t canvas_height, uint32_t layer_width,
                              uint32_t layer_height) {
  const float seconds = static_cast<float>(frame) / kSceneFramesPerSecond;
  const float count = static_cast<float>(layer_count > 0 ? layer_count : 1);
  const float phase = static_cast<float>(layer) / count;
  // Homes lie on an ellipse; a single layer stands in the middle.
  const float spread = layer_count > 1 ? 1.0f : 0.0f;
  const float home_x = 0.5f + spread * 0.27f * Wave(phase + 0.125f + 0.25f);
  const float home_y = 0.5f + spread * 0.20f * Wave(phase + 0.125f);
  const float step = static_cast<float>(layer % 4);
  const float sway_x = 0.13f * Wave(seconds * (0.19f + 0.023f * step) + phase * 1.7f);
  const float sway_y = 0.13f * Wave(seconds * (0.24f - 0.017f * step) + phase * 2.3f + 0.2f);
  const float x = (home_x + sway_x) * static_cast<float>(canvas_width);
  const float y = (home_y + sway_y) * static_cast<float>(canvas_height);
  return {static_cast<int32_t>(std::lround(x - static_cast<float>(layer_width) / 2)),
          static_cast<int32_t>(std::lround(y - static_cast<float>(layer_height) / 2))};
}

}  // namespace ipdl::demo
