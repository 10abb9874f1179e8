// The compositor's end of the connection to one content process: hands out the task, makes the
// layer.
//
// A content process gets one layer, and textures within its own quota. Made by content_process.h;
// makes a Layer. On the loop's thread.

#ifndef DEMO_SHOW_CONTENT_ACTOR_H_
#define DEMO_SHOW_CONTENT_ACTOR_H_

#include <memory>
#include <string>
#include <string_view>

#include "PCompositorParent.h"
#include "demo/show/layer.h"
#include "protocols/texture/texture_quota.h"

namespace ipdl::demo {

class ContentObserver {
 public:
  // The content process says that there will be no picture. `reason` is its text, escaped.
  virtual void OnFailed(const std::string& reason) = 0;
  // The connection has ended, by either side; `why` is empty if nothing went wrong. Told once.
  virtual void OnDisconnected(const std::string& why) = 0;

 protected:
  ~ContentObserver() = default;
};

class ContentActor : public textures::PCompositorParent {
 public:
  ContentActor(const textures::TextureLimits& limits, ContentObserver* content,
               LayerObserver* layer);

  void ForgetObservers();

  // Null until the content process made its layer, and again when it is gone.
  Layer* layer() const { return layer_.get(); }

 private:
  ~ContentActor() override = default;

  // PCompositorParent:
  RefPtr<textures::PLayerParent> AllocPLayerParent(uint32_t width, uint32_t height) override;
  Result RecvFailed(std::string reason) override;
  void OnPeerCutOff(std::string_view line) override;
  void ActorDestroy(DestroyReason reason) override;

  std::shared_ptr<textures::TextureQuota> quota_;
  ContentObserver* content_observer_;
  LayerObserver* layer_observer_;
  RefPtr<Layer> layer_;
  bool had_layer_ = false;
  std::string cut_off_;
};

}  // namespace ipdl::demo

#endif  // DEMO_SHOW_CONTENT_ACTOR_H_
