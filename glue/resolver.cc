#include "glue/resolver.h"

#include <utility>

#include "glue/incoming.h"
#include "glue/message_channel.h"
#include "glue/text.h"
#include "runtime/log.h"
#include "runtime/writer.h"

namespace ipdl {

ResolverBase::ResolverBase(Incoming& in) : channel_(&in.channel_), question_(in.header_) {}

ResolverBase::ResolverBase(ResolverBase&& other) noexcept
    : channel_(std::move(other.channel_)),
      question_(other.question_),
      answered_(other.answered_),
      writer_(std::exchange(other.writer_, nullptr)) {}

ResolverBase& ResolverBase::operator=(ResolverBase&& other) noexcept {
  if (this != &other) {
    if (channel_ && !answered_) Answer(RejectReason::kResolverDestroyed);
    channel_ = std::move(other.channel_);
    question_ = other.question_;
    answered_ = other.answered_;
    writer_ = std::exchange(other.writer_, nullptr);
  }
  return *this;
}

ResolverBase::~ResolverBase() {
  if (channel_ && !answered_) Answer(RejectReason::kResolverDestroyed);
}

// The actor whose question it is, if the answer would still reach the asker.
Actor* ResolverBase::Asked() const {
  if (!channel_ || !channel_->IsOpen()) return nullptr;
  Actor* actor = channel_->tree().Find(question_.routing);
  if (actor == nullptr || actor->link_status() != LinkStatus::kConnected) return nullptr;
  return channel_->replies().IsOpenQuestion(question_.seqno, actor->id()) ? actor : nullptr;
}

bool ResolverBase::pending() const { return !answered_ && Asked() != nullptr; }

void ResolverBase::Reject() {
  if (!NoteAnswered()) return;
  Answer(RejectReason::kHandlerRejected);
}

void ResolverBase::Answer(RejectReason reason) {
  answered_ = true;
  Actor* actor = Asked();
  if (actor == nullptr) return;
  const RefPtr<MessageChannel> channel = channel_;
  if (reason == RejectReason::kResolverDestroyed && channel->NoteDroppedResolver(question_.seqno)) {
    return;
  }
  channel->replies().CloseQuestion(*actor, question_.seqno);
  channel->SendRejection(question_, reason);
}

bool ResolverBase::NoteAnswered() {
  if (answered_) {
    LogError(Text("a question of ", channel_ ? channel_->peer().ToString() : "a peer",
                  " was answered twice; the second answer is not sent"));
    return false;
  }
  return true;
}

Writer* ResolverBase::Open() {
  if (!NoteAnswered()) return nullptr;
  answered_ = true;
  Actor* actor = Asked();
  if (actor == nullptr) return nullptr;
  channel_->replies().CloseQuestion(*actor, question_.seqno);
  writer_ = &channel_->OpenReply(question_);
  return writer_;
}

void ResolverBase::Send() {
  const RefPtr<MessageChannel> channel = channel_;
  channel->FinishReply(question_, *std::exchange(writer_, nullptr));
}

}  // namespace ipdl
