// The life of a producer's textures; see texture_pool.h.

#include "protocols/texture/texture_pool.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace ipdl::textures {
namespace {

constexpr uint64_t kRowAlignment = 64;  // bytes; a cache line

}  // namespace

absl::StatusOr<TexturePool> TexturePool::Create(uint32_t count, uint32_t width, uint32_t height,
                                                const TextureLimits& limits) {
  const uint64_t row = uint64_t{width} * kTexturePixelBytes;
  const uint64_t stride = (row + kRowAlignment - 1) / kRowAlignment * kRowAlignment;
  if (count == 0 || count > limits.textures || width > limits.side || height > limits.side) {
    return absl::InvalidArgumentError(absl::StrCat("a pool of ", count, " textures of ", width,
                                                   " x ", height, " pixels is not possible"));
  }
  TexturePool pool;
  for (uint32_t i = 0; i < count; ++i) {
    PoolTexture texture;
    texture.claim_ = {.id = i + 1,
                      .fourcc = kFourccAbgr8888,
                      .width = width,
                      .height = height,
                      .stride = static_cast<uint32_t>(stride),
                      .offset = 0,
                      .size = stride * height};
    TextureLayout layout;
    const TextureVerdict verdict = TextureLayout::Check(texture.claim_, limits, &layout);
    if (!verdict.accepted()) return absl::InvalidArgumentError(verdict.reason());
    if (layout.size() > limits.bytes / count) {
      return absl::InvalidArgumentError(absl::StrCat(count, " textures of ", layout.size(),
                                                     " bytes are more than ", limits.bytes));
    }
    absl::StatusOr<SharedMemory> memory = SharedMemory::Create(layout.size(), "texture");
    if (!memory.ok()) return memory.status();
    absl::Status sealed = memory->Seal(SharedMemory::kFixedSize);
    if (!sealed.ok()) return sealed;
    absl::StatusOr<MemoryMapping> mapping = memory->MapReadWrite();
    if (!mapping.ok()) return mapping.status();
    texture.memory_ = *std::move(memory);
    texture.mapping_ = *std::move(mapping);
    pool.textures_.push_back(std::move(texture));
  }
  return pool;
}

PoolTexture* TexturePool::Find(uint64_t id) {
  // Ids are 1, 2, ... in the order of the vector.
  return id >= 1 && id <= textures_.size() ? &textures_[id - 1] : nullptr;
}

bool TexturePool::OnAccepted(uint64_t id) {
  return Find(id) != nullptr && ownership_.Share(id) == Transition::kDone;
}

PoolTexture* TexturePool::BeginWrite() {
  FinishSignalled();
  PoolTexture* newest = nullptr;
  for (PoolTexture& texture : textures_) {
    TextureState state = TextureState::kLocked;
    if (!ownership_.StateOf(texture.claim_.id, &state) || state != TextureState::kFree) continue;
    if (newest == nullptr || texture.content_serial_ > newest->content_serial_) newest = &texture;
  }
  if (newest != nullptr) ownership_.BeginWrite(newest->claim_.id);
  return newest;
}

absl::StatusOr<FileDescriptor> TexturePool::Present(PoolTexture& texture, uint64_t serial) {
  FileDescriptor for_consumer;
  absl::StatusOr<ReleaseFence> fence = ReleaseFence::Create(&for_consumer);
  if (!fence.ok()) {
    ownership_.CancelWrite(texture.claim_.id);
    texture.content_serial_ = 0;
    return fence.status();
  }
  const Transition transition = ownership_.Present(texture.claim_.id, serial);
  if (transition != Transition::kDone) {
    const std::string why(TransitionName(transition));
    return absl::FailedPreconditionError(
        absl::StrCat("texture ", texture.claim_.id, " cannot be presented as ", serial, ": ", why));
  }
  texture.fence_ = *std::move(fence);
  texture.content_serial_ = serial;
  return for_consumer;
}

bool TexturePool::OnReleased(uint64_t id, uint64_t serial) {
  return ownership_.Release(id, serial) == Transition::kDone;
}

void TexturePool::FinishSignalled() {
  for (PoolTexture& texture : textures_) {
    TextureState state = TextureState::kFree;
    if (!ownership_.StateOf(texture.claim_.id, &state) || state != TextureState::kReleased)
      continue;
    if (!texture.fence_.IsSignalled()) continue;
    texture.fence_ = ReleaseFence();
    ownership_.Finish(texture.claim_.id);
  }
}

int TexturePool::PendingFence() const {
  for (const PoolTexture& texture : textures_) {
    TextureState state = TextureState::kFree;
    if (ownership_.StateOf(texture.claim_.id, &state) && state == TextureState::kReleased) {
      return texture.fence_.fd();
    }
  }
  return -1;
}

}  // namespace ipdl::textures
