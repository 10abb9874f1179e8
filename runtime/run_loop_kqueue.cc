// Waiting for descriptors on macOS: kqueue, with a user event to wake it and a timer event for host
// loops.
//
// See run_loop_poller.h. kqueue has one filter per direction, so a descriptor that is ready both
// ways gives two events. What epoll refuses and kqueue does not (a second registration of a
// descriptor, a regular file) is refused here, so that watches behave alike on both.

#include <fcntl.h>
#include <sys/event.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "runtime/handle.h"
#include "runtime/run_loop_poller.h"

namespace ipdl {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
// The poller's own events; the identifiers of the other filters are descriptors.
constexpr uintptr_t kWakeIdentifier = 0;
constexpr uintptr_t kTimerIdentifier = 0;

timespec ToTimespec(int64_t nanos) {
  timespec time;
  time.tv_sec = static_cast<time_t>(nanos / kNanosPerSecond);
  time.tv_nsec = static_cast<decltype(time.tv_nsec)>(nanos % kNanosPerSecond);
  return time;
}

class KqueuePoller final : public RunLoopPoller {
 public:
  explicit KqueuePoller(FileDescriptor queue) : queue_(std::move(queue)) {}

  int fd() const override { return queue_.get(); }

  absl::Status Change(int fd, FdInterest before, FdInterest now, Trigger trigger,
                      uint64_t token) override {
    if (before == now) return absl::OkStatus();
    if (before == FdInterest{}) {
      struct stat status;
      if (fstat(fd, &status) != 0) return absl::ErrnoToStatus(errno, "fstat");
      if (S_ISREG(status.st_mode)) return absl::ErrnoToStatus(EPERM, "kevent of a regular file");
      if (!watched_.insert(fd).second) return absl::ErrnoToStatus(EEXIST, "kevent");
    }
    if (now == FdInterest{}) watched_.erase(fd);

    struct kevent changes[2];
    int count = 0;
    const auto change = [&](int16_t filter, bool was, bool is) {
      if (!was && !is) return;
      // Adding what is there already makes the kernel look again, as epoll does after a change.
      uint16_t flags = is ? EV_ADD | EV_ENABLE : EV_DELETE;
      if (is && trigger == Trigger::kEdge) flags |= EV_CLEAR;
      EV_SET(&changes[count++], static_cast<uintptr_t>(fd), filter, flags, 0, 0,
             reinterpret_cast<void*>(static_cast<uintptr_t>(token)));
    };
    change(EVFILT_READ, before.readable, now.readable);
    change(EVFILT_WRITE, before.writable, now.writable);
    if (kevent(queue_.get(), changes, count, nullptr, 0, nullptr) == 0) return absl::OkStatus();
    const int error = errno;
    if (before == FdInterest{}) watched_.erase(fd);
    return absl::ErrnoToStatus(error, "kevent");
  }

  void Pause(int fd, FdInterest interest, uint64_t token) override {
    Enable(fd, interest, token, EV_DISABLE);
  }
  void Resume(int fd, FdInterest interest, uint64_t token) override {
    Enable(fd, interest, token, EV_ENABLE);
  }

  size_t Wait(int64_t timeout_nanos, absl::Span<Event> events) override {
    constexpr int kMost = 64;
    struct kevent ready[kMost];
    const int most = static_cast<int>(events.size() < kMost ? events.size() : kMost);
    const timespec timeout = ToTimespec(timeout_nanos == kForeverNanos ? 0 : timeout_nanos);
    const int count = kevent(queue_.get(), nullptr, 0, ready, most,
                             timeout_nanos == kForeverNanos ? nullptr : &timeout);
    size_t used = 0;
    for (int i = 0; i < count; ++i) {
      // Both clear themselves: a user event with EV_CLEAR, a timer with EV_ONESHOT.
      if (ready[i].filter == EVFILT_USER) continue;
      if (ready[i].filter == EVFILT_TIMER) {
        timer_deadline_ = kForeverNanos;
        continue;
      }
      FdReady what;
      what.readable = ready[i].filter == EVFILT_READ;
      what.writable = ready[i].filter == EVFILT_WRITE;
      what.hangup = (ready[i].flags & EV_EOF) != 0;
      events[used++] = {reinterpret_cast<uintptr_t>(ready[i].udata), what};
    }
    return used;
  }

  void Wake() override {
    struct kevent wake;
    EV_SET(&wake, kWakeIdentifier, EVFILT_USER, 0, NOTE_TRIGGER, 0, nullptr);
    kevent(queue_.get(), &wake, 1, nullptr, 0, nullptr);
  }

  void SetTimer(int64_t deadline) override {
    if (deadline == timer_deadline_) return;
    const bool was_set = std::exchange(timer_deadline_, deadline) != kForeverNanos;
    struct kevent timer;
    if (deadline == kForeverNanos) {
      if (!was_set) return;
      EV_SET(&timer, kTimerIdentifier, EVFILT_TIMER, EV_DELETE, 0, 0, nullptr);
    } else {
      const int64_t left = deadline - MonotonicNanos();
      EV_SET(&timer, kTimerIdentifier, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_NSECONDS,
             left > 0 ? left : 0, nullptr);
    }
    kevent(queue_.get(), &timer, 1, nullptr, 0, nullptr);
  }

 private:
  void Enable(int fd, FdInterest interest, uint64_t token, uint16_t flag) {
    struct kevent changes[2];
    int count = 0;
    for (const auto& [filter, is_meant] :
         {std::pair(EVFILT_READ, interest.readable), std::pair(EVFILT_WRITE, interest.writable)}) {
      if (!is_meant) continue;
      EV_SET(&changes[count++], static_cast<uintptr_t>(fd), filter, flag, 0, 0,
             reinterpret_cast<void*>(static_cast<uintptr_t>(token)));
    }
    kevent(queue_.get(), changes, count, nullptr, 0, nullptr);
  }

  const FileDescriptor queue_;
  absl::flat_hash_set<int> watched_;
  int64_t timer_deadline_ = kForeverNanos;
};

}  // namespace

int64_t MonotonicNanos() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * kNanosPerSecond + now.tv_nsec;
}

absl::StatusOr<std::unique_ptr<RunLoopPoller>> RunLoopPoller::Create() {
  FileDescriptor queue(kqueue());
  if (!queue) return absl::ErrnoToStatus(errno, "kqueue");
  fcntl(queue.get(), F_SETFD, FD_CLOEXEC);
  struct kevent wake;
  EV_SET(&wake, kWakeIdentifier, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, nullptr);
  if (kevent(queue.get(), &wake, 1, nullptr, 0, nullptr) != 0) {
    return absl::ErrnoToStatus(errno, "kevent(EVFILT_USER)");
  }
  return std::make_unique<KqueuePoller>(std::move(queue));
}

}  // namespace ipdl
