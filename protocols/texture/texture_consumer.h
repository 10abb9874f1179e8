// The consumer's side of one producer's textures: checks what is shared, maps it once, and keeps to
// the ownership rules.
//
// Everything that reaches this class from its owner's message handlers is the word of an untrusted
// process. A description is checked once, against itself and against the memory that came with it,
// and kept in a private copy; later messages name the texture by its id only, and an id means
// nothing outside the TextureConsumer that it was shared with. The memory is mapped read-only and
// its size is sealed, so a producer that breaks the rules afterwards can spoil its own picture and
// nothing else.
//
// It does not decide when to show or release a texture; the compositor does. It sends no messages.
// Called by the compositor's layer actors; calls texture_layout, texture_quota, texture_ownership,
// release_fence and runtime/shared_memory.h. One thread.
//
//   TextureConsumer consumer(quota);                        // one per layer actor
//   TextureVerdict verdict = consumer.Share(claim, std::move(memory));
//   if (verdict.kind() == TextureVerdict::Kind::kFalse) return BadMessage(verdict.reason());
//   ...
//   const ConsumerTexture* texture = consumer.Find(id);     // read its pixels
//   consumer.Release(id);                                   // then tell the producer (id, serial)

#ifndef IPDL_PROTOCOLS_TEXTURE_TEXTURE_CONSUMER_H_
#define IPDL_PROTOCOLS_TEXTURE_TEXTURE_CONSUMER_H_

#include <cstdint>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "protocols/texture/release_fence.h"
#include "protocols/texture/texture_layout.h"
#include "protocols/texture/texture_ownership.h"
#include "protocols/texture/texture_quota.h"
#include "protocols/texture/texture_verdict.h"
#include "runtime/handle.h"
#include "runtime/shared_memory.h"

namespace ipdl::textures {

// A texture that passed all checks.
class ConsumerTexture {
 public:
  const TextureLayout& layout() const { return layout_; }
  // The first row. stride * height bytes are readable. The producer can change them at any time:
  // use no value twice and none as an index.
  const uint8_t* pixels() const { return mapping_.bytes().data() + layout_.offset(); }

 private:
  friend class TextureConsumer;
  TextureLayout layout_;
  MemoryMapping mapping_;
  TextureQuota::Charge charge_;
  ReleaseSignal release_;  // pending while the texture is locked
};

class TextureConsumer {
 public:
  // `quota` is the peer's.
  explicit TextureConsumer(std::shared_ptr<TextureQuota> quota) : quota_(std::move(quota)) {}

  // A producer offers a texture. kAccepted: it is mapped and Free. kRejected: the producer may go
  // on without it. kFalse: the claim contradicts itself, the memory (size, kind, seals), or the
  // rule for ids. `memory` is consumed in every case; the mapping keeps the memory alive, no
  // descriptor is held.
  TextureVerdict Share(const TextureClaim& claim, FileDescriptor memory);

  // A producer hands the texture over; it is Locked then. `damage`: what changed since its last
  // presentation on this layer; may be empty. kFalse: not its to hand over, a serial that is not
  // new, damage outside the texture or too much of it, or no fence. `release_fence` is consumed in
  // every case.
  TextureVerdict Present(uint64_t id, uint64_t serial, absl::Span<const TextureRect> damage,
                         FileDescriptor release_fence);

  // A producer withdraws a Free texture; it is unmapped. kFalse: unknown or not Free.
  TextureVerdict Forget(uint64_t id);

  // Lets go of a locked texture and signals its fence: all reads must have ended. Answers the
  // serial of the presentation that ends, which goes into the message to the producer, or 0 if the
  // texture was not locked.
  uint64_t Release(uint64_t id);

  // Null if there is none. Valid until the texture is forgotten or this object dies.
  const ConsumerTexture* Find(uint64_t id) const;
  size_t count() const { return textures_.size(); }

 private:
  std::shared_ptr<TextureQuota> quota_;
  TextureOwnership ownership_;
  // On the heap, so that Find's answers stay valid when the table grows.
  absl::flat_hash_map<uint64_t, std::unique_ptr<ConsumerTexture>> textures_;
};

}  // namespace ipdl::textures

#endif  // IPDL_PROTOCOLS_TEXTURE_TEXTURE_CONSUMER_H_
