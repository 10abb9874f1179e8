#include "runtime/mach/message.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

namespace ipdl::mach {
namespace {

constexpr mach_msg_option_t kTrailer = MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |
                                       MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT);
// Enough for nearly every message, without asking twice.
constexpr mach_msg_size_t kFirstRoom = 4096;

// Milliseconds, rounded up.
mach_msg_timeout_t Milliseconds(absl::Duration timeout) {
  constexpr int64_t kMost = 0x7fffffff;
  const int64_t whole = absl::ToInt64Milliseconds(absl::Ceil(timeout, absl::Milliseconds(1)));
  return static_cast<mach_msg_timeout_t>(std::clamp<int64_t>(whole, 0, kMost));
}

template <typename T>
T Load(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

size_t DescriptorBytes(const uint8_t* descriptor) {
  const auto type = Load<mach_msg_type_descriptor_t>(descriptor).type;
  return type == MACH_MSG_PORT_DESCRIPTOR ? sizeof(mach_msg_port_descriptor_t)
                                          : sizeof(mach_msg_ool_descriptor_t);
}

absl::Status ReceiveError(mach_msg_return_t result) {
  const std::string text = ToStatus("mach_msg", result).ToString();
  if (result == MACH_RCV_TIMED_OUT) return absl::DeadlineExceededError("no message in time");
  if (result == MACH_RCV_INVALID_NAME || result == MACH_RCV_PORT_DIED ||
      result == MACH_RCV_PORT_CHANGED) {
    return absl::FailedPreconditionError(text);
  }
  return absl::ResourceExhaustedError(text);
}

}  // namespace

Ownership OwnershipAfter(mach_msg_return_t result) {
  switch (result & ~MACH_MSG_MASK) {
    case MACH_MSG_SUCCESS:
      return Ownership::kTaken;
    // The header was not taken.
    case MACH_SEND_INVALID_DEST:
    case MACH_SEND_INVALID_HEADER:
    case MACH_SEND_INVALID_VOUCHER:
    case MACH_SEND_MSG_TOO_SMALL:
    case MACH_SEND_TOO_LARGE:
      return Ownership::kUntouched;
    // A receive into the sender's own buffer.
    case MACH_SEND_TIMED_OUT:
    case MACH_SEND_INTERRUPTED:
    case MACH_SEND_NO_BUFFER:
      return Ownership::kHandedBack;
    default:
      return Ownership::kLost;
  }
}

Message::Message(Message&& other) noexcept
    : buffer_(std::exchange(other.buffer_, {})),
      audit_(other.audit_),
      received_(other.received_),
      error_(other.error_) {}

Message& Message::operator=(Message&& other) noexcept {
  if (this != &other) {
    Destroy();
    buffer_ = std::exchange(other.buffer_, {});
    audit_ = other.audit_;
    received_ = other.received_;
    error_ = other.error_;
  }
  return *this;
}

void Message::Destroy() {
  if (buffer_.empty()) return;
  // mach_msg_destroy leaves the local port alone: in a received message it is only a name, in one
  // that was to be sent it is the right to answer, which is ours.
  if (!received_ && MACH_PORT_VALID(header()->msgh_local_port)) {
    internal::DropReference(header()->msgh_local_port);
  }
  mach_msg_destroy(header());
  Forget();
}

SendOutcome Message::Send(absl::Duration timeout) {
  if (empty()) return SendOutcome::kRefused;
  const bool limited = timeout != absl::InfiniteDuration();
  error_ = mach_msg(header(), MACH_SEND_MSG | (limited ? MACH_SEND_TIMEOUT : 0),
                    static_cast<mach_msg_size_t>(buffer_.size()), 0, MACH_PORT_NULL,
                    limited ? Milliseconds(timeout) : MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
  switch (OwnershipAfter(error_)) {
    case Ownership::kTaken:
      Forget();
      return SendOutcome::kSent;
    case Ownership::kHandedBack:
      return SendOutcome::kNoRoom;
    case Ownership::kUntouched:
      return error_ == MACH_SEND_INVALID_DEST ? SendOutcome::kDead : SendOutcome::kRefused;
    case Ownership::kLost:
      break;
  }
  Forget();
  return SendOutcome::kRefused;
}

absl::StatusOr<Message> Message::Receive(mach_port_t from, const ReceiveOptions& options) {
  const bool limited = options.timeout != absl::InfiniteDuration();
  const mach_msg_option_t flags = MACH_RCV_MSG | kTrailer | (limited ? MACH_RCV_TIMEOUT : 0) |
                                  (options.voucher ? MACH_RCV_VOUCHER : 0);
  const auto receive = [&](Message* into, mach_msg_option_t more) {
    return mach_msg(
        into->header(), flags | more, 0, static_cast<mach_msg_size_t>(into->buffer_.size()), from,
        limited ? Milliseconds(options.timeout) : MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
  };
  Message message;
  message.buffer_.resize(std::min(kFirstRoom, options.most_bytes) +
                         sizeof(mach_msg_audit_trailer_t));
  mach_msg_return_t result = receive(&message, MACH_RCV_LARGE);
  while (result == MACH_RCV_TOO_LARGE) {
    const mach_msg_size_t needed = message.header()->msgh_size;
    if (needed > options.most_bytes) {
      // Out of the queue with it, or it would be the next one for ever.
      result = receive(&message, 0);
      if (result == MACH_RCV_TOO_LARGE) message.Forget();
      break;
    }
    message.buffer_.assign(round_msg(needed) + sizeof(mach_msg_audit_trailer_t), 0);
    // With several threads another message may be the first one now, and longer.
    result = receive(&message, MACH_RCV_LARGE);
  }
  if (result != MACH_MSG_SUCCESS) {
    // After an error of the body the message is there all the same, with what found room.
    const mach_msg_return_t kind = result & ~MACH_MSG_MASK;
    message.received_ = true;
    if (kind != MACH_RCV_BODY_ERROR && kind != MACH_RCV_HEADER_ERROR) message.Forget();
    return ReceiveError(result);
  }
  message.received_ = true;
  const mach_msg_size_t size = message.header()->msgh_size;
  message.audit_ =
      Load<mach_msg_audit_trailer_t>(message.buffer_.data() + round_msg(size)).msgh_audit;
  message.buffer_.resize(size);
  return message;
}

bool Message::IsFromKernel() const {
  const audit_token_t kernel = KERNEL_AUDIT_TOKEN_VALUE;
  return received_ && std::memcmp(&audit_, &kernel, sizeof(kernel)) == 0;
}

size_t Message::descriptors() const {
  if (empty() || !MACH_MSGH_BITS_IS_COMPLEX(header()->msgh_bits)) return 0;
  return Load<mach_msg_base_t>(buffer_.data()).body.msgh_descriptor_count;
}

uint8_t* Message::Find(size_t index) {
  if (index >= descriptors()) return nullptr;
  uint8_t* at = buffer_.data() + sizeof(mach_msg_base_t);
  for (size_t i = 0; i < index; ++i) at += DescriptorBytes(at);
  return at;
}

absl::Span<const uint8_t> Message::body() const {
  if (empty()) return {};
  size_t begin = sizeof(mach_msg_header_t);
  if (MACH_MSGH_BITS_IS_COMPLEX(header()->msgh_bits)) begin = sizeof(mach_msg_base_t);
  for (size_t i = 0, count = descriptors(); i < count; ++i) {
    begin += DescriptorBytes(buffer_.data() + begin);
  }
  return absl::MakeConstSpan(buffer_).subspan(begin);
}

std::optional<mach_port_t> Message::TakePort(size_t index, mach_msg_type_name_t disposition) {
  uint8_t* at = Find(index);
  if (at == nullptr) return std::nullopt;
  auto port = Load<mach_msg_port_descriptor_t>(at);
  if (port.type != MACH_MSG_PORT_DESCRIPTOR || port.disposition != disposition) {
    return std::nullopt;
  }
  const mach_port_t name = std::exchange(port.name, static_cast<mach_port_t>(MACH_PORT_NULL));
  std::memcpy(at, &port, sizeof(port));
  return name;
}

std::optional<SendRight> Message::TakeSend(size_t index) {
  const std::optional<mach_port_t> name = TakePort(index, MACH_MSG_TYPE_PORT_SEND);
  return name ? std::optional<SendRight>(SendRight(*name)) : std::nullopt;
}

std::optional<SendOnceRight> Message::TakeSendOnce(size_t index) {
  const std::optional<mach_port_t> name = TakePort(index, MACH_MSG_TYPE_PORT_SEND_ONCE);
  return name ? std::optional<SendOnceRight>(SendOnceRight(*name)) : std::nullopt;
}

std::optional<ReceiveRight> Message::TakeReceive(size_t index) {
  const std::optional<mach_port_t> name = TakePort(index, MACH_MSG_TYPE_PORT_RECEIVE);
  return name ? std::optional<ReceiveRight>(ReceiveRight(*name)) : std::nullopt;
}

std::optional<OutOfLine> Message::TakeMemory(size_t index) {
  uint8_t* at = Find(index);
  if (at == nullptr) return std::nullopt;
  auto memory = Load<mach_msg_ool_descriptor_t>(at);
  if (memory.type != MACH_MSG_OOL_DESCRIPTOR) return std::nullopt;
  OutOfLine taken(memory.address, memory.size);
  memory.address = nullptr;
  memory.size = 0;
  memory.deallocate = FALSE;
  std::memcpy(at, &memory, sizeof(memory));
  return taken;
}

std::variant<std::monostate, SendRight, SendOnceRight> Message::TakeReply() {
  if (empty() || !received_) return {};
  const mach_port_t name =
      std::exchange(header()->msgh_remote_port, static_cast<mach_port_t>(MACH_PORT_NULL));
  if (!MACH_PORT_VALID(name)) return {};
  if (MACH_MSGH_BITS_REMOTE(header()->msgh_bits) == MACH_MSG_TYPE_PORT_SEND_ONCE) {
    return SendOnceRight(name);
  }
  return SendRight(name);
}

SendRight Message::TakeVoucher() {
  if (empty()) return SendRight();
  return SendRight(
      std::exchange(header()->msgh_voucher_port, static_cast<mach_port_t>(MACH_PORT_NULL)));
}

}  // namespace ipdl::mach
