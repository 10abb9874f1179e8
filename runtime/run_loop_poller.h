// Waiting for descriptors, the part of a run loop that each platform does in its own way.
//
// What it is: the kernel's readiness queue (epoll on Linux, kqueue on macOS) with a wake-up from
// any thread and a timer, behind one pollable descriptor. What it is not: a dispatcher; it knows
// descriptors and tokens, nothing of transports or watches. Called by run_loop.cc only;
// implemented by run_loop_epoll.cc and run_loop_kqueue.cc.
//
// Threads: Wake() any; everything else the loop's thread.

#ifndef IPDL_RUNTIME_RUN_LOOP_POLLER_H_
#define IPDL_RUNTIME_RUN_LOOP_POLLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/run_loop.h"

namespace ipdl {

// Nanoseconds of a clock that never goes back; the clock of SetTimer.
int64_t MonotonicNanos();

// A wait without end.
inline constexpr int64_t kForeverNanos = INT64_MAX;

class RunLoopPoller {
 public:
  struct Event {
    uint64_t token;
    FdReady ready;
  };

  static absl::StatusOr<std::unique_ptr<RunLoopPoller>> Create();
  virtual ~RunLoopPoller() = default;

  // Readable while Wait would return something, or was woken, or the timer has fired.
  virtual int fd() const = 0;

  // When readiness is reported: as long as it lasts, or once when it begins (and once whenever the
  // interest is changed). The second is cheaper: the kernel need not look again before it sleeps.
  enum class Trigger : uint8_t { kLevel, kEdge };

  // Changes what is waited for on `fd` from `before` to `now`; both may be empty, which means that
  // the kernel does not know the descriptor. Events carry `token`.
  virtual absl::Status Change(int fd, FdInterest before, FdInterest now, Trigger trigger,
                              uint64_t token) = 0;

  // Says nothing of a descriptor that the kernel knows, which was given kLevel, until Resume;
  // cannot fail for want of memory. What it is ready for then is reported.
  virtual void Pause(int fd, FdInterest interest, uint64_t token) = 0;
  virtual void Resume(int fd, FdInterest interest, uint64_t token) = 0;

  // Waits at most `timeout_nanos` and fills `events` from the front. Returns how many; 0 also
  // after Wake(), the timer or a signal. Clears what Wake() and the timer left behind.
  virtual size_t Wait(int64_t timeout_nanos, absl::Span<Event> events) = 0;

  // Ends a Wait that is running, or the next one.
  virtual void Wake() = 0;

  // Makes fd() readable at `deadline` (MonotonicNanos); kForeverNanos: never.
  virtual void SetTimer(int64_t deadline) = 0;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_RUN_LOOP_POLLER_H_
