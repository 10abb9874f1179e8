// Which foreign descriptors close at once, and the thread that closes the others. See
// foreign_close.h.

#include "runtime/foreign_close.h"

#if !defined(_WIN32)

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <deque>

#include "runtime/mutex.h"

namespace ipdl {
namespace {

// True if closing `fd` cannot wait for anybody. Asks only about the descriptor itself: stat and
// statfs would ask the file's server, who may be the one we do not want to wait for.
bool ClosesAtOnce(int fd) {
#if defined(__linux__)
  // Only memory files (memfd, tmpfs, hugetlbfs) have seals to get.
  if (fcntl(fd, F_GET_SEALS) >= 0) return true;
  if (fcntl(fd, F_GETPIPE_SZ) >= 0) return true;
  char path[32];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  char name[32];
  const ssize_t n = readlink(path, name, sizeof(name) - 1);
  if (n <= 0) return false;
  name[n] = '\0';
  // Names of the kernel's own objects; that of a file begins with a slash or "(unreachable)".
  for (const char* known : {"anon_inode:[eventfd]", "anon_inode:[pidfd]", "anon_inode:[timerfd]"}) {
    if (strcmp(name, known) == 0) return true;
  }
  return strncmp(name, "pidfd:[", 7) == 0;
#else
  (void)fd;
  return false;
#endif
}

class Closer {
 public:
  void Close(int fd) {
    MutexLock lock(&mutex_);
    queue_.push_back(fd);
    if (running_) {
      changed_.notify_all();
      return;
    }
    if (!Start()) {
      // No thread to be had: blocking beats leaking descriptors.
      queue_.pop_back();
      close(fd);
      return;
    }
    running_ = true;
  }

  void Drain() {
    MutexLock lock(&mutex_);
    draining_ = true;
    changed_.notify_all();
    while (running_) changed_.wait(mutex_);
    draining_ = false;
  }

 private:
  static constexpr std::chrono::milliseconds kIdle{100};

  bool Start() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    // The host's signals are for the host's threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    const int error = pthread_create(
        &thread, &attributes,
        [](void* self) -> void* {
          static_cast<Closer*>(self)->Run();
          return nullptr;
        },
        this);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return error == 0;
  }

  void Run() {
    mutex_.lock();
    for (;;) {
      if (!queue_.empty()) {
        const int fd = queue_.front();
        queue_.pop_front();
        mutex_.unlock();
        close(fd);
        mutex_.lock();
        continue;
      }
      if (draining_) break;
      const bool idle = changed_.wait_for(mutex_, kIdle) == std::cv_status::timeout;
      if (idle && queue_.empty()) break;
    }
    running_ = false;
    changed_.notify_all();
    mutex_.unlock();
  }

  Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<int> queue_ ABSL_GUARDED_BY(mutex_);
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

// Never destroyed: its thread may outlive main.
Closer& TheCloser() {
  static Closer* const closer = new Closer;
  return *closer;
}

}  // namespace

void CloseForeign(int fd) {
  if (ClosesAtOnce(fd)) {
    close(fd);
  } else {
    TheCloser().Close(fd);
  }
}

void DrainForForeignClose() { TheCloser().Drain(); }

}  // namespace ipdl

#endif  // !defined(_WIN32)
