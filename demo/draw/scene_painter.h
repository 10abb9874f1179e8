// A painter of one of the built-in scenes (demo/picture/scene.h). Every frame is drawn anew.

#ifndef DEMO_DRAW_SCENE_PAINTER_H_
#define DEMO_DRAW_SCENE_PAINTER_H_

#include "demo/draw/painter.h"
#include "demo/picture/scene.h"

namespace ipdl::demo {

class ScenePainter : public Painter {
 public:
  ScenePainter(uint32_t scene, uint32_t width, uint32_t height)
      : scene_(scene), width_(width), height_(height) {}

  uint32_t width() const override { return width_; }
  uint32_t height() const override { return height_; }
  void Draw(uint64_t frame, uint64_t, MutableImageView target) override {
    RenderScene(scene_, static_cast<uint32_t>(frame), target);
  }
  PaintedRect Damage(uint64_t) const override { return {0, 0, width_, height_}; }

 private:
  const uint32_t scene_, width_, height_;
};

}  // namespace ipdl::demo

#endif  // DEMO_DRAW_SCENE_PAINTER_H_
