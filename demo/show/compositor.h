// The compositor: gathers the frames of all layers, blends them, writes what it sees.
//
// It composes a frame when every layer has a new one waiting, so a run shows the same pictures
// however fast the machine is. A layer that keeps it waiting for too long is shown as it was, until
// it is back. A content process that dies or is cut off loses its layer and nothing else; one that
// says that it cannot show its picture, or that ends before it showed one, ends the run with an
// error.
//
// The loop's thread does everything but PNG compression (frame_writer.h). Pixels are read straight
// from the content processes' memory, once per frame.
//
// Called by compositor.cc; calls content_process, frame_writer, figures and demo/picture.

#ifndef DEMO_SHOW_COMPOSITOR_H_
#define DEMO_SHOW_COMPOSITOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "demo/picture/contact_sheet.h"
#include "demo/picture/image.h"
#include "demo/show/content_process.h"
#include "demo/show/figures.h"
#include "demo/show/frame_writer.h"
#include "demo/show/options.h"
#include "runtime/run_loop.h"

namespace ipdl::demo {

struct CompositorSettings {
  Options options;
  std::string content_program;  // path of ipdl-demo-content
  uint32_t width = 1280;        // pixels of a composed frame
  uint32_t height = 720;
  // How long a run waits for the first picture of a process before it is an error, and later for a
  // frame before it goes on without.
  absl::Duration first_frame_patience = absl::Seconds(20);
  absl::Duration frame_patience = absl::Seconds(2);
  // How long closed content processes have to end by themselves before they are killed.
  absl::Duration exit_patience = absl::Seconds(5);
};

class Compositor final : private ContentEvents {
 public:
  // Runs on `loop`, which must outlive it and make no turn after it.
  Compositor(CompositorSettings settings, RunLoop* loop);
  ~Compositor();

  // Starts the content processes and composes all frames; returns when everything is written and
  // all content processes have ended. Errors are for the user. Once.
  absl::Status Run();

  // Ends Run() early, as Cancelled; from the loop.
  void Stop();

  // Valid after Run().
  const Figures& figures() const { return figures_; }
  absl::Duration elapsed() const { return elapsed_; }
  std::string contact_sheet_path() const;
  // Layers that were lost on the way: "content#1 (pid 12): killed by signal 9 (Killed)".
  const std::vector<std::string>& losses() const { return losses_; }

 private:
  struct Picture {
    std::unique_ptr<ContentProcess> process;
    bool was_shown = false;
    bool is_late = false;
    std::string lost_because;
  };

  absl::Status Prepare();
  absl::Status StartContent();
  void ComposeSoon();
  void ComposeOne();
  bool MayCompose();
  void Compose();
  void OnPatienceEnd();
  void RestartPatience();
  void Finish(absl::Status status);
  void EndWhenAllIsDone();
  absl::Status WriteContactSheet();
  void RemoveOlderFrames();
  std::string FramePath(uint32_t frame) const;
  Picture* PictureOf(const ContentProcess& content);

  // ContentEvents:
  void OnTexture(ContentProcess& content) override;
  void OnFrame(ContentProcess& content, uint64_t sent, uint64_t changed, uint64_t all) override;
  void OnFailed(ContentProcess& content, const std::string& reason) override;
  void OnLost(ContentProcess& content, const std::string& why) override;
  void OnExit(ContentProcess& content, const ExitStatus& how) override;

  const CompositorSettings settings_;
  RunLoop* const loop_;
  std::vector<Picture> pictures_;
  Image backdrop_;
  ContactSheet sheet_;
  Figures figures_;
  std::vector<std::string> losses_;
  std::unique_ptr<FrameWriter> writer_;
  uint32_t frame_ = 0;  // the next to compose
  absl::Time first_composed_, last_composed_;
  absl::Duration elapsed_;
  RunLoop::TimerId patience_ = RunLoop::TimerId::kNone;
  RunLoop::TimerId exit_timer_ = RunLoop::TimerId::kNone;
  bool compose_is_posted_ = false;
  bool finished_ = false;
  absl::Status result_;
};

}  // namespace ipdl::demo

#endif  // DEMO_SHOW_COMPOSITOR_H_
