// The producing side of a layer: draws each frame into a free texture and hands it over.
//
// It draws whenever it has a free texture, so how fast it goes is decided by how fast the
// compositor gives textures back. A texture is drawn into again only when the compositor said that
// it released it and the fence of that presentation has signalled (texture_pool.h keeps the rules).
//
// Made by content.h, which is its manager's implementation; calls a Painter. On the loop's thread.

#ifndef DEMO_DRAW_CONTENT_LAYER_H_
#define DEMO_DRAW_CONTENT_LAYER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "PLayerChild.h"
#include "absl/functional/any_invocable.h"
#include "demo/draw/painter.h"
#include "protocols/texture/texture_pool.h"
#include "runtime/run_loop.h"

namespace ipdl::demo {

class ContentLayer : public textures::PLayerChild {
 public:
  // `on_failure` is called at most once, when no more frames will come although the compositor is
  // there, with words for the user.
  ContentLayer(std::unique_ptr<Painter> painter, textures::TexturePool pool,
               absl::AnyInvocable<void(std::string)> on_failure);

  // Offers the textures and then draws. Once, when the layer's constructor was sent.
  void Start();

 private:
  ~ContentLayer() override;

  // PLayerChild:
  Result RecvReleased(std::vector<textures::ReleasedTexture> released) override;
  void ActorDestroy(DestroyReason reason) override;

  void DrawSoon();
  void DrawOne();
  void WatchFence();
  void Fail(std::string reason);

  std::unique_ptr<Painter> painter_;
  textures::TexturePool pool_;
  absl::AnyInvocable<void(std::string)> on_failure_;  // null once called
  std::unique_ptr<RunLoop::Watch> fence_watch_;
  uint64_t serial_ = 0;  // of the last presentation
  bool draw_is_posted_ = false;
};

}  // namespace ipdl::demo

#endif  // DEMO_DRAW_CONTENT_LAYER_H_
