// Scaling and numbering of the contact sheet's pictures; declared in contact_sheet.h.

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "demo/picture/contact_sheet.h"

namespace ipdl::demo {
namespace {

// Dots of the digits, seven rows of five, the highest of the five bits at the left.
constexpr uint8_t kDigits[10][7] = {
    {0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110},
    {0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110},
    {0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111},
    {0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110},
    {0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010},
    {0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110},
    {0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110},
    {0b11111, 0b00001, 0b00010, 0b00100, 0b00100, 0b01000, 0b01000},
    {0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110},
    {0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100},
};
constexpr uint32_t kDigitWidth = 5, kDigitHeight = 7, kDigitStep = 6, kPlateEdge = 2;

// Fills the rectangle, as far as it lies inside `target`, with one grey value; `keep` of 256 parts
// of the old colour shine through.
void Fill(MutableImageView target, uint64_t x, uint64_t y, uint64_t width, uint64_t height,
          uint32_t grey, uint32_t keep) {
  for (uint64_t row = y; row < std::min<uint64_t>(y + height, target.height); ++row) {
    uint8_t* pixels = target.Row(static_cast<uint32_t>(row));
    for (uint64_t column = x; column < std::min<uint64_t>(x + width, target.width); ++column) {
      uint8_t* pixel = pixels + column * kBytesPerPixel;
      for (int c = 0; c < 3; ++c) {
        pixel[c] = static_cast<uint8_t>((pixel[c] * keep + grey * (256 - keep)) / 256);
      }
      pixel[3] = 255;
    }
  }
}

}  // namespace

void BoxScale(ImageView source, MutableImageView target) {
  for (uint32_t y = 0; y < target.height; ++y) {
    const uint32_t top = static_cast<uint32_t>(uint64_t{y} * source.height / target.height);
    const uint32_t bottom = std::max<uint32_t>(
        static_cast<uint32_t>((uint64_t{y} + 1) * source.height / target.height), top + 1);
    for (uint32_t x = 0; x < target.width; ++x) {
      const uint32_t left = static_cast<uint32_t>(uint64_t{x} * source.width / target.width);
      const uint32_t right = std::max<uint32_t>(
          static_cast<uint32_t>((uint64_t{x} + 1) * source.width / target.width), left + 1);
      uint64_t sum[4] = {};
      for (uint32_t row = top; row < bottom; ++row) {
        const uint8_t* pixel = source.Row(row) + left * kBytesPerPixel;
        for (uint32_t column = left; column < right; ++column, pixel += kBytesPerPixel) {
          for (int c = 0; c < 4; ++c) sum[c] += pixel[c];
        }
      }
      const uint64_t count = uint64_t{bottom - top} * (right - left);
      uint8_t* pixel = target.Row(y) + x * kBytesPerPixel;
      for (int c = 0; c < 4; ++c) pixel[c] = static_cast<uint8_t>((sum[c] + count / 2) / count);
    }
  }
}

void DrawNumber(uint32_t number, uint32_t dot, uint32_t x, uint32_t y, MutableImageView target) {
  const std::string digits = absl::StrCat(number);
  const uint64_t size = std::max<uint32_t>(dot, 1);
  const uint64_t wide = digits.size() * kDigitStep - 1;
  Fill(target, x, y, (wide + 2 * kPlateEdge) * size, (kDigitHeight + 2 * kPlateEdge) * size, 0, 96);
  for (size_t i = 0; i < digits.size(); ++i) {
    const uint8_t* glyph = kDigits[digits[i] - '0'];
    const uint64_t left = x + (kPlateEdge + i * kDigitStep) * size;
    for (uint32_t row = 0; row < kDigitHeight; ++row) {
      for (uint32_t column = 0; column < kDigitWidth; ++column) {
        if ((glyph[row] >> (kDigitWidth - 1 - column) & 1) == 0) continue;
        Fill(target, left + column * size, y + (kPlateEdge + row) * size, size, size, 245, 0);
      }
    }
  }
}

}  // namespace ipdl::demo
