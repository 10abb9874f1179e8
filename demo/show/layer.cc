// See layer.h.

#include "demo/show/layer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "protocols/texture/texture_wire.h"

namespace ipdl::demo {

using textures::TextureVerdict;

Layer::Layer(std::shared_ptr<textures::TextureQuota> quota, uint32_t width, uint32_t height,
             LayerObserver* observer)
    : width_(width),
      height_(height),
      observer_(observer),
      consumer_(std::make_unique<textures::TextureConsumer>(std::move(quota))) {}

Result Layer::RecvShare(textures::TextureDescription description, FileDescriptor memory,
                        ShareResolver resolve) {
  const textures::TextureClaim claim = textures::ClaimOf(description);
  if (claim.width != width_ || claim.height != height_) {
    return BadMessage(absl::StrCat("description: ", claim.width, " x ", claim.height,
                                   " pixels on a layer of ", width_, " x ", height_));
  }
  const TextureVerdict verdict = consumer_->Share(claim, std::move(memory));
  switch (verdict.kind()) {
    case TextureVerdict::Kind::kFalse:
      return BadMessage(absl::StrCat("description.", verdict.reason()));
    case TextureVerdict::Kind::kRejected:
      resolve(textures::TextureRejected(verdict.reason()));
      return Ok();
    case TextureVerdict::Kind::kAccepted:
      break;
  }
  resolve(textures::TextureAccepted());
  if (observer_ != nullptr) observer_->OnTexture();
  return Ok();
}

Result Layer::RecvPresent(uint64_t texture, textures::FrameStamp stamp,
                          std::vector<textures::DamageRect> damage, FileDescriptor release_fence) {
  const std::vector<textures::TextureRect> rects = textures::RectsOf(damage);
  const TextureVerdict verdict =
      consumer_->Present(texture, stamp.serial(), rects, std::move(release_fence));
  if (!verdict.accepted()) return BadMessage(verdict.reason());
  waiting_.push_back(texture);
  if (observer_ == nullptr) return Ok();
  // Each rectangle is inside the texture and their number is limited, so the sum fits; overlapping
  // ones count twice, which only spoils the figure.
  uint64_t changed = 0;
  for (const textures::TextureRect& rect : rects) changed += uint64_t{rect.width} * rect.height;
  observer_->OnFrame(stamp.presented_at(), changed, uint64_t{width_} * height_);
  return Ok();
}

Result Layer::RecvForget(uint64_t texture) {
  const TextureVerdict verdict = consumer_->Forget(texture);
  if (!verdict.accepted()) return BadMessage(verdict.reason());
  return Ok();
}

void Layer::Latch() {
  if (waiting_.empty()) return;
  const uint64_t before = std::exchange(shown_, waiting_.front());
  waiting_.pop_front();
  if (before == 0) return;
  const textures::ReleasedTexture released(before, consumer_->Release(before));
  SendReleased({&released, 1});
}

ImageView Layer::picture() const {
  if (consumer_ == nullptr || shown_ == 0) return {};
  const textures::ConsumerTexture* texture = consumer_->Find(shown_);
  const textures::TextureLayout& layout = texture->layout();
  return {texture->pixels(), layout.width(), layout.height(), layout.stride()};
}

void Layer::ActorDestroy(DestroyReason) {
  waiting_.clear();
  shown_ = 0;
  consumer_.reset();  // unmaps the textures and signals their fences
}

}  // namespace ipdl::demo
