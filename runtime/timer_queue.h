// Tasks that wait for a time, in the order in which they become due.
//
// What it is: a plain ordered container. What it is not: a clock; the caller brings the time.
// Called by run_loop.cc on the loop's thread.

#ifndef IPDL_RUNTIME_TIMER_QUEUE_H_
#define IPDL_RUNTIME_TIMER_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "runtime/run_loop.h"

namespace ipdl {

class TimerQueue {
 public:
  using Task = RunLoop::Task;
  using TimerId = RunLoop::TimerId;

  // `deadline`: MonotonicNanos at which the task is due. O(log n).
  TimerId Add(int64_t deadline, Task task) {
    const uint64_t id = ++last_id_;
    tasks_.emplace(Key(deadline, id), std::move(task));
    deadlines_.emplace(id, deadline);
    return TimerId{id};
  }

  // Destroys the task if it is still here. O(log n).
  void Cancel(TimerId timer) {
    const auto found = deadlines_.find(static_cast<uint64_t>(timer));
    if (found == deadlines_.end()) return;
    const auto task = tasks_.find(Key(found->second, found->first));
    deadlines_.erase(found);
    const Task cancelled = std::move(task->second);  // its destructor may come back here
    tasks_.erase(task);
  }

  // When the earliest task is due; nothing if there is none.
  std::optional<int64_t> NextDeadline() const {
    if (tasks_.empty()) return std::nullopt;
    return tasks_.begin()->first.first;
  }

  // The id of the task added last: what PopDue takes for "made before this".
  uint64_t last_id() const { return last_id_; }

  // Takes out the earliest task, if it is due at `now` and its id is at most `last_id`.
  std::optional<Task> PopDue(int64_t now, uint64_t last_id) {
    if (tasks_.empty()) return std::nullopt;
    const auto first = tasks_.begin();
    if (first->first.first > now || first->first.second > last_id) return std::nullopt;
    std::optional<Task> task(std::move(first->second));
    deadlines_.erase(first->first.second);
    tasks_.erase(first);
    return task;
  }

 private:
  using Key = std::pair<int64_t, uint64_t>;  // deadline, id: equal deadlines keep their order

  std::map<Key, Task> tasks_;
  absl::flat_hash_map<uint64_t, int64_t> deadlines_;
  uint64_t last_id_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_TIMER_QUEUE_H_
