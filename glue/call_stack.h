// CallStack: which sync calls of one connection are open at once, and the rules of nesting.
//
// What it is: the one place that decides what may be handled while a call waits, to which
// transaction a message belongs, and what a call would deadlock with. What it is not: anything that
// sends, waits or runs handlers; MessageChannel does (message_dispatch.cc, sync_wait.cc), and tells
// this class. No part of it is on the heap, and no peer makes it grow: the frames lie on the stack
// of the functions that wait and handle.
//
// Rules, the same on both sides (the levels are those of glue/protocol.h):
//
//   Who goes first. While calls of ours wait, a message is handled inside them if it is nested
//   deeper than all of them. If it is equally deep, the child handles it (it yields when both sides
//   call at once) and the parent does only if it belongs to the same transaction (the handler of
//   our own call is calling back). An async message counts only if it is inside_cpow. All else
//   waits.
//
//   Transactions. A call made while a call of the peer is being handled belongs to the transaction
//   of that call; any other call begins one. The id is the sequence number of the first call,
//   negative if the child counted it, so the two sides never choose the same.
//
//   No deadlock. The peer waits for what we handle, so a call of ours that is nested less deep than
//   that would wait for ever. Before it is sent, the transactions of all such handlers are
//   cancelled: the peer's calls in them end without results.
//
// Why that is enough: each side waits for its last call. If neither last call is being handled yet,
// the deeper one is handled by the other side, and of two equal ones the parent's. If one is, its
// handler is where the other side waits from, which then waits no less deep and in the same
// transaction, so that call is handled. By induction something can always go on.

#ifndef IPDL_GLUE_CALL_STACK_H_
#define IPDL_GLUE_CALL_STACK_H_

#include <cstdint>
#include <optional>

#include "glue/protocol.h"
#include "glue/side.h"

namespace ipdl {

// One call of ours that waits, or one call of the peer that is being handled.
struct CallFrame {
  enum class Kind : uint8_t { kWaits, kHandles };

  Kind kind;
  Nesting level;
  int32_t seqno;
  int32_t transaction;
  bool answered = false;   // kWaits: its reply came; kHandles: its reply was sent, or will not be
  bool cancelled = false;  // its transaction was
  CallFrame* below = nullptr;
};

// What is left of a call that was given up while its reply is still to come.
struct LateCall {
  Nesting level;
  int32_t seqno;
  int32_t transaction;
  uint32_t protocol;
  uint16_t message;
  int32_t routing;
};

class CallStack {
 public:
  explicit CallStack(Side side) : side_(side) {}
  CallStack(const CallStack&) = delete;
  CallStack& operator=(const CallStack&) = delete;

  // Frames are pushed and popped by the functions that they lie in.
  void Push(CallFrame& frame) {
    frame.below = top_;
    top_ = &frame;
  }
  void Pop() { top_ = top_->below; }
  CallFrame* top() const { return top_; }

  // --- Calls of ours

  // How many there are, answered or not.
  uint32_t waiting() const;
  // The unanswered one of this number; null if there is none.
  CallFrame* FindWaiting(int32_t seqno) const;
  // The id of the transaction that a call sent now, with this number, belongs to.
  int32_t TransactionFor(int32_t seqno) const;
  // A handler whose caller would not handle a call of this level; null if there is none.
  const CallFrame* BlockerOf(Nesting level) const;

  // A call that has timed out; the peer answers it some time. There is at most one.
  std::optional<LateCall> late;

  // --- Calls of the peer

  // The innermost that is being handled and still waits for its reply; null if there is none.
  CallFrame* Handling() const;
  // How many of those there are.
  uint32_t handling() const;
  // The id of the transaction that a call of the peer begins, which has this number.
  // Any number, for it is not checked yet: the negative of the smallest is itself.
  int32_t PeerTransaction(int32_t seqno) const {
    const uint32_t bits = static_cast<uint32_t>(seqno);
    return static_cast<int32_t>(side_ == Side::kParent ? 0 - bits : bits);
  }
  // May an honest peer send a call of this level in this transaction, which it did not begin with
  // that call? It does so only while it handles a call of ours, and never less deep.
  bool IsOpen(int32_t transaction, Nesting level) const;
  // True if the transaction was cancelled, and not all of it has ended.
  bool IsCancelled(int32_t transaction) const;

  // May this message of the peer be handled now? True if no call of ours waits. `transaction` is
  // that of a sync message.
  bool Admits(Nesting level, bool sync, int32_t transaction) const;

 private:
  const Side side_;
  CallFrame* top_ = nullptr;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_CALL_STACK_H_
