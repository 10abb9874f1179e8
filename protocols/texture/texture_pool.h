// The producer's side: a few textures of one size in sealed shared memory, and who may draw into
// which of them.
//
// The pool allocates, because only the producer knows what it needs; the consumer validates. Each
// texture is a memory file of its own whose size is sealed for ever, so that the consumer can map
// it without fear. Three textures let the producer draw one while the consumer shows another and a
// third waits.
//
// It sends no messages: its owner, a layer actor, does. The consumer is more trusted than the
// producer here, yet nothing that it says can make the pool touch memory wrongly: a message that
// fits no texture's state is answered false. Calls texture_layout, texture_ownership, release_fence
// and runtime/shared_memory.h. One thread.
//
//   auto pool = TexturePool::Create(3, 640, 480);
//   for (PoolTexture& t : pool->textures()) layer->SendShare(t.claim(), *t.DuplicateMemory());
//   ... for each one accepted: pool->OnAccepted(id) ...
//   if (PoolTexture* t = pool->BeginWrite()) {
//     Draw(t->pixels(), t->claim().stride);
//     auto fence = pool->Present(*t, ++serial);
//     layer->SendPresent(t->claim().id, serial, damage, *std::move(fence));
//   }
//   ... when told that (id, serial) is released: pool->OnReleased(id, serial) ...

#ifndef IPDL_PROTOCOLS_TEXTURE_TEXTURE_POOL_H_
#define IPDL_PROTOCOLS_TEXTURE_TEXTURE_POOL_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "protocols/texture/release_fence.h"
#include "protocols/texture/texture_layout.h"
#include "protocols/texture/texture_limits.h"
#include "protocols/texture/texture_ownership.h"
#include "runtime/handle.h"
#include "runtime/shared_memory.h"

namespace ipdl::textures {

class PoolTexture {
 public:
  const TextureClaim& claim() const { return claim_; }

  // stride * height bytes, to be written only between BeginWrite and Present.
  uint8_t* pixels() const { return mapping_.mutable_bytes().data(); }

  // The handle to send to the consumer. Error: out of descriptors.
  absl::StatusOr<FileDescriptor> DuplicateMemory() const {
    return memory_.descriptor().Duplicate();
  }

  // The serial of the presentation whose picture is still in the memory; 0 before the first.
  uint64_t content_serial() const { return content_serial_; }

 private:
  friend class TexturePool;
  TextureClaim claim_;
  SharedMemory memory_;
  MemoryMapping mapping_;
  ReleaseFence fence_;  // of the presentation under way
  uint64_t content_serial_ = 0;
};

class TexturePool {
 public:
  // `count` textures (at least 1) of `width` x `height` pixels, with ids 1, 2, ... and rows that
  // begin at multiples of 64 bytes. InvalidArgument: empty, or beyond `limits`; else what the
  // system said.
  static absl::StatusOr<TexturePool> Create(uint32_t count, uint32_t width, uint32_t height,
                                            const TextureLimits& limits = {});

  TexturePool(TexturePool&&) noexcept = default;
  TexturePool& operator=(TexturePool&&) noexcept = default;

  absl::Span<const PoolTexture> textures() const { return textures_; }

  // The consumer accepted the texture: it is Free from now on. False if the id is not one of ours,
  // or was accepted before.
  bool OnAccepted(uint64_t id);

  // A Free texture to draw into, Producing now; the one whose picture is newest, so that least has
  // to be drawn again. Null if none is free; try again after OnReleased or when a fence signals.
  PoolTexture* BeginWrite();

  // Hands a Producing texture over under `serial`, which must be larger than all before. Answers
  // the end of the release fence to send with it. On an error (out of descriptors) the texture is
  // Free again and its picture lost.
  absl::StatusOr<FileDescriptor> Present(PoolTexture& texture, uint64_t serial);

  // The consumer says that it released the texture. False if that is not so: an unknown id, another
  // serial, or a texture that it does not have.
  bool OnReleased(uint64_t id, uint64_t serial);

  // The fence to watch while BeginWrite answers null: that of a texture that is Released but may
  // still be read; -1 if there is none.
  int PendingFence() const;

 private:
  TexturePool() = default;
  PoolTexture* Find(uint64_t id);
  void FinishSignalled();

  std::vector<PoolTexture> textures_;
  TextureOwnership ownership_;
};

}  // namespace ipdl::textures

#endif  // IPDL_PROTOCOLS_TEXTURE_TEXTURE_POOL_H_
