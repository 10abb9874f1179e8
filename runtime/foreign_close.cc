// Which foreign descriptors close at once, and the threads that close the others. See
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
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "runtime/mutex.h"

namespace ipdl {
namespace {

// True if closing `fd` cannot wait for anybody. Asks only about the descriptor itself: stat and
// statfs would ask the file's server, who may be the one we do not want to wait for.
bool ClosesAtOnce(int fd) {
#if defined(__linux__)
  // Only memory files (memfd, tmpfs, hugetlbfs) have seals to get.
  if (fcntl(fd, F_GET_SEALS) >= 0) return true;
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

// A peer's descriptors that wait to be closed, and whether a thread is at it.
struct Line {
  std::vector<int> waiting;
  bool idle = false;  // its thread waits for `changed`
  std::condition_variable_any changed;
};

class Closer {
 public:
  void Close(int fd, const HandleAccount::Ref& account) {
    account->BeginClosing();
    MutexLock lock(&mutex_);
    const auto [place, is_new] = lines_.try_emplace(account.get());
    if (is_new) place->second = std::make_unique<Line>();
    Line& line = *place->second;
    line.waiting.push_back(fd);
    if (!is_new) {
      if (line.idle) line.changed.notify_one();
    } else if (!StartThread(account)) {
      // No thread to be had: blocking beats leaking descriptors.
      lines_.erase(place);
      close(fd);
      account->EndClosing();
    }
  }

  void Drain() {
    MutexLock lock(&mutex_);
    ++draining_;
    for (auto& [account, line] : lines_) line->changed.notify_one();
    while (!lines_.empty()) ended_.wait(mutex_);
    --draining_;
    for (const pthread_t thread : std::exchange(to_join_, {})) pthread_join(thread, nullptr);
  }

 private:
  static constexpr std::chrono::milliseconds kIdle{100};

  struct Task {
    Closer* closer;
    HandleAccount::Ref account;
  };

  bool StartThread(const HandleAccount::Ref& account) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    // The host's signals are for the host's threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    auto task = std::make_unique<Task>(Task{this, account});
    const int error = pthread_create(
        &thread, nullptr,
        [](void* argument) -> void* {
          const std::unique_ptr<Task> task(static_cast<Task*>(argument));
          task->closer->Run(std::move(task->account));
          return nullptr;
        },
        task.get());
    if (error == 0) (void)task.release();  // the thread's now
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return error == 0;
  }

  void Run(HandleAccount::Ref account) {
    mutex_.lock();
    Line& line = *lines_.find(account.get())->second;
    for (;;) {
      const std::vector<int> batch = std::exchange(line.waiting, {});
      if (!batch.empty()) {
        mutex_.unlock();
        for (int fd : batch) {
          close(fd);
          account->EndClosing();
        }
        mutex_.lock();
        continue;
      }
      if (draining_ != 0) break;
      line.idle = true;
      const bool timeout = line.changed.wait_for(mutex_, kIdle) == std::cv_status::timeout;
      line.idle = false;
      if (timeout && line.waiting.empty()) break;
    }
    lines_.erase(account.get());
    account = HandleAccount::Ref();
    // Whoever drains wants to see the end of it.
    if (draining_ != 0) {
      to_join_.push_back(pthread_self());
    } else {
      pthread_detach(pthread_self());
    }
    ended_.notify_all();
    mutex_.unlock();
  }

  Mutex mutex_;
  std::condition_variable_any ended_;
  // Of the peers that have a thread.
  absl::flat_hash_map<HandleAccount*, std::unique_ptr<Line>> lines_ ABSL_GUARDED_BY(mutex_);
  int draining_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<pthread_t> to_join_ ABSL_GUARDED_BY(mutex_);
};

// Never destroyed: its threads may outlive main.
Closer& TheCloser() {
  static Closer* const closer = new Closer;
  return *closer;
}

}  // namespace

void CloseForeign(int fd, const HandleAccount::Ref& account) {
  if (ClosesAtOnce(fd)) {
    close(fd);
  } else {
    TheCloser().Close(fd, account);
  }
}

void DrainForForeignClose() { TheCloser().Drain(); }

}  // namespace ipdl

#endif  // !defined(_WIN32)
