// The rules of nesting. See call_stack.h.

#include "glue/call_stack.h"

#include <algorithm>

namespace ipdl {

namespace {

bool Waits(const CallFrame& frame) {
  return frame.kind == CallFrame::Kind::kWaits && !frame.answered;
}

bool Handles(const CallFrame& frame) {
  return frame.kind == CallFrame::Kind::kHandles && !frame.answered;
}

}  // namespace

uint32_t CallStack::waiting() const {
  uint32_t count = 0;
  for (const CallFrame* frame = top_; frame != nullptr; frame = frame->below) {
    count += frame->kind == CallFrame::Kind::kWaits;
  }
  return count;
}

CallFrame* CallStack::FindWaiting(int32_t seqno) const {
  CallFrame* frame = top_;
  while (frame != nullptr && !(Waits(*frame) && frame->seqno == seqno)) frame = frame->below;
  return frame;
}

int32_t CallStack::TransactionFor(int32_t seqno) const {
  if (const CallFrame* handler = Handling()) return handler->transaction;
  return side_ == Side::kParent ? seqno : -seqno;
}

const CallFrame* CallStack::BlockerOf(Nesting level) const {
  const CallFrame* frame = top_;
  while (frame != nullptr && !(Handles(*frame) && frame->level > level)) frame = frame->below;
  return frame;
}

CallFrame* CallStack::Handling() const {
  CallFrame* frame = top_;
  while (frame != nullptr && !Handles(*frame)) frame = frame->below;
  return frame;
}

uint32_t CallStack::handling() const {
  uint32_t count = 0;
  for (const CallFrame* frame = top_; frame != nullptr; frame = frame->below) {
    count += Handles(*frame);
  }
  return count;
}

bool CallStack::IsOpen(int32_t transaction, Nesting level) const {
  for (const CallFrame* frame = top_; frame != nullptr; frame = frame->below) {
    if (Waits(*frame) && frame->transaction == transaction && frame->level <= level) return true;
  }
  return late.has_value() && late->transaction == transaction && late->level <= level;
}

bool CallStack::IsCancelled(int32_t transaction) const {
  const CallFrame* frame = top_;
  while (frame != nullptr && !(frame->cancelled && frame->transaction == transaction)) {
    frame = frame->below;
  }
  return frame != nullptr;
}

bool CallStack::Admits(Nesting level, bool sync, int32_t transaction) const {
  const CallFrame* innermost = nullptr;
  Nesting deepest = Nesting::kNot;
  for (const CallFrame* frame = top_; frame != nullptr; frame = frame->below) {
    if (!Waits(*frame)) continue;
    if (innermost == nullptr) innermost = frame;
    deepest = std::max(deepest, frame->level);
  }
  if (innermost == nullptr) return true;
  if (level == Nesting::kNot || (!sync && level != Nesting::kInsideCpow)) return false;
  if (level != deepest) return level > deepest;
  return side_ == Side::kChild || (sync && transaction == innermost->transaction);
}

}  // namespace ipdl
