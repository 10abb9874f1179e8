#include "glue/reply.h"

#include "runtime/run_loop.h"

namespace ipdl {

const char* RejectReasonName(RejectReason reason) {
  switch (reason) {
    case RejectReason::kSendError:
      return "send error";
    case RejectReason::kChannelClosed:
      return "channel closed";
    case RejectReason::kHandlerRejected:
      return "handler rejected";
    case RejectReason::kActorDestroyed:
      return "actor destroyed";
    case RejectReason::kResolverDestroyed:
      return "resolver destroyed";
  }
  return "?";
}

namespace internal {

namespace {

// Runs `action` when called, or when destroyed uncalled: a loop that ends before its tasks ran must
// not lose the one answer that every question gets.
template <typename Action>
class RunOnce {
 public:
  explicit RunOnce(Action action) : action_(std::move(action)), armed_(true) {}
  RunOnce(RunOnce&& other) noexcept
      : action_(std::move(other.action_)), armed_(std::exchange(other.armed_, false)) {}
  RunOnce& operator=(RunOnce&&) = delete;
  ~RunOnce() { (*this)(); }
  void operator()() {
    if (std::exchange(armed_, false)) action_();
  }

 private:
  Action action_;
  bool armed_;
};

}  // namespace

void AwaitedReply::Resume() {
  const RefPtr<AwaitedReply> keep(this);
  if (waiter_) std::exchange(waiter_, nullptr).resume();
}

void AwaitedReply::Deliver() {
  state_ = State::kResolved;
  Resume();
}

void AwaitedReply::Reject(RejectReason reason, RunLoop& loop) {
  state_ = State::kRejected;
  reason_ = reason;
  if (!waiter_) return;
  // Not here: the actor is just ending, perhaps inside a Send__delete__ or Close of the very code
  // that waits.
  loop.Post(RunOnce([self = RefPtr<AwaitedReply>(this)] { self->Resume(); }));
}

CallbackReplyBase::CallbackReplyBase(RejectCallback&& reject) : reject_(std::move(reject)) {}
CallbackReplyBase::~CallbackReplyBase() = default;

void CallbackReplyBase::Reject(RejectReason reason, RunLoop&) {
  if (reject_) reject_(reason);
}

void RejectSoon(RunLoop* loop, RejectCallback reject, RejectReason reason) {
  if (!reject) return;
  auto run = [reject = std::move(reject), reason]() mutable { reject(reason); };
  if (loop == nullptr) {
    run();
  } else {
    loop->Post(RunOnce(std::move(run)));
  }
}

}  // namespace internal

}  // namespace ipdl
