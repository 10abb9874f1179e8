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

}  // namespace

// --- Outgoing ----------------------------------------------------------------------------------

Outgoing::Outgoing() noexcept : writer_(&Nowhere()) {}

Outgoing::Outgoing(Actor& from, uint16_t message) noexcept { Open(&from, message); }

void Outgoing::Open(Actor* from, uint16_t message) noexcept {
  from_ = from;
  message_ = message;
  if (ABSL_PREDICT_FALSE(from == nullptr || from->status_ != LinkStatus::kConnected ||
                         !from->channel_->IsOpen())) {
    writer_ = &Nowhere();
    return;
  }
  MessageChannel& channel = *from->channel_;
  const ProtocolInfo& protocol = *from->actor_class().protocol;
  const uint16_t flags = protocol.messages[message].flags & kWireKindBits;
  if ((flags & kWireHasReply) != 0) {
    if (channel.replies().waiting() >= channel.limits().outstanding_replies) {
      channel.set_wants_writable();
      unsent_ = SendResult::kWouldBlock;
      writer_ = &Nowhere();
      return;
    }
    seqno_ = channel.replies().NewSeqno();
  }
  const ActorHeader header = {.protocol = protocol.id,
                              .message = message,
                              .flags = flags,
                              .routing = from->id(),
                              .seqno = seqno_};
  if ((flags & kWireSync) != 0) {
    unsent_ = channel.BeginCall(header, &transaction_);
    if (!unsent_) {
      writer_ = &Nowhere();
      return;
    }
  }
  channel_ = RefPtr<MessageChannel>(&channel).Leak();
  writer_ = &channel.Open(header);
  if (CarriesTransaction(flags)) writer_->Put(transaction_);
}

inline RefPtr<MessageChannel> Outgoing::TakeChannel() {
  return RefPtr<MessageChannel>::Adopt(std::exchange(channel_, nullptr));
}

inline SendResult Outgoing::Finish(MessageChannel& channel) {
  std::string why_refused;
  const SendResult sent = channel.Finish(*writer_, &why_refused);
  if (ABSL_PREDICT_FALSE(sent.code() == SendResult::kRefused)) {
    LogNotSent(MessageName(*from_->actor_class().protocol, message_), channel.peer(), why_refused);
  }
  return sent;
}

SendResult Outgoing::Send() noexcept {
  if (ABSL_PREDICT_FALSE(channel_ == nullptr)) return unsent_;
  const RefPtr<MessageChannel> channel = TakeChannel();
  return Finish(*channel);
}

SendResult Outgoing::SendSync(SyncReply& reply) noexcept {
  if (channel_ == nullptr) {
    if (from_ != nullptr && from_->channel_ != nullptr) from_->channel_->NoteSyncResult(unsent_);
    return unsent_;
  }
  const RefPtr<MessageChannel> channel = TakeChannel();
  if (const SendResult sent = Finish(*channel); !sent) {
    return channel->NoteSyncResult(sent);
  }
  const ProtocolInfo& protocol = *from_->actor_class().protocol;
  const uint16_t flags = protocol.messages[message_].flags & kWireKindBits;
  return reply.Await(*channel,
                     {.protocol = protocol.id,
                      .message = message_,
                      .flags = flags,
                      .routing = from_->id(),
                      .seqno = seqno_},
                     transaction_, protocol);
}

void Outgoing::SendFor(internal::AwaitedReply& reply) noexcept {
  if (channel_ == nullptr) return reply.Fail(RejectReason::kSendError);
  const RefPtr<MessageChannel> channel = TakeChannel();
  // Writing the arguments runs traits of the author, who might even have closed the connection.
  if (!Finish(*channel) || !from_->CanSend()) return reply.Fail(RejectReason::kSendError);
  channel->replies().Add(reply, *from_, message_, seqno_);
}

// --- OutgoingConstructor -----------------------------------------------------------------------

OutgoingConstructor::OutgoingConstructor(Actor& manager, uint16_t message, Actor* made) noexcept {
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
  manager_ = RefPtr<Actor>(&manager);
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

SendResult OutgoingConstructor::Send() noexcept { return Settle(Outgoing::Send()); }

SendResult OutgoingConstructor::SendSync(SyncReply& reply) noexcept {
  // Others may construct while this one waits.
  if (constructing_) constructing_->constructing = false;
  SendResult sent = Outgoing::SendSync(reply);
  // A nested handler may have ended it.
  if (sent && made_->link_status() != LinkStatus::kConnected) sent = SendResult::kClosed;
  return Settle(sent);
}

SendResult OutgoingConstructor::Settle(SendResult sent) {
  if (constructing_) std::exchange(constructing_, nullptr)->constructing = false;
  if (const RefPtr<Actor> made = std::exchange(made_, nullptr); made && !sent) {
    ActorTree::FailConstructor(*made, *manager_);
  }
  return sent;
}

// --- OutgoingDelete ----------------------------------------------------------------------------

OutgoingDelete::OutgoingDelete(Actor* actor, uint16_t message) noexcept { Open(actor, message); }

SendResult OutgoingDelete::Send() noexcept {
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

SyncReply::SyncReply() noexcept = default;
SyncReply::~SyncReply() = default;

SendResult SyncReply::Await(MessageChannel& channel, const ActorHeader& question,
                            int32_t transaction, const ProtocolInfo& protocol) {
  parts_ = std::make_unique<Parts>();
  parts_->channel = RefPtr<MessageChannel>(&channel);
  parts_->protocol = &protocol;
  parts_->message = question.message;
  const SendResult result = channel.WaitForReply(question, transaction, protocol, &parts_->bytes);
  if (!result) return result;
  parts_->reader.emplace(parts_->bytes.bytes(), parts_->bytes.handles(), &channel.limits(),
                         &channel);
  absl::Span<const uint8_t> header;
  // Cannot fail: the header has been read from these bytes before.
  static_cast<void>(parts_->reader->GetBytes(sizeof(ActorHeader), &header));
  return result;
}

Reader& SyncReply::reader() noexcept { return *parts_->reader; }

bool SyncReply::Finish() noexcept { return parts_->reader->Finish(); }

SendResult SyncReply::Malformed() noexcept {
  MessageChannel& channel = *parts_->channel;
  if (channel.TakeGoneActor()) return channel.NoteSyncResult(SendResult::kRefused);
  channel.Cut(parts_->bytes, Text(ReplyName(*parts_->protocol, parts_->message), ": ",
                                  parts_->reader->failure().ToString()));
  return channel.NoteSyncResult(SendResult::kClosed);
}

}  // namespace ipdl
