// Messages on their way in: every header is checked against the tables before anything else is
// looked at, and every failure names what was wrong.

#include <cstring>
#include <optional>

#include "glue/blame.h"
#include "glue/incoming.h"
#include "glue/message_channel.h"
#include "glue/text.h"
#include "glue/trace_log.h"
#include "runtime/log.h"
#include "runtime/reader.h"

namespace ipdl {

namespace {

// Bits that a message's table entry and its header must agree on; the same in both.
constexpr uint16_t kKindBits = kWireSync | kWireHasReply | kWireConstructor | kWireDelete;
static_assert(kSync == static_cast<int>(kWireSync) && kHasReply == static_cast<int>(kWireHasReply));
static_assert(kConstructor == static_cast<int>(kWireConstructor) &&
              kDelete == static_cast<int>(kWireDelete));

ActorHeader HeaderOf(absl::Span<const uint8_t> payload) {
  ActorHeader header;
  std::memcpy(&header, payload.data(), sizeof(header));
  return header;
}

}  // namespace

struct MessageChannel::RunningQuestion {
  int32_t seqno;
  RunningQuestion* outer;
  bool dropped = false;  // its resolver died without an answer
};

void MessageChannel::OnChannelMessage(absl::Span<const uint8_t> payload,
                                      absl::Span<OwnedHandle> handles) {
  const RefPtr<MessageChannel> keep(this);
  if (ended_ || cut_) return;
  if (ABSL_PREDICT_FALSE(SyncCallWaits())) return DuringSyncWait(payload, handles);
  if (protocol_.reorders && hello_seen_) return Enqueue(payload, handles);
  // What waited behind a sync call is older than this message.
  if (ABSL_PREDICT_FALSE(!incoming_.empty())) DispatchWaiting();
  if (ended_ || cut_) return;
  Dispatch(payload, handles);
  // The handler may have made a sync call; its stack is unwound now.
  if (ABSL_PREDICT_FALSE(!incoming_.empty())) DispatchWaiting();
}

void MessageChannel::Enqueue(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles) {
  const bool replaced = incoming_.Push(OwnedMessage(payload, handles), MannerOf(payload));
  if (ABSL_PREDICT_FALSE(replaced && TraceIsOn())) {
    TraceNote(*this, Text(NameOf(HeaderOf(payload)), " dropped: a newer one came"));
  }
  ScheduleWaiting();
}

IncomingQueue::Manner MessageChannel::MannerOf(absl::Span<const uint8_t> payload) {
  if (!protocol_.reorders || payload.size() < sizeof(ActorHeader)) return {};
  const ActorHeader header = HeaderOf(payload);
  // The goodbye: no message may be left behind it.
  if (header.protocol == 0) return {.priority = MessagePriority::kLow};
  const Actor* const actor = tree_.Find(header.routing);
  if (actor == nullptr) return {};
  const ProtocolInfo& protocol = *actor->actor_class().protocol;
  if (header.protocol != protocol.id || header.message >= protocol.messages.size()) return {};
  const uint16_t flags = protocol.messages[header.message].flags;
  if ((header.flags & kWireReply) != 0) return {.priority = ReplyPriorityOf(flags)};
  return {.priority = PriorityOf(flags),
          .compression = CompressionOf(flags),
          .key = {header.protocol, header.routing, header.message}};
}

void MessageChannel::ScheduleWaiting() {
  if (std::exchange(waiting_scheduled_, true)) return;
  loop_->Post([self = RefPtr<MessageChannel>(this)] {
    self->waiting_scheduled_ = false;
    self->DispatchWaiting();
  });
}

void MessageChannel::DispatchWaiting() {
  const RefPtr<MessageChannel> keep(this);
  while (!incoming_.empty() && !ended_ && !cut_) {
    OwnedMessage message = incoming_.Pop();
    Dispatch(message.bytes(), message.handles());
  }
  if (ended_) return;
  if (std::exchange(paused_, false)) channel_->ResumeReading();
  if (std::exchange(writable_deferred_, false)) TellWritable();
  if (lost_) EndAfterLoss();
}

void MessageChannel::Dispatch(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles) {
  if (payload.size() < sizeof(ActorHeader)) {
    return Cut(Text("a message of ", payload.size(), " bytes is shorter than its header"));
  }
  const ActorHeader header = HeaderOf(payload);
  if (ABSL_PREDICT_FALSE(TraceIsOn())) TraceReceived(*this, payload, handles);
  if (header.protocol == 0) return OnControl(header, payload, handles);
  if (!hello_seen_) return Cut(Text(NameOf(header), ": the hello is missing"));
  if ((header.flags & kWireReply) != 0) return DispatchReply(header, payload, handles);
  DispatchToActor(header, payload, handles);
}

std::string_view MessageChannel::CheckHeader(const ActorHeader& header, const Actor& actor) const {
  const ActorClass& actor_class = actor.actor_class();
  if (header.protocol != actor_class.protocol->id) return "protocol: the actor is of another one";
  if (header.message >= actor_class.protocol->messages.size()) {
    return "message: the protocol has no such number";
  }
  const MessageInfo& info = actor_class.protocol->messages[header.message];
  if (actor_class.handlers[header.message] == nullptr) return "this side does not receive it";
  if (header.flags != (info.flags & kKindBits)) return "flags: not those of this message";
  if ((info.flags & kHasReply) != 0 ? header.seqno <= 0 : header.seqno != 0) {
    return "seqno: out of range";
  }
  return {};
}

void MessageChannel::DispatchToActor(const ActorHeader& header, absl::Span<const uint8_t> payload,
                                     absl::Span<OwnedHandle> handles) {
  const RefPtr<Actor> actor(tree_.Find(header.routing));
  if (!actor || actor->link_status() != LinkStatus::kConnected) {
    return DispatchToNobody(header, payload);
  }
  const ProtocolInfo& protocol = *actor->actor_class().protocol;
  if (const std::string_view wrong = CheckHeader(header, *actor); !wrong.empty()) {
    const bool known = header.protocol == protocol.id && header.message < protocol.messages.size();
    return Cut(Text(known ? MessageName(protocol, header.message)
                          : Text(UnknownMessageName(header), " for ", ShortName(protocol),
                                 " actor ", header.routing),
                    ": ", wrong));
  }
  const auto blame = [&](std::string_view why) {
    Cut(Text(MessageName(protocol, header.message), ": ", why));
  };

  Incoming in(*this, *actor, header, payload, handles);
  if ((header.flags & kWireConstructor) != 0) {
    if (!in.reader_.Get(&in.constructed_id_)) {
      in.reader_.Blame("id");
      return blame(in.reader_.failure().ToString());
    }
    if (!tree_.NotePeerId(in.constructed_id_)) {
      return blame(Text("id: ", in.constructed_id_, " is not a new id of the peer"));
    }
    if (tree_.made_by_peer() >= limits_.actors) {
      return blame(Text("the peer has ", limits_.actors, " actors already (actors)"));
    }
  }
  const bool question = (header.flags & (kWireHasReply | kWireSync)) == kWireHasReply;
  if (question) {
    if (replies_.questions() >= limits_.outstanding_replies) {
      return blame(Text(limits_.outstanding_replies,
                        " questions of the peer are open already (outstanding_replies)"));
    }
    if (!replies_.OpenQuestion(*actor, header.seqno)) {
      return blame(Text("seqno: ", header.seqno, " is an open question already"));
    }
  }

  gone_actor_ = false;
  RunningQuestion running{.seqno = header.seqno, .outer = running_};
  if (question) running_ = &running;
  const HandlerStatus status = actor->actor_class().handlers[header.message](*actor, in);
  if (question) {
    running_ = running.outer;
    SettleQuestion(*actor, header, status, running.dropped);
  }

  if (ABSL_PREDICT_FALSE(status != HandlerStatus::kDone && in.constructed_)) {
    if (in.constructed_->link_status() == LinkStatus::kConnected) {
      tree_.Destroy(*in.constructed_, DestroyReason::kFailedConstructor,
                    DestroyReason::kAncestorDeletion);
    }
  }
  if (ended_) return;
  switch (status) {
    case HandlerStatus::kDone:
      if ((header.flags & kWireDelete) != 0 && actor->link_status() == LinkStatus::kConnected) {
        tree_.Destroy(*actor, DestroyReason::kDeletion, DestroyReason::kAncestorDeletion);
      }
      return;
    case HandlerStatus::kMalformed:
      return blame(in.reader_.failure().ToString());
    case HandlerStatus::kBad:
      return blame(in.reason_);
    case HandlerStatus::kRefused:
      if ((header.flags & kWireConstructor) != 0) return blame(in.reason_);
      LogWarningLimited(Text("refused ", peer().ToString()),
                        Text("refused to ", peer().ToString(), ": ",
                             MessageName(protocol, header.message), ": ", in.reason_));
      if ((header.flags & kWireSync) != 0) SendRejection(header, RejectReason::kHandlerRejected);
      return;
    case HandlerStatus::kDropped:
      TraceNote(*this, Text(MessageName(protocol, header.message),
                            " dropped: an actor in it no longer exists"));
      if ((header.flags & kWireSync) != 0) SendRejection(header, RejectReason::kActorDestroyed);
      return;
  }
}

bool MessageChannel::NoteDroppedResolver(int32_t seqno) {
  for (RunningQuestion* question = running_; question != nullptr; question = question->outer) {
    if (question->seqno == seqno) return question->dropped = true;
  }
  return false;
}

// After the handler of a question: whatever it did with the resolver, a refusal is answered now,
// and so is a question whose resolver died meanwhile.
void MessageChannel::SettleQuestion(Actor& actor, const ActorHeader& question, HandlerStatus status,
                                    bool dropped) {
  if (ended_ || !replies_.IsOpenQuestion(question.seqno, actor.id())) return;
  RejectReason reason;
  if (status == HandlerStatus::kRefused) {
    reason = RejectReason::kHandlerRejected;
  } else if (status == HandlerStatus::kDropped) {
    reason = RejectReason::kActorDestroyed;
  } else if (status == HandlerStatus::kDone && dropped) {
    reason = RejectReason::kResolverDestroyed;
  } else {
    return;
  }
  replies_.CloseQuestion(actor, question.seqno);
  SendRejection(question, reason);
}

// The actor is gone (its __delete__ crossed this message), or never was.
void MessageChannel::DispatchToNobody(const ActorHeader& header,
                                      absl::Span<const uint8_t> payload) {
  if (!tree_.WasUsed(header.routing)) {
    return Cut(
        Text(UnknownMessageName(header), ": routing: there never was an actor ", header.routing));
  }
  if ((header.flags & ~kKindBits) != 0 ||
      ((header.flags & kWireHasReply) != 0 ? header.seqno <= 0 : header.seqno != 0)) {
    return Cut(Text(UnknownMessageName(header), ": flags: no message has these"));
  }
  TraceNote(*this, Text(UnknownMessageName(header), " ignored: actor ", header.routing,
                        " no longer exists"));
  if ((header.flags & kWireConstructor) != 0) {
    // The actor that it makes does not come to be, but messages to it may follow.
    Reader reader(payload.subspan(sizeof(ActorHeader)), {}, &limits_);
    int32_t id = 0;
    if (!reader.Get(&id) || !tree_.NotePeerId(id)) {
      return Cut(Text(UnknownMessageName(header), ": id: not a new id of the peer"));
    }
  }
  if ((header.flags & kWireHasReply) != 0) SendRejection(header, RejectReason::kActorDestroyed);
}

void MessageChannel::DispatchReply(const ActorHeader& header, absl::Span<const uint8_t> payload,
                                   absl::Span<OwnedHandle> handles) {
  PendingReply* const pending = replies_.Find(header.seqno);
  if (pending == nullptr) {
    // The question may have died with its actor while the reply was under way.
    const Actor* actor = tree_.Find(header.routing);
    const bool late = replies_.WasUsed(header.seqno) && tree_.WasUsed(header.routing) &&
                      (actor == nullptr || actor->link_status() != LinkStatus::kConnected);
    if (late) return;
    return Cut(Text(NameOf(header), ": seqno: ", header.seqno, " is not an open question"));
  }
  const Actor& actor = ReplyTable::ActorOf(*pending);
  const ProtocolInfo& protocol = *actor.actor_class().protocol;
  const auto blame = [&, message = ReplyTable::MessageOf(*pending)](std::string_view why) {
    Cut(Text(ReplyName(protocol, message), ": ", why));
  };
  if (header.protocol != protocol.id || header.message != ReplyTable::MessageOf(*pending) ||
      header.routing != actor.id()) {
    return blame(Text("seqno: ", header.seqno, " belongs to another message"));
  }
  if ((header.flags & ~kWireRejected) != kWireReply) {
    return blame("flags: not those of this reply");
  }

  const RefPtr<PendingReply> keep(pending);
  Reader reader(payload, handles, &limits_, this);
  absl::Span<const uint8_t> skipped;
  bool good = reader.GetBytes(sizeof(ActorHeader), &skipped);
  std::optional<RejectReason> rejected;
  gone_actor_ = false;
  if ((header.flags & kWireRejected) != 0) {
    good = good && ReadRejection(reader, &rejected.emplace());
  } else {
    good = good && pending->Read(reader) && reader.Finish();
    if (!good && TakeGoneActor()) {
      rejected = RejectReason::kActorDestroyed;
      good = true;
    }
  }
  if (!good) return blame(reader.failure().ToString());

  replies_.Remove(*pending);
  if (rejected) {
    keep->Reject(*rejected, *loop_);
  } else {
    keep->Deliver();
  }
  if (wants_writable_ && replies_.waiting() <= limits_.outstanding_replies / 2) {
    wants_writable_ = false;
    TellWritable();
  }
}

bool MessageChannel::ReadRejection(Reader& reader, RejectReason* reason) {
  uint8_t byte = 0;
  if (!reader.Get(&byte)) return reader.Blame("reason");
  *reason = static_cast<RejectReason>(byte);
  if (*reason != RejectReason::kHandlerRejected && *reason != RejectReason::kActorDestroyed &&
      *reason != RejectReason::kResolverDestroyed) {
    reader.Fail("not a reason that a peer may give");
    return reader.Blame("reason");
  }
  return reader.Finish();
}

std::string MessageChannel::NameOf(const ActorHeader& header) {
  const Actor* actor = tree_.Find(header.routing);
  if (header.protocol != 0 && actor != nullptr) {
    const ProtocolInfo& protocol = *actor->actor_class().protocol;
    if (header.protocol == protocol.id && header.message < protocol.messages.size()) {
      return (header.flags & kWireReply) != 0 ? ReplyName(protocol, header.message)
                                              : MessageName(protocol, header.message);
    }
  }
  return UnknownMessageName(header);
}

}  // namespace ipdl
