// Sizes, ownership and copying of images; see image.h.

#include "demo/picture/image.h"

#include <cstring>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace ipdl::demo {

absl::StatusOr<size_t> ImageBytes(uint32_t width, uint32_t height, size_t stride) {
  if (width == 0 || height == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("an image of ", width, " x ", height, " pixels is empty"));
  }
  const uint64_t row = uint64_t{width} * kBytesPerPixel;
  if (stride < row) {
    return absl::InvalidArgumentError(absl::StrCat("a stride of ", stride,
                                                   " bytes is less than a row of ", width,
                                                   " pixels (", row, " bytes)"));
  }
  if (stride > std::numeric_limits<size_t>::max() / height) {
    return absl::InvalidArgumentError(absl::StrCat("an image of ", height, " rows of ", stride,
                                                   " bytes does not fit in the address space"));
  }
  return stride * height;
}

absl::StatusOr<Image> Image::Create(uint32_t width, uint32_t height) {
  const uint64_t stride = uint64_t{width} * kBytesPerPixel;
  if (stride > std::numeric_limits<size_t>::max()) {
    return absl::InvalidArgumentError(absl::StrCat("a row of ", width, " pixels is too long"));
  }
  absl::StatusOr<size_t> bytes = ImageBytes(width, height, static_cast<size_t>(stride));
  if (!bytes.ok()) return bytes.status();
  Image image;
  image.pixels_.resize(*bytes);
  image.width_ = width;
  image.height_ = height;
  return image;
}

Image Image::Clone() const {
  Image copy;
  copy.pixels_ = pixels_;
  copy.width_ = width_;
  copy.height_ = height_;
  return copy;
}

absl::Status CopyPixels(ImageView from, MutableImageView to) {
  if (from.width != to.width || from.height != to.height) {
    return absl::InvalidArgumentError(absl::StrCat("cannot copy ", from.width, " x ", from.height,
                                                   " pixels to ", to.width, " x ", to.height));
  }
  for (uint32_t y = 0; y < from.height; ++y) {
    memcpy(to.Row(y), from.Row(y), size_t{from.width} * kBytesPerPixel);
  }
  return absl::OkStatus();
}

}  // namespace ipdl::demo
