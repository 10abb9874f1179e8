// See content_layer.h.

#include "demo/draw/content_layer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "demo/picture/monotonic_time.h"
#include "glue/toplevel.h"
#include "protocols/texture/texture_wire.h"

namespace ipdl::demo {

using textures::PoolTexture;

ContentLayer::ContentLayer(std::unique_ptr<Painter> painter, textures::TexturePool pool,
                           absl::AnyInvocable<void(std::string)> on_failure)
    : painter_(std::move(painter)), pool_(std::move(pool)), on_failure_(std::move(on_failure)) {}

ContentLayer::~ContentLayer() = default;

void ContentLayer::Start() {
  for (const PoolTexture& texture : pool_.textures()) {
    absl::StatusOr<FileDescriptor> memory = texture.DuplicateMemory();
    if (!memory.ok()) return Fail(std::string(memory.status().message()));
    const uint64_t id = texture.claim().id;
    SendShare(
        textures::DescriptionOf(texture.claim()), *std::move(memory),
        [self = RefPtr<ContentLayer>(this), id](textures::ShareResult result) {
          if (result.type() == textures::ShareResult::TTextureRejected) {
            return self->Fail(absl::StrCat("the compositor does not take the texture: ",
                                           result.get_TextureRejected().reason()));
          }
          self->pool_.OnAccepted(id);
          self->DrawSoon();
        },
        [](RejectReason) {});  // the connection is gone; ActorDestroy says so
  }
}

void ContentLayer::DrawSoon() {
  if (draw_is_posted_ || !CanSend()) return;
  draw_is_posted_ = true;
  // A task per frame: each frame leaves at the end of its turn and does not wait for the next one.
  toplevel()->loop()->Post([self = RefPtr<ContentLayer>(this)] {
    self->draw_is_posted_ = false;
    if (self->CanSend()) self->DrawOne();
  });
}

void ContentLayer::DrawOne() {
  PoolTexture* texture = pool_.BeginWrite();
  if (texture == nullptr) return WatchFence();
  fence_watch_.reset();
  const uint64_t frame = serial_ + 1;
  const textures::TextureClaim& claim = texture->claim();
  painter_->Draw(frame, texture->content_serial(),
                 {texture->pixels(), claim.width, claim.height, claim.stride});
  const PaintedRect changed = painter_->Damage(frame);
  absl::StatusOr<FileDescriptor> fence = pool_.Present(*texture, frame);
  if (!fence.ok()) return Fail(std::string(fence.status().message()));
  serial_ = frame;
  const textures::DamageRect damage(changed.x, changed.y, changed.width, changed.height);
  SendPresent(claim.id, textures::FrameStamp(frame, MonotonicNanoseconds()), {&damage, 1},
              *std::move(fence));
  DrawSoon();
}

void ContentLayer::WatchFence() {
  // Without a pending fence every texture is with the compositor, whose message will wake us.
  const int fence = pool_.PendingFence();
  fence_watch_.reset();
  if (fence < 0) return;
  absl::StatusOr<std::unique_ptr<RunLoop::Watch>> watch =
      toplevel()->loop()->WatchFd(fence, {.readable = true}, [this](FdReady) {
        // The hangup stays; asking again would spin.
        static_cast<void>(fence_watch_->SetInterest({}));
        DrawSoon();
      });
  if (!watch.ok()) return Fail(std::string(watch.status().message()));
  fence_watch_ = *std::move(watch);
}

Result ContentLayer::RecvReleased(std::vector<textures::ReleasedTexture> released) {
  for (const textures::ReleasedTexture& texture : released) {
    if (!pool_.OnReleased(texture.texture(), texture.serial())) {
      return BadMessage(absl::StrCat("textures: ", texture.texture(), " was not presented as ",
                                     texture.serial()));
    }
  }
  DrawSoon();
  return Ok();
}

void ContentLayer::Fail(std::string reason) {
  if (on_failure_ == nullptr) return;
  auto report = std::exchange(on_failure_, nullptr);
  report(std::move(reason));
}

void ContentLayer::ActorDestroy(DestroyReason) {
  fence_watch_.reset();
  on_failure_ = nullptr;
}

}  // namespace ipdl::demo
