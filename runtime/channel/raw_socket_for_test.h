// The other end of a channel, without a channel: reads and writes frames by hand.
//
// Used by the tests of this directory to see exactly what a channel sends, and to send what no
// channel would.

#ifndef IPDL_RUNTIME_CHANNEL_RAW_SOCKET_FOR_TEST_H_
#define IPDL_RUNTIME_CHANNEL_RAW_SOCKET_FOR_TEST_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/handle.h"

namespace ipdl {

using Bytes = std::vector<uint8_t>;

// A descriptor that can be told from all others: IdentityOf gives `identity` back.
inline FileDescriptor DescriptorNumbered(int identity) {
  FileDescriptor fd(memfd_create("numbered", MFD_CLOEXEC));
  EXPECT_TRUE(fd.valid()) << strerror(errno);
  EXPECT_EQ(0, ftruncate(fd.get(), identity + 1));
  return fd;
}

inline int IdentityOf(intptr_t fd) {
  struct stat status = {};
  EXPECT_EQ(0, fstat(static_cast<int>(fd), &status)) << fd << ": " << strerror(errno);
  return static_cast<int>(status.st_size) - 1;
}

inline std::vector<int> IdentitiesOf(absl::Span<const OwnedHandle> handles) {
  std::vector<int> identities;
  for (const OwnedHandle& handle : handles) identities.push_back(IdentityOf(handle.value()));
  return identities;
}

// The frame of a payload, as the wire has it.
inline Bytes FrameOf(absl::Span<const uint8_t> payload, uint16_t handles = 0) {
  const size_t padding = (8 - payload.size() % 8) % 8;
  const uint32_t size = static_cast<uint32_t>(8 + payload.size() + padding);
  Bytes frame(size, 0);
  std::memcpy(&frame[0], &size, 4);
  std::memcpy(&frame[4], &handles, 2);
  frame[6] = static_cast<uint8_t>(padding);
  if (!payload.empty()) std::memcpy(&frame[8], payload.data(), payload.size());
  return frame;
}

inline void Append(Bytes* bytes, absl::Span<const uint8_t> more) {
  bytes->insert(bytes->end(), more.begin(), more.end());
}

inline Bytes Text(const std::string& text) { return Bytes(text.begin(), text.end()); }

class RawSocket {
 public:
  explicit RawSocket(FileDescriptor socket) : socket_(std::move(socket)) {}
  RawSocket() = default;

  // Sends all of it, with descriptors beside its first byte. Blocks if it must.
  void Write(absl::Span<const uint8_t> bytes, absl::Span<const OwnedHandle> handles = {}) {
    iovec part = {const_cast<uint8_t*>(bytes.data()), bytes.size()};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    Bytes control(CMSG_SPACE(handles.size() * sizeof(int)));
    if (!handles.empty()) {
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      cmsghdr* const header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(handles.size() * sizeof(int));
      for (size_t i = 0; i < handles.size(); ++i) {
        const int fd = static_cast<int>(handles[i].value());
        std::memcpy(CMSG_DATA(header) + i * sizeof(fd), &fd, sizeof(fd));
      }
    }
    ASSERT_EQ(static_cast<ssize_t>(bytes.size()), sendmsg(fd(), &message, MSG_NOSIGNAL))
        << strerror(errno);
  }

  // One recvmsg of at most `most` bytes, appended to bytes() and handles(). False: nothing there.
  bool ReadOnce(size_t most = 256 * 1024) {
    Bytes buffer(most);
    iovec part = {buffer.data(), buffer.size()};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    Bytes control(8192);
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = recvmsg(fd(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size <= 0) {
      ended_ = size == 0;
      return false;
    }
    EXPECT_EQ(0, message.msg_flags & MSG_CTRUNC);
    Append(&bytes_, absl::MakeConstSpan(buffer).subspan(0, static_cast<size_t>(size)));
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
      const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      most_in_one_read_ = std::max(most_in_one_read_, count);
      for (size_t i = 0; i < count; ++i) {
        int fd;
        std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(fd), sizeof(fd));
        handles_.push_back(FileDescriptor(fd).TakeOwned());
      }
    }
    return true;
  }
  void ReadAll() {
    while (ReadOnce()) {
    }
  }

  int fd() const { return socket_.get(); }
  FileDescriptor& socket() { return socket_; }
  Bytes& bytes() { return bytes_; }
  std::vector<OwnedHandle>& handles() { return handles_; }
  size_t most_in_one_read() const { return most_in_one_read_; }
  bool ended() const { return ended_; }

 private:
  FileDescriptor socket_;
  Bytes bytes_;
  std::vector<OwnedHandle> handles_;
  size_t most_in_one_read_ = 0;
  bool ended_ = false;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_RAW_SOCKET_FOR_TEST_H_
