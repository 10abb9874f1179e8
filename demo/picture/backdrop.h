// The compositor's own picture: what lies below all layers, and how the layers move over it.
//
// Called by the compositor. Any thread.

#ifndef DEMO_PICTURE_BACKDROP_H_
#define DEMO_PICTURE_BACKDROP_H_

#include <cstdint>

#include "demo/picture/image.h"

namespace ipdl::demo {

// Fills `target` with an opaque night-blue gradient, a fine grid and a vignette.
void RenderBackdrop(MutableImageView target);

struct LayerPosition {
  int32_t x = 0;  // of the layer's top left pixel on the canvas; may be negative
  int32_t y = 0;
};

// Where layer `layer` of `layer_count` stands at `frame` (kSceneFramesPerSecond of them a second):
// its middle follows a slow Lissajous curve around a place of its own, so that layers overlap, part
// and lean over the edges of the canvas. The sizes are in pixels.
LayerPosition PositionOfLayer(uint32_t layer, uint32_t layer_count, uint32_t frame,
                              uint32_t canvas_width, uint32_t canvas_height, uint32_t layer_width,
                              uint32_t layer_height);

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_BACKDROP_H_
