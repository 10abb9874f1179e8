#include "glue/reply.h"

#include <memory>

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
    case RejectReason::kCancelled:
      return "cancelled";
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

AwaitedReply::AwaitedReply() noexcept = default;
AwaitedReply::~AwaitedReply() { delete callbacks_; }

void AwaitedReply::SetCallbacks(ReplyCallbacks* callbacks) noexcept {
  callbacks_ = callbacks;
  if (state_ == State::kWaiting) return;
  // It is answered already, or could not even be sent; and callbacks never run inside SendX.
  RunLoop* loop = RunLoop::Current();
  if (loop == nullptr) return Resume();
  loop->Post(RunOnce([self = RefPtr<AwaitedReply>(this)] { self->Resume(); }));
}

void AwaitedReply::Resume() {
  const RefPtr<AwaitedReply> keep(this);
  if (const std::unique_ptr<ReplyCallbacks> callbacks(std::exchange(callbacks_, nullptr));
      callbacks != nullptr) {
    if (state_ == State::kResolved) {
      callbacks->Resolve(*this);
    } else {
      callbacks->Reject(reason_);
    }
  } else if (waiter_) {
    std::exchange(waiter_, nullptr).resume();
  }
}

void AwaitedReply::Deliver() {
  state_ = State::kResolved;
  Resume();
}

void AwaitedReply::Reject(RejectReason reason, RunLoop& loop) {
  state_ = State::kRejected;
  reason_ = reason;
  if (callbacks_ != nullptr) return Resume();
  if (!waiter_) return;
  // Not here: the actor is just ending, perhaps inside a Send__delete__ or Close of the very code
  // that waits.
  loop.Post(RunOnce([self = RefPtr<AwaitedReply>(this)] { self->Resume(); }));
}

}  // namespace internal

}  // namespace ipdl
