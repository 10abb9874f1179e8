// See content_process.h.

#include "demo/show/content_process.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace ipdl::demo {

absl::StatusOr<std::unique_ptr<ContentProcess>> ContentProcess::Start(
    const std::string& program, uint32_t number, const textures::TextureLimits& limits,
    ContentEvents* events) {
  LaunchOptions options;
  options.program = program;
  options.kind = "content";
  options.name = absl::StrCat(number);
  absl::StatusOr<std::unique_ptr<ChildProcess>> child = ChildProcess::Launch(options);
  if (!child.ok()) return child.status();
  std::unique_ptr<ContentProcess> content(new ContentProcess(*std::move(child), limits, events));
  const absl::Status bound =
      content->child_->TakeEndpoint<textures::PCompositorParent>().Bind(content->actor_);
  if (!bound.ok()) return bound;
  return content;
}

ContentProcess::ContentProcess(std::unique_ptr<ChildProcess> child,
                               const textures::TextureLimits& limits, ContentEvents* events)
    : events_(events),
      child_(std::move(child)),
      actor_(MakeRef<ContentActor>(limits, static_cast<ContentObserver*>(this),
                                   static_cast<LayerObserver*>(this))) {
  child_->OnExit([this](const ExitStatus& how) { events_->OnExit(*this, how); });
}

ContentProcess::~ContentProcess() { Close(); }

void ContentProcess::Show(textures::PictureSource source, const textures::PictureSpace& space) {
  // If the process is gone already, OnLost says so.
  actor_->SendShow(std::move(source), space);
}

void ContentProcess::Close() {
  connected_ = false;
  actor_->ForgetObservers();
  actor_->Close();
}

void ContentProcess::OnDisconnected(const std::string& why) {
  connected_ = false;
  events_->OnLost(*this, why);
}

}  // namespace ipdl::demo
