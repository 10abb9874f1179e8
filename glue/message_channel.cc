// The life of a connection: bound, greeted, closed by us, by the peer or by a fault.

#include "glue/message_channel.h"

#include <cstdio>
#include <cstdlib>

#include "glue/blame.h"
#include "glue/observe.h"
#include "glue/process_kind.h"
#include "glue/spare_message.h"
#include "glue/text.h"
#include "runtime/log.h"
#include "runtime/reader.h"
#include "runtime/writer.h"

namespace ipdl {

absl::Status MessageChannel::Bind(RefPtr<ToplevelActor> top, std::unique_ptr<Channel> channel,
                                  RunLoop* loop, const Limits& limits, bool exit_when_closed) {
  if (top->link_status() != LinkStatus::kInactive) {
    return absl::FailedPreconditionError(
        Text("the ", top->protocol_name(), " actor was bound before"));
  }
  ToplevelActor& actor = *top;
  RefPtr<MessageChannel> bound(
      new MessageChannel(std::move(top), std::move(channel), loop, limits));
  actor.connection_ = bound;
  bound->exit_when_closed_ = exit_when_closed;
  StartObservers();
  bound->SendControl(ControlMessage::kHello);
  bound->channel_->Start(bound.get());
  return absl::OkStatus();
}

MessageChannel::MessageChannel(RefPtr<ToplevelActor> top, std::unique_ptr<Channel> channel,
                               RunLoop* loop, const Limits& limits)
    : limits_(limits),
      loop_(loop),
      side_(top->side()),
      protocol_(*top->actor_class().protocol),
      channel_(std::move(channel)),
      top_(top.get()),
      tree_(this, std::move(top), &replies_, loop),
      trace_id_(NewTraceId()),
      calls_(side_) {}

MessageChannel::~MessageChannel() = default;

bool MessageChannel::Owns(const Actor& actor) const {
  return actor.channel_ == this && actor.status_ == LinkStatus::kConnected;
}

void MessageChannel::SendControl(ControlMessage message) {
  Writer& writer = Open({.protocol = 0,
                         .message = static_cast<uint16_t>(message),
                         .flags = 0,
                         .routing = 0,
                         .seqno = 0});
  if (message == ControlMessage::kHello) {
    writer.Put(protocol_.id);
    writer.Put(static_cast<uint8_t>(side_));
    writer.Put(protocol_.fingerprint);
    writer.Put(trace_id_);
  }
  std::string why_refused;
  Finish(writer, &why_refused);  // it is small and of plain values: never refused
}

void MessageChannel::OnControl(const ActorHeader& header, absl::Span<const uint8_t> payload,
                               absl::Span<OwnedHandle> handles) {
  if (header.flags != 0 || header.routing != 0 || header.seqno != 0) {
    return Cut("control message: flags, routing and seqno are not zero");
  }
  switch (static_cast<ControlMessage>(header.message)) {
    case ControlMessage::kHello:
      return OnHello(payload, handles);
    case ControlMessage::kGoodbye: {
      if (!hello_seen_) return Cut("goodbye: it comes before the hello");
      if (payload.size() != sizeof(ActorHeader) || !handles.empty()) {
        return Cut("goodbye: something follows the header");
      }
      return End(DestroyReason::kNormalShutdown);
    }
    case ControlMessage::kEndpointOpened:
    case ControlMessage::kEndpointSent:
    case ControlMessage::kEndpointWithdrawn:
    case ControlMessage::kEndpointBound:
    case ControlMessage::kEndpointDropped:
      return OnEndpointControl(header, payload, handles);
  }
  Cut(Text("control message: number ", header.message, " is not known"));
}

void MessageChannel::OnEndpointControl(const ActorHeader& header, absl::Span<const uint8_t> payload,
                                       absl::Span<OwnedHandle> handles) {
  const auto message = static_cast<ControlMessage>(header.message);
  const std::string_view name = ControlName(message);
  if (!hello_seen_) return Cut(Text(name, ": it comes before the hello"));
  Reader reader(payload, handles, &limits_, this);
  absl::Span<const uint8_t> skipped;
  // Cannot fail: the header has been read from these bytes before.
  static_cast<void>(reader.GetBytes(sizeof(ActorHeader), &skipped));
  if (const std::string wrong = endpoints_.Receive(message, reader); !wrong.empty()) {
    Cut(Text(name, ": ", wrong));
  }
}

// By what the launchers know, and never by what is in a message.
absl::Status MessageChannel::CheckPeerKind() const {
  const Side side = OtherSide(side_);
  switch (channel_->WhoIsPeer()) {
    case Channel::PeerIs::kThisProcess:
      return absl::OkStatus();  // both sides of a program run in one
    case Channel::PeerIs::kKnown:
      return MayLiveIn(protocol_, side, peer().kind, "the peer");
    case Channel::PeerIs::kNotKnownYet:
    case Channel::PeerIs::kNotKnown:
      break;
  }
  return MayLiveIn(protocol_, side, "", "the peer");
}

void MessageChannel::OnHello(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles) {
  if (hello_seen_) return Cut("hello: it comes twice");
  Reader reader(payload, handles, &limits_, this);
  absl::Span<const uint8_t> skipped;
  uint32_t protocol = 0;
  uint8_t side = 0;
  uint64_t fingerprint = 0;
  if (!reader.GetBytes(sizeof(ActorHeader), &skipped) || !reader.Get(&protocol) ||
      !reader.Get(&side) || !reader.Get(&fingerprint)) {
    return Cut(Text("hello: ", reader.failure().ToString()));
  }
  if (protocol != protocol_.id) {
    return Cut(Text("hello: protocol: 0x", absl::Hex(protocol, absl::kZeroPad8), " is not ",
                    ShortName(protocol_)));
  }
  if (side != static_cast<uint8_t>(OtherSide(side_))) {
    return Cut(Text("hello: side: both ends are ", ShortName(protocol_), SideName(side_)));
  }
  if (fingerprint != protocol_.fingerprint) {
    return Cut(Text("hello: fingerprint: the peer was built from another version of ",
                    ShortName(protocol_)));
  }
  if (!reader.Get(&peer_trace_id_) || !reader.Finish()) {
    return Cut(Text("hello: ", reader.failure().ToString()));
  }
  if (const absl::Status kind = CheckPeerKind(); !kind.ok()) {
    return Cut(Text("hello: ", kind.message()));
  }
  hello_seen_ = true;
}

void MessageChannel::Close() {
  if (ended_) return;
  exit_when_closed_ = false;  // our own doing
  if (IsOpen()) {
    // Replies that waited for room go first, as far as there is room now.
    SendHeld();
    SendControl(ControlMessage::kGoodbye);
  }
  End(DestroyReason::kNormalShutdown);
}

void MessageChannel::Cut(std::string_view what) {
  if (ended_ || cut_) return;
  cut_ = true;
  const std::string who = Text("cut off ", peer().ToString());
  cut_line_ = Text(who, ": ", what);
  LogErrorLimited(who, cut_line_);
  incoming_.Clear();
  // OnChannelClosed follows from the loop; if the channel is closed already, it has come.
  channel_->Cut(std::string(what));
}

void MessageChannel::Cut(const OwnedMessage& message, std::string_view what) {
  const Channel::OriginScope scope(*channel_, message.origin());
  Cut(what);
}

void MessageChannel::End(DestroyReason reason) {
  if (ended_) return;
  const RefPtr<MessageChannel> keep(this);
  ended_ = true;
  channel_->Close();
  incoming_.Clear();
  held_.Clear();
  const RefPtr<ToplevelActor> top(top_);
  if (cut_) top->OnPeerCutOff(cut_line_);
  tree_.Destroy(*top, reason, reason);
}

void MessageChannel::OnTreeEnded(DestroyReason reason) {
  top_ = nullptr;
  if (!exit_when_closed_) return;
  // No destructors and no exit handlers: they would run below whatever is on the stack.
  FinishObservers();
  std::fflush(nullptr);
  std::_Exit(reason == DestroyReason::kNormalShutdown ? 0 : 1);
}

void MessageChannel::OnChannelClosed(const ChannelClosed& why) {
  const RefPtr<MessageChannel> keep(this);
  if (ended_) return;
  lost_ = why;
  if (SyncCallWaits()) return ScheduleWaiting();
  if (!incoming_.empty()) return DispatchWaiting();
  EndAfterLoss();
}

void MessageChannel::EndAfterLoss() {
  if (ended_) return;
  if (!cut_ && lost_->kind != ChannelClosed::Kind::kPeerClosed) {
    // The frame around the messages was wrong, or the system failed: the line is ours to write.
    const bool cut = lost_->kind == ChannelClosed::Kind::kCut;
    const std::string who = Text(cut ? "cut off " : "lost ", peer().ToString());
    cut_line_ = Text(who, ": ", lost_->text);
    LogErrorLimited(who, cut_line_);
    cut_ = cut;
  }
  End(DestroyReason::kAbnormalShutdown);
}

void MessageChannel::OnChannelWritable() {
  const RefPtr<MessageChannel> keep(this);
  if (ended_) return;
  if (SyncCallWaits()) {
    writable_deferred_ = true;
    return ScheduleWaiting();
  }
  TellWritable();
}

void MessageChannel::TellWritable() {
  SendHeld();
  if (IsOpen()) {
    const RefPtr<ToplevelActor> top(top_);
    top->OnWritable();
  }
}

}  // namespace ipdl
