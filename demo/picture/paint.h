// Colour and shape arithmetic of the scenes: light as floats, smooth edges, stores to 8 bits.
//
// Not a drawing library: only what scene_*.cc and backdrop.cc need, inline because it runs per
// pixel. Colours are premultiplied, 0..1; sums of light may exceed 1 and are clamped when stored.

#ifndef DEMO_PICTURE_PAINT_H_
#define DEMO_PICTURE_PAINT_H_

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ipdl::demo {

inline constexpr float kTau = 6.28318530718f;

struct Light {
  float r = 0, g = 0, b = 0, a = 0;
};

inline Light operator*(Light l, float k) { return {l.r * k, l.g * k, l.b * k, l.a * k}; }
inline Light operator+(Light x, Light y) { return {x.r + y.r, x.g + y.g, x.b + y.b, x.a + y.a}; }

// `top` over `below`.
inline Light Over(Light top, Light below) { return top + below * (1 - top.a); }

inline Light Mix(Light x, Light y, float t) { return x * (1 - t) + y * t; }

inline float Clamp01(float v) { return std::min(std::max(v, 0.0f), 1.0f); }

// 0 up to `from`, 1 from `to` on, and a smooth cubic between; `from` > `to` falls instead of
// rising.
inline float Smooth(float from, float to, float v) {
  const float t = Clamp01((v - from) / (to - from));
  return t * t * (3 - 2 * t);
}

// The nearest whole number; |v| < 2^31. std::floor and std::round are calls into the C library on
// processors without SSE4.1, which is what plain x86-64 means.
inline float Nearest(float v) {
  return static_cast<float>(static_cast<int>(v + (v < 0 ? -0.5f : 0.5f)));
}

// sin(tau * turns) to about 0.001, without a library call, so that loops over pixels vectorise and
// every machine draws the same picture.
inline float Wave(float turns) {
  const float t = turns - Nearest(turns);                // -0.5 .. 0.5
  const float parabola = 8 * t - 16 * t * std::fabs(t);  // touches the sine at 0, 1/4, 1/2
  return 0.225f * (parabola * std::fabs(parabola) - parabola) + parabola;
}

inline float Length(float x, float y) { return std::sqrt(x * x + y * y); }

// The direction of (x, y) in turns, -0.5 .. 0.5, to about 0.00002; 0 for (0, 0).
inline float Turns(float y, float x) {
  const float ax = std::fabs(x), ay = std::fabs(y);
  const float t = std::min(ax, ay) / std::max(std::max(ax, ay), 1e-20f);
  const float octant =
      t * (0.125f + (1 - t) * (0.033880f + t * (0.037833f + t * (-0.034725f + t * 0.008326f))));
  const float quadrant = ay > ax ? 0.25f - octant : octant;
  const float half = x < 0 ? 0.5f - quadrant : quadrant;
  return y < 0 ? -half : half;
}

// A smooth cycle of opaque colours; t in turns. The three channels swing around a bright middle
// with different phases: `hue` chooses the part of the wheel, `spread` how much of it one turn
// covers.
inline Light Rainbow(float t, float hue, float spread) {
  const float p = t * spread + hue;
  return {0.56f + 0.44f * Wave(p + 0.25f), 0.50f + 0.42f * Wave(p - 0.08f),
          0.60f + 0.40f * Wave(p - 0.42f), 1};
}

inline uint8_t Byte(float v) { return static_cast<uint8_t>(Clamp01(v) * 255 + 0.5f); }

// Keeps the pixel premultiplied: light brighter than its cover raises the cover.
inline void Store(Light l, uint8_t* pixel) {
  const float cover = std::max(std::max(l.r, l.g), std::max(l.b, l.a));
  pixel[0] = Byte(l.r);
  pixel[1] = Byte(l.g);
  pixel[2] = Byte(l.b);
  pixel[3] = Byte(cover);
}

// A number in 0..1 that looks random but is the same for the same (x, y, z).
inline float Scatter(uint32_t x, uint32_t y, uint32_t z) {
  uint32_t h = x * 0x9E3779B1u ^ y * 0x85EBCA77u ^ z * 0xC2B2AE3Du;
  h = (h ^ h >> 15) * 0x2C1B3C6Du;
  h = (h ^ h >> 12) * 0x297A2D39u;
  h ^= h >> 15;
  return static_cast<float>(h >> 8) / 16777216.0f;
}

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_PAINT_H_
