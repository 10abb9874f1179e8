// The arithmetic of texture layouts; see texture_layout.h.

#include "protocols/texture/texture_layout.h"

#include "absl/strings/str_cat.h"

namespace ipdl::textures {

TextureVerdict TextureLayout::Check(const TextureClaim& claim, const TextureLimits& limits,
                                    TextureLayout* layout) {
  static_assert(sizeof(size_t) == 8, "sizes of textures are held in size_t");
  if (claim.fourcc != kFourccAbgr8888) {
    return TextureVerdict::Rejected(
        absl::StrCat("fourcc: pixel format 0x", absl::Hex(claim.fourcc), " is not supported"));
  }
  if (claim.width == 0 || claim.height == 0) {
    return TextureVerdict::False(
        absl::StrCat("width, height: ", claim.width, " x ", claim.height, " pixels are empty"));
  }
  if (claim.width > limits.side || claim.height > limits.side) {
    return TextureVerdict::Rejected(absl::StrCat("width, height: ", claim.width, " x ",
                                                 claim.height, " pixels are more than ",
                                                 limits.side, " a side"));
  }
  const uint64_t row_bytes = uint64_t{claim.width} * kTexturePixelBytes;
  if (claim.stride < row_bytes || claim.stride % kTexturePixelBytes != 0) {
    return TextureVerdict::False(absl::StrCat(
        "stride: ", claim.stride, " bytes is no stride for rows of ", row_bytes, " bytes"));
  }
  if (claim.offset % kTexturePixelBytes != 0) {
    return TextureVerdict::False(
        absl::StrCat("offset: ", claim.offset, " bytes is not a multiple of a pixel"));
  }
  // stride < 2^32 and height < 2^32, so the product fits in 64 bits; the sum need not.
  const uint64_t rows_bytes = uint64_t{claim.stride} * claim.height;
  if (claim.offset > claim.size || rows_bytes > claim.size - claim.offset) {
    return TextureVerdict::False(absl::StrCat("size: ", claim.size, " bytes do not hold ",
                                              rows_bytes, " bytes at offset ", claim.offset));
  }
  if (claim.size > limits.bytes) {
    return TextureVerdict::Rejected(
        absl::StrCat("size: ", claim.size, " bytes are more than the limit of ", limits.bytes));
  }
  layout->width_ = claim.width;
  layout->height_ = claim.height;
  layout->stride_ = claim.stride;
  layout->offset_ = static_cast<size_t>(claim.offset);
  layout->size_ = static_cast<size_t>(claim.size);
  return TextureVerdict::Accepted();
}

bool RectIsInside(const TextureRect& rect, const TextureLayout& layout) {
  return rect.width > 0 && rect.height > 0 && rect.width <= layout.width() &&
         rect.height <= layout.height() && rect.x <= layout.width() - rect.width &&
         rect.y <= layout.height() - rect.height;
}

}  // namespace ipdl::textures
