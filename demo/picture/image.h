// RGBA images in memory: a borrowed view (pointer, width, height, stride) and an owner of pixels.
//
// Every picture in the demo has one pixel format: four bytes R, G, B, A in this order, colours
// multiplied by alpha ("premultiplied"). The same layout is DRM's ABGR8888, so a texture that two
// processes share is viewed without conversion.
//
// This is not a texture: it knows nothing about handles, sharing or who may write.
// Called by everything in demo/; calls nothing but std and absl::Status.
//
// Example:
//   absl::StatusOr<Image> image = Image::Create(640, 480);
//   if (!image.ok()) return image.status();
//   RenderScene(0, 7, image->mutable_view());

#ifndef DEMO_PICTURE_IMAGE_H_
#define DEMO_PICTURE_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

namespace ipdl::demo {

inline constexpr size_t kBytesPerPixel = 4;

// Pixels that somebody else owns and nobody changes through this view. `stride` is the distance in
// bytes from one row to the next and is at least 4 * width. Whoever makes a view vouches that
// `pixels` has stride * height readable bytes (the last row may stop after 4 * width).
struct ImageView {
  const uint8_t* pixels = nullptr;
  uint32_t width = 0;
  uint32_t height = 0;
  size_t stride = 0;

  const uint8_t* Row(uint32_t y) const { return pixels + stride * y; }
  bool empty() const { return width == 0 || height == 0; }
};

// The same, for writing.
struct MutableImageView {
  uint8_t* pixels = nullptr;
  uint32_t width = 0;
  uint32_t height = 0;
  size_t stride = 0;

  uint8_t* Row(uint32_t y) const { return pixels + stride * y; }
  bool empty() const { return width == 0 || height == 0; }
  operator ImageView() const { return {pixels, width, height, stride}; }
};

// Bytes of an image of `height` rows of `stride` bytes, or InvalidArgument if the image is empty,
// the stride is shorter than a row, or the product does not fit in size_t. This is the only place
// in demo/picture where sizes of images are multiplied.
absl::StatusOr<size_t> ImageBytes(uint32_t width, uint32_t height, size_t stride);

// Owns pixels without padding between rows (stride = 4 * width). Move-only, because a copy of a
// picture should be seen in the source; Clone() makes one.
class Image {
 public:
  Image() = default;
  Image(Image&&) = default;
  Image& operator=(Image&&) = default;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  // A transparent black image. InvalidArgument as for ImageBytes().
  static absl::StatusOr<Image> Create(uint32_t width, uint32_t height);

  Image Clone() const;

  uint32_t width() const { return width_; }
  uint32_t height() const { return height_; }
  size_t stride() const { return width_ * kBytesPerPixel; }

  // Valid until this object is destroyed or assigned to; moving it keeps them valid.
  ImageView view() const { return {pixels_.data(), width_, height_, stride()}; }
  MutableImageView mutable_view() { return {pixels_.data(), width_, height_, stride()}; }

 private:
  std::vector<uint8_t> pixels_;
  uint32_t width_ = 0;
  uint32_t height_ = 0;
};

// Copies all pixels of `from` to `to`, which must have the same width and height; a difference is
// InvalidArgument and copies nothing.
absl::Status CopyPixels(ImageView from, MutableImageView to);

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_IMAGE_H_
