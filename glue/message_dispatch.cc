// Messages on their way in: every header is checked against the tables before anything else is
// looked at, and every failure names what was wrong.

#include <cstring>
#include <optional>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "glue/blame.h"
#include "glue/incoming.h"
#include "glue/message_channel.h"
#include "glue/observe.h"
#include "glue/text.h"
#include "glue/trace_log.h"
#include "runtime/log.h"
#include "runtime/reader.h"

namespace ipdl {

namespace {

// A message's table entry and its header must agree on kWireKindBits.
static_assert(kSync == static_cast<int>(kWireSync) && kHasReply == static_cast<int>(kWireHasReply));
static_assert(kConstructor == static_cast<int>(kWireConstructor) &&
              kDelete == static_cast<int>(kWireDelete));
static_assert(kInsideSync == static_cast<int>(kWireInsideSync) &&
              kInsideCpow == static_cast<int>(kWireInsideCpow));

ActorHeader HeaderOf(absl::Span<const uint8_t> payload) {
  ActorHeader header;
  std::memcpy(&header, payload.data(), sizeof(header));
  return header;
}

// Does a message with this header fit the actor? What is wrong if not, CutForHeader says.
inline bool HeaderFits(const ActorHeader& header, const ActorClass& actor_class) {
  const ProtocolInfo& protocol = *actor_class.protocol;
  if (header.protocol != protocol.id || header.message >= protocol.message_count) return false;
  return actor_class.handlers[header.message] != nullptr &&
         header.flags == (protocol.messages[header.message].flags & kWireKindBits) &&
         ((header.flags & kWireHasReply) != 0 ? header.seqno > 0 : header.seqno <= 0);
}

// The i32 at this place of the body, counted in such numbers; none if the body is too short.
std::optional<int32_t> NumberAt(absl::Span<const uint8_t> payload, size_t index) {
  const size_t offset = sizeof(ActorHeader) + index * sizeof(int32_t);
  if (payload.size() < offset + sizeof(int32_t)) return std::nullopt;
  int32_t number;
  std::memcpy(&number, payload.data() + offset, sizeof(number));
  return number;
}

std::optional<int32_t> ConstructedId(const ActorHeader& header, absl::Span<const uint8_t> payload) {
  return NumberAt(payload, CarriesTransaction(header.flags) ? 1 : 0);
}

}  // namespace

// Here, where it is used once for each message.
inline Incoming::Incoming(MessageChannel& channel, Actor& actor, const ActorHeader& header,
                          absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles)
    : channel_(channel),
      actor_(actor),
      header_(header),
      reader_(payload, handles, &channel.limits(), &channel) {
  absl::Span<const uint8_t> skipped;
  // Cannot fail: the header has been read from these bytes before.
  static_cast<void>(reader_.GetBytes(sizeof(ActorHeader), &skipped));
}

// A sync message of the peer whose handler is on the stack.
struct MessageChannel::HandledCall : CallFrame {
  const ActorHeader& header;
};

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
  if (protocol_.reorders && hello_seen_) {
    if (!HandledOnArrival(payload, handles)) Enqueue(payload, handles);
    return;
  }
  if (ABSL_PREDICT_FALSE(!incoming_.empty())) {
    // What waited behind a sync call is older than this message; what comes while that is handled,
    // if it makes calls again, is younger.
    if (!HandledOnArrival(payload, handles)) Push(payload, OwnedMessage(payload, handles));
    return DispatchWaiting();
  }
  Dispatch(payload, handles);
  // The handler may have made a sync call; its stack is unwound now.
  if (ABSL_PREDICT_FALSE(!incoming_.empty())) DispatchWaiting();
}

bool MessageChannel::HandledOnArrival(absl::Span<const uint8_t> payload,
                                      absl::Span<OwnedHandle> handles) {
  if (payload.size() < sizeof(ActorHeader) || !hello_seen_) return false;
  const ActorHeader header = HeaderOf(payload);
  if (header.protocol != 0 ||
      header.message != static_cast<uint16_t>(ControlMessage::kEndpointOpened)) {
    return false;
  }
  Dispatch(payload, handles);
  return true;
}

void MessageChannel::Enqueue(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles) {
  const bool replaced = Push(payload, OwnedMessage(payload, handles));
  if (ABSL_PREDICT_FALSE(replaced && Observed(Observer::kLog))) {
    TraceNote(*this, Text(NameOf(HeaderOf(payload)), " dropped: a newer one came"));
  }
  ScheduleWaiting();
}

bool MessageChannel::Push(absl::Span<const uint8_t> payload, OwnedMessage message) {
  IncomingQueue::Manner manner = MannerOf(payload);
  if (payload.size() >= sizeof(ActorHeader)) {
    const ActorHeader header = HeaderOf(payload);
    const bool ours = header.protocol != 0 && (header.flags & kWireReply) == 0;
    manner.nested = ours && NestingOf(header.flags) != Nesting::kNot;
    if (ours && (header.flags & kWireConstructor) != 0) {
      if (const std::optional<int32_t> id = ConstructedId(header, payload))
        tree_.PromisePeerId(*id);
    }
  }
  message.SetOrigin(channel_->origin());
  return incoming_.Push(std::move(message), manner);
}

IncomingQueue::Manner MessageChannel::MannerOf(absl::Span<const uint8_t> payload) {
  if (!protocol_.reorders || payload.size() < sizeof(ActorHeader)) return {};
  const ActorHeader header = HeaderOf(payload);
  // The goodbye: no message may be left behind it.
  if (header.protocol == 0) return {.priority = MessagePriority::kLow};
  const Actor* const actor = tree_.Find(header.routing);
  if (actor == nullptr) return {};
  const ProtocolInfo& protocol = *actor->actor_class().protocol;
  if (header.protocol != protocol.id || header.message >= protocol.message_count) return {};
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
  // From a loop that a nested handler runs: the rest waits until no call does.
  if (SyncCallWaits()) {
    while (DispatchAdmitted()) {
    }
    return ScheduleAfterWaits();
  }
  while (!incoming_.empty() && !ended_ && !cut_) {
    OwnedMessage message = incoming_.Pop();
    const Channel::OriginScope scope(*channel_, message.origin());
    Dispatch(message.bytes(), message.handles());
  }
  if (ended_) return;
  if (std::exchange(paused_, false)) channel_->ResumeReading();
  if (std::exchange(writable_deferred_, false)) TellWritable();
  if (lost_) EndAfterLoss();
}

ABSL_ATTRIBUTE_COLD void MessageChannel::CutForHeader(const ActorHeader& header,
                                                      const Actor& actor) {
  const ActorClass& actor_class = actor.actor_class();
  const ProtocolInfo& protocol = *actor_class.protocol;
  const bool known = header.protocol == protocol.id && header.message < protocol.message_count;
  std::string_view wrong = "seqno: out of range";
  if (header.protocol != protocol.id) {
    wrong = "protocol: the actor is of another one";
  } else if (!known) {
    wrong = "message: the protocol has no such number";
  } else if (actor_class.handlers[header.message] == nullptr) {
    wrong = "this side does not receive it";
  } else if (header.flags != (protocol.messages[header.message].flags & kWireKindBits)) {
    wrong = "flags: not those of this message";
  }
  Cut(Text(known ? MessageName(protocol, header.message)
                 : Text(UnknownMessageName(header), " for ", ShortName(protocol), " actor ",
                        header.routing),
           ": ", wrong));
}

inline void MessageChannel::DispatchToActor(const ActorHeader& header,
                                            absl::Span<const uint8_t> payload,
                                            absl::Span<OwnedHandle> handles) {
  const RefPtr<Actor> actor(tree_.Find(header.routing));
  if (ABSL_PREDICT_FALSE(!actor || actor->link_status() != LinkStatus::kConnected)) {
    if (!actor || actor->link_status() != LinkStatus::kOffered ||
        !endpoints_.ConfirmByMessage(*actor)) {
      return DispatchToNobody(header, payload);
    }
  }
  if (ABSL_PREDICT_FALSE(!HeaderFits(header, actor->actor_class()))) {
    return CutForHeader(header, *actor);
  }
  Incoming in(*this, *actor, header, payload, handles);
  constexpr uint16_t kSpecial = kWireConstructor | kWireHasReply;
  if ((header.flags & kSpecial) != 0 && !Prepare(header, *actor, in)) return;
  HandlerStatus status;
  if ((header.flags & kWireHasReply) == 0) {
    gone_actor_ = false;
    status = actor->actor_class().handlers[header.message](*actor, in);
  } else if ((header.flags & kWireSync) != 0) {
    status = HandleCall(header, *actor, in);
  } else {
    gone_actor_ = false;
    RunningQuestion running{.seqno = header.seqno, .outer = running_};
    running_ = &running;
    status = actor->actor_class().handlers[header.message](*actor, in);
    running_ = running.outer;
    SettleQuestion(*actor, header, status, running.dropped);
  }
  if (ABSL_PREDICT_FALSE(status != HandlerStatus::kDone)) {
    HandleFailure(header, *actor, in, status);
  } else if ((header.flags & kWireDelete) != 0 && !ended_ &&
             actor->link_status() == LinkStatus::kConnected) {
    tree_.Destroy(*actor, DestroyReason::kDeletion, DestroyReason::kAncestorDeletion);
  }
}

void MessageChannel::Dispatch(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles) {
  if (payload.size() < sizeof(ActorHeader)) {
    return Cut(Text("a message of ", payload.size(), " bytes is shorter than its header"));
  }
  const ActorHeader header = HeaderOf(payload);
  std::optional<ObservedHandling> observed;
  if (ABSL_PREDICT_FALSE(Observed())) observed.emplace(*this, payload, handles);
  if (header.protocol == 0) return OnControl(header, payload, handles);
  if (!hello_seen_) return Cut(Text(NameOf(header), ": the hello is missing"));
  if ((header.flags & kWireReply) != 0) return DispatchReply(header, payload, handles);
  DispatchToActor(header, payload, handles);
}

ABSL_ATTRIBUTE_COLD void MessageChannel::Blame(const ActorHeader& header, const Actor& actor,
                                               std::string_view why) {
  Cut(Text(MessageName(*actor.actor_class().protocol, header.message), ": ", why));
}

// Before the handler of a constructor or of a message with a reply. False: the message is not to be
// handled; the peer was cut off or has been answered.
bool MessageChannel::Prepare(const ActorHeader& header, Actor& actor, Incoming& in) {
  in.transaction_ = calls_.PeerTransaction(header.seqno);
  if (CarriesTransaction(header.flags) && !in.reader_.Get(&in.transaction_)) {
    in.reader_.Blame("transaction");
    return Blame(header, actor, in.reader_.failure().ToString()), false;
  }
  if ((header.flags & kWireConstructor) != 0) {
    if (!in.reader_.Get(&in.constructed_id_)) {
      in.reader_.Blame("id");
      return Blame(header, actor, in.reader_.failure().ToString()), false;
    }
    if (!tree_.NotePeerId(in.constructed_id_)) {
      return Blame(header, actor, Text("id: ", in.constructed_id_, " is not a new id of the peer")),
             false;
    }
    if (tree_.made_by_peer() + endpoints_.offers() >= limits_.actors) {
      return Blame(header, actor,
                   Text("the peer has ", limits_.actors, " actors already (actors)")),
             false;
    }
  }
  if ((header.flags & kWireSync) != 0) return BeginHandling(header, actor, in);
  if ((header.flags & kWireHasReply) != 0) {
    if (replies_.questions() >= limits_.outstanding_replies) {
      return Blame(header, actor,
                   Text(limits_.outstanding_replies,
                        " questions of the peer are open already (outstanding_replies)")),
             false;
    }
    if (!replies_.OpenQuestion(actor, header.seqno)) {
      return Blame(header, actor, Text("seqno: ", header.seqno, " is an open question already")),
             false;
    }
  }
  return true;
}

// The rest of it for a sync message.
bool MessageChannel::BeginHandling(const ActorHeader& header, Actor& actor, Incoming& in) {
  if (in.transaction_ != calls_.PeerTransaction(header.seqno)) {
    if (calls_.IsCancelled(in.transaction_)) {
      // It crossed the cancellation.
      return SendRejection(header, RejectReason::kCancelled), false;
    }
    if (!calls_.IsOpen(in.transaction_, NestingOf(header.flags))) {
      return Blame(header, actor,
                   Text("transaction: no call of this side that it could be nested in belongs to ",
                        in.transaction_)),
             false;
    }
  }
  if (calls_.handling() >= limits_.sync_depth) {
    return Blame(header, actor,
                 Text(limits_.sync_depth,
                      " sync calls of the peer wait inside one another already (sync_depth)")),
           false;
  }
  return true;
}

HandlerStatus MessageChannel::HandleCall(const ActorHeader& header, Actor& actor, Incoming& in) {
  HandledCall call{{.kind = CallFrame::Kind::kHandles,
                    .level = NestingOf(header.flags),
                    .seqno = header.seqno,
                    .transaction = in.transaction_},
                   header};
  calls_.Push(call);
  in.call_ = &call;
  gone_actor_ = false;
  const HandlerStatus status = actor.actor_class().handlers[header.message](actor, in);
  calls_.Pop();
  in.call_ = nullptr;
  in.caller_waits_ = !call.answered;
  if (call.cancelled && in.constructed_ &&
      in.constructed_->link_status() == LinkStatus::kConnected) {
    // The peer was told that there is no such actor.
    tree_.Destroy(*in.constructed_, DestroyReason::kFailedConstructor,
                  DestroyReason::kAncestorDeletion);
  }
  return status;
}

// Does not wait for their handlers: they go on, and what they answer is not sent. The peer does the
// same with its own handlers once it reads this, which is how calls of ours in the transaction end.
void MessageChannel::EndTransaction(int32_t transaction) {
  for (CallFrame* frame = calls_.top(); frame != nullptr; frame = frame->below) {
    if (frame->transaction != transaction || frame->cancelled) continue;
    frame->cancelled = true;
    if (frame->kind == CallFrame::Kind::kWaits || frame->answered) continue;
    frame->answered = true;
    SendRejection(static_cast<HandledCall*>(frame)->header, RejectReason::kCancelled);
  }
  const auto belongs = [transaction](absl::Span<const uint8_t> payload) {
    return CarriesTransaction(HeaderOf(payload).flags) && NumberAt(payload, 0) == transaction;
  };
  while (const std::optional<OwnedMessage> call = incoming_.TakeNested(belongs)) {
    SendRejection(HeaderOf(call->bytes()), RejectReason::kCancelled);
  }
}

// After a handler that did not answer kDone.
ABSL_ATTRIBUTE_COLD void MessageChannel::HandleFailure(const ActorHeader& header, Actor& actor,
                                                       Incoming& in, HandlerStatus status) {
  if (in.constructed_ && in.constructed_->link_status() == LinkStatus::kConnected) {
    tree_.Destroy(*in.constructed_, DestroyReason::kFailedConstructor,
                  DestroyReason::kAncestorDeletion);
  }
  if (ended_) return;
  const std::string name = MessageName(*actor.actor_class().protocol, header.message);
  switch (status) {
    case HandlerStatus::kDone:
      return;
    case HandlerStatus::kMalformed:
      return Blame(header, actor, in.reader_.failure().ToString());
    case HandlerStatus::kBad:
      return Blame(header, actor, in.reason_);
    case HandlerStatus::kRefused:
      if ((header.flags & kWireConstructor) != 0) return Blame(header, actor, in.reason_);
      LogWarningLimited(Text("refused ", peer().ToString()),
                        Text("refused to ", peer().ToString(), ": ", name, ": ", in.reason_));
      if (in.caller_waits_) SendRejection(header, RejectReason::kHandlerRejected);
      return;
    case HandlerStatus::kDropped:
      TraceNote(*this, Text(name, " dropped: an actor in it no longer exists"));
      if (in.caller_waits_) SendRejection(header, RejectReason::kActorDestroyed);
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

// The actor is gone (its __delete__ crossed this message), is still to be made by a constructor
// that waits behind a sync call which this message overtook, or never was.
void MessageChannel::DispatchToNobody(const ActorHeader& header,
                                      absl::Span<const uint8_t> payload) {
  if (!tree_.WasUsed(header.routing)) {
    return Cut(
        Text(UnknownMessageName(header), ": routing: there never was an actor ", header.routing));
  }
  if ((header.flags & ~kWireKindBits) != 0 ||
      ((header.flags & kWireHasReply) != 0 ? header.seqno <= 0 : header.seqno > 0)) {
    return Cut(Text(UnknownMessageName(header), ": flags: no message has these"));
  }
  TraceNote(*this,
            Text(UnknownMessageName(header), " ignored: actor ", header.routing,
                 tree_.IsPromised(header.routing) ? " is still to be made" : " no longer exists"));
  if ((header.flags & kWireConstructor) != 0) {
    // The actor that it makes does not come to be, but messages to it may follow.
    const std::optional<int32_t> id = ConstructedId(header, payload);
    if (!id || !tree_.NotePeerId(*id)) {
      return Cut(Text(UnknownMessageName(header), ": id: not a new id of the peer"));
    }
  }
  if ((header.flags & kWireHasReply) != 0) SendRejection(header, RejectReason::kActorDestroyed);
}

void MessageChannel::DispatchReply(const ActorHeader& header, absl::Span<const uint8_t> payload,
                                   absl::Span<OwnedHandle> handles) {
  if ((header.flags & kWireSync) != 0) return OnSyncReply(header, payload, handles);
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
    good = good && ReadRejection(reader, /*sync=*/false, &rejected.emplace());
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

bool MessageChannel::ReadRejection(Reader& reader, bool sync, RejectReason* reason) {
  uint8_t byte = 0;
  if (!reader.Get(&byte)) return reader.Blame("reason");
  *reason = static_cast<RejectReason>(byte);
  const RejectReason special = sync ? RejectReason::kCancelled : RejectReason::kResolverDestroyed;
  if (*reason != RejectReason::kHandlerRejected && *reason != RejectReason::kActorDestroyed &&
      *reason != special) {
    reader.Fail("not a reason that a peer may give");
    return reader.Blame("reason");
  }
  return reader.Finish();
}

std::string MessageChannel::NameOf(const ActorHeader& header) {
  const Actor* actor = tree_.Find(header.routing);
  if (header.protocol != 0 && actor != nullptr) {
    const ProtocolInfo& protocol = *actor->actor_class().protocol;
    if (header.protocol == protocol.id && header.message < protocol.message_count) {
      return (header.flags & kWireReply) != 0 ? ReplyName(protocol, header.message)
                                              : MessageName(protocol, header.message);
    }
  }
  return UnknownMessageName(header);
}

}  // namespace ipdl
