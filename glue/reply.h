// Replies to asynchronous messages, on the asking side: `Reply<Ts...>` is what SendX returns for a
// message with `returns`, ReplyResult<Ts...> is what awaiting it gives.
//
// What it is: the awaitable, the callback types and the small object that waits in the connection's
// table. What it is not: the answering side (glue/resolver.h) or a promise; nothing here chains.
//
//   ipdl::Detached Ask(ipdl::RefPtr<FooChild> foo) {
//     auto answer = co_await foo->SendAsk("what");         // ReplyResult<std::string, uint32_t>
//     if (!answer.ok()) co_return;                         // answer.reason() says why
//     auto& [text, count] = answer.value();
//   }
//   foo->SendAsk("what", [](std::string text, uint32_t count) {...},
//                [](ipdl::RejectReason why) {...});
//   foo->SendAsk("what");                                  // the answer is read and forgotten
//   auto later = foo->SendAsk("what");                     // kept, like a future
//   if (later.done()) Use(later.Take()->value());
//
// Exactly one answer comes, on the actor's loop, and never from inside the SendX that asked. When
// an actor ends, the reject callbacks of its unanswered replies run just before its ActorDestroy;
// coroutines are resumed from the loop after that. A coroutine keeps alive what its frame holds:
// pass it RefPtrs, not raw pointers or references.

#ifndef IPDL_GLUE_REPLY_H_
#define IPDL_GLUE_REPLY_H_

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "glue/ref_ptr.h"

namespace ipdl {

class Actor;
class Reader;
class RunLoop;

// All but the first two come over the wire. Never renumber.
enum class RejectReason : uint8_t {
  kSendError = 0,          // the question could not be sent (would block, refused or closed)
  kChannelClosed = 1,      // the connection ended, by either side or by loss, before the answer
  kHandlerRejected = 2,    // the handler answered Refused, or called Reject() on its resolver
  kActorDestroyed = 3,     // the asking actor ended first, or the asked one no longer exists
  kResolverDestroyed = 4,  // the handler dropped its resolver without an answer
  kCancelled = 5,          // of sync messages only: their transaction was cancelled
};

const char* RejectReasonName(RejectReason reason);

// What SendX takes to be told of the values, or of why there are none. nullptr: not to be told.
template <typename F, typename... Ts>
concept ResolveCallback = std::same_as<F, std::nullptr_t> || std::invocable<F&, Ts...>;
template <typename F>
concept RejectCallback = std::same_as<F, std::nullptr_t> || std::invocable<F&, RejectReason>;

// Reads the values of a reply; a file-local function of generated code, which names each field.
template <typename... Ts>
using ReplyReader = bool (*)(Reader&, std::tuple<Ts...>*);

// One unanswered question: the object in the connection's table. Internal to glue/.
class PendingReply {
 public:
  PendingReply(const PendingReply&) = delete;
  PendingReply& operator=(const PendingReply&) = delete;
  void AddRef() { ++references_; }
  void Release() {
    if (--references_ == 0) delete this;
  }

  // Reads and checks the values; false: malformed, and `reader` says what is wrong.
  virtual bool Read(Reader& reader) = 0;
  // Hands the values that Read read to whoever waits. Runs the author's code.
  virtual void Deliver() = 0;
  // The other outcome. `loop` is where anything that must not run at once is posted.
  virtual void Reject(RejectReason reason, RunLoop& loop) = 0;

 protected:
  PendingReply() = default;
  virtual ~PendingReply() = default;

 private:
  friend class ReplyTable;

  uint32_t references_ = 0;
  int32_t seqno_ = 0;
  uint16_t message_ = 0;
  Actor* actor_ = nullptr;  // who asked; the list below hangs on it
  PendingReply* previous_ = nullptr;
  PendingReply* next_ = nullptr;
};

namespace internal {

class AwaitedReply;

// The callbacks of one reply.
class ReplyCallbacks {
 public:
  virtual ~ReplyCallbacks() = default;
  virtual void Resolve(AwaitedReply& reply) = 0;
  virtual void Reject(RejectReason reason) = 0;

 protected:
  ReplyCallbacks() = default;
};

// What Reply<Ts...> and whoever waits share with the table, without the values.
class AwaitedReply : public PendingReply {
 public:
  enum class State : uint8_t { kWaiting, kResolved, kRejected };
  State state() const { return state_; }
  RejectReason reason() const { return reason_; }
  void set_waiter(std::coroutine_handle<> waiter) { waiter_ = waiter; }
  // Takes `callbacks` over; they are called once and freed.
  void SetCallbacks(ReplyCallbacks* callbacks) noexcept;
  // Before it is in a table: the question could not be sent.
  void Fail(RejectReason reason) {
    state_ = State::kRejected;
    reason_ = reason;
  }

  void Deliver() override;
  void Reject(RejectReason reason, RunLoop& loop) override;

 protected:
  AwaitedReply() noexcept;
  ~AwaitedReply() override;

 private:
  void Resume();

  State state_ = State::kWaiting;
  RejectReason reason_ = RejectReason::kSendError;
  std::coroutine_handle<> waiter_;       // at most one of the two
  ReplyCallbacks* callbacks_ = nullptr;  // owned
};

template <typename... Ts>
class AwaitedValues final : public AwaitedReply {
 public:
  explicit AwaitedValues(ReplyReader<Ts...> read) : read_(read) {}
  bool Read(Reader& reader) override { return read_(reader, &values); }

  std::tuple<Ts...> values;

 private:
  ReplyReader<Ts...> read_;
};

template <typename OnResolve, typename OnReject, typename... Ts>
class ReplyFunctions final : public ReplyCallbacks {
 public:
  ReplyFunctions(OnResolve&& resolve, OnReject&& reject)
      : resolve_(std::move(resolve)), reject_(std::move(reject)) {}
  void Resolve(AwaitedReply& reply) override {
    if constexpr (!std::same_as<OnResolve, std::nullptr_t>) {
      std::apply(resolve_, std::move(static_cast<AwaitedValues<Ts...>&>(reply).values));
    }
  }
  void Reject(RejectReason reason) override {
    if constexpr (!std::same_as<OnReject, std::nullptr_t>) reject_(reason);
  }

 private:
  OnResolve resolve_;
  OnReject reject_;
};

}  // namespace internal

// The answer, or why there is none. One value is itself, several are a tuple, none is empty.
template <typename... Ts>
class ReplyResult {
 public:
  using Value =
      typename std::conditional_t<sizeof...(Ts) == 1, std::tuple_element<0, std::tuple<Ts..., int>>,
                                  std::type_identity<std::tuple<Ts...>>>::type;

  bool ok() const { return state_->state() == internal::AwaitedReply::State::kResolved; }
  explicit operator bool() const { return ok(); }
  // Only if !ok().
  RejectReason reason() const { return state_->reason(); }
  // Only if ok(). The values live in this object.
  Value& value() {
    if constexpr (sizeof...(Ts) == 1) {
      return std::get<0>(state_->values);
    } else {
      return state_->values;
    }
  }
  Value& operator*() { return value(); }
  Value* operator->() { return &value(); }

 private:
  template <typename...>
  friend class Reply;
  explicit ReplyResult(RefPtr<internal::AwaitedValues<Ts...>> state) : state_(std::move(state)) {}

  RefPtr<internal::AwaitedValues<Ts...>> state_;
};

// Move-only. Dropping it ignores the answer. Await it, or give it callbacks, at most once, on the
// actor's loop.
template <typename... Ts>
class Reply {
 public:
  // For generated code.
  explicit Reply(RefPtr<internal::AwaitedValues<Ts...>> state) : state_(std::move(state)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) noexcept = default;
  ~Reply() {
    if (state_) state_->set_waiter(nullptr);  // a coroutine destroyed while it waits
  }

  // Calls one of the two from the actor's loop, never from in here. Behind SendX(..., resolve,
  // reject).
  template <ResolveCallback<Ts...> OnResolve, RejectCallback OnReject>
  void Then(OnResolve resolve, OnReject reject) && {
    using Functions = internal::ReplyFunctions<OnResolve, OnReject, Ts...>;
    state_->SetCallbacks(new Functions(std::move(resolve), std::move(reject)));
    state_ = nullptr;
  }

  // True once the answer has come: awaiting would not suspend, and Take() gives it.
  bool done() const { return state_->state() != internal::AwaitedReply::State::kWaiting; }
  // The answer, for those who look from time to time; empty while it is under way. When it has been
  // given, this object is used up, as if awaited.
  std::optional<ReplyResult<Ts...>> Take() {
    if (!done()) return std::nullopt;
    return ReplyResult<Ts...>(std::move(state_));
  }

  // What `co_await reply` does. A temporary Reply lives until the coroutine goes on.
  struct Awaiter {
    RefPtr<internal::AwaitedValues<Ts...>>& state;
    bool await_ready() const { return state->state() != internal::AwaitedReply::State::kWaiting; }
    void await_suspend(std::coroutine_handle<> waiter) { state->set_waiter(waiter); }
    ReplyResult<Ts...> await_resume() { return ReplyResult<Ts...>(std::move(state)); }
  };
  Awaiter operator co_await() { return Awaiter{state_}; }

 private:
  RefPtr<internal::AwaitedValues<Ts...>> state_;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_REPLY_H_
