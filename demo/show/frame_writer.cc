// See frame_writer.h.

#include "demo/show/frame_writer.h"

#include <utility>

#include "demo/picture/png_file.h"

namespace ipdl::demo {

FrameWriter::FrameWriter(absl::AnyInvocable<void()> on_progress)
    : on_progress_(std::move(on_progress)), thread_([this] { Run(); }) {}

FrameWriter::~FrameWriter() {
  {
    MutexLock lock(&mutex_);
    ending_ = true;
    jobs_.clear();
  }
  changed_.notify_all();
  thread_.join();
}

bool FrameWriter::HasRoom() const {
  MutexLock lock(&mutex_);
  return jobs_.size() + (writing_ ? 1 : 0) < kQueue;
}

void FrameWriter::Write(std::string path, Image image) {
  {
    MutexLock lock(&mutex_);
    if (!status_.ok()) return;
    jobs_.push_back({std::move(path), std::move(image)});
  }
  changed_.notify_all();
}

bool FrameWriter::IsIdle() const {
  MutexLock lock(&mutex_);
  return jobs_.empty() && !writing_;
}

absl::Status FrameWriter::status() const {
  MutexLock lock(&mutex_);
  return status_;
}

void FrameWriter::Run() {
  for (;;) {
    Job job;
    {
      MutexLock lock(&mutex_);
      while (jobs_.empty() && !ending_) changed_.wait(mutex_);
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      writing_ = true;
    }
    const absl::Status written = WritePng(job.path, job.image.view());
    {
      MutexLock lock(&mutex_);
      writing_ = false;
      if (!written.ok() && status_.ok()) {
        status_ = written;
        jobs_.clear();
      }
    }
    on_progress_();
  }
}

}  // namespace ipdl::demo
