// A painter of a picture from a file: a card with round corners and a soft shadow, over which a
// glint of light runs. Only the stripes under the glint change from frame to frame.

#ifndef DEMO_DRAW_PHOTO_PAINTER_H_
#define DEMO_DRAW_PHOTO_PAINTER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "demo/draw/painter.h"
#include "demo/picture/image.h"

namespace ipdl::demo {

class PhotoPainter : public Painter {
 public:
  // A card that shows `photo`, scaled down if the card would be larger than max_width x max_height
  // pixels. InvalidArgument: they leave no room for a picture.
  static absl::StatusOr<std::unique_ptr<PhotoPainter>> Create(ImageView photo, uint32_t max_width,
                                                              uint32_t max_height);

  uint32_t width() const override { return card_.width(); }
  uint32_t height() const override { return card_.height(); }
  void Draw(uint64_t frame, uint64_t held, MutableImageView target) override;
  PaintedRect Damage(uint64_t frame) const override;

 private:
  struct Stripe {
    uint32_t first = 0;
    uint32_t last = 0;  // one past; equal to first if the glint is outside
    float middle = 0;
  };

  explicit PhotoPainter(Image card) : card_(std::move(card)) {}
  Stripe StripeOf(uint64_t frame) const;

  Image card_;
};

}  // namespace ipdl::demo

#endif  // DEMO_DRAW_PHOTO_PAINTER_H_
