#include "tests/actors/hostile_peer.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "gtest/gtest.h"

namespace actors {

Bytes MessageBytes(const ipdl::ProtocolInfo& protocol, uint16_t message, int32_t routing,
                   int32_t seqno) {
  return Bytes(
      {.protocol = protocol.id,
       .message = message,
       .flags = static_cast<uint16_t>(protocol.messages[message].flags & ipdl::kWireKindBits),
       .routing = routing,
       .seqno = seqno});
}

Bytes ReplyBytes(const ipdl::ProtocolInfo& protocol, uint16_t message, int32_t routing,
                 int32_t seqno, uint16_t extra_flags) {
  return Bytes({.protocol = protocol.id,
                .message = message,
                .flags = static_cast<uint16_t>(ipdl::kWireReply | extra_flags),
                .routing = routing,
                .seqno = seqno});
}

Bytes HelloBytes(const ipdl::ProtocolInfo& protocol, ipdl::Side side) {
  return ControlBytes(static_cast<uint16_t>(ipdl::ControlMessage::kHello))
      .Put(protocol.id)
      .Put(static_cast<uint8_t>(side))
      .Put(protocol.fingerprint)
      .Put<uint64_t>(1);
}

Bytes ControlBytes(uint16_t number) {
  return Bytes({.protocol = 0, .message = number, .flags = 0, .routing = 0, .seqno = 0});
}

HostilePeer::HostilePeer(ipdl::EndpointBase* victim) {
  ipdl::EndpointBase evil;
  EXPECT_TRUE(ipdl::CreateEndpointPair(victim, &evil).ok());
  victim->set_peer({.process_id = 7, .kind = "evil", .name = "1"});
  socket_ = std::move(evil).TakeSocket();
}

void HostilePeer::Send(const Bytes& payload, std::initializer_list<int> descriptors) {
  const size_t padding = (0 - payload.data().size()) & 7;
  Bytes frame;
  frame.Put(static_cast<uint32_t>(8 + payload.data().size() + padding));
  frame.Put(static_cast<uint16_t>(descriptors.size()));
  frame.Put(static_cast<uint8_t>(padding));
  frame.Put(uint8_t{0});
  frame.Raw(payload.data().data(), payload.data().size());
  frame.Align(8);
  SendRaw(frame.data(), descriptors);
}

void HostilePeer::SendRaw(const std::string& bytes, std::initializer_list<int> descriptors) {
  iovec part{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(64 * sizeof(int))] = {};
  if (descriptors.size() != 0) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), descriptors.begin(), descriptors.size() * sizeof(int));
  }
  // A victim that has cut us off already is no failure of the test.
  const ssize_t sent = sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    EXPECT_TRUE(errno == EPIPE || errno == ECONNRESET) << std::strerror(errno);
  }
}

bool HostilePeer::IsCutOff() {
  Receive();
  char byte;
  const ssize_t n = recv(socket_.get(), &byte, 1, MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno == ECONNRESET);
}

std::string HostilePeer::Receive() {
  std::string all;
  char bytes[4096];
  ssize_t n;
  while ((n = recv(socket_.get(), bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) all.append(bytes, n);
  return all;
}

}  // namespace actors
