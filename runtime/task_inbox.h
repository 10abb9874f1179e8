// Tasks posted to a loop from any thread, and the question whether the loop must be woken.
//
// What it is: a queue under a lock plus one flag that says "the loop sleeps". What it is not: the
// loop's wake-up itself, which is a callback here. Called by run_loop.cc.
//
// The wake-up happens under the lock. A task may end the loop, and its thread then destroys this
// object while the poster is still on its way out of Post; the destructor waits for it by locking.
//
// Sleep and wake meet like this: the loop stores `asleep`, then looks for work; a poster stores
// the work, then exchanges `asleep`. Both in sequentially consistent order, so at least one of
// them sees the other.

#ifndef IPDL_RUNTIME_TASK_INBOX_H_
#define IPDL_RUNTIME_TASK_INBOX_H_

#include <atomic>
#include <deque>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "runtime/mutex.h"
#include "runtime/run_loop.h"

namespace ipdl {

class TaskInbox {
 public:
  using Task = RunLoop::Task;

  // Any thread. Calls `wake`, under the lock, if the loop has to be woken.
  void Post(Task task, absl::FunctionRef<void()> wake) {
    MutexLock lock(&mutex_);
    if (closed_) return;  // `task` dies with the argument, after the lock
    tasks_.push_back(std::move(task));
    Rouse(wake);
  }

  // The same for a task that a sync wait runs too.
  void PostToNode(Task task, absl::FunctionRef<void()> wake) {
    MutexLock lock(&mutex_);
    if (closed_) return;
    node_tasks_.push_back(std::move(task));
    node_knocked_.store(true);
    knocked_.store(true);
    if (sleep_.exchange(Sleep::kAwake) != Sleep::kAwake) wake();
  }

  // Any thread. Makes the loop look around without giving it a task.
  void Knock(absl::FunctionRef<void()> wake) {
    MutexLock lock(&mutex_);
    if (!closed_) Rouse(wake);
  }

  // The loop's thread, from here on.

  // Says that the loop sleeps from now on, so that a post wakes it. False: there is work already;
  // the loop may sleep for no time only, but is woken all the same.
  bool FallAsleep() {
    sleep_.store(Sleep::kForAll);
    return !knocked_.load() && !node_knocked_.load();
  }
  void WakeUp() { sleep_.store(Sleep::kAwake); }

  // Says that a sync call waits from now on, so that a post to the node wakes the loop. False:
  // there is one already. Only that, unless the loop was asleep before.
  bool FallAsleepForNode() {
    Sleep awake = Sleep::kAwake;
    sleep_.compare_exchange_strong(awake, Sleep::kForNode);
    return !node_knocked_.load();
  }
  void WakeUpForNode() {
    Sleep for_node = Sleep::kForNode;
    sleep_.compare_exchange_strong(for_node, Sleep::kAwake);
  }

  // False: somebody woke the loop, or it is in a turn.
  bool IsAsleep() const { return sleep_.load() != Sleep::kAwake; }

  // True if the loop is asleep and nobody has woken it yet; from now on it counts as woken.
  bool TakeWakeUp() { return sleep_.exchange(Sleep::kAwake) != Sleep::kAwake; }

  // Whether something came since the last TakeAll.
  bool HasNews() const { return knocked_.load(); }

  // Appends all that was posted so far to `tasks`.
  void TakeAll(std::deque<Task>* tasks) {
    if (!knocked_.load()) return;
    MutexLock lock(&mutex_);
    knocked_.store(false);
    for (Task& task : tasks_) tasks->push_back(std::move(task));
    tasks_.clear();
  }

  // Appends all that was posted to the node.
  void TakeAllForNode(std::deque<Task>* tasks) {
    if (!node_knocked_.load()) return;
    MutexLock lock(&mutex_);
    node_knocked_.store(false);
    for (Task& task : node_tasks_) tasks->push_back(std::move(task));
    node_tasks_.clear();
  }

  // Takes no more tasks, and gives the rest to `tasks`.
  void Close(std::deque<Task>* tasks) {
    MutexLock lock(&mutex_);
    closed_ = true;
    for (Task& task : node_tasks_) tasks->push_back(std::move(task));
    for (Task& task : tasks_) tasks->push_back(std::move(task));
    node_tasks_.clear();
    tasks_.clear();
  }

 private:
  enum class Sleep : uint8_t {
    kAwake,
    kForNode,  // a sync call waits inside a turn: other tasks wait for the turn's end anyway
    kForAll,
  };

  void Rouse(absl::FunctionRef<void()> wake) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    knocked_.store(true);
    Sleep for_all = Sleep::kForAll;
    if (sleep_.compare_exchange_strong(for_all, Sleep::kAwake)) wake();
  }

  Mutex mutex_;
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  std::vector<Task> node_tasks_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> knocked_ = false;
  std::atomic<bool> node_knocked_ = false;
  std::atomic<Sleep> sleep_ = Sleep::kForAll;  // outside a turn counts as asleep
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_TASK_INBOX_H_
