// Waiting for descriptors on Linux: epoll, an eventfd to wake it, a timerfd for host loops.
//
// See run_loop_poller.h. The eventfd is watched edge-triggered and never read: every write makes a
// new edge, so a wake-up costs its write and nothing else. It never leaves this process, which is
// why a plain write to it is safe.

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "runtime/handle.h"
#include "runtime/run_loop_poller.h"

namespace ipdl {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

// Tokens of the poller's own descriptors. The loop's tokens hold a generation of at least 1 in
// their upper half.
constexpr uint64_t kWakeToken = 0;
constexpr uint64_t kTimerToken = 1;

timespec ToTimespec(int64_t nanos) {
  timespec time;
  time.tv_sec = static_cast<time_t>(nanos / kNanosPerSecond);
  time.tv_nsec = static_cast<decltype(time.tv_nsec)>(nanos % kNanosPerSecond);
  return time;
}

uint32_t ToEpoll(FdInterest interest) {
  return (interest.readable ? uint32_t{EPOLLIN | EPOLLRDHUP} : 0u) |
         (interest.writable ? uint32_t{EPOLLOUT} : 0u);
}

class EpollPoller final : public RunLoopPoller {
 public:
  EpollPoller(FileDescriptor epoll, FileDescriptor wake, FileDescriptor timer)
      : epoll_(std::move(epoll)), wake_(std::move(wake)), timer_(std::move(timer)) {}

  int fd() const override { return epoll_.get(); }

  absl::Status Change(int fd, FdInterest before, FdInterest now, Trigger trigger,
                      uint64_t token) override {
    if (before == now) return absl::OkStatus();
    epoll_event event = {};
    event.events = ToEpoll(now) | (trigger == Trigger::kEdge ? uint32_t{EPOLLET} : 0u);
    event.data.u64 = token;
    // Out of the set altogether when nothing is asked for: epoll reports hangups unasked, and a
    // loop that has no use for them would spin.
    int operation = EPOLL_CTL_MOD;
    if (before == FdInterest{}) operation = EPOLL_CTL_ADD;
    if (now == FdInterest{}) operation = EPOLL_CTL_DEL;
    if (epoll_ctl(epoll_.get(), operation, fd, &event) != 0) {
      return absl::ErrnoToStatus(errno, "epoll_ctl");
    }
    return absl::OkStatus();
  }

  void Pause(int fd, FdInterest, uint64_t token) override {
    epoll_event event = {};
    // A hangup is reported in spite of it, but only once.
    event.events = EPOLLET;
    event.data.u64 = token;
    (void)epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
  }

  void Resume(int fd, FdInterest interest, uint64_t token) override {
    epoll_event event = {};
    event.events = ToEpoll(interest);
    event.data.u64 = token;
    (void)epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
  }

  size_t Wait(int64_t timeout_nanos, absl::Span<Event> events) override {
    constexpr int kMost = 64;
    epoll_event ready[kMost];
    const int most = static_cast<int>(events.size() < kMost ? events.size() : kMost);
    const int count = Wait(timeout_nanos, ready, most);
    size_t used = 0;
    for (int i = 0; i < count; ++i) {
      if (ready[i].data.u64 == kWakeToken) continue;
      if (ready[i].data.u64 == kTimerToken) {
        uint64_t expirations;
        (void)!read(timer_.get(), &expirations, sizeof(expirations));
        timer_deadline_ = kForeverNanos;
        continue;
      }
      const uint32_t bits = ready[i].events;
      FdReady what;
      what.readable = (bits & EPOLLIN) != 0;
      what.writable = (bits & EPOLLOUT) != 0;
      what.hangup = (bits & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) != 0;
      events[used++] = {ready[i].data.u64, what};
    }
    return used;
  }

  void Wake() override {
    const uint64_t one = 1;
    // Fails only if 2^64 - 2 wake-ups are unread, and then the loop is awake.
    (void)!write(wake_.get(), &one, sizeof(one));
  }

  void SetTimer(int64_t deadline) override {
    if (deadline == timer_deadline_) return;
    timer_deadline_ = deadline;
    itimerspec when = {};
    // Zero would disarm the timer, and negative is refused.
    if (deadline != kForeverNanos) when.it_value = ToTimespec(deadline > 0 ? deadline : 1);
    timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);
  }

 private:
  int Wait(int64_t timeout_nanos, epoll_event* ready, int most) {
    if (timeout_nanos == 0 || timeout_nanos == kForeverNanos || no_nanoseconds_) {
      return epoll_wait(epoll_.get(), ready, most, Milliseconds(timeout_nanos));
    }
    const timespec timeout = ToTimespec(timeout_nanos);
    const int count = epoll_pwait2(epoll_.get(), ready, most, &timeout, nullptr);
    if (count >= 0 || errno != ENOSYS) return count;
    no_nanoseconds_ = true;  // a kernel before 5.11
    return epoll_wait(epoll_.get(), ready, most, Milliseconds(timeout_nanos));
  }

  // Rounded up, so that a timer is never found not quite due; at most a day at a time.
  static int Milliseconds(int64_t nanos) {
    constexpr int64_t kNanosPerMillisecond = 1'000'000;
    constexpr int64_t kDay = 24 * 3600 * kNanosPerSecond;
    if (nanos == kForeverNanos) return -1;
    if (nanos > kDay) nanos = kDay;
    return static_cast<int>((nanos + kNanosPerMillisecond - 1) / kNanosPerMillisecond);
  }

  const FileDescriptor epoll_;
  const FileDescriptor wake_;
  const FileDescriptor timer_;
  int64_t timer_deadline_ = kForeverNanos;
  bool no_nanoseconds_ = false;
};

}  // namespace

int64_t MonotonicNanos() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * kNanosPerSecond + now.tv_nsec;
}

absl::StatusOr<std::unique_ptr<RunLoopPoller>> RunLoopPoller::Create() {
  FileDescriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return absl::ErrnoToStatus(errno, "epoll_create1");
  FileDescriptor wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return absl::ErrnoToStatus(errno, "eventfd");
  FileDescriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!timer) return absl::ErrnoToStatus(errno, "timerfd_create");

  epoll_event event = {};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = kWakeToken;
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &event) != 0) {
    return absl::ErrnoToStatus(errno, "epoll_ctl(eventfd)");
  }
  event.events = EPOLLIN;
  event.data.u64 = kTimerToken;
  if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, timer.get(), &event) != 0) {
    return absl::ErrnoToStatus(errno, "epoll_ctl(timerfd)");
  }
  return std::make_unique<EpollPoller>(std::move(epoll), std::move(wake), std::move(timer));
}

}  // namespace ipdl
