// SendResult: what became of a send. Returned by every SendX and by Channel's sending functions.
//
// What it is not: an acknowledgement; kOk says that the message is queued in order, not that the
// peer has or will read it. Whatever the result, all arguments that were moved in are consumed.
//
// It may be ignored: a channel that fails says so once, through its owner's ActorDestroy, and most
// senders can do nothing better.
//
//   if (!child->SendPing(1, "x")) return;                       // any trouble
//   if (result == ipdl::SendResult::kWouldBlock) ...            // slow down until OnWritable

#ifndef IPDL_RUNTIME_SEND_RESULT_H_
#define IPDL_RUNTIME_SEND_RESULT_H_

#include <cstdint>
#include <string_view>

namespace ipdl {

class SendResult {
 public:
  enum Code : uint8_t {
    kOk,
    // The peer does not read: Limits::queued_bytes or queued_handles are in use. Nothing was
    // queued; the channel's owner hears when there is room again.
    kWouldBlock,
    // There is no connection (any more).
    kClosed,
    // An argument cannot be sent: an empty handle, a message above its limit, a null actor; or the
    // receiver of a sync message refused it. The reason is in the log of whoever refused. The
    // connection is unharmed.
    kRefused,
    // Of sync messages only, as are the next two: the transaction that the call belongs to was
    // cancelled by the other side, or would have been a deadlock. The receiver may have done what
    // was asked or not.
    kCancelled,
    // The reply did not come in time. It may still come, and is dropped then.
    kTimedOut,
    // Nothing was sent: an earlier call timed out, and its reply has not come yet.
    kPreviousTimeout,
  };

  constexpr SendResult(Code code) : code_(code) {}  // NOLINT: a Code is meant to convert

  constexpr Code code() const { return code_; }
  constexpr bool ok() const { return code_ == kOk; }
  constexpr operator bool() const { return ok(); }  // NOLINT: `return SendX(...)` from a bool
  // Without these a comparison would go through bool, and "ok" would equal every other code.
  friend constexpr bool operator==(SendResult a, SendResult b) { return a.code_ == b.code_; }
  friend constexpr bool operator==(SendResult a, Code b) { return a.code_ == b; }

  // "ok", "would block", "closed", "refused", ...
  constexpr std::string_view ToString() const {
    switch (code_) {
      case kOk:
        return "ok";
      case kWouldBlock:
        return "would block";
      case kClosed:
        return "closed";
      case kRefused:
        return "refused";
      case kCancelled:
        return "cancelled";
      case kTimedOut:
        return "timed out";
      case kPreviousTimeout:
        return "previous timeout";
    }
    return "?";
  }

 private:
  Code code_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_SEND_RESULT_H_
