// Sync calls: waiting for one reply, and what happens to everything else that comes meanwhile.
//
// While a sync call waits, its thread serves the transports of its loop. Of what comes it handles
// only what the rules of nesting admit (call_stack.h) on the connection of the innermost call.
// Every other message, of this connection or another of the same thread, is copied and kept in
// order, and dispatched once the stack is unwound, before any newer message. A connection with a
// call that waits keeps reading, up to Limits::queued_bytes of such messages; the others stop.
//
// Each call gets exactly one answer: the handler's, a refusal, or a rejection with kCancelled; so
// both sides agree on what became of it. A call that timed out is remembered until its answer
// comes.

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/optimization.h"
#include "glue/blame.h"
#include "glue/message_channel.h"
#include "glue/observe.h"
#include "glue/text.h"
#include "glue/trace_log.h"
#include "runtime/log.h"
#include "runtime/reader.h"
#include "runtime/run_loop_poller.h"

namespace ipdl {

namespace {

// How long to wait before looking whether replies that wait have room now (message_send.cc): the
// peer's own call may wait for one of them.
constexpr int64_t kHeldReplyNanos = 5'000'000;

constexpr int64_t kNanosPerMillisecond = 1'000'000;

}  // namespace

struct MessageChannel::SyncWait : CallFrame {
  MessageChannel& channel;
  const ActorHeader question;
  const ProtocolInfo& protocol;
  OwnedMessage* reply;
  SyncWait* outer;  // of this thread
  std::optional<RejectReason> rejected = std::nullopt;
  bool timed_out = false;

  bool constructs() const { return (question.flags & kWireConstructor) != 0; }
};

// The sync calls of a thread, over all its connections.
struct MessageChannel::ThreadWaits {
  SyncWait* innermost = nullptr;
  // To be scheduled when there is none: a loop inside a nested handler ran their task too early.
  // Null or on the heap, so that a look at `innermost` stays one load.
  std::vector<RefPtr<MessageChannel>>* early = nullptr;
};

MessageChannel::ThreadWaits& MessageChannel::Waits() {
  static constinit thread_local ThreadWaits waits;
  return waits;
}

bool MessageChannel::SyncCallWaits() { return Waits().innermost != nullptr; }

void MessageChannel::ScheduleAfterWaits() {
  ThreadWaits& waits = Waits();
  if (waits.early == nullptr) waits.early = new std::vector<RefPtr<MessageChannel>>();
  waits.early->push_back(RefPtr<MessageChannel>(this));
}

void MessageChannel::ScheduleEarly() {
  const std::unique_ptr<std::vector<RefPtr<MessageChannel>>> early(
      std::exchange(Waits().early, nullptr));
  for (const RefPtr<MessageChannel>& channel : *early) channel->ScheduleWaiting();
}

SendResult MessageChannel::BeginCall(const ActorHeader& question, int32_t* transaction) {
  const Nesting level = NestingOf(question.flags);
  if (peer_left_) return NoteSyncResult(SendResult::kClosed);
  if (calls_.late.has_value()) return NoteSyncResult(SendResult::kPreviousTimeout);
  if (calls_.waiting() >= limits_.sync_depth) {
    LogErrorLimited("sync_depth",
                    Text(NameOf(question), " was not sent to ", peer().ToString(), ": ",
                         limits_.sync_depth, " sync calls wait inside one another (sync_depth)"));
    return NoteSyncResult(SendResult::kRefused);
  }
  while (const CallFrame* blocker = calls_.BlockerOf(level)) EndTransaction(blocker->transaction);
  *transaction = calls_.TransactionFor(question.seqno);
  return SendResult::kOk;
}

SendResult MessageChannel::WaitForReply(const ActorHeader& question, int32_t transaction,
                                        const ProtocolInfo& protocol, OwnedMessage* reply) {
  const RefPtr<MessageChannel> keep(this);
  ThreadWaits& waits = Waits();
  SyncWait wait{{.kind = CallFrame::Kind::kWaits,
                 .level = NestingOf(question.flags),
                 .seqno = question.seqno,
                 .transaction = transaction},
                *this,
                question,
                protocol,
                reply,
                waits.innermost};
  calls_.Push(wait);
  waits.innermost = &wait;
  std::optional<ObservedWait> observed;
  if (ABSL_PREDICT_FALSE(Observed())) observed.emplace(*this, protocol, question.message);
  const SendResult result = Wait(wait);
  observed.reset();
  waits.innermost = wait.outer;
  calls_.Pop();
  if (ABSL_PREDICT_FALSE(waits.early != nullptr) && waits.innermost == nullptr) ScheduleEarly();
  return NoteSyncResult(result);
}

SendResult MessageChannel::Wait(SyncWait& wait) {
  const bool times_out = reply_timeout_ms_ > 0 && wait.below == nullptr && !wait.constructs();
  const int64_t half = reply_timeout_ms_ * kNanosPerMillisecond / 2;
  bool second_half = false;
  int64_t end = times_out ? MonotonicNanos() + half : kForeverNanos;
  while (!wait.answered && IsOpen() && !peer_left_) {
    if (ABSL_PREDICT_FALSE(paused_)) {
      paused_ = false;
      channel_->ResumeReading();
    }
    // The handlers of nested messages may have run calls of their own, behind which others waited.
    bool alive = false;
    while (!wait.answered && DispatchAdmitted()) alive = true;
    if (wait.answered || !IsOpen()) break;
    if (alive && times_out) {
      second_half = false;
      end = MonotonicNanos() + half;
    }
    if (ABSL_PREDICT_TRUE(!times_out && held_.empty())) {
      loop_->WaitTransports(absl::InfiniteFuture());
      continue;
    }
    SendHeld();
    const int64_t now = MonotonicNanos();
    if (now < end) {
      const int64_t pause = held_.empty() ? end - now : std::min(end - now, kHeldReplyNanos);
      const uint64_t handled = nested_handled_;
      loop_->WaitTransports(absl::Now() + absl::Nanoseconds(pause));
      if (nested_handled_ == handled || !times_out) continue;
      second_half = false;
      end = MonotonicNanos() + half;
    } else if (!std::exchange(second_half, !second_half)) {
      end = now + half;
    } else if (ContinuesAfterTimeout()) {
      end = MonotonicNanos() + half;
    } else {
      wait.timed_out = !wait.answered;
      break;
    }
  }
  return ResultOf(wait);
}

// Runs code of the author, who may close the connection.
bool MessageChannel::ContinuesAfterTimeout() {
  const RefPtr<ToplevelActor> top(top_);
  return top && top->ShouldContinueFromReplyTimeout();
}

SendResult MessageChannel::ResultOf(const SyncWait& wait) {
  if (wait.answered) {
    if (wait.rejected == RejectReason::kCancelled) return SendResult::kCancelled;
    if (wait.rejected) return SendResult::kRefused;
    // A nested handler may have ended the actor that asked.
    const Actor* const actor = tree_.Find(wait.question.routing);
    const bool alive = actor != nullptr && actor->link_status() == LinkStatus::kConnected;
    return alive ? SendResult::kOk : SendResult::kClosed;
  }
  if (!wait.timed_out || !IsOpen()) return SendResult::kClosed;
  calls_.late = LateCall{.level = wait.level,
                         .seqno = wait.seqno,
                         .transaction = wait.transaction,
                         .protocol = wait.question.protocol,
                         .message = wait.question.message,
                         .routing = wait.question.routing};
  return SendResult::kTimedOut;
}

bool MessageChannel::CancelCurrentTransaction() {
  const CallFrame* const handler = calls_.Handling();
  if (handler == nullptr || !IsOpen()) return false;
  const RefPtr<MessageChannel> keep(this);
  EndTransaction(handler->transaction);
  // The peer waits for this.
  if (IsOpen()) channel_->Flush();
  return true;
}

bool MessageChannel::Admits(absl::Span<const uint8_t> payload) const {
  const SyncWait* const innermost = Waits().innermost;
  if (innermost == nullptr || &innermost->channel != this || innermost->answered) return false;
  ActorHeader header;
  std::memcpy(&header, payload.data(), sizeof(header));
  const Nesting level = NestingOf(header.flags);
  const bool sync = (header.flags & kWireSync) != 0;
  // It must not overtake the constructor of the actor that it is for, or of one that it mentions.
  // (A sync message is answered at once; that there is no such actor, if need be.)
  if (!sync && tree_.has_promised()) return false;
  int32_t transaction = 0;
  if (payload.size() >= sizeof(header) + sizeof(transaction)) {
    std::memcpy(&transaction, payload.data() + sizeof(header), sizeof(transaction));
  }
  return calls_.Admits(level, sync, transaction);
}

bool MessageChannel::DispatchAdmitted() {
  if (incoming_.empty() || ended_ || cut_ || peer_left_) return false;
  std::optional<OwnedMessage> message =
      incoming_.TakeNested([this](absl::Span<const uint8_t> payload) { return Admits(payload); });
  if (!message) return false;
  ++nested_handled_;
  const Channel::OriginScope scope(*channel_, message->origin());
  Dispatch(message->bytes(), message->handles());
  return true;
}

void MessageChannel::DuringSyncWait(absl::Span<const uint8_t> payload,
                                    absl::Span<OwnedHandle> handles) {
  if (payload.size() >= sizeof(ActorHeader)) {
    ActorHeader header;
    std::memcpy(&header, payload.data(), sizeof(header));
    const bool control = header.protocol == 0;
    if (control && HandledOnArrival(payload, handles)) return;
    if (control && !hello_seen_) return OnControl(header, payload, handles);
    if (control && header.message == static_cast<uint16_t>(ControlMessage::kGoodbye)) {
      peer_left_ = true;  // no reply can follow; deferred like the rest
    } else if (!control && (header.flags & kWireReply) != 0) {
      const bool sync = (header.flags & kWireSync) != 0;
      if (sync || calls_.FindWaiting(header.seqno) != nullptr) {
        return DispatchSyncReply(header, payload, handles);
      }
    } else if (!control && NestingOf(header.flags) != Nesting::kNot && Admits(payload)) {
      if (!incoming_.has_nested()) {
        ++nested_handled_;
        return Dispatch(payload, handles);
      }
      Defer(payload, handles);  // behind those that are older
      while (DispatchAdmitted()) {
      }
      return;
    }
  }
  Defer(payload, handles);
}

void MessageChannel::DispatchSyncReply(const ActorHeader& header, absl::Span<const uint8_t> payload,
                                       absl::Span<OwnedHandle> handles) {
  std::optional<ObservedHandling> observed;
  if (ABSL_PREDICT_FALSE(Observed())) observed.emplace(*this, payload, handles);
  if (!hello_seen_) return Cut(Text(NameOf(header), ": the hello is missing"));
  OnSyncReply(header, payload, handles);
}

void MessageChannel::OnSyncReply(const ActorHeader& header, absl::Span<const uint8_t> payload,
                                 absl::Span<OwnedHandle> handles) {
  CallFrame* const frame = calls_.FindWaiting(header.seqno);
  if (frame == nullptr) return OnLateReply(header);
  SyncWait& wait = static_cast<SyncWait&>(*frame);
  const auto blame = [&](std::string_view why) {
    Cut(Text(ReplyName(wait.protocol, wait.question.message), ": ", why));
  };
  if (header.protocol != wait.question.protocol || header.message != wait.question.message ||
      header.routing != wait.question.routing) {
    return blame(Text("seqno: ", header.seqno, " belongs to another message"));
  }
  if ((header.flags & ~kWireRejected) != (kWireReply | kWireSync)) {
    return blame("flags: not those of this reply");
  }
  if ((header.flags & kWireRejected) == 0) {
    *wait.reply = OwnedMessage(payload, handles);
    wait.reply->SetOrigin(channel_->origin());
    wait.answered = true;
    return;
  }
  Reader reader(payload, handles, &limits_, this);
  absl::Span<const uint8_t> skipped;
  RejectReason reason{};
  if (!reader.GetBytes(sizeof(ActorHeader), &skipped) ||
      !ReadRejection(reader, /*sync=*/true, &reason)) {
    return blame(reader.failure().ToString());
  }
  wait.answered = true;
  wait.rejected = reason;
  if (reason == RejectReason::kCancelled) EndTransaction(wait.transaction);
}

// The reply to a call that timed out is looked at only as far as it matters.
void MessageChannel::OnLateReply(const ActorHeader& header) {
  if (replies_.Find(header.seqno) != nullptr) {
    return Cut(Text(NameOf(header), ": flags: not those of this reply"));
  }
  if (!calls_.late.has_value() || header.seqno != calls_.late->seqno) {
    return Cut(Text(NameOf(header), ": seqno: ", header.seqno, " is not an open question"));
  }
  const LateCall late = *std::exchange(calls_.late, std::nullopt);
  if (header.protocol != late.protocol || header.message != late.message ||
      header.routing != late.routing ||
      (header.flags & ~kWireRejected) != (kWireReply | kWireSync)) {
    return Cut(Text(NameOf(header), ": it is not the reply that was awaited"));
  }
  TraceNote(*this, Text(NameOf(header), " dropped: its call had timed out"));
  // Perhaps it was cancelled; handlers of ours that were nested in it are of no use either way.
  EndTransaction(late.transaction);
}

void MessageChannel::Defer(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles) {
  OwnedMessage message(payload, handles);
  const bool waits = calls_.waiting() != 0;
  if (waits && incoming_.cost() + message.cost() > limits_.queued_bytes) {
    ActorHeader header{};
    std::memcpy(&header, payload.data(), std::min(payload.size(), sizeof(header)));
    return Cut(Text(NameOf(header), ": more than ", limits_.queued_bytes,
                    " bytes wait behind a sync call (queued_bytes)"));
  }
  Push(payload, std::move(message));
  ScheduleWaiting();
  if (!waits && !paused_) {
    paused_ = true;
    channel_->PauseReading();
  }
}

}  // namespace ipdl
