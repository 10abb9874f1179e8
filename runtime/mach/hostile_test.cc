// Clients that say anything: machd must answer or cut them off, and serve everybody else.
//
// The attacker speaks to the socket itself. Its packets are made of what a packet may hold, with
// random values in every place: numbers of calls, names that are there and names that are not,
// messages with descriptors, regions that lie, files of the wrong kind. IPDL_MACH_SEED replays one.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>
#include <random>

#include "runtime/mach/call_format.h"
#include "runtime/mach/conformance/mach_for_test.h"
#include "runtime/mach/own_machd_for_test.h"
#include "tests/support/forked_test.h"

namespace ipdl::mach_test {
namespace {

using mach::Call;
using mach::CallReply;
using mach::CallRequest;
using mach::MessageRequest;
using mach::RegionHeader;

FileDescriptor Connect(const std::string& directory) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = directory + "/" + mach::kSocketName;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  FileDescriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  EXPECT_EQ(0, connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)));
  return socket;
}

class Attacker {
 public:
  Attacker(const std::string& directory, uint64_t seed)
      : directory_(directory), random_(seed), socket_(Connect(directory)) {}

  void Step() {
    CallRequest request = {};
    request.call = static_cast<Call>(Below(static_cast<uint32_t>(Call::kLast) + 3));
    request.task = Below(4) == 0 ? Name() : own_;
    request.name = Name();
    request.other = Below(3) == 0 ? Below(6) : Name();
    request.number = Below(2) == 0 ? static_cast<int32_t>(Below(7)) - 3
                                   : MACH_NOTIFY_FIRST + static_cast<int32_t>(Below(10));
    request.kind = Below(4) == 0 ? static_cast<uint32_t>(random_()) : 15 + Below(8);
    request.value = Below(4) == 0 ? random_() : Below(3000);
    std::string payload;
    bool waits = true;
    if (Below(2) == 0) {
      request.call = Call::kMessage;
      payload = Message(&waits);
    } else {
      payload = Bytes(Below(8) == 0 ? Below(6000) : Below(60));
    }
    waits &= request.call != Call::kCancel;
    request.payload_bytes = payload.size();
    if (Below(100) == 0) request.payload_bytes = random_();
    if (Below(100) == 0) request.payload_in_memory = 1;
    std::string packet(reinterpret_cast<const char*>(&request), sizeof(request));
    packet += payload;
    if (Below(100) == 0) packet.resize(Below(static_cast<uint32_t>(packet.size()) + 1));
    Exchange(packet, waits);
  }

 private:
  uint32_t Below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }

  uint32_t Name() {
    switch (Below(8)) {
      case 0:
        return static_cast<uint32_t>(random_());
      case 1:
        return Below(2) == 0 ? MACH_PORT_NULL : MACH_PORT_DEAD;
      default:
        return (1 + Below(24)) << 8 | (Below(3) * 4 + 3);  // as machd gives them
    }
  }

  std::string Bytes(size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  template <typename T>
  void Append(std::string* to, const T& value) {
    to->append(reinterpret_cast<const char*>(&value), sizeof(value));
  }

  // A kMessage that is right in most places. `*waits`: an answer will come at once.
  std::string Message(bool* waits) {
    std::string regions;
    std::string body;
    uint32_t region_count = 0;
    const uint32_t descriptors = Below(4);
    for (uint32_t i = 0; i < descriptors; ++i) {
      if (Below(2) == 0) {
        mach_msg_port_descriptor_t port = {};
        port.name = Name();
        port.disposition = Below(10) == 0 ? Below(256) : 16 + Below(6);
        port.type = MACH_MSG_PORT_DESCRIPTOR;
        Append(&body, port);
        continue;
      }
      const bool ports = Below(2) == 0;
      const uint32_t count = Below(20);
      const uint32_t bytes = ports ? count * 4 : count;
      mach_msg_ool_ports_descriptor_t memory = {};
      memory.count = count;
      memory.copy = Below(20) == 0 ? Below(256) : Below(2);
      memory.disposition = ports ? 16 + Below(6) : 0;
      memory.type = Below(20) == 0 ? Below(256)
                    : ports        ? MACH_MSG_OOL_PORTS_DESCRIPTOR
                                   : MACH_MSG_OOL_DESCRIPTOR;
      Append(&body, memory);
      RegionHeader header = {};
      header.bytes = Below(20) == 0 ? random_() : bytes;
      header.offset = Below(20) == 0 ? random_() : 0;
      header.descriptor = Below(5) == 0;
      Append(&regions, header);
      if (header.descriptor == 0) {
        for (uint32_t word = 0; ports && word < count; ++word) Append(&regions, Name());
        if (!ports) regions += Bytes(bytes);
      } else {
        files_.push_back(NewFile());
      }
      ++region_count;
    }
    mach_msg_header_t header = {};
    header.msgh_bits = MACH_MSGH_BITS_SET(16 + Below(6), Below(2) == 0 ? 0 : 16 + Below(6),
                                          Below(8) == 0 ? 17 + 2 * Below(2) : 0,
                                          descriptors > 0 ? MACH_MSGH_BITS_COMPLEX : 0);
    if (Below(50) == 0) header.msgh_bits = static_cast<uint32_t>(random_());
    header.msgh_remote_port = Name();
    header.msgh_local_port = Name();
    header.msgh_voucher_port = Below(4) == 0 ? Name() : 0;
    header.msgh_size = static_cast<uint32_t>(random_());
    std::string message;
    Append(&message, header);
    if (descriptors > 0) Append(&message, Below(50) == 0 ? Below(1'000'000) : descriptors);
    message += body;

    MessageRequest request = {};
    request.options = MACH_SEND_TIMEOUT | MACH_RCV_TIMEOUT | (1 + Below(3)) |
                      (static_cast<uint32_t>(random_()) & 0x0f0708ecu);
    if (Below(50) == 0) {
      request.options &= ~static_cast<uint32_t>(MACH_SEND_TIMEOUT | MACH_RCV_TIMEOUT);
      *waits = false;
    }
    request.send_bytes = static_cast<uint32_t>(message.size());
    if (Below(50) == 0) request.send_bytes = static_cast<uint32_t>(random_());
    request.receive_bytes = Below(4) == 0 ? Below(200) : 100'000;
    request.receive_name = Name();
    request.regions = Below(50) == 0 ? static_cast<uint32_t>(random_()) : region_count;
    std::string payload;
    Append(&payload, request);
    return payload + message + regions;
  }

  FileDescriptor NewFile() {
    if (Below(4) == 0) return FileDescriptor(open("/dev/null", O_RDWR | O_CLOEXEC));
    FileDescriptor file(memfd_create("attack", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    EXPECT_EQ(0, ftruncate(file.get(), Below(100)));
    constexpr int kAll = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    fcntl(file.get(), F_ADD_SEALS, Below(4) == 0 ? static_cast<int>(Below(16)) : kAll);
    return file;
  }

  void Exchange(const std::string& packet, bool waits) {
    while (files_.size() < 3 && Below(4) == 0) files_.push_back(NewFile());
    iovec block = {const_cast<char*>(packet.data()), packet.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 8)] = {};
    msghdr header = {};
    header.msg_iov = &block;
    header.msg_iovlen = 1;
    if (!files_.empty()) {
      const size_t count = files_.size() < 8 ? files_.size() : 8;
      header.msg_control = control;
      header.msg_controllen = CMSG_SPACE(sizeof(int) * count);
      cmsghdr* part = CMSG_FIRSTHDR(&header);
      part->cmsg_level = SOL_SOCKET;
      part->cmsg_type = SCM_RIGHTS;
      part->cmsg_len = CMSG_LEN(sizeof(int) * count);
      for (size_t i = 0; i < count; ++i) {
        const int fd = files_[i].get();
        std::memcpy(CMSG_DATA(part) + i * sizeof(fd), &fd, sizeof(fd));
      }
    }
    const ssize_t sent = sendmsg(socket_.get(), &header, MSG_NOSIGNAL);
    files_.clear();
    if (sent <= 0 || !waits || !Receive()) socket_ = Connect(directory_);
  }

  // One answer; false if there is none to come any more.
  bool Receive() {
    static char bytes[sizeof(CallReply) + mach::kMostInlinePayload];
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * mach::kMostDescriptors)];
    iovec block = {bytes, sizeof(bytes)};
    msghdr header = {};
    header.msg_iov = &block;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof(control);
    const ssize_t size = recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC);
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); size >= 0 && part != nullptr;
         part = CMSG_NXTHDR(&header, part)) {
      const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (size_t i = 0; i < count; ++i) {
        int fd;
        std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(fd), sizeof(fd));
        FileDescriptor close_it(fd);
      }
    }
    if (size < static_cast<ssize_t>(sizeof(CallReply))) return false;
    ++answers_;
    return true;
  }

 public:
  uint64_t answers() const { return answers_; }

 private:
  const std::string directory_;
  std::mt19937_64 random_;
  FileDescriptor socket_;
  std::vector<FileDescriptor> files_;
  // The first name that a task gets is its own.
  const uint32_t own_ = 0x103;
  uint64_t answers_ = 0;
};

FORKED_TEST(MachHostile, AnythingIsAnsweredOrCutOffAndOthersAreServed) {
  const char* one = std::getenv("IPDL_MACH_SEED");
  OwnMachd machd;
  uint64_t answers = 0;
  const uint64_t first = one != nullptr ? std::strtoull(one, nullptr, 10) : 1;
  const uint64_t last = one != nullptr ? first : 4;
  for (uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("IPDL_MACH_SEED=" + std::to_string(seed));
    Child child([&] {
      Attacker attacker(machd.directory(), seed);
      for (int i = 0; i < 5000; ++i) attacker.Step();
      EXPECT_LT(3000u, attacker.answers());
    });
    // Meanwhile somebody else works.
    const mach_port_t port = NewPortWithSend();
    for (uint32_t i = 0; i < 200; ++i) {
      ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
      ASSERT_EQ(i, ReceiveWord(port));
    }
    DropSend(port);
    DropReceive(port);
    answers += 200;
  }
  EXPECT_LT(0u, answers);
}

FORKED_TEST(MachHostile, AClientThatDoesNotReadHoldsUpNobody) {
  OwnMachd machd;
  Child child([&] {
    FileDescriptor socket = Connect(machd.directory());
    CallRequest request = {};
    request.call = Call::kHello;
    // machd answers until the socket takes no more, and then reads no further until it does.
    for (int i = 0; i < 10'000; ++i) {
      if (send(socket.get(), &request, sizeof(request), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) break;
    }
    const mach_port_t port = NewPort();
    EXPECT_TRUE(IsEmpty(port));
  });
  child.Wait();
  const mach_port_t port = NewPortWithSend();
  EXPECT_EQ(MACH_MSG_SUCCESS, SendWord(port, 1));
}

}  // namespace
}  // namespace ipdl::mach_test
