#include "tests/actors/hostile_peer.h"

#include <unistd.h>

#include <cstring>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/driver/driver.h"

namespace actors {

namespace {

const IpczAPI& Ipcz() {
  static const IpczAPI table = [] {
    IpczAPI filled = {};
    filled.size = sizeof(filled);
    IpczGetAPI(&filled);
    return filled;
  }();
  return table;
}

}  // namespace

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
  portal_ = std::move(evil).TakePortal();
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
  IpczHandle node = IPCZ_INVALID_HANDLE;
  Ipcz().CreateNode(&ipdl::PortalDriver(), IPCZ_NO_FLAGS, nullptr, &node);
  std::vector<IpczHandle> boxes;
  for (const int descriptor : descriptors) {
    IpczBoxContents contents = {};
    contents.size = sizeof(contents);
    contents.type = IPCZ_BOX_TYPE_DRIVER_OBJECT;
    contents.object.driver_object =
        ipdl::NewDriverHandle(ipdl::FileDescriptor(dup(descriptor)).TakeOwned());
    EXPECT_EQ(IPCZ_RESULT_OK,
              Ipcz().Box(node, &contents, IPCZ_NO_FLAGS, nullptr, &boxes.emplace_back()));
  }
  Ipcz().Close(node, IPCZ_NO_FLAGS, nullptr);
  const IpczResult put = Ipcz().Put(static_cast<IpczHandle>(portal_.value()), bytes.data(),
                                    bytes.size(), boxes.data(), boxes.size(), 0, nullptr);
  // A victim that has cut us off already is no failure of the test.
  EXPECT_TRUE(put == IPCZ_RESULT_OK || put == IPCZ_RESULT_NOT_FOUND) << put;
  if (put == IPCZ_RESULT_OK) return;
  for (const IpczHandle box : boxes) Ipcz().Close(box, IPCZ_NO_FLAGS, nullptr);
}

bool HostilePeer::IsCutOff() {
  IpczPortalStatus status = {sizeof(status), IPCZ_NO_FLAGS, 0, 0};
  Ipcz().QueryPortalStatus(static_cast<IpczHandle>(portal_.value()), IPCZ_NO_FLAGS, nullptr,
                           &status);
  return (status.flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0;
}

namespace {

// Takes the frames that are no messages out of a parcel, and answers the questions among them.
std::string MessagesOf(const std::string& parcel, HostilePeer& peer) {
  constexpr char kTellMe = 1;
  constexpr char kHaveRead = 2;
  std::string messages;
  for (size_t at = 0; at + 8 <= parcel.size();) {
    uint32_t size = 0;
    std::memcpy(&size, parcel.data() + at, sizeof(size));
    std::string frame = parcel.substr(at, size);
    at += size;
    if (frame[7] == 0) {
      messages += frame;
    } else if (frame[7] == kTellMe) {
      frame[7] = kHaveRead;
      peer.SendRaw(frame);
    }
  }
  return messages;
}

}  // namespace

std::string HostilePeer::Receive() {
  std::string all;
  while (true) {
    std::string bytes(1024 * 1024, '\0');
    size_t size = bytes.size();
    IpczHandle boxes[64];
    size_t count = 64;
    if (Ipcz().Get(static_cast<IpczHandle>(portal_.value()), IPCZ_NO_FLAGS, nullptr, bytes.data(),
                   &size, boxes, &count, nullptr) != IPCZ_RESULT_OK) {
      return all;
    }
    for (size_t i = 0; i < count; ++i) Ipcz().Close(boxes[i], IPCZ_NO_FLAGS, nullptr);
    bytes.resize(size);
    all += MessagesOf(bytes, *this);
  }
}

}  // namespace actors
