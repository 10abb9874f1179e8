// A content process's end of its connection: takes the one task, makes the painter and the layer.
//
// It reads its picture from the descriptor that the compositor gave it and opens nothing itself.
// Whatever goes wrong is told to the compositor, which tells the user. Made by content.cc; makes a
// ContentLayer. On the loop's thread.

#ifndef DEMO_DRAW_CONTENT_H_
#define DEMO_DRAW_CONTENT_H_

#include <memory>
#include <string>

#include "PCompositorChild.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "demo/draw/painter.h"

namespace ipdl::demo {

class Content : public textures::PCompositorChild {
 public:
  // `on_end` is called when the connection has ended, by either side.
  explicit Content(absl::AnyInvocable<void()> on_end) : on_end_(std::move(on_end)) {}

 private:
  ~Content() override = default;

  // PCompositorChild:
  Result RecvShow(textures::PictureSource source, textures::PictureSpace space) override;
  void ActorDestroy(DestroyReason reason) override;

  absl::Status Show(textures::PictureSource source, const textures::PictureSpace& space);

  absl::AnyInvocable<void()> on_end_;
  bool has_task_ = false;
};

// What draws `source`. Errors name the file.
absl::StatusOr<std::unique_ptr<Painter>> MakePainter(textures::PictureSource source,
                                                     const textures::PictureSpace& space);

}  // namespace ipdl::demo

#endif  // DEMO_DRAW_CONTENT_H_
