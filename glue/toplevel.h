// ToplevelActor: the base class of generated actors that have a connection of their own.
//
// What it is: an Actor plus what an author may ask of its connection. What it is not: the
// connection (glue/message_channel.h). Bound by Endpoint<A>::Bind (glue/endpoint.h), which starts
// it; ended by Close() on either side or by the loss of the peer.

#ifndef IPDL_GLUE_TOPLEVEL_H_
#define IPDL_GLUE_TOPLEVEL_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "glue/actor.h"
#include "runtime/peer.h"
#include "runtime/send_result.h"

namespace ipdl {

class RunLoop;

class ToplevelActor : public Actor {
 public:
  // Ends the connection: the peer's actors get what the kernel has taken of what was sent before,
  // then ActorDestroy(kNormalShutdown); ours get it before Close returns, unless an ActorDestroy is
  // running (then right after it). To a launched process that has not answered yet nothing leaves
  // before the loop turns: see ChildProcess::AwaitAnswer. The kernel takes everything while the
  // peer reads, and about 200 KiB when it does not; wait until queued_bytes() is 0 where more may
  // be queued and matters. May be called anywhere, any number of times; without a connection it
  // does nothing.
  void Close();

  // True from Bind until Close or the loss of the connection.
  bool IsOpen() const;

  // Who the peer is, by what this side's launcher knows. Valid always; empty before Bind.
  const PeerLabel& peer() const;
  // The peer's process id as its launcher reported it; 0 if this side does not know it.
  int64_t OtherPid() const;

  // Bytes sent that the router has not taken yet: those of this turn, as a rule. What it took and
  // the peer did not read is not among them, but counts for Limits::queued_bytes, beyond which
  // sends answer kWouldBlock; OnWritable tells when to go on.
  size_t queued_bytes() const;
  // Hands what was sent to the kernel now instead of at the end of the loop's turn. False if the
  // connection is closed, or if the peer reads too slowly to take all of it.
  bool Flush();

  // The loop that this actor is bound to; null when not bound.
  RunLoop* loop() const;

  // --- Sync calls, of this actor and of all below it -------------------------------------------

  // What became of the sync call that ended last: what its SendX answered, or why it was null.
  SendResult last_sync_result() const;

  // From inside the handler of a sync message: ends the transaction that the message belongs to,
  // which is the peer's call that began it (or ours), and all calls of both sides nested in that.
  // Calls of the peer end with kCancelled now, ours as soon as the peer has heard of it. Handlers
  // go on to their ends; what they answer is not sent. False: no such handler runs, or its call has
  // ended already.
  bool CancelCurrentTransaction();

  // How long a sync call waits, in milliseconds, before ShouldContinueFromReplyTimeout is asked;
  // 0, the default: for ever. Counted in two halves, so that a machine which slept through the
  // first does not time out at once; and anew whenever a nested message was handled, because then
  // the peer is alive. Only calls that nothing is nested around time out, and constructors do not:
  // the peer may have made the actor.
  void SetReplyTimeoutMs(int64_t milliseconds);

 protected:
  explicit ToplevelActor(const ActorClass& actor_class);
  ~ToplevelActor() override;

  // After a send answered kWouldBlock: sending makes sense again.
  virtual void OnWritable() {}
  // A sync call has waited for the whole timeout. True: it waits as long again. False: it ends with
  // kTimedOut, and until the reply has come after all (and was dropped) every sync call ends with
  // kPreviousTimeout. Runs inside the call; may Close(), or kill the peer's process.
  virtual bool ShouldContinueFromReplyTimeout() { return true; }
  // The peer sent what no honest peer sends and was cut off; `line` is what was logged. Told once,
  // before the ActorDestroy(kAbnormalShutdown) of the tree. A launcher may want to kill the
  // process.
  virtual void OnPeerCutOff(std::string_view line) { static_cast<void>(line); }

 private:
  friend class MessageChannel;

  RefPtr<MessageChannel> connection_;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_TOPLEVEL_H_
