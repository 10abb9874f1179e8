// A client of a broker that is played by the test, byte by byte, next to an honest one.
//
// What it is: the fixture of tests that attack the wire, and words for building messages. When it
// ends it checks that the honest client is served as before; the base checks that nothing is left.
// What it is not: the attacks. Used by wire_attack_test.cc, limits_test.cc and promises_test.cc.

#ifndef IPDL_RUNTIME_PORTAL_WIRE_ATTACK_FOR_TEST_H_
#define IPDL_RUNTIME_PORTAL_WIRE_ATTACK_FOR_TEST_H_

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <tuple>
#include <vector>

#include "runtime/portal/messages.h"
#include "runtime/portal/portal_fixture_for_test.h"

namespace ipdl::portal {

using Bytes = std::vector<uint8_t>;

template <typename T>
inline void Append(Bytes* bytes, const T& value) {
  const uint8_t* const begin = reinterpret_cast<const uint8_t*>(&value);
  bytes->insert(bytes->end(), begin, begin + sizeof(value));
}

template <typename... Parts>
Bytes Join(const Parts&... parts) {
  Bytes bytes;
  (Append(&bytes, parts), ...);
  return bytes;
}

class WireAttackTest : public PortalFixture {
 public:
  explicit WireAttackTest(const IpczDriver& driver = TestNetwork::driver())
      : broker_(NewNodeWith(driver, IPCZ_CREATE_NODE_AS_BROKER)),
        honest_(Connect(broker_, NewNode())) {
    std::tie(router_end_, raw_) = network().NewTransports();
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker_, router_end_, 1, 0, nullptr, &portal_));
  }
  ~WireAttackTest() override {
    EXPECT_EQ(IPCZ_RESULT_OK, Put(honest_.a, "served"));
    EXPECT_EQ("served", Get(honest_.b).text);
    CloseAll({honest_.a, honest_.b, portal_});
    TestNetwork::CloseObject(raw_);
  }

  // The body gets a header that is right, unless told otherwise.
  Bytes Message(MessageType type, const Bytes& body) {
    Bytes bytes = Join(MessageHeader{
        static_cast<uint32_t>(sizeof(MessageHeader) + body.size()), type, {}, sequence_++});
    bytes.insert(bytes.end(), body.begin(), body.end());
    return bytes;
  }
  void Send(MessageType type, const Bytes& body,
            const std::vector<IpczDriverHandle>& handles = {}) {
    TestNetwork::TransmitRaw(raw_, Message(type, body), handles);
  }
  void Greet() { Send(MessageType::kConnectToBroker, Join(ConnectBody{kProtocolVersion, 1})); }
  bool IsCutOff() {
    return TestNetwork::IsPeerClosed(raw_) &&
           (Status(portal_).flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0;
  }
  // The last message of that type that came; the others are dropped.
  template <typename Body>
  Body LastReceived(MessageType type) {
    Body body = {};
    for (Bytes bytes = TestNetwork::TakeRaw(raw_); !bytes.empty();
         bytes = TestNetwork::TakeRaw(raw_)) {
      MessageHeader header;
      std::memcpy(&header, bytes.data(), sizeof(header));
      if (header.type != type) continue;
      std::memcpy(&body, bytes.data() + sizeof(header), sizeof(body));
    }
    return body;
  }

  static Bytes PlainParcel(uint64_t hop, const std::string& text) {
    Bytes body = Join(ParcelBody{hop, 0, 1, 0}, SectionHeader{text.size(), 0, 0});
    body.insert(body.end(), text.begin(), text.end());
    return body;
  }
  static Bytes ParcelWithPortal(uint64_t hop, uint64_t new_hop, bool forwards = false) {
    const uint8_t flag = forwards ? 1 : 0;
    return Join(ParcelBody{hop, 0, 1, 0}, SectionHeader{0, 1, 0},
                AttachmentRecord{AttachmentType::kPortal, flag, 0, 0, new_hop});
  }
  static Bytes ParcelThatWaits(uint64_t hop, uint64_t relay_id) {
    return Join(ParcelBody{hop, relay_id, 1, 0}, SectionHeader{0, 1, 0},
                AttachmentRecord{AttachmentType::kRelayedObject, 0, 0, 0, 0});
  }
  // Hops that side B may make: by a parcel, by a bypass.
  static uint64_t ParcelHop(uint64_t n) { return (n + 4) << 2 | 1; }
  static uint64_t AcceptHop(uint64_t n) { return (n + 4) << 2 | 3; }

  const IpczHandle broker_;
  const Portals honest_;
  IpczDriverHandle router_end_ = 0;
  IpczDriverHandle raw_ = 0;
  IpczHandle portal_ = 0;
  uint64_t sequence_ = 0;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_WIRE_ATTACK_FOR_TEST_H_
