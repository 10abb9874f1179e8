// MessageChannel: what a top-level actor and all actors below it have in common: one connection.
//
// What it is: the meeting point of the actor tree, the unanswered questions and the byte channel;
// it stamps and opens what is sent, checks and dispatches what comes, waits for sync replies, and
// decides how the connection ends. What it is not: for authors; they meet it through ToplevelActor
// and generated code. Calls runtime/channel and the run loop; is called by them and by everything
// else in glue/. Its code is in message_channel.cc (life), message_send.cc, message_dispatch.cc and
// sync_wait.cc.
//
// Life: made by Bind; kept by the top-level actor, by resolvers and by whatever is on the stack.
// It keeps the top-level actor (through the tree) until that is destroyed. The loop must live until
// then: Close() before the loop goes.
//
// The peer is hostile: a message that makes no sense ends in Cut, once, with one line that names
// the peer, the message and the field. After that nothing of the peer is looked at any more, and
// the tree ends from the loop, never from inside a send.

#ifndef IPDL_GLUE_MESSAGE_CHANNEL_H_
#define IPDL_GLUE_MESSAGE_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "glue/actor_tree.h"
#include "glue/call_stack.h"
#include "glue/incoming_queue.h"
#include "glue/managed_endpoints.h"
#include "glue/owned_message.h"
#include "glue/ref_ptr.h"
#include "glue/reply_table.h"
#include "glue/shmem_account.h"
#include "glue/toplevel.h"
#include "glue/wire.h"
#include "runtime/channel/channel.h"
#include "runtime/limits.h"
#include "runtime/message_scope.h"
#include "runtime/run_loop.h"

namespace ipdl {

class MessageChannel final : public Channel::Delegate, public MessageScope {
 public:
  // Connects `top`, which must be inactive. Sends the hello. Error: `top` was bound before.
  static absl::Status Bind(RefPtr<ToplevelActor> top, std::unique_ptr<Channel> channel,
                           RunLoop* loop, const Limits& limits, bool exit_when_closed);

  MessageChannel(const MessageChannel&) = delete;
  MessageChannel& operator=(const MessageChannel&) = delete;
  void AddRef() { ++references_; }
  void Release() {
    if (--references_ == 0) delete this;
  }

  // False once closed by either side, cut off or broken; ActorDestroy may still be to come.
  bool IsOpen() const { return !ended_ && channel_->IsOpen(); }
  // For observe.h. The ids tell the two ends' messages from all others on the machine; that of the
  // peer is its own word, and 0 before the hello. The times are those of questions, by number.
  uint64_t trace_id() const { return trace_id_; }
  uint64_t peer_trace_id() const { return peer_trace_id_; }
  std::map<int32_t, int64_t>& asked_at() { return asked_at_; }
  // Null once it is destroyed.
  ToplevelActor* toplevel() const { return top_; }
  Side side() const { return side_; }
  // Of the top-level actor.
  const ProtocolInfo& protocol() const { return protocol_; }
  RunLoop& loop() { return *loop_; }
  const Limits& limits() const { return limits_; }
  const PeerLabel& peer() const { return channel_->peer(); }
  size_t queued_bytes() const { return channel_->queued_bytes(); }
  bool Flush() { return IsOpen() && channel_->Flush(); }
  ActorTree& tree() { return tree_; }
  const std::shared_ptr<ShmemAccount>& shmem_account() const { return shmem_account_; }
  ReplyTable& replies() { return replies_; }
  ManagedEndpoints& endpoints() { return endpoints_; }
  // That of an actor; null if it is not connected.
  static MessageChannel* Of(const Actor& actor) { return actor.channel_; }

  // Says goodbye and ends everything with kNormalShutdown.
  void Close();
  // For the tree: the top-level actor, its last, has been destroyed.
  void OnTreeEnded(DestroyReason reason);
  // The peer broke the rules. `what` names the message, the field and the reason.
  void Cut(std::string_view what);
  // For what is wrong with a message that was set aside.
  void Cut(const OwnedMessage& message, std::string_view what);

  // --- Sending (message_send.cc) ---------------------------------------------------------------

  // Opens a message whose body the caller writes. Each is followed by Finish or Abandon.
  // kRefused: `why_refused` says why, for the caller to log with the message's name.
  Writer& Open(const ActorHeader& header);
  SendResult Finish(Writer& writer, std::string* why_refused);
  void Abandon(Writer& writer);

  // About a managed endpoint. The first may be refused; the others wait for room like replies.
  SendResult SendEndpointOpened(int32_t id, uint32_t protocol, int32_t manager);
  void SendEndpointControl(ControlMessage message, int32_t id);

  // Opens the reply to the question with this header. A reply is never refused because the peer
  // reads slowly: it waits here, and a peer that lets too many wait is cut off. A reply that cannot
  // be written becomes a rejection.
  Writer& OpenReply(const ActorHeader& question);
  void FinishReply(const ActorHeader& question, Writer& writer);
  void SendRejection(const ActorHeader& question, RejectReason reason);

  // A resolver dies unanswered. True: its own handler is still running, and the question is
  // answered when that has said how it went.
  bool NoteDroppedResolver(int32_t seqno);

  // True while a constructor is open: a second one would be sent before it, with a larger id.
  bool constructing = false;
  // A send answered kWouldBlock because too many questions are unanswered.
  void set_wants_writable() { wants_writable_ = true; }

  // --- Sync calls (sync_wait.cc) ---------------------------------------------------------------

  // Before the sync message with this header is opened: cancels what it would deadlock with, and
  // says to which transaction it belongs. An error: it must not be sent.
  SendResult BeginCall(const ActorHeader& question, int32_t* transaction);
  // Waits for the reply to the question with this header, which was just sent.
  SendResult WaitForReply(const ActorHeader& question, int32_t transaction,
                          const ProtocolInfo& protocol, OwnedMessage* reply);
  // See ToplevelActor.
  bool CancelCurrentTransaction();
  void set_reply_timeout_ms(int64_t milliseconds) { reply_timeout_ms_ = milliseconds; }
  SendResult last_sync_result() const { return last_sync_result_; }
  SendResult NoteSyncResult(SendResult result) { return last_sync_result_ = result; }

  // --- Actor references (actor_param.cc) -------------------------------------------------------

  // True if `actor` is connected here.
  // The message being read names an actor that existed once and is gone.
  bool Owns(const Actor& actor) const;
  void NoteGoneActor() { gone_actor_ = true; }
  bool TakeGoneActor() { return std::exchange(gone_actor_, false); }

 private:
  struct HandledCall;
  struct RunningQuestion;
  struct SpareMessage;
  struct SyncWait;
  struct ThreadWaits;

  MessageChannel(RefPtr<ToplevelActor> top, std::unique_ptr<Channel> channel, RunLoop* loop,
                 const Limits& limits);
  ~MessageChannel();

  // Channel::Delegate.
  void OnChannelMessage(absl::Span<const uint8_t> payload,
                        absl::Span<OwnedHandle> handles) override;
  void OnChannelClosed(const ChannelClosed& why) override;
  void OnChannelWritable() override;

  // --- Life
  void SendControl(ControlMessage message);
  void OnControl(const ActorHeader& header, absl::Span<const uint8_t> payload,
                 absl::Span<OwnedHandle> handles);
  void OnEndpointControl(const ActorHeader& header, absl::Span<const uint8_t> payload,
                         absl::Span<OwnedHandle> handles);
  void OnHello(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles);
  absl::Status CheckPeerKind() const;
  void End(DestroyReason reason);
  void EndAfterLoss();
  void TellWritable();

  // --- Dispatch
  // Keeps a message for DispatchWaiting. Push schedules nothing; true: an older one was replaced.
  // What must not wait, and runs no code of the author: that an endpoint was opened, which the
  // messages that may carry it refer to. True if it was that.
  bool HandledOnArrival(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles);
  void Enqueue(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles);
  bool Push(absl::Span<const uint8_t> payload, OwnedMessage message);
  // By the tables; as for any message if it is wrong, which is found when it is dispatched.
  IncomingQueue::Manner MannerOf(absl::Span<const uint8_t> payload);
  void ScheduleWaiting();
  void ScheduleAfterWaits();
  void DispatchWaiting();
  void Dispatch(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles);
  void DispatchToActor(const ActorHeader& header, absl::Span<const uint8_t> payload,
                       absl::Span<OwnedHandle> handles);
  void DispatchToNobody(const ActorHeader& header, absl::Span<const uint8_t> payload);
  bool BeginHandling(const ActorHeader& header, Actor& actor, Incoming& in);
  HandlerStatus HandleCall(const ActorHeader& header, Actor& actor, Incoming& in);
  void DispatchReply(const ActorHeader& header, absl::Span<const uint8_t> payload,
                     absl::Span<OwnedHandle> handles);
  static bool ReadRejection(Reader& reader, bool sync, RejectReason* reason);
  // For error texts: as precise as the header allows.
  std::string NameOf(const ActorHeader& header);
  void SettleQuestion(Actor& actor, const ActorHeader& question, HandlerStatus status,
                      bool dropped);
  // The message does not fit the actor's table.
  void CutForHeader(const ActorHeader& header, const Actor& actor);
  bool Prepare(const ActorHeader& header, Actor& actor, Incoming& in);
  void HandleFailure(const ActorHeader& header, Actor& actor, Incoming& in, HandlerStatus status);
  void Blame(const ActorHeader& header, const Actor& actor, std::string_view why);

  // --- Sending
  bool Congested() const;
  SendResult FinishMessage(Writer& writer, std::string* why_refused);
  Writer& OpenSpare(const ActorHeader& header);
  Writer& OpenObserved(ActorHeader header);
  std::unique_ptr<SpareMessage> TakeSpare(Writer& writer);
  void Hold(SpareMessage& reply);
  void SendHeld();

  // --- Sync calls
  static ThreadWaits& Waits();
  // True while a sync call of any connection of this thread waits: only what is nested in the
  // innermost of them may run code of the author.
  static bool SyncCallWaits();
  static void ScheduleEarly();
  SendResult Wait(SyncWait& wait);
  SendResult ResultOf(const SyncWait& wait);
  bool ContinuesAfterTimeout();
  void DispatchSyncReply(const ActorHeader& header, absl::Span<const uint8_t> payload,
                         absl::Span<OwnedHandle> handles);
  void OnSyncReply(const ActorHeader& header, absl::Span<const uint8_t> payload,
                   absl::Span<OwnedHandle> handles);
  void OnLateReply(const ActorHeader& header);
  void DuringSyncWait(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles);
  void Defer(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles);
  // May this message, which came while a sync call waits, be handled inside it?
  bool Admits(absl::Span<const uint8_t> payload) const;
  // Handles the oldest message that waits and may be handled now. False: there is none.
  bool DispatchAdmitted();
  // Answers the calls of the peer in this transaction with "cancelled".
  void EndTransaction(int32_t transaction);

  uint32_t references_ = 0;
  const Limits limits_;
  RunLoop* const loop_;
  const Side side_;
  const ProtocolInfo& protocol_;  // of the top-level actor
  std::unique_ptr<Channel> channel_;
  ToplevelActor* top_;  // kept by tree_
  ReplyTable replies_;
  ManagedEndpoints endpoints_{this};
  const std::shared_ptr<ShmemAccount> shmem_account_ = std::make_shared<ShmemAccount>();
  ActorTree tree_;

  const uint64_t trace_id_;
  uint64_t peer_trace_id_ = 0;
  int32_t last_trace_number_ = 0;  // counts down
  std::map<int32_t, int64_t> asked_at_;

  bool exit_when_closed_ = false;  // see Endpoint::set_exit_when_closed
  bool hello_seen_ = false;
  bool ended_ = false;  // the tree is destroyed or about to be; nothing happens any more
  bool cut_ = false;    // Cut was called; OnChannelClosed follows
  bool gone_actor_ = false;
  bool wants_writable_ = false;
  RunningQuestion* running_ = nullptr;  // questions whose handlers are on the stack
  std::string cut_line_;
  std::optional<ChannelClosed> lost_;  // OnChannelClosed came while messages waited

  std::vector<std::unique_ptr<SpareMessage>> spares_;  // open messages that are not in channel_
  MessageQueue held_;                                  // replies that wait for room in channel_
  bool hold_timer_set_ = false;

  CallStack calls_;         // open calls of both sides
  bool peer_left_ = false;  // the goodbye came while a sync call waited, and waits with the rest
  int64_t reply_timeout_ms_ = 0;  // 0: none
  uint64_t nested_handled_ = 0;   // messages handled while calls waited: the peer is alive
  SendResult last_sync_result_ = SendResult::kOk;
  IncomingQueue incoming_;  // came and were not dispatched; older than what is in channel_
  bool waiting_scheduled_ = false;
  bool writable_deferred_ = false;
  bool paused_ = false;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_MESSAGE_CHANNEL_H_
