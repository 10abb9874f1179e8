// See compositor.h.

#include "demo/show/compositor.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "demo/picture/backdrop.h"
#include "demo/picture/blend.h"
#include "demo/picture/file_error.h"
#include "demo/picture/monotonic_time.h"
#include "demo/picture/png_file.h"
#include "demo/picture/scene.h"

namespace ipdl::demo {
namespace {

constexpr uint32_t kTexturesEach = 3;  // one shown, one waiting, one being drawn

// The room for each of `count` pictures, so that they overlap a little and do not hide one another.
textures::PictureSpace SpaceFor(size_t count, bool scenes) {
  if (scenes) return textures::PictureSpace(400, 400, kTexturesEach);
  if (count == 1) return textures::PictureSpace(900, 600, kTexturesEach);
  if (count == 2) return textures::PictureSpace(640, 480, kTexturesEach);
  return count <= 4 ? textures::PictureSpace(500, 400, kTexturesEach)
                    : textures::PictureSpace(380, 320, kTexturesEach);
}

ContactSheetOptions SheetOptions(const Options& options) {
  ContactSheetOptions sheet;
  sheet.total_frames = options.frames;
  return sheet;
}

}  // namespace

Compositor::Compositor(CompositorSettings settings, RunLoop* loop)
    : settings_(std::move(settings)), loop_(loop), sheet_(SheetOptions(settings_.options)) {}

Compositor::~Compositor() {
  loop_->Cancel(patience_);
  loop_->Cancel(exit_timer_);
}

absl::Status Compositor::Run() {
  absl::Status prepared = Prepare();
  if (prepared.ok()) prepared = StartContent();
  if (!prepared.ok()) {
    pictures_.clear();  // kills what was started
    return prepared;
  }
  RestartPatience();
  loop_->Run();
  pictures_.clear();
  writer_.reset();
  return result_;
}

absl::Status Compositor::Prepare() {
  std::error_code error;
  std::filesystem::create_directories(settings_.options.out, error);
  if (error) return FileError("make the directory", settings_.options.out, error.value());
  absl::StatusOr<Image> backdrop = Image::Create(settings_.width, settings_.height);
  if (!backdrop.ok()) return backdrop.status();
  backdrop_ = *std::move(backdrop);
  RenderBackdrop(backdrop_.mutable_view());
  // The writer's thread does nothing here but post.
  writer_ = std::make_unique<FrameWriter>([this] { loop_->Post([this] { ComposeSoon(); }); });
  return absl::OkStatus();
}

absl::Status Compositor::StartContent() {
  std::vector<textures::PictureSource> sources;
  for (const std::string& path : settings_.options.images) {
    // All files are opened before the first process is started: a typing error costs nothing.
    absl::StatusOr<FileDescriptor> file = OpenPng(path);
    if (!file.ok()) return file.status();
    sources.push_back(textures::PictureFile(path, *std::move(file)));
  }
  const bool scenes = sources.empty();
  for (uint32_t scene = 0; scenes && scene < kSceneCount; ++scene) {
    sources.push_back(textures::SceneNumber(scene));
  }
  const textures::PictureSpace space = SpaceFor(sources.size(), scenes);
  for (textures::PictureSource& source : sources) {
    const uint32_t number = static_cast<uint32_t>(pictures_.size()) + 1;
    absl::StatusOr<std::unique_ptr<ContentProcess>> process =
        ContentProcess::Start(settings_.content_program, number, {}, this);
    if (!process.ok()) return process.status();
    (*process)->Show(std::move(source), space);
    pictures_.emplace_back().process = *std::move(process);
  }
  return absl::OkStatus();
}

void Compositor::ComposeSoon() {
  if (compose_is_posted_) return;
  compose_is_posted_ = true;
  // A task per frame: what one frame released leaves before the next one is composed.
  loop_->Post([this] {
    compose_is_posted_ = false;
    ComposeOne();
  });
}

void Compositor::ComposeOne() {
  if (finished_) return EndWhenAllIsDone();
  if (absl::Status written = writer_->status(); !written.ok()) return Finish(std::move(written));
  if (!MayCompose()) return;
  Compose();
  RestartPatience();
  if (frame_ == settings_.options.frames) return Finish(absl::OkStatus());
  ComposeSoon();
}

bool Compositor::MayCompose() {
  if (!writer_->HasRoom()) return false;
  for (const Picture& picture : pictures_) {
    if (!picture.process->is_connected() || picture.is_late) continue;
    const Layer* layer = picture.process->layer();
    if (layer == nullptr || !layer->HasNext()) return false;
  }
  return true;
}

void Compositor::Compose() {
  if (frame_ == 0) first_composed_ = absl::Now();
  Image canvas = backdrop_.Clone();
  uint64_t blended = 0;
  const uint32_t count = static_cast<uint32_t>(pictures_.size());
  for (uint32_t i = 0; i < count; ++i) {
    Layer* layer = pictures_[i].process->layer();
    if (layer == nullptr) continue;
    layer->Latch();
    const ImageView picture = layer->picture();
    if (picture.empty()) continue;
    pictures_[i].was_shown = true;
    const LayerPosition at = PositionOfLayer(i, count, frame_, settings_.width, settings_.height,
                                             picture.width, picture.height);
    blended += BlendOver(picture, canvas.mutable_view(), at.x, at.y);
  }
  figures_.AddFrame(blended);
  if (sheet_.Wants(frame_)) sheet_.Add(frame_, canvas.view());
  if (settings_.options.write_frames) writer_->Write(FramePath(frame_), std::move(canvas));
  if (frame_ > 0 && frame_ == settings_.options.kill_at) pictures_[0].process->Kill();
  ++frame_;
}

void Compositor::RestartPatience() {
  loop_->Cancel(patience_);
  const bool all_shown =
      std::all_of(pictures_.begin(), pictures_.end(), [](const Picture& p) { return p.was_shown; });
  patience_ =
      loop_->PostDelayed(all_shown ? settings_.frame_patience : settings_.first_frame_patience,
                         [this] { OnPatienceEnd(); });
}

void Compositor::OnPatienceEnd() {
  if (finished_) return;
  for (Picture& picture : pictures_) {
    if (!picture.process->is_connected()) continue;
    const Layer* layer = picture.process->layer();
    if (layer != nullptr && layer->HasNext()) continue;
    if (!picture.was_shown) {
      return Finish(absl::DeadlineExceededError(
          absl::StrCat(picture.process->name(), " showed no picture within ",
                       absl::FormatDuration(settings_.first_frame_patience))));
    }
    picture.is_late = true;
  }
  RestartPatience();
  ComposeSoon();
}

void Compositor::Stop() { Finish(absl::CancelledError("stopped")); }

void Compositor::Finish(absl::Status status) {
  if (finished_) return;
  finished_ = true;
  result_ = std::move(status);
  loop_->Cancel(patience_);
  for (Picture& picture : pictures_) picture.process->Close();
  exit_timer_ = loop_->PostDelayed(settings_.exit_patience, [this] {
    for (Picture& picture : pictures_) picture.process->Kill();
  });
  EndWhenAllIsDone();
}

void Compositor::EndWhenAllIsDone() {
  for (const Picture& picture : pictures_) {
    if (!picture.process->has_exited()) return;
  }
  if (!writer_->IsIdle()) return;
  elapsed_ = absl::Now() - first_composed_;
  if (result_.ok()) result_ = writer_->status();
  if (result_.ok()) result_ = WriteContactSheet();
  if (result_.ok()) RemoveOlderFrames();
  loop_->Quit();
}

absl::Status Compositor::WriteContactSheet() {
  absl::StatusOr<Image> page = sheet_.Compose();
  if (!page.ok()) return page.status();
  return WritePng(contact_sheet_path(), page->view());
}

// A longer run before this one left frames that would look as if they were ours.
void Compositor::RemoveOlderFrames() {
  if (!settings_.options.write_frames) return;
  uint32_t frame = settings_.options.frames;
  std::error_code error;
  while (std::filesystem::remove(FramePath(frame), error)) ++frame;
}

std::string Compositor::contact_sheet_path() const {
  return absl::StrCat(settings_.options.out, "/contact-sheet.png");
}

std::string Compositor::FramePath(uint32_t frame) const {
  return absl::StrFormat("%s/frame-%04d.png", settings_.options.out, frame);
}

Compositor::Picture* Compositor::PictureOf(const ContentProcess& content) {
  for (Picture& picture : pictures_) {
    if (picture.process.get() == &content) return &picture;
  }
  return nullptr;  // not reached: events come from the loop, when StartContent has returned
}

void Compositor::OnTexture(ContentProcess&) { figures_.AddMapping(); }

void Compositor::OnFrame(ContentProcess& content, uint64_t sent, uint64_t changed, uint64_t all) {
  figures_.AddHandOff(sent, MonotonicNanoseconds(), changed, all);
  PictureOf(content)->is_late = false;
  ComposeSoon();
}

void Compositor::OnFailed(ContentProcess&, const std::string& reason) {
  Finish(absl::InvalidArgumentError(reason));
}

void Compositor::OnLost(ContentProcess& content, const std::string& why) {
  // Its layer is gone. A process that lied or hung up has no business any more; if it is dead
  // already, this does nothing.
  PictureOf(content)->lost_because = why;
  content.Kill();
  ComposeSoon();
}

void Compositor::OnExit(ContentProcess& content, const ExitStatus& how) {
  Picture* picture = PictureOf(content);
  if (finished_) return EndWhenAllIsDone();
  std::string why = how.ToString();
  if (!picture->lost_because.empty()) absl::StrAppend(&why, "; ", picture->lost_because);
  losses_.push_back(absl::StrCat(content.name(), ": ", why));
  if (!picture->was_shown) {
    return Finish(absl::UnavailableError(
        absl::StrCat(content.name(), " ended before it showed a picture: ", why)));
  }
  content.Close();
  ComposeSoon();
}

}  // namespace ipdl::demo
