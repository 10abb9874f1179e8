#include "glue/reply_table.h"

#include <limits>

namespace ipdl {

int32_t ReplyTable::NewSeqno() {
  do {
    if (last_seqno_ == std::numeric_limits<int32_t>::max()) {
      last_seqno_ = 0;
      wrapped_ = true;
    }
    ++last_seqno_;
  } while (wrapped_ && ours_.contains(last_seqno_));
  return last_seqno_;
}

void ReplyTable::Add(PendingReply& reply, Actor& actor, uint16_t message, int32_t seqno) {
  reply.seqno_ = seqno;
  reply.message_ = message;
  reply.actor_ = &actor;
  // actor.pending_ is the oldest; its previous_ is the newest, whose next_ is null.
  reply.next_ = nullptr;
  if (actor.pending_ == nullptr) {
    actor.pending_ = &reply;
    reply.previous_ = &reply;
  } else {
    PendingReply* newest = actor.pending_->previous_;
    newest->next_ = &reply;
    reply.previous_ = newest;
    actor.pending_->previous_ = &reply;
  }
  ours_.emplace(seqno, RefPtr<PendingReply>(&reply));
}

PendingReply* ReplyTable::Find(int32_t seqno) const {
  auto found = ours_.find(seqno);
  return found == ours_.end() ? nullptr : found->second.get();
}

void ReplyTable::Remove(PendingReply& reply) {
  PendingReply*& oldest = reply.actor_->pending_;
  if (reply.next_ != nullptr) {
    reply.next_->previous_ = reply.previous_;
  } else if (oldest != &reply) {
    oldest->previous_ = reply.previous_;
  }
  if (oldest == &reply) {
    oldest = reply.next_;
  } else {
    reply.previous_->next_ = reply.next_;
  }
  reply.previous_ = nullptr;
  reply.next_ = nullptr;
  reply.actor_ = nullptr;
  ours_.erase(reply.seqno_);
}

void ReplyTable::RejectAll(Actor& actor, RejectReason reason, RunLoop& loop) {
  // The actor is doomed, so no callback can add to the list.
  while (actor.pending_ != nullptr) {
    const RefPtr<PendingReply> oldest(actor.pending_);
    Remove(*oldest);
    oldest->Reject(reason, loop);
  }
}

bool ReplyTable::OpenQuestion(Actor& actor, int32_t seqno) {
  if (!theirs_.emplace(seqno, actor.id()).second) return false;
  ++actor.unanswered_;
  return true;
}

bool ReplyTable::IsOpenQuestion(int32_t seqno, int32_t actor_id) const {
  auto found = theirs_.find(seqno);
  return found != theirs_.end() && found->second == actor_id;
}

void ReplyTable::CloseQuestion(Actor& actor, int32_t seqno) {
  theirs_.erase(seqno);
  --actor.unanswered_;
}

void ReplyTable::ForgetQuestions(Actor& actor) {
  if (actor.unanswered_ == 0) return;
  const int32_t id = actor.id();
  absl::erase_if(theirs_, [id](const auto& question) { return question.second == id; });
  actor.unanswered_ = 0;
}

}  // namespace ipdl
