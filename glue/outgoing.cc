#include "glue/outgoing.h"

#include <optional>

#include "absl/base/optimization.h"
#include "glue/blame.h"
#include "glue/message_channel.h"
#include "glue/text.h"
#include "runtime/log.h"
#include "runtime/reader.h"
#include "runtime/run_loop.h"
#include "runtime/writer.h"

namespace ipdl {

namespace {

// Swallows the arguments of messages that nobody will get, and closes the handles among them.
Writer& Nowhere() {
  static thread_local Writer writer("there is no connection");
  return writer;
}

constexpr uint16_t kKindBits = kWireSync | kWireHasReply | kWireConstructor | kWireDelete;

}  // namespace

// --- Outgoing ----------------------------------------------------------------------------------

Outgoing::Outgoing() : writer_(&Nowhere()) {}

Outgoing::Outgoing(Actor& from, uint16_t message) { Open(&from, message); }

Outgoing::~Outgoing() {
  if (channel_) channel_->Abandon(*writer_);
}

void Outgoing::Open(Actor* from, uint16_t message) {
  from_ = from;
  message_ = message;
  if (ABSL_PREDICT_FALSE(from == nullptr || !from->CanSend())) {
    writer_ = &Nowhere();
    return;
  }
  MessageChannel& channel = *from->channel_;
  loop_ = &channel.loop();
  const ProtocolInfo& protocol = *from->actor_class().protocol;
  const uint16_t flags = protocol.messages[message].flags & kKindBits;
  if ((flags & kWireHasReply) != 0) {
    if (channel.replies().waiting() >= channel.limits().outstanding_replies) {
      channel.set_wants_writable();
      unsent_ = SendResult::kWouldBlock;
      writer_ = &Nowhere();
      return;
    }
    seqno_ = channel.replies().NewSeqno();
  }
  channel_ = RefPtr<MessageChannel>(&channel);
  writer_ = &channel.Open({.protocol = protocol.id,
                           .message = message,
                           .flags = flags,
                           .routing = from->id(),
                           .seqno = seqno_});
}

SendResult Outgoing::Send() {
  if (!channel_) return unsent_;
  const RefPtr<MessageChannel> channel = std::move(channel_);
  return channel->Finish(*writer_);
}

SendResult Outgoing::SendSync(SyncReply& reply) {
  if (!channel_) return unsent_;
  const RefPtr<MessageChannel> channel = std::move(channel_);
  if (const SendResult sent = channel->Finish(*writer_); !sent) return sent;
  const ProtocolInfo& protocol = *from_->actor_class().protocol;
  return reply.Await(*channel,
                     {.protocol = protocol.id,
                      .message = message_,
                      .flags = static_cast<uint16_t>(protocol.messages[message_].flags & kKindBits),
                      .routing = from_->id(),
                      .seqno = seqno_},
                     protocol);
}

bool Outgoing::SendPending(PendingReply& reply) {
  if (!channel_) return false;
  const RefPtr<MessageChannel> channel = std::move(channel_);
  if (!channel->Finish(*writer_)) return false;
  // Writing the arguments runs traits of the author, who might even have closed the connection.
  if (!from_->CanSend()) return false;
  channel->replies().Add(reply, *from_, message_, seqno_);
  return true;
}

void Outgoing::SendCallbacks(RefPtr<internal::CallbackReplyBase> reply) {
  if (SendPending(*reply)) return;
  internal::RejectSoon(loop_ != nullptr ? loop_ : RunLoop::Current(), reply->TakeReject(),
                       RejectReason::kSendError);
}

// --- OutgoingConstructor -----------------------------------------------------------------------

OutgoingConstructor::OutgoingConstructor(Actor& manager, uint16_t message, Actor* made) {
  const auto refuse = [&](std::string_view why) {
    LogError(Text(MessageName(*manager.actor_class().protocol, message), " was not sent: ", why));
    unsent_ = SendResult::kRefused;
  };
  if (made == nullptr) {
    refuse("the actor is null");
    return;
  }
  if (made->link_status() != LinkStatus::kInactive) {
    refuse("the actor is not new");
    return;
  }
  made_ = RefPtr<Actor>(made);
  if (!manager.CanSend()) return;
  MessageChannel& channel = *manager.channel_;
  if (channel.constructing) {
    refuse("another constructor is being written");
    return;
  }
  if (channel.tree().made_by_us() >= channel.limits().actors) {
    unsent_ = SendResult::kWouldBlock;
    return;
  }
  const int32_t id = channel.tree().NewId();
  if (id == 0) {
    refuse("all actor ids are used up");
    return;
  }
  channel.tree().Connect(*made, manager, id, /*made_by_peer=*/false);
  channel.constructing = true;
  constructing_ = RefPtr<MessageChannel>(&channel);
  Open(&manager, message);
  writer().Put(id);
}

OutgoingConstructor::~OutgoingConstructor() {
  if (made_) Settle(SendResult::kRefused);
}

SendResult OutgoingConstructor::Send() { return Settle(Outgoing::Send()); }

SendResult OutgoingConstructor::SendSync(SyncReply& reply) {
  // Others may construct while this one waits.
  if (constructing_) constructing_->constructing = false;
  return Settle(Outgoing::SendSync(reply));
}

SendResult OutgoingConstructor::Settle(SendResult sent) {
  if (constructing_) std::exchange(constructing_, nullptr)->constructing = false;
  if (const RefPtr<Actor> made = std::exchange(made_, nullptr); made && !sent) {
    ActorTree::FailConstructor(*made);
  }
  return sent;
}

// --- OutgoingDelete ----------------------------------------------------------------------------

OutgoingDelete::OutgoingDelete(Actor* actor, uint16_t message) { Open(actor, message); }

SendResult OutgoingDelete::Send() {
  const SendResult sent = Outgoing::Send();
  if (sent) ActorTree::Delete(*from_);
  return sent;
}

// --- SyncReply ---------------------------------------------------------------------------------

struct SyncReply::Parts {
  RefPtr<MessageChannel> channel;
  const ProtocolInfo* protocol;
  uint16_t message;
  OwnedMessage bytes;
  std::optional<Reader> reader;
};

SyncReply::SyncReply() = default;
SyncReply::~SyncReply() = default;

SendResult SyncReply::Await(MessageChannel& channel, const ActorHeader& question,
                            const ProtocolInfo& protocol) {
  parts_ = std::make_unique<Parts>();
  parts_->channel = RefPtr<MessageChannel>(&channel);
  parts_->protocol = &protocol;
  parts_->message = question.message;
  const SendResult result = channel.WaitForReply(question, protocol, &parts_->bytes);
  if (!result) return result;
  parts_->reader.emplace(parts_->bytes.bytes(), parts_->bytes.handles(), &channel.limits(),
                         &channel);
  absl::Span<const uint8_t> header;
  // Cannot fail: the header has been read from these bytes before.
  static_cast<void>(parts_->reader->GetBytes(sizeof(ActorHeader), &header));
  return result;
}

Reader& SyncReply::reader() { return *parts_->reader; }

bool SyncReply::Finish() { return parts_->reader->Finish(); }

SendResult SyncReply::Malformed() {
  MessageChannel& channel = *parts_->channel;
  if (channel.TakeGoneActor()) return SendResult::kRefused;
  channel.Cut(Text(ReplyName(*parts_->protocol, parts_->message), ": ",
                   parts_->reader->failure().ToString()));
  return SendResult::kClosed;
}

}  // namespace ipdl
