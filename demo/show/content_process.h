// One content process as the compositor sees it: started, connected, watched, ended.
//
// Owns the child process and the connection to it. Tells a ContentEvents what happens; every event
// comes from the loop and never from inside a call. When the object dies the process is gone.
// Made by compositor.h; on the loop's thread.

#ifndef DEMO_SHOW_CONTENT_PROCESS_H_
#define DEMO_SHOW_CONTENT_PROCESS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "demo/show/content_actor.h"
#include "glue/process.h"
#include "protocols/texture/texture_limits.h"

namespace ipdl::demo {

class ContentProcess;

class ContentEvents {
 public:
  virtual void OnTexture(ContentProcess& content) = 0;
  virtual void OnFrame(ContentProcess& content, uint64_t sent, uint64_t changed, uint64_t all) = 0;
  // It says that there will be no picture.
  virtual void OnFailed(ContentProcess& content, const std::string& reason) = 0;
  // The connection has ended without Close(). The layer is gone already.
  virtual void OnLost(ContentProcess& content, const std::string& why) = 0;
  virtual void OnExit(ContentProcess& content, const ExitStatus& how) = 0;

 protected:
  ~ContentEvents() = default;
};

class ContentProcess final : private ContentObserver, private LayerObserver {
 public:
  // Starts `program` as content process number `number` and connects to it. Errors say which
  // program and why.
  static absl::StatusOr<std::unique_ptr<ContentProcess>> Start(
      const std::string& program, uint32_t number, const textures::TextureLimits& limits,
      ContentEvents* events);
  ~ContentProcess();

  // What it shall show; once.
  void Show(textures::PictureSource source, const textures::PictureSpace& space);

  // Null before its layer exists and after the connection has ended.
  Layer* layer() const { return actor_->layer(); }
  bool is_connected() const { return connected_; }
  bool has_exited() const { return child_->exit_status().has_value(); }
  // "content#2 (pid 123)".
  std::string name() const { return child_->label().ToString(); }

  // Ends the connection, which asks the process to end; no event but OnExit follows.
  void Close();
  // Ends the process at once.
  void Kill() { child_->Kill(); }

 private:
  ContentProcess(std::unique_ptr<ChildProcess> child, const textures::TextureLimits& limits,
                 ContentEvents* events);

  // ContentObserver:
  void OnFailed(const std::string& reason) override { events_->OnFailed(*this, reason); }
  void OnDisconnected(const std::string& why) override;
  // LayerObserver:
  void OnTexture() override { events_->OnTexture(*this); }
  void OnFrame(uint64_t sent, uint64_t changed, uint64_t all) override {
    events_->OnFrame(*this, sent, changed, all);
  }

  ContentEvents* const events_;
  std::unique_ptr<ChildProcess> child_;
  RefPtr<ContentActor> actor_;
  bool connected_ = true;
};

}  // namespace ipdl::demo

#endif  // DEMO_SHOW_CONTENT_PROCESS_H_
