// Messages on their way out: opened in the channel's buffer, or beside it where they must not be
// refused or are to be logged first.

#include <algorithm>
#include <limits>

#include "glue/blame.h"
#include "glue/message_channel.h"
#include "glue/observe.h"
#include "glue/spare_message.h"
#include "glue/text.h"
#include "glue/trace_log.h"
#include "runtime/log.h"
#include "runtime/writer.h"

namespace ipdl {

namespace {

// Frame header and padding around a payload, at most.
constexpr size_t kFrameOverhead = 16;
// How long to wait before looking whether replies that wait have room now. The channel tells that
// only after it refused something, which would have cost the reply its handles.
constexpr absl::Duration kHeldReplyPause = absl::Milliseconds(5);

void PutHeader(Writer& writer, const ActorHeader& header) {
  writer.PutBytes({reinterpret_cast<const uint8_t*>(&header), sizeof(header)});
}

ActorHeader ControlHeader(ControlMessage message) {
  return {.protocol = 0,
          .message = static_cast<uint16_t>(message),
          .flags = 0,
          .routing = 0,
          .seqno = 0};
}

ActorHeader ReplyHeader(const ActorHeader& question, uint16_t extra) {
  return {.protocol = question.protocol,
          .message = question.message,
          .flags = static_cast<uint16_t>(kWireReply | (question.flags & kWireSync) | extra),
          .routing = question.routing,
          .seqno = question.seqno};
}

}  // namespace

Writer& MessageChannel::Open(const ActorHeader& header) {
  if (ABSL_PREDICT_FALSE(Observed())) return OpenObserved(header);
  Writer& writer = channel_->Begin(this);
  PutHeader(writer, header);
  return writer;
}

// In a buffer of its own, so that it can be looked at when it is whole.
Writer& MessageChannel::OpenObserved(ActorHeader header) {
  // A number for traces: those of questions are positive.
  if (header.protocol != 0 && header.seqno == 0) {
    if (last_trace_number_ == std::numeric_limits<int32_t>::min()) last_trace_number_ = 0;
    header.seqno = --last_trace_number_;
  }
  Writer& writer = OpenSpare(header);
  spares_.back()->opened = ObserversClock();
  return writer;
}

Writer& MessageChannel::OpenSpare(const ActorHeader& header) {
  Writer& writer = spares_.emplace_back(std::make_unique<SpareMessage>(&limits_, this))->writer;
  PutHeader(writer, header);
  return writer;
}

std::unique_ptr<MessageChannel::SpareMessage> MessageChannel::TakeSpare(Writer& writer) {
  auto found = std::find_if(spares_.begin(), spares_.end(),
                            [&](const auto& spare) { return &spare->writer == &writer; });
  if (found == spares_.end()) return nullptr;
  std::unique_ptr<SpareMessage> spare = std::move(*found);
  spares_.erase(found);
  return spare;
}

SendResult MessageChannel::Finish(Writer& writer, std::string* why_refused) {
  const SendResult sent = FinishMessage(writer, why_refused);
  endpoints_.Settle(writer, static_cast<bool>(sent));
  return sent;
}

SendResult MessageChannel::FinishMessage(Writer& writer, std::string* why_refused) {
  if (ABSL_PREDICT_TRUE(spares_.empty())) return channel_->End(writer, why_refused);
  const std::unique_ptr<SpareMessage> spare = TakeSpare(writer);
  if (spare == nullptr) return channel_->End(writer, why_refused);
  if (!IsOpen()) return SendResult::kClosed;
  if (!writer.Finish()) {
    *why_refused = std::string(writer.error());
    return SendResult::kRefused;
  }
  if (ABSL_PREDICT_TRUE(!Observed())) {  // a reply, when there was no room for it
    return channel_->Send(spare->bytes.bytes(), std::move(spare->handles));
  }
  const ObservedSend observed(*this, spare->bytes.bytes(), spare->handles, spare->opened);
  const SendResult sent = channel_->Send(spare->bytes.bytes(), std::move(spare->handles));
  if (sent) {
    observed.Sent(*this);
  } else {
    TraceNote(*this, Text("the last message was not sent: ", sent.ToString()));
  }
  return sent;
}

void MessageChannel::Abandon(Writer& writer) {
  endpoints_.Settle(writer, false);
  if (TakeSpare(writer) == nullptr) channel_->Abandon(writer);
}

bool MessageChannel::Congested() const {
  return !held_.empty() || !channel_->HasRoom(limits_.payload_bytes(), limits_.message_handles);
}

Writer& MessageChannel::OpenReply(const ActorHeader& question) {
  const ActorHeader header = ReplyHeader(question, 0);
  return IsOpen() && Congested() ? OpenSpare(header) : Open(header);
}

void MessageChannel::FinishReply(const ActorHeader& question, Writer& writer) {
  // A nearly full queue makes every reply a spare one; one that was begun before it filled up ends
  // in the channel, which then has room for it, or is the channel's only message.
  const std::unique_ptr<SpareMessage> spare = TakeSpare(writer);
  const auto reject = [&](std::string_view why) {
    LogNotSent(NameOf(ReplyHeader(question, 0)), peer(), why);
    SendRejection(question, RejectReason::kHandlerRejected);
  };
  if (spare == nullptr) {
    std::string why_refused;
    const SendResult sent = channel_->End(writer, &why_refused);
    endpoints_.Settle(writer, static_cast<bool>(sent));
    if (sent.code() == SendResult::kRefused) reject(why_refused);
    return;
  }
  if (!IsOpen()) return endpoints_.Settle(writer, false);
  if (!writer.Finish() || spare->bytes.size() + kFrameOverhead > limits_.message_bytes ||
      spare->handles.size() > limits_.message_handles) {
    endpoints_.Settle(writer, false);
    return reject(writer.ok() ? "it is too large" : writer.error());
  }
  if (ABSL_PREDICT_FALSE(Observed())) {
    ObservedSend(*this, spare->bytes.bytes(), spare->handles, spare->opened).Sent(*this);
  }
  Hold(*spare);
  endpoints_.Settle(writer, true);
}

SendResult MessageChannel::SendEndpointOpened(int32_t id, uint32_t protocol, int32_t manager) {
  Writer& writer = Open(ControlHeader(ControlMessage::kEndpointOpened));
  writer.Put(id);
  writer.Put(protocol);
  writer.Put(manager);
  std::string why_refused;
  return Finish(writer, &why_refused);  // it is small and of plain values: never refused
}

void MessageChannel::SendEndpointControl(ControlMessage message, int32_t id) {
  if (!IsOpen()) return;
  const ActorHeader header = ControlHeader(message);
  Writer& writer = Congested() ? OpenSpare(header) : Open(header);
  writer.Put(id);
  // Cannot be refused: it is small.
  FinishReply(header, writer);
}

void MessageChannel::SendRejection(const ActorHeader& question, RejectReason reason) {
  if (!IsOpen()) return;
  const ActorHeader header = ReplyHeader(question, kWireRejected);
  Writer& writer = Congested() ? OpenSpare(header) : Open(header);
  writer.Put(static_cast<uint8_t>(reason));
  FinishReply(question, writer);
}

void MessageChannel::Hold(SpareMessage& reply) {
  held_.Push(OwnedMessage(reply.bytes.bytes(), absl::MakeSpan(reply.handles)));
  SendHeld();
  if (held_.cost() > limits_.queued_bytes) {
    Cut(Text("it asks without reading the replies; ", limits_.queued_bytes,
             " bytes of them wait (queued_bytes)"));
  }
}

void MessageChannel::SendHeld() {
  while (!held_.empty() && IsOpen()) {
    OwnedMessage& next = held_.front();
    if (!channel_->HasRoom(next.bytes().size(), next.handles().size())) break;
    OwnedMessage message = held_.Pop();
    channel_->Send(message.bytes(), std::move(message.handle_list()));
  }
  if (held_.empty() || hold_timer_set_) return;
  hold_timer_set_ = true;
  loop_->PostDelayed(kHeldReplyPause, [self = RefPtr<MessageChannel>(this)] {
    self->hold_timer_set_ = false;
    self->SendHeld();
  });
}

}  // namespace ipdl
