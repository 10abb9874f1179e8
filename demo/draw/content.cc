// See content.h.

#include "demo/draw/content.h"

#include <utility>

#include "absl/status/status.h"
#include "demo/draw/content_layer.h"
#include "demo/draw/photo_painter.h"
#include "demo/draw/scene_painter.h"
#include "demo/picture/png_file.h"

namespace ipdl::demo {

using textures::PictureSource;
using textures::PictureSpace;

absl::StatusOr<std::unique_ptr<Painter>> MakePainter(PictureSource source,
                                                     const PictureSpace& space) {
  if (source.type() == PictureSource::TSceneNumber) {
    return std::make_unique<ScenePainter>(source.get_SceneNumber().number(), space.max_width(),
                                          space.max_height());
  }
  textures::PictureFile& file = source.get_PictureFile();
  absl::StatusOr<Image> photo = ReadPng(std::move(file.file()), file.name());
  if (!photo.ok()) return photo.status();
  absl::StatusOr<std::unique_ptr<PhotoPainter>> painter =
      PhotoPainter::Create(photo->view(), space.max_width(), space.max_height());
  if (!painter.ok()) return painter.status();
  return *std::move(painter);
}

absl::Status Content::Show(PictureSource source, const PictureSpace& space) {
  absl::StatusOr<std::unique_ptr<Painter>> painter = MakePainter(std::move(source), space);
  if (!painter.ok()) return painter.status();
  const uint32_t width = (*painter)->width(), height = (*painter)->height();
  absl::StatusOr<textures::TexturePool> pool =
      textures::TexturePool::Create(space.textures(), width, height);
  if (!pool.ok()) return pool.status();
  auto layer = MakeRef<ContentLayer>(
      *std::move(painter), *std::move(pool),
      [self = RefPtr<Content>(this)](std::string reason) { self->SendFailed(reason); });
  // Fails only if the compositor is gone, which ActorDestroy tells.
  if (SendPLayerConstructor(layer, width, height) != nullptr) layer->Start();
  return absl::OkStatus();
}

Result Content::RecvShow(PictureSource source, PictureSpace space) {
  if (has_task_) return BadMessage("source: this process shows something already");
  has_task_ = true;
  const absl::Status shown = Show(std::move(source), space);
  if (!shown.ok()) SendFailed(std::string(shown.message()));
  return Ok();
}

void Content::ActorDestroy(DestroyReason) {
  if (on_end_ != nullptr) std::exchange(on_end_, nullptr)();
}

}  // namespace ipdl::demo
