// What a content process draws: a picture that changes from frame to frame.
//
// A painter is given memory that may hold one of its own earlier frames and brings it to the wanted
// one, touching as little as it can. It knows nothing about textures, peers or time.
//
// Implemented by scene_painter.h and photo_painter.h; called by content_layer.h. One thread.

#ifndef DEMO_DRAW_PAINTER_H_
#define DEMO_DRAW_PAINTER_H_

#include <cstdint>

#include "demo/picture/image.h"

namespace ipdl::demo {

// Pixels of a picture; inside it and not empty.
struct PaintedRect {
  uint32_t x = 0;
  uint32_t y = 0;
  uint32_t width = 0;
  uint32_t height = 0;
};

class Painter {
 public:
  virtual ~Painter() = default;

  // The same for all frames; at least 1 pixel each.
  virtual uint32_t width() const = 0;
  virtual uint32_t height() const = 0;

  // Draws frame `frame` (1, 2, ...) into `target`, which has this painter's size and holds what an
  // earlier Draw left there for frame `held`; 0 if it holds anything else.
  virtual void Draw(uint64_t frame, uint64_t held, MutableImageView target) = 0;

  // Where frame `frame` differs from the one before it; for the first one, everything.
  virtual PaintedRect Damage(uint64_t frame) const = 0;
};

}  // namespace ipdl::demo

#endif  // DEMO_DRAW_PAINTER_H_
