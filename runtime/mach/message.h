// A Mach message that owns what it carries.
//
// What it is: a buffer whose every right is to be moved: a message that was built (by
// message_builder.h), one that the kernel handed back because it found no room, and one that was
// received all look alike, and whoever owns the object owns the rights and the memory in it. What
// it is not: something to be changed. It can be sent, taken apart, or dropped; what found no room
// is sent again as it is.
//
// Who owns what after a send that failed is the kernel's answer, and is written down once:
// OwnershipAfter. Any thread, one at a time.
//
//   ipdl::mach::Message message = ipdl::mach::MessageBuilder(7).To(std::move(send)).Build();
//   switch (message.Send(absl::ZeroDuration())) {
//     case ipdl::mach::SendOutcome::kSent: break;
//     case ipdl::mach::SendOutcome::kNoRoom: pending = std::move(message); break;
//     ...

#ifndef IPDL_RUNTIME_MACH_MESSAGE_H_
#define IPDL_RUNTIME_MACH_MESSAGE_H_

#include <mach/mach.h>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "runtime/mach/out_of_line.h"
#include "runtime/mach/rights.h"

namespace ipdl::mach {

// What a result of mach_msg with MACH_SEND_MSG means for the rights in the buffer.
enum class Ownership : uint8_t {
  kTaken,       // the message is on its way, or was destroyed with a port that died
  kUntouched,   // nothing was taken: all is still the caller's, as it was
  kHandedBack,  // taken and given back, under the names that the buffer says now
  kLost,  // taken in part: nobody knows what is left, and a second release could hit a stranger
};
Ownership OwnershipAfter(mach_msg_return_t result);

enum class SendOutcome : uint8_t {
  kSent,
  kNoRoom,   // the message is as good as before: send it again, or drop it
  kDead,     // there is no such port (any more); the message still owns its rights
  kRefused,  // the message itself is wrong; it owns what the kernel did not take
};

struct ReceiveOptions {
  // Zero: only what is there already; InfiniteDuration: however long it takes.
  absl::Duration timeout = absl::InfiniteDuration();
  // Of the message without its trailer. A longer one is destroyed, and an error.
  mach_msg_size_t most_bytes = 1 << 20;
  // Whether a voucher comes along.
  bool voucher = false;
};

class Message {
 public:
  Message() = default;
  Message(Message&& other) noexcept;
  Message& operator=(Message&& other) noexcept;
  ~Message() { Destroy(); }

  // The next message of a port or set of this task. Errors: DeadlineExceeded (the time is over),
  // ResourceExhausted (it was too long, or found no names or memory), FailedPrecondition (no such
  // port or set, or it went away).
  static absl::StatusOr<Message> Receive(mach_port_t from, const ReceiveOptions& options);

  bool empty() const { return buffer_.empty(); }

  // Sends it and waits at most `timeout` for room. After kSent it is empty.
  SendOutcome Send(absl::Duration timeout);
  // The kernel's word for the last outcome that was not kSent.
  mach_msg_return_t error() const { return error_; }

  // --- Looking
  // ------------------------------------------------------------------------------------

  mach_msg_id_t id() const { return header()->msgh_id; }
  // The port it was received on.
  mach_port_t received_on() const { return header()->msgh_local_port; }
  // Inline data behind the descriptors.
  absl::Span<const uint8_t> body() const;
  size_t descriptors() const;
  // Of its sender, as the kernel saw it. Only of received messages.
  const audit_token_t& audit_token() const { return audit_; }
  // True if the kernel itself sent it. Without this an id says nothing: anybody can use any id.
  bool IsFromKernel() const;

  // --- Taking apart: each takes what is there at most once
  // ----------------------------------------

  // Descriptor `index`, if it is of the wanted kind; otherwise it stays in the message, and the
  // result is empty. A right that died on its way is an empty right.
  std::optional<SendRight> TakeSend(size_t index);
  std::optional<SendOnceRight> TakeSendOnce(size_t index);
  std::optional<ReceiveRight> TakeReceive(size_t index);
  std::optional<OutOfLine> TakeMemory(size_t index);
  // Where an answer goes; monostate if there is no such right.
  std::variant<std::monostate, SendRight, SendOnceRight> TakeReply();
  SendRight TakeVoucher();

 private:
  friend class MessageBuilder;

  mach_msg_header_t* header() { return reinterpret_cast<mach_msg_header_t*>(buffer_.data()); }
  const mach_msg_header_t* header() const {
    return reinterpret_cast<const mach_msg_header_t*>(buffer_.data());
  }
  // The descriptor's place in the buffer, null if there is none.
  uint8_t* Find(size_t index);
  std::optional<mach_port_t> TakePort(size_t index, mach_msg_type_name_t disposition);
  void Destroy();
  void Forget() { buffer_.clear(); }

  std::vector<uint8_t> buffer_;  // header, descriptors, body; in a received message also a trailer
  audit_token_t audit_ = {};
  bool received_ = false;
  mach_msg_return_t error_ = MACH_MSG_SUCCESS;
};

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_MESSAGE_H_
