// See photo_painter.h.

#include "demo/draw/photo_painter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "demo/picture/contact_sheet.h"
#include "demo/picture/paint.h"

namespace ipdl::demo {
namespace {

constexpr uint32_t kMargin = 18;          // pixels around the photo, for the shadow
constexpr float kCorner = 12;             // radius of the corners, pixels
constexpr float kGlintPeriod = 90;        // frames from one glint to the next
constexpr float kGlintTravel = 0.7f;      // part of the period in which it crosses the card
constexpr float kGlintHalfWidth = 0.14f;  // of the card's width

// Distance in pixels from the edge of a rectangle with round corners; negative inside.
float CardDistance(float x, float y, float half_width, float half_height, float corner) {
  const float dx = std::fabs(x) - half_width + corner, dy = std::fabs(y) - half_height + corner;
  const float outside = Length(std::max(dx, 0.0f), std::max(dy, 0.0f));
  return outside + std::min(std::max(dx, dy), 0.0f) - corner;
}

// Puts `photo` on a card: its corners cut round, its shadow around it.
void DrawCard(ImageView photo, MutableImageView card) {
  const float half_width = static_cast<float>(photo.width) / 2;
  const float half_height = static_cast<float>(photo.height) / 2;
  const float corner = std::min({kCorner, half_width, half_height});
  for (uint32_t row = 0; row < card.height; ++row) {
    uint8_t* pixel = card.Row(row);
    const float y = static_cast<float>(row) + 0.5f - kMargin - half_height;
    for (uint32_t column = 0; column < card.width; ++column, pixel += kBytesPerPixel) {
      const float x = static_cast<float>(column) + 0.5f - kMargin - half_width;
      const float fall = CardDistance(x, y - 4, half_width, half_height, corner);
      Light light = {0, 0, 0, 0.50f * Smooth(kMargin - 5.0f, -8.0f, fall)};
      const float cover = Clamp01(0.5f - CardDistance(x, y, half_width, half_height, corner));
      const uint32_t px = column - kMargin, py = row - kMargin;  // wraps outside the photo
      if (cover > 0 && px < photo.width && py < photo.height) {
        const uint8_t* p = photo.Row(py) + px * kBytesPerPixel;
        light =
            Over(Light{p[0] / 255.0f, p[1] / 255.0f, p[2] / 255.0f, p[3] / 255.0f} * cover, light);
      }
      Store(light, pixel);
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<PhotoPainter>> PhotoPainter::Create(ImageView photo,
                                                                   uint32_t max_width,
                                                                   uint32_t max_height) {
  if (photo.empty() || max_width <= 2 * kMargin || max_height <= 2 * kMargin) {
    return absl::InvalidArgumentError(absl::StrCat("no room for a picture of ", photo.width, " x ",
                                                   photo.height, " pixels in ", max_width, " x ",
                                                   max_height));
  }
  const double scale = std::min({1.0, static_cast<double>(max_width - 2 * kMargin) / photo.width,
                                 static_cast<double>(max_height - 2 * kMargin) / photo.height});
  const auto scaled = [scale](uint32_t side) {
    return std::max(1u, static_cast<uint32_t>(side * scale + 0.001));
  };
  absl::StatusOr<Image> small = Image::Create(scaled(photo.width), scaled(photo.height));
  if (!small.ok()) return small.status();
  BoxScale(photo, small->mutable_view());
  absl::StatusOr<Image> card =
      Image::Create(small->width() + 2 * kMargin, small->height() + 2 * kMargin);
  if (!card.ok()) return card.status();
  DrawCard(small->view(), card->mutable_view());
  return std::unique_ptr<PhotoPainter>(new PhotoPainter(*std::move(card)));
}

PhotoPainter::Stripe PhotoPainter::StripeOf(uint64_t frame) const {
  const float phase = static_cast<float>(frame % static_cast<uint64_t>(kGlintPeriod));
  const float across = phase / (kGlintPeriod * kGlintTravel);  // 0..1 while it crosses
  const float full = static_cast<float>(card_.width());
  const float half = std::max(1.0f, full * kGlintHalfWidth);
  Stripe stripe;
  stripe.middle = across * (full + 2 * half) - half;
  stripe.first = static_cast<uint32_t>(std::clamp(stripe.middle - half, 0.0f, full));
  stripe.last = static_cast<uint32_t>(std::clamp(std::ceil(stripe.middle + half), 0.0f, full));
  return stripe;
}

void PhotoPainter::Draw(uint64_t frame, uint64_t held, MutableImageView target) {
  const ImageView card = card_.view();
  const Stripe old = held == 0 ? Stripe{0, card.width, 0} : StripeOf(held);
  const Stripe now = StripeOf(frame);
  const float half = std::max(1.0f, static_cast<float>(card.width) * kGlintHalfWidth);
  for (uint32_t row = 0; row < card.height; ++row) {
    if (old.last > old.first) {
      memcpy(target.Row(row) + old.first * kBytesPerPixel,
             card.Row(row) + old.first * kBytesPerPixel, (old.last - old.first) * kBytesPerPixel);
    }
    for (uint32_t column = now.first; column < now.last; ++column) {
      const uint8_t* from = card.Row(row) + column * kBytesPerPixel;
      uint8_t* to = target.Row(row) + column * kBytesPerPixel;
      const float d = (static_cast<float>(column) + 0.5f - now.middle) / half;
      const float shine = 0.45f * Smooth(1.0f, 0.0f, std::fabs(d));
      for (int c = 0; c < 3; ++c) {
        // Towards white, as far as the pixel covers.
        to[c] = static_cast<uint8_t>(from[c] + (from[3] - std::min(from[c], from[3])) * shine);
      }
      to[3] = from[3];
    }
  }
}

PaintedRect PhotoPainter::Damage(uint64_t frame) const {
  if (frame <= 1) return {0, 0, card_.width(), card_.height()};
  const Stripe old = StripeOf(frame - 1), now = StripeOf(frame);
  uint32_t first = std::min(old.first, now.first), last = std::max(old.last, now.last);
  if (old.first == old.last) {
    first = now.first;
    last = now.last;
  } else if (now.first == now.last) {
    first = old.first;
    last = old.last;
  }
  // Nothing changes while the glint is away; one column is the smallest honest rectangle.
  if (first >= last) {
    first = std::min(first, card_.width() - 1);
    last = first + 1;
  }
  return {first, 0, last - first, card_.height()};
}

}  // namespace ipdl::demo
