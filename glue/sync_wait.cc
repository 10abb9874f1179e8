// Sync calls: waiting for one reply, and what happens to everything else that comes meanwhile.
//
// While a sync call waits, its thread serves the transports of its loop and runs no code of any
// author. So every other message, of this connection or another of the same thread, is copied and
// kept in order, and dispatched once the stack is unwound, before any newer message. This
// connection keeps reading while it waits, up to Limits::queued_bytes of such messages; the others
// stop.

#include <cstring>

#include "glue/blame.h"
#include "glue/message_channel.h"
#include "glue/text.h"
#include "glue/trace_log.h"
#include "runtime/reader.h"

namespace ipdl {

namespace {

thread_local int waiting_calls = 0;

}  // namespace

struct MessageChannel::SyncWait {
  enum class State : uint8_t { kWaiting, kReplied, kRefused, kPeerLeaves };

  const ActorHeader question;
  const ProtocolInfo& protocol;
  OwnedMessage* reply;
  State state = State::kWaiting;
};

bool MessageChannel::SyncCallWaits() { return waiting_calls != 0; }

SendResult MessageChannel::WaitForReply(const ActorHeader& question, const ProtocolInfo& protocol,
                                        OwnedMessage* reply) {
  const RefPtr<MessageChannel> keep(this);
  SyncWait wait{.question = question, .protocol = protocol, .reply = reply};
  wait_ = &wait;
  ++waiting_calls;
  if (std::exchange(paused_, false)) channel_->ResumeReading();
  while (wait.state == SyncWait::State::kWaiting && IsOpen()) {
    loop_->WaitTransports(absl::InfiniteFuture());
  }
  --waiting_calls;
  wait_ = nullptr;
  switch (wait.state) {
    case SyncWait::State::kReplied:
      return SendResult::kOk;
    case SyncWait::State::kRefused:
      return SendResult::kRefused;
    default:
      return SendResult::kClosed;
  }
}

void MessageChannel::DuringSyncWait(absl::Span<const uint8_t> payload,
                                    absl::Span<OwnedHandle> handles) {
  if (payload.size() >= sizeof(ActorHeader)) {
    ActorHeader header;
    std::memcpy(&header, payload.data(), sizeof(header));
    const bool control = header.protocol == 0;
    if (control && !hello_seen_) return OnControl(header, payload, handles);
    if (wait_ != nullptr && wait_->state == SyncWait::State::kWaiting) {
      if (control && header.message == static_cast<uint16_t>(ControlMessage::kGoodbye)) {
        wait_->state = SyncWait::State::kPeerLeaves;  // no reply can follow; deferred like the rest
      } else if (!control && (header.flags & kWireReply) != 0 &&
                 header.seqno == wait_->question.seqno) {
        return AcceptSyncReply(header, payload, handles);
      }
    }
  }
  Defer(payload, handles);
}

void MessageChannel::AcceptSyncReply(const ActorHeader& header, absl::Span<const uint8_t> payload,
                                     absl::Span<OwnedHandle> handles) {
  if (ABSL_PREDICT_FALSE(TraceIsOn())) TraceReceived(*this, payload, handles);
  const auto blame = [&](std::string_view why) {
    Cut(Text(ReplyName(wait_->protocol, wait_->question.message), ": ", why));
  };
  if (!hello_seen_) return blame("the hello is missing");
  if (header.protocol != wait_->question.protocol || header.message != wait_->question.message ||
      header.routing != wait_->question.routing) {
    return blame(Text("seqno: ", header.seqno, " belongs to another message"));
  }
  if ((header.flags & ~kWireRejected) != (kWireReply | kWireSync)) {
    return blame("flags: not those of this reply");
  }
  if ((header.flags & kWireRejected) == 0) {
    *wait_->reply = OwnedMessage(payload, handles);
    wait_->state = SyncWait::State::kReplied;
    return;
  }
  Reader reader(payload, handles, &limits_, this);
  absl::Span<const uint8_t> skipped;
  RejectReason reason{};
  if (!reader.GetBytes(sizeof(ActorHeader), &skipped) || !ReadRejection(reader, &reason)) {
    return blame(reader.failure().ToString());
  }
  wait_->state = SyncWait::State::kRefused;
}

void MessageChannel::Defer(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles) {
  OwnedMessage message(payload, handles);
  if (wait_ != nullptr && incoming_.cost() + message.cost() > limits_.queued_bytes) {
    ActorHeader header{};
    std::memcpy(&header, payload.data(), std::min(payload.size(), sizeof(header)));
    return Cut(Text(NameOf(header), ": more than ", limits_.queued_bytes,
                    " bytes wait behind a sync call (queued_bytes)"));
  }
  incoming_.Push(std::move(message), MannerOf(payload));
  ScheduleWaiting();
  if (wait_ == nullptr && !paused_) {
    paused_ = true;
    channel_->PauseReading();
  }
}

}  // namespace ipdl
