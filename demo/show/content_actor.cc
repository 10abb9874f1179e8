// See content_actor.h.

#include "demo/show/content_actor.h"

#include <utility>

#include "runtime/log.h"

namespace ipdl::demo {

ContentActor::ContentActor(const textures::TextureLimits& limits, ContentObserver* content,
                           LayerObserver* layer)
    : quota_(std::make_shared<textures::TextureQuota>(limits)),
      content_observer_(content),
      layer_observer_(layer) {}

void ContentActor::ForgetObservers() {
  content_observer_ = nullptr;
  layer_observer_ = nullptr;
  if (layer_) layer_->ForgetObserver();
}

RefPtr<textures::PLayerParent> ContentActor::AllocPLayerParent(uint32_t width, uint32_t height) {
  if (had_layer_) return nullptr;  // one layer per process: a second one is a bad message
  had_layer_ = true;
  layer_ = MakeRef<Layer>(quota_, width, height, layer_observer_);
  return layer_;
}

Result ContentActor::RecvFailed(std::string reason) {
  if (content_observer_ != nullptr) content_observer_->OnFailed(EscapePeerText(reason, 1000));
  return Ok();
}

void ContentActor::OnPeerCutOff(std::string_view line) { cut_off_ = line; }

void ContentActor::ActorDestroy(DestroyReason reason) {
  layer_ = nullptr;
  if (content_observer_ == nullptr) return;
  std::string why = std::move(cut_off_);
  if (why.empty() && reason != DestroyReason::kNormalShutdown) why = "the connection was lost";
  std::exchange(content_observer_, nullptr)->OnDisconnected(why);
}

}  // namespace ipdl::demo
