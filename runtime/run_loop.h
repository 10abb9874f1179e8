// One thread's event loop: tasks, timers, descriptors of the user, and the channels' transports.
//
// What it is: the place where everything of one thread happens, one thing after another. What it
// is not: a thread, a thread pool or a scheduler; whoever calls Run() or Turn() lends the thread.
// Called by user code, channels and glue/; calls the platform through run_loop_poller.h.
//
// One turn, in this order:
//   1. transports with unsent bytes are flushed, if something was sent outside a turn;
//   2. wait, unless there is work already;
//   3. transports and watches that are ready are told so, transports' deadlines run;
//   4. timers that are due run, earliest first, equal ones in the order they were made;
//   5. tasks posted before this step began run, in the order they were posted;
//   6. transports with unsent bytes are flushed once.
// So everything that the callbacks of one turn send leaves in one write per channel, just before
// the loop sleeps, and a loop that has more to do does not sleep.
//
// Threads: a loop belongs to the thread that made it. Post, Quit and nothing else may be called
// from other threads. Callbacks never run under a lock, and may do anything with the loop except
// destroy it: post, cancel, destroy watches and channels (also their own), Run() or Turn() again.
// After fork() the child must not touch the parent's loops.
//
// Living inside another event loop: poll fd() for reading, and call Turn(absl::ZeroDuration())
// when it is readable. Tasks, timers and unsent bytes all make it readable.
//
//   absl::StatusOr<std::unique_ptr<ipdl::RunLoop>> loop = ipdl::RunLoop::Create();
//   if (!loop.ok()) return Fail(loop.status());
//   (*loop)->PostDelayed(absl::Seconds(1), [&] { (*loop)->Quit(); });
//   (*loop)->Run();

#ifndef IPDL_RUNTIME_RUN_LOOP_H_
#define IPDL_RUNTIME_RUN_LOOP_H_

#include <cstdint>
#include <memory>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ipdl {

class RunLoop;

// Which directions of a descriptor are meant.
struct FdInterest {
  bool readable = false;
  bool writable = false;
  bool operator==(const FdInterest&) const = default;
};

// What a descriptor is ready for. `hangup`: the other end is gone or the descriptor has an error;
// reported always, also when not asked for.
struct FdReady {
  bool readable = false;
  bool writable = false;
  bool hangup = false;
};

// One connection to another process, as the loop sees it. Implemented by the channels, not by
// user code: transports, unlike watches, are served while a sync call waits.
class Transport {
 public:
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // The descriptor to wait on; the same from AddTransport to RemoveTransport, except that it may
  // be closed once the interest is empty.
  virtual int transport_fd() const = 0;

  // The descriptor has become ready. Said once: whoever leaves something unread or unwritten must
  // come back to it by itself (SetTransportDeadline with no delay), or change the interest, after
  // which it is said again. May be said although nothing is there. May destroy this transport.
  virtual void OnTransportReady(FdReady ready) = 0;

  // Write what is queued. Called once per turn after MarkDirty. Must not call user code: whatever
  // has to be reported is reported later, from OnTransportDeadline or OnTransportReady.
  virtual void FlushTransport() = 0;

  // The time given to SetTransportDeadline has come. May destroy this transport.
  virtual void OnTransportDeadline() {}

  // True if input has been read from the descriptor that was not handed on yet, or the descriptor
  // was said to be ready and not everything was read since: inside a callback, for example. A sync
  // wait then calls OnTransportReady instead of waiting for the descriptor.
  virtual bool HasInput() const { return false; }

 protected:
  Transport() = default;
  ~Transport();

  // The loop this transport is added to, null if none (or if the loop is gone).
  RunLoop* loop() const { return loop_; }

 private:
  friend class RunLoop;

  RunLoop* loop_ = nullptr;
  uint32_t slot_ = 0;
  bool dirty_ = false;
};

class RunLoop {
 public:
  using Task = absl::AnyInvocable<void()>;
  using WatchCallback = absl::AnyInvocable<void(FdReady)>;

  // Names a delayed task; never used again by the same loop. The default names none.
  enum class TimerId : uint64_t { kNone = 0 };

  // A descriptor being watched. Destroying it ends the watch, at any time, also inside any
  // callback of the loop, also inside its own; the callback does not run afterwards. The
  // descriptor stays the caller's, and must outlive the watch.
  class Watch {
   public:
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // Changes what is waited for. An empty interest silences the watch, hangups included. Errors
    // come only when an empty interest becomes another one: the kernel is out of memory or watches.
    absl::Status SetInterest(FdInterest interest);

   private:
    friend class RunLoop;
    struct State;
    explicit Watch(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
  };

  // A new loop of the calling thread. Becomes Current() there. Errors: no descriptors or memory.
  static absl::StatusOr<std::unique_ptr<RunLoop>> Create();

  // Drops tasks and timers without running them, and forgets watches and transports: objects that
  // outlive their loop stay valid and do nothing. Not from inside a callback.
  ~RunLoop();

  RunLoop(const RunLoop&) = delete;
  RunLoop& operator=(const RunLoop&) = delete;

  // The loop whose turn the calling thread is in; outside a turn the one it made last of those
  // that still live. Null if there is none.
  static RunLoop* Current();

  // The thread that made it. Any thread.
  std::thread::id thread() const;

  // Turns until Quit() is called. Inside a callback of this loop Run() may be called again: the
  // inner call serves the whole loop, and Quit() ends the innermost call only.
  void Run();

  // Any thread. Ends the innermost Run() when its present turn is over. If none is running, the
  // next Run() makes one turn without waiting and returns. Several calls count as one.
  void Quit();

  // One turn; waits at most `max_wait` (negative: zero) for something to do. Returns whether
  // anything was done: `while (loop->Turn(absl::ZeroDuration())) {}` runs until idle.
  bool Turn(absl::Duration max_wait);

  // A descriptor that is readable whenever Turn(absl::ZeroDuration()) has work to do. The loop
  // owns it; only poll it. From the first call on the loop keeps it readable also for timers, which
  // costs a system call when a timer is made outside a turn.
  int fd();

  // Any thread. Runs `task` on the loop's thread, never inside this call. Tasks posted by one
  // thread run in their order. Costs a system call only if the loop sleeps or is outside a turn,
  // and then once. A task that never runs is destroyed with the loop.
  void Post(Task task);

  // Runs `task` once, no earlier than `delay` from now (negative: as zero), never inside this call.
  // The clock is monotonic.
  TimerId PostDelayed(absl::Duration delay, Task task);

  // Destroys the task unless it began to run already. kNone and ids of the past are ignored.
  void Cancel(TimerId timer);

  // Calls `callback` in each turn that finds `fd` ready (level-triggered, so act on it or change
  // the interest). One watch per descriptor number and loop: a second one is an error, as are
  // regular files, which are always ready.
  absl::StatusOr<std::unique_ptr<Watch>> WatchFd(int fd, FdInterest interest,
                                                 WatchCallback callback);

  // The same for what a waiting sync call must notice too, such as the exit of a child process.
  // The callback may run inside any sync call.
  absl::StatusOr<std::unique_ptr<Watch>> WatchNodeFd(int fd, FdInterest interest,
                                                     WatchCallback callback);

  // --- For what lives as long as the loop -----------------------------------------------------

  // An object that ends with its loop: destroyed first of all, while the loop still works.
  class Companion {
   public:
    virtual ~Companion() = default;
  };
  // At most one, once. Null if there is none.
  void set_companion(std::unique_ptr<Companion> companion);
  Companion* companion() const;

  // --- For channels ---------------------------------------------------------------------------

  // Serves `transport`, waiting for `interest`, until RemoveTransport. It is not owned.
  absl::Status AddTransport(Transport* transport, FdInterest interest);
  // Forgets everything about it; it gets no call afterwards. Ignored if it was not added.
  void RemoveTransport(Transport* transport);
  // With an empty interest nothing is reported, not even hangups. Errors: as Watch::SetInterest.
  absl::Status SetTransportInterest(Transport* transport, FdInterest interest);
  // Calls FlushTransport once before the loop sleeps.
  void MarkDirty(Transport* transport) {
    if (!transport->dirty_ && transport->loop_ == this) AddDirty(transport);
  }
  // Calls FlushTransport of all that are marked, now.
  void FlushTransports();
  // Calls OnTransportDeadline once after `delay`, in a turn or in a sync wait; zero: before the
  // loop sleeps next. Replaces the time given before; absl::InfiniteDuration() takes it back.
  void SetTransportDeadline(Transport* transport, absl::Duration delay);

  // Any thread. As Post, for what a channel has done on its loop: a sync wait runs the task, too.
  void PostToNode(Task task);
  // Any thread. As long as the changes sum up to more than 0 somebody may do so, and a sync wait
  // does not give up for want of anything else.
  void ExpectPostsToNode(int change);

  // --- For sync calls -------------------------------------------------------------------------

  // Flushes all dirty transports, waits until a transport or node watch is ready or a transport's
  // deadline comes, or something is posted to the node, and serves those. Runs no other task, no
  // timer and no other watch. Returns false if nothing
  // happened until `deadline`, or if there is nothing that could happen. The caller repeats it
  // until its reply is there:
  //
  //   while (!replied) {
  //     if (!loop->WaitTransports(deadline)) return TimedOut();
  //   }
  //
  // May be called anywhere on the loop's thread: inside callbacks of transports, watches, timers
  // and tasks, inside itself, and outside a turn.
  bool WaitTransports(absl::Time deadline);

 private:
  struct Impl;
  explicit RunLoop(std::unique_ptr<Impl> impl);

  void AddDirty(Transport* transport);

  std::unique_ptr<Impl> impl_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_RUN_LOOP_H_
