// Reading, framing and the queue of descriptors. See socket_receive.h.

#include "runtime/channel/socket_receive.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "runtime/channel/descriptor_room.h"

namespace ipdl {
namespace {

#if defined(MSG_CMSG_CLOEXEC)
constexpr int kReceiveFlags = MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
#else
constexpr int kReceiveFlags = MSG_DONTWAIT;
#endif

// Room for the descriptors of one send, and for a control message that we did not ask for: without
// it an unexpected one would look like lost descriptors.
constexpr size_t kControlBytes = CMSG_SPACE(kMostDescriptorsPerRead * sizeof(int)) + 256;

}  // namespace

// --- Reading -----------------------------------------------------------------------------------

// Leaves room for the frame that has begun, or for a buffer full of frames.
void SocketReceiver::MakeRoom() {
  const size_t standard = limits_->read_buffer_bytes;
  if (!buffer_) {
    buffer_ = ReceiveBuffer::Take(standard);
    parsed_ = filled_ = 0;
    return;
  }
  const size_t rest = unparsed_bytes();
  // The header, if it is here, passed its checks in Next.
  const size_t frame = rest < sizeof(Header) ? 0 : PeekHeader().size;
  const size_t wanted = std::max(standard, frame);
  // Someone up the stack may still be looking at a message in this buffer.
  if (buffer_.unique() && buffer_.capacity() >= wanted) {
    if (parsed_ != 0) std::memmove(buffer_.data(), unparsed(), rest);
  } else {
    ReceiveBuffer::Ref fresh = ReceiveBuffer::Take(wanted);
    std::memcpy(fresh.data(), unparsed(), rest);
    buffer_ = std::move(fresh);
  }
  parsed_ = 0;
  filled_ = rest;
}

SocketReceiver::Read SocketReceiver::ReadOnce(int socket) {
  MakeRoom();
  iovec part = {};
  part.iov_base = buffer_.data() + filled_;
  part.iov_len = buffer_.capacity() - filled_;
  alignas(cmsghdr) char control[kControlBytes];
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);

  ssize_t count;
  do {
    count = recvmsg(socket, &message, kReceiveFlags);
    ++reads_;
  } while (count < 0 && errno == EINTR);
  last_read_bytes_ = 0;
  if (count < 0) {
    last_errno_ = errno;
    switch (errno) {
      case EAGAIN:
        return Read::kNothing;
      case ENOBUFS:
      case ENOMEM:
        return Read::kShortage;
      case ECONNRESET:  // the peer closed without reading all that we sent
        return Read::kEnd;
      default:
        return Read::kError;
    }
  }
  last_read_bytes_ = static_cast<size_t>(count);
  filled_ += last_read_bytes_;

  // Descriptors first: whatever else is wrong, from here on they have an owner.
  size_t received = 0;
  if (message.msg_controllen != 0) {
    int highest = -1;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
      // Other kinds (credentials, time stamps) hold no descriptors and mean nothing to us.
      if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
      const size_t fds = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (size_t i = 0; i < fds; ++i) {
        int fd;
        std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(fd), sizeof(fd));
        highest = std::max(highest, fd);
        TakeHandle(fd);
      }
      received += fds;
    }
    if (received != 0) DescriptorRoom::Received(highest, received);
  }
  if ((message.msg_flags & MSG_CTRUNC) != 0) {
    Clear();
    return Read::kTruncated;
  }
  if (count == 0) {
    last_errno_ = 0;
    return Read::kEnd;
  }
  return last_read_bytes_ == part.iov_len || received != 0 ? Read::kMaybeMore : Read::kAll;
}

void SocketReceiver::TakeHandle(int fd) {
#if !defined(MSG_CMSG_CLOEXEC)
  fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
  OwnedHandle handle(OwnedHandle::Kind::kFileDescriptor, fd);
  handle.MarkForeign(account_.get());
  handles_.push_back(std::move(handle));
}

// --- Parsing -----------------------------------------------------------------------------------

SocketReceiver::Header SocketReceiver::PeekHeader() const {
  Header header;
  std::memcpy(&header, unparsed(), sizeof(header));  // little endian, as all our platforms are
  return header;
}

const char* SocketReceiver::Fault(const Header& header) const {
  if (header.size < sizeof(Header)) return "a frame smaller than its header";
  if (header.size % 8 != 0) return "a frame whose size is not a multiple of 8";
  if (header.size > limits_->message_bytes) return "a frame above the limit of message bytes";
  if (header.handles > limits_->message_handles) return "a frame above the limit of handles";
  if (header.zero != 0) return "a frame of an unknown version";
  if (header.padding > 7 || header.padding > header.size - sizeof(Header)) {
    return "a frame with more padding than fits";
  }
  return nullptr;
}

SocketReceiver::Parse SocketReceiver::Next(ReceivedFrame* frame, std::string* why) {
  if (ABSL_PREDICT_FALSE(unclaimed_handles() >
                         limits_->message_handles + kMostDescriptorsPerRead)) {
    *why = absl::StrCat("sent ", unclaimed_handles(), " descriptors that no message claims");
    return Parse::kMalformed;
  }
  if (unparsed_bytes() < sizeof(Header)) return Parse::kNeedsMore;
  const Header header = PeekHeader();
  if (const char* const fault = Fault(header); ABSL_PREDICT_FALSE(fault != nullptr)) {
    *why = absl::StrCat("sent ", fault, " (size ", header.size, ", handles ", header.handles,
                        ", padding ", header.padding, ", version ", header.zero, ")");
    return Parse::kMalformed;
  }
  if (unparsed_bytes() < header.size) return Parse::kNeedsMore;

  const size_t payload = header.size - sizeof(Header) - header.padding;
  const uint8_t* const begin = unparsed() + sizeof(Header);
  for (size_t i = payload; i < payload + header.padding; ++i) {
    if (ABSL_PREDICT_TRUE(begin[i] == 0)) continue;
    *why = "sent a frame whose padding is not zero";
    return Parse::kMalformed;
  }
  if (header.handles != 0) {
    if (!ClaimHandles(header.handles, frame)) {
      *why = absl::StrCat("sent a frame that claims ", header.handles, " descriptors when ",
                          unclaimed_handles(), " had come");
      return Parse::kMalformed;
    }
    const size_t held = account_->held() - unclaimed_handles();
    if (ABSL_PREDICT_FALSE(held > limits_->held_handles)) {
      *why = absl::StrCat("made this process hold ", held, " descriptors, above the limit of ",
                          limits_->held_handles, " (held_handles)");
      return Parse::kMalformed;
    }
  }
  frame->payload = absl::MakeConstSpan(begin, payload);
  frame->keeps_payload = buffer_;
  parsed_ += header.size;
  return Parse::kFrame;
}

bool SocketReceiver::ClaimHandles(size_t count, ReceivedFrame* frame) {
  if (count > unclaimed_handles()) return false;
  frame->handles.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    frame->handles.push_back(std::move(handles_[first_handle_++]));
  }
  if (first_handle_ == handles_.size()) {
    handles_.clear();
    first_handle_ = 0;
  } else if (first_handle_ >= 2 * kMostDescriptorsPerRead) {
    handles_.erase(handles_.begin(), handles_.begin() + static_cast<ptrdiff_t>(first_handle_));
    first_handle_ = 0;
  }
  return true;
}

bool SocketReceiver::HasNext() const {
  if (unclaimed_handles() > limits_->message_handles + kMostDescriptorsPerRead) return true;
  if (unparsed_bytes() < sizeof(Header)) return false;
  const Header header = PeekHeader();
  return Fault(header) != nullptr || unparsed_bytes() >= header.size;
}

std::string SocketReceiver::EndedInside() const {
  const size_t rest = unparsed_bytes();
  if (rest == 0) return std::string();
  if (rest < sizeof(Header)) return absl::StrCat(rest, " bytes of a header");
  return absl::StrCat(rest, " of ", PeekHeader().size, " bytes");
}

void SocketReceiver::Rest() {
  if (unparsed_bytes() != 0) return;
  buffer_ = ReceiveBuffer::Ref();
  parsed_ = filled_ = 0;
}

void SocketReceiver::Clear() {
  buffer_ = ReceiveBuffer::Ref();
  parsed_ = filled_ = 0;
  handles_.clear();
  first_handle_ = 0;
}

}  // namespace ipdl
