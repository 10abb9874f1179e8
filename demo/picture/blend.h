// Composites one picture over another: Porter-Duff source-over on premultiplied RGBA.
//
// Arithmetic is on the stored 8-bit values, as window systems do it, not on linear light. Each
// product is rounded to nearest, so the result equals the formula within one rounding per channel.
//
// The source may be memory that another process writes to at the same moment. Every pixel value is
// legal here (a colour above its alpha saturates at 255) and no value becomes an address, so a torn
// read can only give a wrong colour inside the source's rectangle.
//
// Called by the compositor. Any thread; the two views must not overlap.

#ifndef DEMO_PICTURE_BLEND_H_
#define DEMO_PICTURE_BLEND_H_

#include <cstdint>

#include "demo/picture/image.h"

namespace ipdl::demo {

// Draws `source` so that its top left pixel comes to (x, y) of `target`. The offset is in pixels
// and may be any value; what lies outside `target` is not drawn. `opacity` scales the whole source:
// 255 draws it as it is, 0 draws nothing. Returns how many pixels were drawn.
uint64_t BlendOver(ImageView source, MutableImageView target, int32_t x, int32_t y,
                   uint8_t opacity = 255);

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_BLEND_H_
