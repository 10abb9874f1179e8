// Scenes that are one formula per pixel: rose curves, the plasma lens, the neon star.

#include <cmath>

#include "demo/picture/scene_parts.h"

namespace ipdl::demo {
namespace {

// Rounds the lobes of a rose; close to the power 0.62.
float Petal(float lobe) { return 0.74f * std::sqrt(lobe) + 0.26f * lobe; }

// One rose r = |cos(k/2 * angle)|: petals shaded from a dark heart to a bright rim.
Light Petals(float radius, float angle, float pixel, float size, float petals, float turn,
             Light heart, Light rim) {
  const float lobe = std::fabs(Wave(angle * petals * 0.5f + turn + 0.25f));
  const float reach = size * Petal(lobe);
  const float cover = Smooth(reach + 1.5f * pixel, reach - 1.5f * pixel, radius);
  if (cover <= 0) return {};
  const float along = radius / size;
  const float rib = 0.5f + 0.5f * lobe;
  const float edge = Smooth(0.86f, 1.0f, radius / std::max(reach, 0.001f));
  Light colour = Mix(heart, rim, along * along);
  colour = colour * (0.70f + 0.30f * rib);
  colour = colour + Light{0.35f, 0.33f, 0.36f, 0} * edge;
  colour.a = 1;
  return colour * (cover * 0.93f);
}

// Distance to the edge of a star with `points` points, negative inside.
// `angle` in radians.
float StarDistance(float radius, float angle, int points, float outer, float inner) {
  const float half = 0.5f / static_cast<float>(points);  // turns
  const float sector = 2 * half * kTau;
  float a = angle - sector * Nearest(angle / sector);  // -sector/2 .. sector/2
  a = std::fabs(a);
  const float a2 = a * a;  // series suffice: a is at most half a sector
  const float px = radius * (1 - a2 * (0.5f - a2 * (0.0416667f - a2 * 0.00138889f)));
  const float py = radius * a * (1 - a2 * (0.166667f - a2 * 0.00833333f));
  // The edge runs from the tip (outer, 0) to the notch at half a sector.
  const float nx = inner * Wave(half + 0.25f), ny = inner * Wave(half);
  const float ex = nx - outer, ey = ny;
  const float wx = px - outer, wy = py;
  const float t = Clamp01((wx * ex + wy * ey) / (ex * ex + ey * ey));
  const float dx = wx - ex * t, dy = wy - ey * t;
  const float side = ex * wy - ey * wx;
  const float distance = Length(dx, dy);
  return side < 0 ? distance : -distance;
}

}  // namespace

void RenderRose(float seconds, MutableImageView target) {
  const float pixel = Canvas(target).pixel();
  const Light deep = {0.30f, 0.02f, 0.22f, 1}, pink = {0.98f, 0.36f, 0.58f, 1};
  const Light wine = {0.42f, 0.05f, 0.10f, 1}, coral = {1.00f, 0.60f, 0.36f, 1};
  const Light rust = {0.60f, 0.18f, 0.02f, 1}, gold = {1.00f, 0.88f, 0.42f, 1};
  ForEachPixel(target, [&](float x, float y) -> Light {
    const float radius = Length(x, y);
    if (radius > 0.99f) return {};
    const float angle = Turns(y, x);
    const float breath = 0.03f * Wave(seconds * 0.31f);
    Light sum = {};
    // A soft shadow under each ring of petals, then the ring.
    const auto ring = [&](float size, float petals, float turn, Light heart, Light rim) {
      const float lobe = std::fabs(Wave(angle * petals * 0.5f + turn + 0.25f));
      const float reach = size * Petal(lobe);
      const float shade = 0.38f * Smooth(reach + 0.07f, reach - 0.02f, radius);
      sum = Over({0, 0, 0, shade}, sum);
      sum = Over(Petals(radius, angle, pixel, size, petals, turn, heart, rim), sum);
    };
    ring(0.92f, 8, seconds * 0.060f, deep, pink);
    ring(0.64f + breath, 7, -seconds * 0.085f, wine, coral);
    ring(0.38f - breath, 6, seconds * 0.110f, rust, gold);
    const float heart = Smooth(0.10f, 0.06f, radius);
    sum = Over(Light{1.0f, 0.97f, 0.80f, 1} * heart, sum);
    return sum;
  });
}

void RenderPlasma(float seconds, MutableImageView target) {
  ForEachPixel(target, [&](float x, float y) -> Light {
    const float radius = Length(x, y);
    const float cover = Smooth(0.95f, 0.82f, radius);
    if (cover <= 0) return {};
    // The lens magnifies its middle: sample the field at bent coordinates.
    const float bulge = 0.55f + 0.45f * radius * radius;
    const float u = x * bulge, v = y * bulge;
    const float field =
        Wave(u * 0.55f + seconds * 0.11f) + Wave(v * 0.70f - seconds * 0.13f) +
        Wave((u + v) * 0.45f + seconds * 0.07f + 0.3f) +
        Wave(std::sqrt((u - 0.3f) * (u - 0.3f) + v * v + 0.05f) * 1.1f - seconds * 0.19f);
    Light colour = Rainbow(field * 0.25f, 0.45f + seconds * 0.02f, 0.52f);
    // Depth: darker towards the rim, a bright crescent, and a highlight at the upper left.
    colour = colour * (1.0f - 0.55f * Smooth(0.45f, 0.95f, radius));
    const float glint = Smooth(0.42f, 0.0f, Length(x + 0.36f, y + 0.42f));
    const float crescent = Smooth(0.70f, 0.88f, radius) * Clamp01(0.4f + 0.6f * (x + y));
    colour = colour + Light{0.75f, 0.78f, 0.85f, 0} * (0.62f * glint * glint);
    colour = colour + Light{0.25f, 0.45f, 0.75f, 0} * (0.55f * crescent);
    colour.a = 1;
    return colour * (cover * 0.94f);
  });
}

void RenderStar(float seconds, MutableImageView target) {
  const float pixel = Canvas(target).pixel();
  const float turn = seconds * 0.42f;
  const float inner = 0.36f + 0.05f * Wave(seconds * 0.23f);
  ForEachPixel(target, [&](float x, float y) -> Light {
    const float radius = Length(x, y);
    if (radius > 1.0f) return {};
    const float angle = Turns(y, x) * kTau + turn;
    const float d = StarDistance(radius, angle, 5, 0.80f, inner);
    const float bands = 0.5f + 0.5f * Wave(d * 7.0f + seconds * 0.55f);
    const float line = bands * bands * bands;
    const Light neon = Rainbow(d * 1.3f + seconds * 0.05f, 0.52f, 0.8f);
    // Inside: glass with travelling lines. At the edge: a white-hot tube. Outside: its glow.
    const float inside = Smooth(1.5f * pixel, -1.5f * pixel, d);
    Light glass = neon * (0.10f + 0.75f * line) + Light{0.03f, 0.04f, 0.10f, 0};
    glass.a = 0.62f;
    const float tube = Smooth(0.030f, 0.008f, std::fabs(d));
    const float halo = 0.0022f / (d * d + 0.0035f) * Smooth(1.0f, 0.72f, radius);
    Light sum = glass * inside;
    sum = sum + Light{neon.r, neon.g, neon.b, 0} * halo;
    return Over(Light{0.95f, 0.97f, 1.0f, 1} * tube, sum);
  });
}

}  // namespace ipdl::demo
