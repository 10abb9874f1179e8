// Source-over in blocks of a fixed size; see blend.h.
//
// The loops below are shaped for the vectoriser of a plain -O2: constant trip counts, 8-bit loads,
// 16-bit arithmetic, no branches. The alpha of each pixel is first spread over its four channels,
// because a gather inside the main loop would keep it scalar.

#include "demo/picture/blend.h"

#include <algorithm>
#include <cstring>

namespace ipdl::demo {
namespace {

constexpr uint32_t kBlockPixels = 32;
constexpr uint32_t kBlockBytes = kBlockPixels * kBytesPerPixel;

// round(value / 255) for value <= 255 * 255, exactly.
inline uint16_t DividedBy255(uint16_t value) {
  const uint16_t biased = static_cast<uint16_t>(value + 128);
  return static_cast<uint16_t>((biased + (biased >> 8)) >> 8);
}

// `source` and `target` are kBlockBytes each.
void BlendBlock(const uint8_t* __restrict source, uint8_t* __restrict target, uint16_t opacity) {
  alignas(32) uint8_t scaled[kBlockBytes];
  if (opacity == 255) {
    memcpy(scaled, source, kBlockBytes);
  } else {
    for (uint32_t i = 0; i < kBlockBytes; ++i) {
      scaled[i] = static_cast<uint8_t>(DividedBy255(static_cast<uint16_t>(source[i] * opacity)));
    }
  }
  alignas(32) uint32_t keep[kBlockPixels];  // 255 - alpha, in all four bytes
  memcpy(keep, scaled, kBlockBytes);
  for (uint32_t i = 0; i < kBlockPixels; ++i) {
    uint32_t alpha = ~keep[i] & 0xff000000u;  // alpha is the last byte: the highest, little-endian
    alpha |= alpha >> 8;
    keep[i] = alpha | alpha >> 16;
  }
  alignas(32) uint8_t keep_bytes[kBlockBytes];
  memcpy(keep_bytes, keep, kBlockBytes);
  for (uint32_t i = 0; i < kBlockBytes; ++i) {
    const uint16_t below = DividedBy255(static_cast<uint16_t>(target[i] * keep_bytes[i]));
    const uint16_t sum = static_cast<uint16_t>(scaled[i] + below);
    target[i] = static_cast<uint8_t>(sum < 255 ? sum : 255);
  }
}

void BlendRow(const uint8_t* source, uint8_t* target, uint32_t pixels, uint8_t opacity) {
  for (; pixels >= kBlockPixels; pixels -= kBlockPixels) {
    BlendBlock(source, target, opacity);
    source += kBlockBytes;
    target += kBlockBytes;
  }
  if (pixels == 0) return;
  uint8_t source_block[kBlockBytes] = {};
  uint8_t target_block[kBlockBytes] = {};
  memcpy(source_block, source, pixels * kBytesPerPixel);
  memcpy(target_block, target, pixels * kBytesPerPixel);
  BlendBlock(source_block, target_block, opacity);
  memcpy(target, target_block, pixels * kBytesPerPixel);
}

// The part of [offset, offset + length) inside [0, bound); first > last means none.
struct Span {
  int64_t first;
  int64_t last;  // one past
};
Span Clip(int32_t offset, uint32_t length, uint32_t bound) {
  const int64_t start = offset;
  return {std::max<int64_t>(start, 0), std::min<int64_t>(start + length, bound)};
}

}  // namespace

uint64_t BlendOver(ImageView source, MutableImageView target, int32_t x, int32_t y,
                   uint8_t opacity) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "BlendBlock takes alpha from the top");
  const Span columns = Clip(x, source.width, target.width);
  const Span rows = Clip(y, source.height, target.height);
  if (columns.first >= columns.last || rows.first >= rows.last || opacity == 0) return 0;
  const uint32_t width = static_cast<uint32_t>(columns.last - columns.first);
  const size_t source_skip = static_cast<size_t>(columns.first - x) * kBytesPerPixel;
  const size_t target_skip = static_cast<size_t>(columns.first) * kBytesPerPixel;
  for (int64_t row = rows.first; row < rows.last; ++row) {
    BlendRow(source.Row(static_cast<uint32_t>(row - y)) + source_skip,
             target.Row(static_cast<uint32_t>(row)) + target_skip, width, opacity);
  }
  return uint64_t{width} * static_cast<uint64_t>(rows.last - rows.first);
}

}  // namespace ipdl::demo
