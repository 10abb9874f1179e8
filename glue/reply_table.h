// ReplyTable: the questions of one connection that have no answer yet, in both directions.
//
// What it is: our questions by sequence number, with whoever waits for them, and the peer's
// questions, so that each is answered at most once and never more than Limits::outstanding_replies
// wait here. What it is not: the code that reads or writes replies. Owned by MessageChannel; calls
// reject callbacks of the author.

#ifndef IPDL_GLUE_REPLY_TABLE_H_
#define IPDL_GLUE_REPLY_TABLE_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "glue/actor.h"
#include "glue/ref_ptr.h"
#include "glue/reply.h"

namespace ipdl {

class ReplyTable {
 public:
  ReplyTable() = default;
  ReplyTable(const ReplyTable&) = delete;
  ReplyTable& operator=(const ReplyTable&) = delete;

  // --- Our questions ---------------------------------------------------------------------------

  // A positive number that no waiting question has. After 2^31 it starts again.
  int32_t NewSeqno();
  // True if we have ever given this number out.
  bool WasUsed(int32_t seqno) const { return wrapped_ || (seqno > 0 && seqno <= last_seqno_); }

  void Add(PendingReply& reply, Actor& actor, uint16_t message, int32_t seqno);
  PendingReply* Find(int32_t seqno) const;
  static const Actor& ActorOf(const PendingReply& reply) { return *reply.actor_; }
  static uint16_t MessageOf(const PendingReply& reply) { return reply.message_; }
  void Remove(PendingReply& reply);
  // Removes and rejects every question of `actor`, oldest first.
  void RejectAll(Actor& actor, RejectReason reason, RunLoop& loop);
  size_t waiting() const { return ours_.size(); }

  // --- The peer's questions --------------------------------------------------------------------

  // False: a question of that number is open already.
  bool OpenQuestion(Actor& actor, int32_t seqno);
  bool IsOpenQuestion(int32_t seqno, int32_t actor_id) const;
  void CloseQuestion(Actor& actor, int32_t seqno);
  // The actor ends: what its resolvers do from now on is nothing.
  void ForgetQuestions(Actor& actor);
  size_t questions() const { return theirs_.size(); }

 private:
  absl::flat_hash_map<int32_t, RefPtr<PendingReply>> ours_;
  absl::flat_hash_map<int32_t, int32_t> theirs_;  // sequence number → actor id
  int32_t last_seqno_ = 0;
  bool wrapped_ = false;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_REPLY_TABLE_H_
