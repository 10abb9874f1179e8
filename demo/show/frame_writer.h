// Writes composed frames as PNG files on a thread of its own, so that compressing one frame does
// not delay the next one's hand-offs.
//
// The queue is short and its limit is for the caller to keep: when HasRoom() is false, compose
// nothing until `on_progress` was called. A thread of its own is right here and nowhere else in the
// demo: it shares only whole images that nobody else touches, and talks to no peer.
//
// Called by the compositor on its loop's thread.

#ifndef DEMO_SHOW_FRAME_WRITER_H_
#define DEMO_SHOW_FRAME_WRITER_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <string>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "demo/picture/image.h"
#include "runtime/mutex.h"

namespace ipdl::demo {

class FrameWriter {
 public:
  static constexpr size_t kQueue = 3;  // images waiting or being written

  // `on_progress` runs on the writer's thread after each file, written or failed; it should post to
  // the caller's loop.
  explicit FrameWriter(absl::AnyInvocable<void()> on_progress);
  // Waits for the file being written; drops the ones behind it.
  ~FrameWriter();
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  bool HasRoom() const;
  // Only if HasRoom(). After a failure images are dropped.
  void Write(std::string path, Image image);

  // Whether everything given was written or dropped.
  bool IsIdle() const;
  // The first failure, or ok.
  absl::Status status() const;

 private:
  struct Job {
    std::string path;
    Image image;
  };
  void Run();

  absl::AnyInvocable<void()> on_progress_;
  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace ipdl::demo

#endif  // DEMO_SHOW_FRAME_WRITER_H_
