// The run loop's turn: who is served when. See run_loop.h.
//
// What is here: registrations (slots), the order of a turn, nesting in itself and in a host loop,
// and the wait of a sync call. What is not: the kernel's readiness queue (run_loop_poller.h), the
// timers' order (timer_queue.h), and what threads share (task_inbox.h).
//
// Callbacks may do anything, so no pointer or reference into a container is held across one:
// registrations are found again by index and generation.

#include "runtime/run_loop.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "runtime/run_loop_poller.h"
#include "runtime/task_inbox.h"
#include "runtime/timer_queue.h"

namespace ipdl {

namespace {
// Events fetched at once. More wait in the kernel for the next turn, in turn.
constexpr size_t kEventsPerWait = 32;
}  // namespace

struct RunLoop::Watch::State {
  RunLoop* loop = nullptr;  // null once the loop is gone
  uint32_t slot = 0;
  WatchCallback callback;
};

struct RunLoop::Impl {
  // One registration. `generation` is odd while the slot is in use and part of the token that the
  // poller gives back, so that an event for a former user of the slot is recognised.
  struct Slot {
    Transport* transport = nullptr;
    std::shared_ptr<Watch::State> watch;
    int64_t deadline = kForeverNanos;  // of a transport; kAtOnce: before the loop sleeps
    int fd = -1;
    uint32_t generation = 0;
    FdInterest interest;
    RunLoopPoller::Trigger trigger = RunLoopPoller::Trigger::kLevel;
    bool node = false;    // also served by WaitTransports
    bool paused = false;  // a watch that was found ready during a sync call
  };
  static constexpr int64_t kAtOnce = 0;

  explicit Impl(std::unique_ptr<RunLoopPoller> poller) : poller(std::move(poller)) {}

  uint64_t Token(uint32_t index) const { return uint64_t{slots[index].generation} << 32 | index; }
  Slot* Find(uint64_t token) {
    const uint32_t index = static_cast<uint32_t>(token);
    if (index >= slots.size() || slots[index].generation != token >> 32) return nullptr;
    return &slots[index];
  }
  absl::StatusOr<uint32_t> TakeSlot(int fd, FdInterest interest, RunLoopPoller::Trigger trigger);
  void FreeSlot(uint32_t index);
  absl::Status SetInterest(uint32_t index, FdInterest interest);
  void SetDeadline(Slot& slot, int64_t deadline);
  int64_t NextTransportDeadline() const;

  // A wake-up that only matters if the loop is outside a turn; the loop's own thread.
  void WakeIfAsleep() {
    if (inbox.TakeWakeUp()) poller->Wake();
  }
  // Outside a turn: tells the host loop when the next timer is due.
  void TellHost() {
    if (embedded && depth == 0) poller->SetTimer(NextDeadline());
  }
  int64_t NextDeadline() const {
    return std::min(timers.NextDeadline().value_or(kForeverNanos), NextTransportDeadline());
  }
  bool OnOwnThread() const { return thread == std::this_thread::get_id(); }

  bool Turn(int64_t max_wait);
  void Leave();
  void FlushDirty();
  void Fetch(int64_t timeout);
  enum class Whom : uint8_t { kAll, kNode };
  bool DispatchFetched(Whom whom);
  bool Dispatch(uint64_t token, FdReady ready);
  bool RunTransportDeadlines();
  bool RunTimers();
  bool RunTasks();
  bool RunNodeTasks();
  bool DispatchInput();
  bool PausedInstead(uint64_t token);
  void ResumeWatches();
  bool ServeNode(int64_t until);
  bool NodeIsSilent() const;
  void ShowWorkToHost();

  std::unique_ptr<Companion> companion;
  const std::unique_ptr<RunLoopPoller> poller;
  const std::thread::id thread = std::this_thread::get_id();
  RunLoop* self = nullptr;
  // All loops that this thread made and that still live, the last one first.
  static thread_local Impl* made_last;
  Impl* made_before = nullptr;

  std::vector<Slot> slots;
  std::vector<uint32_t> free_slots;
  size_t armed_deadlines = 0;
  // What the kernel reported and nobody was told yet, from `next_fetched` on. It says each thing
  // once, so a turn or wait nested in one of these calls goes on with the rest.
  std::vector<RunLoopPoller::Event> fetched;
  size_t next_fetched = 0;
  std::vector<uint64_t> paused;  // tokens
  std::vector<Transport*> dirty;
  TimerQueue timers;
  TaskInbox inbox;
  std::deque<Task> tasks;  // taken from the inbox; a nested turn goes on where the outer one is
  std::deque<Task> node_tasks;
  std::atomic<int> node_posters = 0;
  uint64_t tasks_begun = 0;  // how many have left `tasks`
  std::atomic<bool> quit = false;
  int depth = 0;  // turns of this loop on the stack
  int waits = 0;  // and calls of WaitTransports
  bool embedded = false;
};

namespace {

// The loop whose turn this thread is in.
thread_local RunLoop* turning = nullptr;

class TurningHere {
 public:
  explicit TurningHere(RunLoop* loop) : before_(std::exchange(turning, loop)) {}
  ~TurningHere() { turning = before_; }

 private:
  RunLoop* const before_;
};

int64_t AfterNow(absl::Duration delay) {
  const int64_t nanos = std::max<int64_t>(0, absl::ToInt64Nanoseconds(delay));
  const int64_t now = MonotonicNanos();
  return nanos >= kForeverNanos - now ? kForeverNanos - 1 : now + nanos;
}

}  // namespace

// --- Making, finding and ending loops ----------------------------------------------------------

thread_local RunLoop::Impl* RunLoop::Impl::made_last = nullptr;

absl::StatusOr<std::unique_ptr<RunLoop>> RunLoop::Create() {
  absl::StatusOr<std::unique_ptr<RunLoopPoller>> poller = RunLoopPoller::Create();
  if (!poller.ok()) return poller.status();
  return std::unique_ptr<RunLoop>(new RunLoop(std::make_unique<Impl>(*std::move(poller))));
}

RunLoop::RunLoop(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->self = this;
  impl_->made_before = std::exchange(Impl::made_last, impl_.get());
}

RunLoop::~RunLoop() {
  assert(impl_->OnOwnThread() && "a loop is destroyed on the thread that made it");
  assert(impl_->depth == 0 && "a loop cannot be destroyed inside its own callback");
  impl_->companion.reset();
  // Tasks and callbacks own objects whose destructors may come back here, so everything is taken
  // out of the containers first.
  for (uint32_t i = 0; i < impl_->slots.size(); ++i) {
    if (Transport* transport = impl_->slots[i].transport) RemoveTransport(transport);
    if (std::shared_ptr<Watch::State> watch = impl_->slots[i].watch) {
      impl_->FreeSlot(i);
      watch->loop = nullptr;
    }
  }
  std::deque<Task> tasks;
  impl_->inbox.Close(&tasks);
  tasks.swap(impl_->tasks);
  tasks.clear();
  tasks.swap(impl_->node_tasks);
  tasks.clear();
  TimerQueue timers;
  std::swap(timers, impl_->timers);

  Impl** link = &Impl::made_last;
  while (*link != nullptr && *link != impl_.get()) link = &(*link)->made_before;
  if (*link != nullptr) *link = impl_->made_before;
}

RunLoop* RunLoop::Current() {
  if (turning != nullptr) return turning;
  return Impl::made_last == nullptr ? nullptr : Impl::made_last->self;
}

std::thread::id RunLoop::thread() const { return impl_->thread; }

void RunLoop::set_companion(std::unique_ptr<Companion> companion) {
  assert(impl_->OnOwnThread() && impl_->companion == nullptr);
  impl_->companion = std::move(companion);
}

RunLoop::Companion* RunLoop::companion() const { return impl_->companion.get(); }

// --- Slots -------------------------------------------------------------------------------------

absl::StatusOr<uint32_t> RunLoop::Impl::TakeSlot(int fd, FdInterest interest,
                                                 RunLoopPoller::Trigger trigger) {
  uint32_t index;
  if (free_slots.empty()) {
    index = static_cast<uint32_t>(slots.size());
    slots.emplace_back();
  } else {
    index = free_slots.back();
    free_slots.pop_back();
  }
  slots[index].fd = fd;
  slots[index].trigger = trigger;
  ++slots[index].generation;
  absl::Status status = SetInterest(index, interest);
  if (!status.ok()) {
    FreeSlot(index);
    return status;
  }
  return index;
}

void RunLoop::Impl::FreeSlot(uint32_t index) {
  Slot& slot = slots[index];
  SetDeadline(slot, kForeverNanos);
  (void)SetInterest(index, FdInterest{});
  const std::shared_ptr<Watch::State> watch = std::move(slot.watch);
  const uint32_t generation = slot.generation + 1;
  slot = Slot();
  slot.generation = generation;
  free_slots.push_back(index);
}

absl::Status RunLoop::Impl::SetInterest(uint32_t index, FdInterest interest) {
  Slot& slot = slots[index];
  if (slot.paused && interest == slot.interest) return absl::OkStatus();
  slot.paused = false;
  absl::Status status =
      poller->Change(slot.fd, slot.interest, interest, slot.trigger, Token(index));
  // A descriptor that cannot be taken out was closed already, and is out of the set.
  if (status.ok() || interest == FdInterest{}) slot.interest = interest;
  return status;
}

void RunLoop::Impl::SetDeadline(Slot& slot, int64_t deadline) {
  armed_deadlines -= slot.deadline != kForeverNanos;
  slot.deadline = deadline;
  armed_deadlines += slot.deadline != kForeverNanos;
}

int64_t RunLoop::Impl::NextTransportDeadline() const {
  int64_t next = kForeverNanos;
  if (armed_deadlines == 0) return next;
  for (const Slot& slot : slots) next = std::min(next, slot.deadline);
  return next;
}

// --- Watches -----------------------------------------------------------------------------------

RunLoop::Watch::Watch(std::shared_ptr<State> state) : state_(std::move(state)) {}

RunLoop::Watch::~Watch() {
  if (state_->loop != nullptr) state_->loop->impl_->FreeSlot(state_->slot);
}

absl::Status RunLoop::Watch::SetInterest(FdInterest interest) {
  if (state_->loop == nullptr) return absl::FailedPreconditionError("the loop is gone");
  return state_->loop->impl_->SetInterest(state_->slot, interest);
}

absl::StatusOr<std::unique_ptr<RunLoop::Watch>> RunLoop::WatchFd(int fd, FdInterest interest,
                                                                 WatchCallback callback) {
  assert(impl_->OnOwnThread());
  absl::StatusOr<uint32_t> slot = impl_->TakeSlot(fd, interest, RunLoopPoller::Trigger::kLevel);
  if (!slot.ok()) return slot.status();
  auto state = std::make_shared<Watch::State>();
  state->loop = this;
  state->slot = *slot;
  state->callback = std::move(callback);
  impl_->slots[*slot].watch = state;
  return std::unique_ptr<Watch>(new Watch(std::move(state)));
}

absl::StatusOr<std::unique_ptr<RunLoop::Watch>> RunLoop::WatchNodeFd(int fd, FdInterest interest,
                                                                     WatchCallback callback) {
  absl::StatusOr<std::unique_ptr<Watch>> watch = WatchFd(fd, interest, std::move(callback));
  if (watch.ok()) impl_->slots[(*watch)->state_->slot].node = true;
  return watch;
}

// --- Transports --------------------------------------------------------------------------------

Transport::~Transport() {
  if (loop_ != nullptr) loop_->RemoveTransport(this);
}

absl::Status RunLoop::AddTransport(Transport* transport, FdInterest interest) {
  assert(impl_->OnOwnThread());
  assert(transport->loop_ == nullptr);
  absl::StatusOr<uint32_t> slot =
      impl_->TakeSlot(transport->transport_fd(), interest, RunLoopPoller::Trigger::kEdge);
  if (!slot.ok()) return slot.status();
  impl_->slots[*slot].transport = transport;
  impl_->slots[*slot].node = true;
  transport->loop_ = this;
  transport->slot_ = *slot;
  return absl::OkStatus();
}

void RunLoop::RemoveTransport(Transport* transport) {
  assert(impl_->OnOwnThread());
  if (transport->loop_ != this) return;
  if (std::exchange(transport->dirty_, false)) {
    std::replace(impl_->dirty.begin(), impl_->dirty.end(), transport,
                 static_cast<Transport*>(nullptr));
  }
  impl_->FreeSlot(transport->slot_);
  transport->loop_ = nullptr;
}

absl::Status RunLoop::SetTransportInterest(Transport* transport, FdInterest interest) {
  if (transport->loop_ != this) return absl::OkStatus();
  return impl_->SetInterest(transport->slot_, interest);
}

void RunLoop::AddDirty(Transport* transport) {
  assert(impl_->OnOwnThread());
  transport->dirty_ = true;
  impl_->dirty.push_back(transport);
  impl_->WakeIfAsleep();
}

void RunLoop::FlushTransports() {
  assert(impl_->OnOwnThread());
  impl_->FlushDirty();
}

void RunLoop::SetTransportDeadline(Transport* transport, absl::Duration delay) {
  assert(impl_->OnOwnThread());
  if (transport->loop_ != this) return;
  int64_t deadline = Impl::kAtOnce;
  if (delay == absl::InfiniteDuration()) {
    deadline = kForeverNanos;
  } else if (delay > absl::ZeroDuration()) {
    deadline = AfterNow(delay);
  }
  impl_->SetDeadline(impl_->slots[transport->slot_], deadline);
  if (deadline == Impl::kAtOnce) impl_->WakeIfAsleep();
  impl_->TellHost();
}

void RunLoop::Impl::FlushDirty() {
  // Twice, for what a portal flushes goes to the connection that carries it. What is marked even
  // then waits for the next time.
  for (int pass = 0; pass < 2; ++pass) {
    const size_t count = dirty.size();
    for (size_t i = 0; i < count; ++i) {
      Transport* const transport = dirty[i];
      if (transport == nullptr) continue;
      transport->dirty_ = false;
      transport->FlushTransport();
    }
    dirty.erase(dirty.begin(), dirty.begin() + static_cast<ptrdiff_t>(count));
  }
}

bool RunLoop::Impl::RunTransportDeadlines() {
  if (armed_deadlines == 0) return false;
  const int64_t now = MonotonicNanos();
  absl::InlinedVector<uint64_t, 8> due;
  for (uint32_t i = 0; i < slots.size(); ++i) {
    if (slots[i].deadline <= now) due.push_back(Token(i));
  }
  bool any = false;
  for (const uint64_t token : due) {
    Slot* const slot = Find(token);
    if (slot == nullptr || slot->deadline > now) continue;
    SetDeadline(*slot, kForeverNanos);
    slot->transport->OnTransportDeadline();
    any = true;
  }
  return any;
}

// --- Tasks and timers --------------------------------------------------------------------------

void RunLoop::Post(Task task) {
  impl_->inbox.Post(std::move(task), [this] { impl_->poller->Wake(); });
}

void RunLoop::PostToNode(Task task) {
  impl_->inbox.PostToNode(std::move(task), [this] { impl_->poller->Wake(); });
}

void RunLoop::ExpectPostsToNode(int change) { impl_->node_posters.fetch_add(change); }

RunLoop::TimerId RunLoop::PostDelayed(absl::Duration delay, Task task) {
  assert(impl_->OnOwnThread());
  const TimerId timer = impl_->timers.Add(AfterNow(delay), std::move(task));
  impl_->TellHost();
  return timer;
}

void RunLoop::Cancel(TimerId timer) {
  assert(impl_->OnOwnThread());
  impl_->timers.Cancel(timer);
}

bool RunLoop::Impl::RunTimers() {
  const std::optional<int64_t> next = timers.NextDeadline();
  if (!next.has_value()) return false;
  const int64_t now = MonotonicNanos();
  if (*next > now) return false;
  // Timers made from here on wait for the next turn, also if they are due at once.
  const uint64_t last = timers.last_id();
  bool any = false;
  while (std::optional<Task> task = timers.PopDue(now, last)) {
    (*task)();
    any = true;
  }
  return any;
}

// Until there are none: a wait nested in one goes on with the rest.
bool RunLoop::Impl::RunNodeTasks() {
  inbox.TakeAllForNode(&node_tasks);
  size_t left = node_tasks.size();
  const bool any = left != 0;
  while (left-- != 0 && !node_tasks.empty()) {
    Task task = std::move(node_tasks.front());
    node_tasks.pop_front();
    task();
  }
  return any;
}

bool RunLoop::Impl::RunTasks() {
  inbox.TakeAll(&tasks);
  // Counted from the beginning of time: a turn nested in a task takes over the rest of this batch,
  // and then nothing is left to do here.
  const uint64_t end = tasks_begun + tasks.size();
  bool any = false;
  while (tasks_begun < end) {
    Task task = std::move(tasks.front());
    tasks.pop_front();
    ++tasks_begun;
    task();
    any = true;
  }
  return any;
}

// --- Turning -----------------------------------------------------------------------------------

// Nothing is left of what was fetched before.
void RunLoop::Impl::Fetch(int64_t timeout) {
  RunLoopPoller::Event events[kEventsPerWait];
  const size_t count = poller->Wait(timeout, absl::MakeSpan(events));
  fetched.assign(events, events + count);
  next_fetched = 0;
}

bool RunLoop::Impl::DispatchFetched(Whom whom) {
  bool any = false;
  while (next_fetched < fetched.size()) {
    const RunLoopPoller::Event event = fetched[next_fetched++];
    if (whom == Whom::kAll || !PausedInstead(event.token))
      any |= Dispatch(event.token, event.ready);
  }
  return any;
}

// A sync call's wait does not serve the user's watches. One that is ready is silenced until the
// wait is over, and then found again, for it is reported as long as it is ready.
bool RunLoop::Impl::PausedInstead(uint64_t token) {
  Slot* const slot = Find(token);
  if (slot == nullptr || slot->node) return false;
  if (slot->paused || slot->interest == FdInterest{}) return true;
  slot->paused = true;
  poller->Pause(slot->fd, slot->interest, token);
  paused.push_back(token);
  return true;
}

void RunLoop::Impl::ResumeWatches() {
  for (const uint64_t token : paused) {
    Slot* const slot = Find(token);
    if (slot == nullptr || !std::exchange(slot->paused, false)) continue;
    poller->Resume(slot->fd, slot->interest, token);
  }
  paused.clear();
}

bool RunLoop::Impl::Dispatch(uint64_t token, FdReady ready) {
  Slot* const slot = Find(token);
  if (slot == nullptr || slot->interest == FdInterest{}) return false;
  // The interest may have changed since the event was fetched.
  ready.readable &= slot->interest.readable;
  ready.writable &= slot->interest.writable;
  if (!ready.readable && !ready.writable && !ready.hangup) return false;
  if (slot->transport != nullptr) {
    slot->transport->OnTransportReady(ready);
  } else {
    const std::shared_ptr<Watch::State> watch = slot->watch;  // outlives its own destruction
    watch->callback(ready);
  }
  return true;
}

bool RunLoop::Impl::Turn(int64_t max_wait) {
  const TurningHere here(self);
  ++depth;
  inbox.WakeUp();
  ResumeWatches();
  FlushDirty();
  // Nested in a transport's callback, which may be inside a sync call's wait, that transport may
  // hold input which the kernel no longer has.
  bool any = (depth > 1 || waits > 0) && DispatchInput();

  int64_t timeout = 0;
  const bool has_fetched = next_fetched < fetched.size();
  if (max_wait != 0 && !any && !has_fetched && tasks.empty() && node_tasks.empty() &&
      dirty.empty()) {
    const int64_t next = NextDeadline();
    timeout = max_wait;
    if (next == kAtOnce) {
      timeout = 0;
    } else if (next != kForeverNanos) {
      timeout = std::clamp<int64_t>(next - MonotonicNanos(), 0, max_wait);
    }
  }
  if (timeout != 0 && !inbox.FallAsleep()) timeout = 0;
  if (!has_fetched) Fetch(timeout);
  inbox.WakeUp();

  any |= DispatchFetched(Whom::kAll);
  any |= RunTransportDeadlines();
  any |= RunTimers();
  any |= RunNodeTasks();
  any |= RunTasks();
  FlushDirty();
  --depth;
  return any;
}

// The outermost turn is over: what is left to do must show at the loop's descriptor.
void RunLoop::Impl::Leave() {
  if (depth != 0) return;
  const bool idle = inbox.FallAsleep() && tasks.empty() && node_tasks.empty() && dirty.empty();
  if (!idle || NextTransportDeadline() == kAtOnce) WakeIfAsleep();
  TellHost();
}

bool RunLoop::Turn(absl::Duration max_wait) {
  assert(impl_->OnOwnThread() && "a loop turns on the thread that made it");
  const bool any = impl_->Turn(max_wait == absl::InfiniteDuration()
                                   ? kForeverNanos
                                   : std::max<int64_t>(0, absl::ToInt64Nanoseconds(max_wait)));
  impl_->Leave();
  return any;
}

void RunLoop::Run() {
  assert(impl_->OnOwnThread() && "a loop turns on the thread that made it");
  do {
    impl_->Turn(impl_->quit.load() ? 0 : kForeverNanos);
  } while (!impl_->quit.exchange(false));
  impl_->Leave();
}

void RunLoop::Quit() {
  impl_->quit.store(true);
  impl_->inbox.Knock([this] { impl_->poller->Wake(); });
}

// Outside a turn, after a wait that may have taken the wake-up which the loop's descriptor shows.
void RunLoop::Impl::ShowWorkToHost() {
  if (!embedded || depth != 0 || waits != 0) return;
  if (!inbox.IsAsleep()) poller->Wake();
  TellHost();
}

int RunLoop::fd() {
  assert(impl_->OnOwnThread());
  impl_->embedded = true;
  impl_->ShowWorkToHost();
  return impl_->poller->fd();
}

// --- Waiting in a sync call --------------------------------------------------------------------

// Serves transports that have read already what they have not handed on yet: the kernel does not
// know about that input, so polling would sleep over it.
bool RunLoop::Impl::DispatchInput() {
  absl::InlinedVector<uint64_t, 8> tokens;
  for (uint32_t i = 0; i < slots.size(); ++i) {
    const Slot& slot = slots[i];
    if (slot.transport == nullptr || !slot.interest.readable) continue;
    if (slot.transport->HasInput()) tokens.push_back(Token(i));
  }
  bool any = false;
  for (const uint64_t token : tokens) any |= Dispatch(token, {.readable = true});
  return any;
}

bool RunLoop::Impl::NodeIsSilent() const {
  if (armed_deadlines != 0 || node_posters.load() != 0) return false;
  return std::none_of(slots.begin(), slots.end(), [](const Slot& slot) {
    return slot.node && !(slot.interest == FdInterest{});
  });
}

// False if nothing happened until then, or nothing can.
bool RunLoop::Impl::ServeNode(int64_t until) {
  while (true) {
    if (DispatchInput() || DispatchFetched(Whom::kNode) || RunNodeTasks()) return true;
    if (NodeIsSilent()) return false;
    const int64_t end = std::min(until, NextTransportDeadline());
    int64_t timeout = end == kForeverNanos ? end : std::max<int64_t>(0, end - MonotonicNanos());
    if (!inbox.FallAsleepForNode()) timeout = 0;
    Fetch(timeout);
    inbox.WakeUpForNode();
    bool any = DispatchFetched(Whom::kNode);
    any |= RunNodeTasks();
    any |= RunTransportDeadlines();
    if (any) return true;
    if (until != kForeverNanos && MonotonicNanos() >= until) return false;
  }
}

bool RunLoop::WaitTransports(absl::Time deadline) {
  assert(impl_->OnOwnThread());
  const TurningHere here(this);
  ++impl_->waits;
  impl_->FlushDirty();
  const bool any = impl_->ServeNode(
      deadline == absl::InfiniteFuture() ? kForeverNanos : AfterNow(deadline - absl::Now()));
  if (--impl_->waits == 0) impl_->ResumeWatches();
  impl_->ShowWorkToHost();
  return any;
}

}  // namespace ipdl
