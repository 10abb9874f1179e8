// Scenes made of many parts: balls in orbit, ribbons of light, comets.

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "demo/picture/scene_parts.h"

namespace ipdl::demo {
namespace {

void Clear(MutableImageView target) {
  for (uint32_t row = 0; row < target.height; ++row) {
    std::fill_n(target.Row(row), size_t{target.width} * kBytesPerPixel, uint8_t{0});
  }
}

Light Load(const uint8_t* pixel) {
  const float k = 1 / 255.0f;
  return {pixel[0] * k, pixel[1] * k, pixel[2] * k, pixel[3] * k};
}

// Draws over the pixels of a square around (x, y) with half side `reach`: small things on a large
// picture should not visit every pixel. shade(dx, dy) -> Light, to be drawn over what is there.
template <typename Shade>
void Stamp(MutableImageView target, float x, float y, float reach, const Shade& shade) {
  const Canvas canvas(target);
  const auto first = [&](float middle, float origin, uint32_t bound) {
    const float at = (middle - reach - origin) / canvas.pixel();
    return static_cast<uint32_t>(std::clamp(at, 0.0f, static_cast<float>(bound)));
  };
  const auto last = [&](float middle, float origin, uint32_t bound) {
    const float at = (middle + reach - origin) / canvas.pixel() + 1;
    return static_cast<uint32_t>(std::clamp(at, 0.0f, static_cast<float>(bound)));
  };
  const float left = canvas.X(0), top = canvas.Y(0);
  const uint32_t column_end = last(x, left, target.width);
  const uint32_t row_end = last(y, top, target.height);
  for (uint32_t row = first(y, top, target.height); row < row_end; ++row) {
    for (uint32_t column = first(x, left, target.width); column < column_end; ++column) {
      const Light top_light = shade(canvas.X(column) - x, canvas.Y(row) - y);
      if (top_light.a <= 0 && top_light.r <= 0 && top_light.g <= 0 && top_light.b <= 0) continue;
      uint8_t* pixel = target.Row(row) + column * kBytesPerPixel;
      Store(Over(top_light, Load(pixel)), pixel);
    }
  }
}

struct Ball {
  float x, y, depth, radius;  // depth: -1 far .. 1 near
  Light colour;
};

void DrawShadow(const Ball& ball, MutableImageView target) {
  // The floor is an ellipse below the balls; nearer balls shade it further down.
  const float floor_y = 0.66f + 0.13f * ball.depth;
  const float size = ball.radius * 1.35f;
  Stamp(target, ball.x, floor_y, size, [&](float dx, float dy) -> Light {
    const float d = Length(dx / size, dy / (size * 0.34f));
    return {0, 0, 0, 0.42f * Smooth(1.0f, 0.1f, d)};
  });
}

void DrawBall(const Ball& ball, MutableImageView target) {
  const float pixel = Canvas(target).pixel();
  const float r = ball.radius;
  Stamp(target, ball.x, ball.y, r + 2 * pixel, [&](float dx, float dy) -> Light {
    const float d = Length(dx, dy);
    const float cover = Smooth(r + pixel, r - pixel, d);
    if (cover <= 0) return {};
    const float nx = dx / r, ny = dy / r;
    const float nz = std::sqrt(std::max(0.0f, 1 - nx * nx - ny * ny));
    // Key light from the upper left, the glowing middle as a second light, a dark rim.
    const float key = std::max(0.0f, -0.48f * nx - 0.62f * ny + 0.62f * nz);
    const float to_middle = Length(ball.x, ball.y) + 0.001f;
    const float fill = std::max(0.0f, -(nx * ball.x + ny * ball.y) / to_middle) * 0.55f;
    const float shine = std::pow(std::max(0.0f, -0.40f * nx - 0.55f * ny + 0.73f * nz), 48.0f);
    const float near = 0.72f + 0.28f * ball.depth;
    Light colour = ball.colour * ((0.16f + 0.84f * key) * near);
    colour = colour + Light{1.0f, 0.72f, 0.36f, 0} * (fill * (0.35f + 0.65f * nz));
    colour = colour + Light{1, 1, 1, 0} * (0.85f * shine);
    colour.r = Clamp01(colour.r);
    colour.g = Clamp01(colour.g);
    colour.b = Clamp01(colour.b);
    colour.a = 1;
    return colour * cover;
  });
}

void DrawSun(float seconds, MutableImageView target) {
  const float size = 0.86f + 0.05f * Wave(seconds * 0.4f);
  Stamp(target, 0, 0, size, [&](float dx, float dy) -> Light {
    const float d = Length(dx, dy);
    const float halo = 0.020f / (d * d + 0.022f) * Smooth(size, 0.25f, d);
    const float core = Smooth(0.20f, 0.13f, d);
    Light light = {halo * 1.0f, halo * 0.62f, halo * 0.22f, halo * 0.55f};
    light.r = std::min(light.r, 1.0f);
    light.a = std::min(std::max(light.a, light.r * 0.6f), 1.0f);
    return Over(Light{1.0f, 0.95f, 0.78f, 1} * core, light);
  });
}

}  // namespace

void RenderOrbits(float seconds, MutableImageView target) {
  Clear(target);
  constexpr int kBalls = 9;
  std::array<Ball, kBalls> balls;
  for (int i = 0; i < kBalls; ++i) {
    const float phase = static_cast<float>(i) / kBalls;
    const float speed = 0.11f + 0.045f * static_cast<float>(i % 3);
    const float turn = seconds * speed + phase;
    const float orbit = 0.54f + 0.18f * Wave(phase * 2.0f + 0.1f);
    const float depth = Wave(turn);
    balls[i].x = orbit * 1.10f * Wave(turn + 0.25f);
    balls[i].y = orbit * (0.36f * depth + 0.42f * Wave(phase * 3 + 0.2f) * Wave(turn + 0.25f));
    balls[i].depth = depth;
    balls[i].radius = (0.125f + 0.060f * Scatter(i, 5, 1)) * (1 + 0.25f * depth);
    balls[i].colour = Rainbow(phase, 0.05f, 1.0f);
  }
  std::sort(balls.begin(), balls.end(),
            [](const Ball& x, const Ball& y) { return x.depth < y.depth; });
  for (const Ball& ball : balls) DrawShadow(ball, target);
  bool sun_drawn = false;
  for (const Ball& ball : balls) {
    if (!sun_drawn && ball.depth > 0) {
      DrawSun(seconds, target);
      sun_drawn = true;
    }
    DrawBall(ball, target);
  }
  if (!sun_drawn) DrawSun(seconds, target);
}

void RenderAurora(float seconds, MutableImageView target) {
  constexpr int kRibbons = 7;
  struct Point {
    float y, width, strength;
  };
  const Canvas canvas(target);
  const float edge_x = static_cast<float>(target.width) * canvas.pixel() / 2;
  const float edge_y = static_cast<float>(target.height) * canvas.pixel() / 2;
  std::array<Light, kRibbons> colours;
  std::vector<Point> points(size_t{kRibbons} * target.width);
  for (int i = 0; i < kRibbons; ++i) {
    const float phase = static_cast<float>(i) / kRibbons;
    colours[i] = Rainbow(phase, 0.36f + seconds * 0.02f, 0.62f);
    for (uint32_t column = 0; column < target.width; ++column) {
      const float x = canvas.X(column);
      Point& point = points[size_t{kRibbons} * column + i];
      point.y = 0.30f * Wave(x * 0.36f + phase * 0.7f + seconds * 0.09f) +
                0.16f * Wave(x * 0.71f - seconds * 0.13f + phase * 2) + 0.55f * (phase - 0.43f);
      point.width = 0.030f + 0.022f * Wave(x * 0.5f + phase + seconds * 0.21f);
      point.strength = (0.55f + 0.45f * Wave(x * 0.4f - seconds * 0.17f + phase * 3)) *
                       Smooth(edge_x, edge_x - 0.55f, std::fabs(x));
    }
  }
  for (uint32_t row = 0; row < target.height; ++row) {
    const float y = canvas.Y(row);
    const float fade = Smooth(edge_y, edge_y - 0.45f, std::fabs(y));
    uint8_t* pixel = target.Row(row);
    for (uint32_t column = 0; column < target.width; ++column, pixel += kBytesPerPixel) {
      Light sum = {};
      for (int i = 0; i < kRibbons; ++i) {
        const Point& point = points[size_t{kRibbons} * column + i];
        const float d = y - point.y;
        // A sharp lower edge and a curtain that fades upwards.
        const float line = point.width * point.width * 0.30f / (d * d + point.width * 0.014f);
        const float curtain = d < 0 ? 0.34f * Smooth(-0.55f, 0.0f, d) : 0.34f * Smooth(0.05f, 0, d);
        const float glow = (line + curtain) * point.strength;
        sum = sum + Light{colours[i].r, colours[i].g, colours[i].b, 0.55f} * glow;
      }
      Store(Light{std::min(sum.r, 1.0f), std::min(sum.g, 1.0f), std::min(sum.b, 1.0f),
                  std::min(sum.a, 0.9f)} *
                fade,
            pixel);
    }
  }
}

void RenderComets(float seconds, MutableImageView target) {
  Clear(target);
  constexpr int kComets = 5, kTail = 64;
  for (int i = 0; i < kComets; ++i) {
    const float phase = static_cast<float>(i) / kComets;
    const Light colour = Rainbow(phase, 0.15f, 1.0f);
    for (int step = kTail - 1; step >= 0; --step) {
      const float age = static_cast<float>(step) / kTail;
      const float t = seconds * 0.16f + phase - age * 0.17f;
      const float x = 0.80f * Wave(3 * t * 0.5f + 0.25f);
      const float y = 0.80f * Wave(2 * t * 0.5f + phase * 0.15f);
      const float size = 0.045f * (1 - 0.72f * age);
      const float strength = (1 - age) * (1 - age);
      const float reach = size * 2.4f;
      Stamp(target, x, y, reach, [&](float dx, float dy) -> Light {
        const float d = Length(dx, dy);
        const float glow = strength * 0.30f * Smooth(reach, 0, d);
        const float core = step == 0 ? Smooth(size, size * 0.35f, d) : 0;
        const Light trail = {colour.r * glow, colour.g * glow, colour.b * glow, glow * 0.75f};
        return Over(Light{1, 0.98f, 0.92f, 1} * core, trail);
      });
    }
  }
}

}  // namespace ipdl::demo
