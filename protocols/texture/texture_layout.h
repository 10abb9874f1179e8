// How the pixels of a texture lie in its memory: the claim of a producer, and what is left of it
// once it was checked.
//
// A TextureClaim is what came over the wire. A TextureLayout can only be made from a claim that
// holds together, so code that has one does no arithmetic checks of its own. Whether the memory is
// really there is another question, answered by texture_import.h.
//
// Called by texture_pool.h (producer) and texture_import.h (consumer). Any thread.

#ifndef IPDL_PROTOCOLS_TEXTURE_TEXTURE_LAYOUT_H_
#define IPDL_PROTOCOLS_TEXTURE_TEXTURE_LAYOUT_H_

#include <cstddef>
#include <cstdint>

#include "protocols/texture/texture_limits.h"
#include "protocols/texture/texture_verdict.h"

namespace ipdl::textures {

// Pixel formats are named by the four-character codes of Linux DRM (drm_fourcc.h). This one is
// bytes R, G, B, A in memory, colours multiplied by alpha: DRM_FORMAT_ABGR8888, "AB24".
inline constexpr uint32_t kFourccAbgr8888 = 0x34324241;
inline constexpr uint32_t kTexturePixelBytes = 4;

// One plane of pixels at a place in a block of memory. Fields as TextureDescription in
// Texture.ipdlh.
struct TextureClaim {
  uint64_t id = 0;      // chosen by the producer, counting up, never used twice
  uint32_t fourcc = 0;  // pixel format
  uint32_t width = 0;   // pixels
  uint32_t height = 0;  // pixels
  uint32_t stride = 0;  // bytes from one row to the next
  uint64_t offset = 0;  // bytes from the start of the memory to the first row
  uint64_t size = 0;    // bytes of the whole memory
};

class TextureLayout {
 public:
  TextureLayout() = default;

  // Sets `*layout` if every row that the claim describes lies inside its memory. kRejected: unknown
  // format, or larger than `limits` allow. kFalse: it contradicts itself.
  static TextureVerdict Check(const TextureClaim& claim, const TextureLimits& limits,
                              TextureLayout* layout);

  // offset + stride * height <= size and 4 * width <= stride hold, without overflow; width and
  // height are not 0; stride and offset are multiples of 4.
  uint32_t width() const { return width_; }
  uint32_t height() const { return height_; }
  size_t stride() const { return stride_; }
  size_t offset() const { return offset_; }
  size_t size() const { return size_; }

 private:
  uint32_t width_ = 0;
  uint32_t height_ = 0;
  size_t stride_ = 0;
  size_t offset_ = 0;
  size_t size_ = 0;
};

// A rectangle of pixels inside a texture.
struct TextureRect {
  uint32_t x = 0;
  uint32_t y = 0;
  uint32_t width = 0;
  uint32_t height = 0;
};

// Whether `rect` is not empty and lies inside `layout`.
bool RectIsInside(const TextureRect& rect, const TextureLayout& layout);

}  // namespace ipdl::textures

#endif  // IPDL_PROTOCOLS_TEXTURE_TEXTURE_LAYOUT_H_
