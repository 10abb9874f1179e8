// The checks of texture_consumer.h, in the order in which they protect one another.

#include "protocols/texture/texture_consumer.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipdl::textures {
namespace {

TextureVerdict FalseTransition(uint64_t id, Transition transition) {
  const std::string_view why = TransitionName(transition);
  return TextureVerdict::False(
      absl::StrCat("texture ", id, ": ", absl::string_view(why.data(), why.size())));
}

// Lies about the memory are the peer's fault; failures of our own system are nobody's.
TextureVerdict VerdictOf(const absl::Status& status) {
  const std::string reason = absl::StrCat("memory: ", status.message());
  return absl::IsInvalidArgument(status) ? TextureVerdict::False(reason)
                                         : TextureVerdict::Rejected(reason);
}

}  // namespace

TextureVerdict TextureConsumer::Share(const TextureClaim& claim, FileDescriptor memory) {
  auto texture = std::make_unique<ConsumerTexture>();
  TextureVerdict verdict = TextureLayout::Check(claim, quota_->limits(), &texture->layout_);
  if (!verdict.accepted()) return verdict;
  const TextureLayout& layout = texture->layout_;
  // The seals are verified before the size: unsealed, the size could change after the check.
  absl::StatusOr<SharedMemory> shared =
      SharedMemory::Adopt(std::move(memory), layout.size(), SharedMemory::kFixedSize);
  if (!shared.ok()) return VerdictOf(shared.status());
  // After the check of the handle, so that a false claim is called one also when the quota is full.
  verdict = quota_->Take(layout.size(), &texture->charge_);
  if (!verdict.accepted()) return verdict;
  absl::StatusOr<MemoryMapping> mapping = shared->MapReadOnly();
  if (!mapping.ok()) return VerdictOf(mapping.status());
  texture->mapping_ = *std::move(mapping);
  const Transition shared_now = ownership_.Share(claim.id);
  if (shared_now != Transition::kDone) return FalseTransition(claim.id, shared_now);
  textures_.emplace(claim.id, std::move(texture));
  return TextureVerdict::Accepted();
}

TextureVerdict TextureConsumer::Present(uint64_t id, uint64_t serial,
                                        absl::Span<const TextureRect> damage,
                                        FileDescriptor release_fence) {
  const auto found = textures_.find(id);
  if (found == textures_.end()) return FalseTransition(id, Transition::kUnknownTexture);
  ConsumerTexture& texture = *found->second;
  if (damage.size() > quota_->limits().damage_rects) {
    return TextureVerdict::False(absl::StrCat(
        "damage: ", damage.size(), " rectangles are more than ", quota_->limits().damage_rects));
  }
  for (const TextureRect& rect : damage) {
    if (RectIsInside(rect, texture.layout_)) continue;
    return TextureVerdict::False(
        absl::StrCat("damage: ", rect.width, " x ", rect.height, " at ", rect.x, ", ", rect.y,
                     " is not inside ", texture.layout_.width(), " x ", texture.layout_.height()));
  }
  ReleaseSignal release;
  TextureVerdict verdict = ReleaseSignal::Accept(std::move(release_fence), &release);
  if (!verdict.accepted()) return verdict;
  // The drawing itself was not visible here; that it ended is what the message says.
  Transition transition = ownership_.BeginWrite(id);
  if (transition == Transition::kDone) transition = ownership_.Present(id, serial);
  if (transition != Transition::kDone) return FalseTransition(id, transition);
  texture.release_ = std::move(release);
  return TextureVerdict::Accepted();
}

TextureVerdict TextureConsumer::Forget(uint64_t id) {
  const Transition transition = ownership_.Forget(id);
  if (transition != Transition::kDone) return FalseTransition(id, transition);
  textures_.erase(id);
  return TextureVerdict::Accepted();
}

uint64_t TextureConsumer::Release(uint64_t id) {
  const uint64_t serial = ownership_.SerialOf(id);
  if (ownership_.Release(id, serial) != Transition::kDone) return 0;
  ownership_.Finish(id);
  textures_.find(id)->second->release_.Signal();
  return serial;
}

const ConsumerTexture* TextureConsumer::Find(uint64_t id) const {
  const auto texture = textures_.find(id);
  return texture == textures_.end() ? nullptr : texture->second.get();
}

}  // namespace ipdl::textures
