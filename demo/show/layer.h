// The compositor's side of a layer: takes frames from an untrusted producer and gives the textures
// back.
//
// Frames are shown in the order in which they came, one per composed frame, none skipped: Latch()
// moves on to the next. The texture shown before is released at that moment, since the frame that
// read it last has been composed.
//
// Every value that arrives here is the word of another process; texture_consumer.h checks it. Made
// by content_actor.h; tells a LayerObserver. On the loop's thread.

#ifndef DEMO_SHOW_LAYER_H_
#define DEMO_SHOW_LAYER_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "PLayerParent.h"
#include "demo/picture/image.h"
#include "protocols/texture/texture_consumer.h"

namespace ipdl::demo {

// What happens on layers. Outlives them or is taken away by ForgetObserver.
class LayerObserver {
 public:
  // A texture was mapped.
  virtual void OnTexture() = 0;
  // A frame came. `sent` is the producer's word for when it was sent, nanoseconds of the monotonic
  // clock; `changed` of the texture's `all` pixels are in its damage.
  virtual void OnFrame(uint64_t sent, uint64_t changed, uint64_t all) = 0;

 protected:
  ~LayerObserver() = default;
};

class Layer : public textures::PLayerParent {
 public:
  // `width` and `height` are what the producer announced; each texture must have this size.
  Layer(std::shared_ptr<textures::TextureQuota> quota, uint32_t width, uint32_t height,
        LayerObserver* observer);

  void ForgetObserver() { observer_ = nullptr; }

  // Whether Latch() would move on.
  bool HasNext() const { return !waiting_.empty(); }
  // Shows the next frame, if there is one, and releases what was shown before.
  void Latch();
  // The shown picture; empty before the first Latch() and after the producer is gone. Valid until
  // the next call of Latch() or turn of the loop.
  ImageView picture() const;

 private:
  ~Layer() override = default;

  // PLayerParent:
  Result RecvShare(textures::TextureDescription description, FileDescriptor memory,
                   ShareResolver resolve) override;
  Result RecvPresent(uint64_t texture, textures::FrameStamp stamp,
                     std::vector<textures::DamageRect> damage,
                     FileDescriptor release_fence) override;
  Result RecvForget(uint64_t texture) override;
  void ActorDestroy(DestroyReason reason) override;

  const uint32_t width_, height_;
  LayerObserver* observer_;
  std::unique_ptr<textures::TextureConsumer> consumer_;  // null once the actor was destroyed
  std::deque<uint64_t> waiting_;                         // presented textures, oldest first
  uint64_t shown_ = 0;                                   // texture; 0: none
};

}  // namespace ipdl::demo

#endif  // DEMO_SHOW_LAYER_H_
