// Whom the limits of a node hold for: everybody, unless the driver says that the other end of a
// transport may be trusted; and what a broker passes on for others.

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "runtime/portal/extended_fixture_for_test.h"
#include "runtime/portal/limits.h"
#include "runtime/portal/wire_attack_for_test.h"

namespace ipdl::portal {
namespace {

struct Said {
  IpczResult result;
  IpczTrust trust;
};
Said g_said = {IPCZ_RESULT_OK, IPCZ_TRUST_NONE};

const IpczDriver& DriverThatKnows() {
  static const IpczExtendedDriver extended = [] {
    IpczExtendedDriver made = {};
    made.driver = TestNetwork::driver();
    made.driver.size = sizeof(made);
    made.QueryTrust = [](IpczDriverHandle, uint32_t, const void*, IpczTrust* trust) {
      *trust = g_said.trust;
      return g_said.result;
    };
    return made;
  }();
  return extended.driver;
}

class TrustTest : public WireAttackTest {
 protected:
  explicit TrustTest(const IpczDriver& driver = DriverThatKnows()) : WireAttackTest(driver) {}

  // The transport of the fixture is asked about when it is activated: another one.
  void ConnectAnew(Said said) {
    g_said = said;
    CloseAll({portal_});
    TestNetwork::CloseObject(raw_);
    std::tie(router_end_, raw_) = network().NewTransports();
    ASSERT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker_, router_end_, 1, 0, nullptr, &portal_));
    sequence_ = 0;
    Greet();
  }
  void SetNodeLimits(uint64_t routes, uint64_t held_bytes) {
    const IpczNodeLimits limits = {sizeof(limits), routes, held_bytes, 0};
    ASSERT_EQ(IPCZ_RESULT_OK, Extended().SetNodeLimits(broker_, &limits, 0, nullptr));
  }
};

TEST_F(TrustTest, LimitsHoldForWhomTheDriverDoesNotTrust) {
  for (const Said said : {Said{IPCZ_RESULT_OK, IPCZ_TRUST_NONE}, Said{IPCZ_RESULT_OK, IpczTrust{2}},
                          Said{IPCZ_RESULT_UNKNOWN, IPCZ_TRUST_FULL}}) {
    SetNodeLimits(3, 0);
    ConnectAnew(said);
    for (uint64_t i = 0; i < 2; ++i) Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(i)));
    EXPECT_FALSE(IsCutOff());
    Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(2)));
    EXPECT_TRUE(IsCutOff());
    SetNodeLimits(0, 100);
    ConnectAnew(said);
    Send(MessageType::kParcel, PlainParcel(0, "held"));
    EXPECT_FALSE(IsCutOff());
    Send(MessageType::kParcel, PlainParcel(0, "too much"));
    EXPECT_TRUE(IsCutOff());
  }
}

TEST_F(TrustTest, AndNotForWhomItTrusts) {
  SetNodeLimits(3, 1);
  ConnectAnew({IPCZ_RESULT_OK, IPCZ_TRUST_FULL});
  for (uint64_t i = 0; i < 20; ++i) Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(i)));
  EXPECT_FALSE(IsCutOff());
  // What is not legal is not, whoever sends it.
  Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(19)));
  EXPECT_TRUE(IsCutOff());
}

// --- Objects that a broker passes on -------------------------------------------------------------

class RelayLimitTest : public TrustTest {
 protected:
  explicit RelayLimitTest(const IpczDriver& driver = TestNetwork::driver()) : TrustTest(driver) {
    Greet();
    own_name_ = LastReceived<ConnectFromBrokerBody>(MessageType::kConnectFromBroker).yours;
    const auto [end, raw] = network().NewTransports();
    receiver_ = raw;
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker_, end, 1, 0, nullptr, &receivers_portal_));
    ConnectFromBrokerBody greeting;
    const Bytes bytes = TestNetwork::TakeRaw(receiver_);
    std::memcpy(&greeting, bytes.data() + sizeof(MessageHeader), sizeof(greeting));
    receivers_name_ = greeting.yours;
    SendAsReceiver(MessageType::kConnectToBroker, Join(ConnectBody{kProtocolVersion, 1}));
  }
  ~RelayLimitTest() override {
    CloseAll({receivers_portal_});
    TestNetwork::CloseObject(receiver_);
  }

  void SendAsReceiver(MessageType type, const Bytes& body) {
    std::swap(sequence_, receivers_sequence_);
    TestNetwork::TransmitRaw(receiver_, Message(type, body));
    std::swap(sequence_, receivers_sequence_);
  }
  // Has the broker pass on that many; how many the receiver gets.
  uint64_t Relay(uint64_t count) {
    Bytes body = Join(RelayBody{own_name_, receivers_name_, next_relay_++}, count);
    for (uint64_t i = 0; i < count; ++i) Append(&body, ObjectRecord{1, 0});
    for (uint64_t i = 0; i < count; ++i) Append(&body, 'B');
    Send(MessageType::kRelayObjects, body);
    uint64_t got = UINT64_MAX;
    for (Bytes bytes = TestNetwork::TakeRaw(receiver_); !bytes.empty();
         bytes = TestNetwork::TakeRaw(receiver_)) {
      MessageHeader header;
      std::memcpy(&header, bytes.data(), sizeof(header));
      if (header.type != MessageType::kRelayedObjects) continue;
      std::memcpy(&got, bytes.data() + sizeof(header) + sizeof(RelayBody), sizeof(got));
    }
    return got;
  }
  void Take(uint64_t count) {
    SendAsReceiver(MessageType::kRelayTaken, Join(RelayTakenBody{own_name_, count}));
  }
  void Fill(uint64_t count) {
    while (count > 0) {
      const uint64_t now = std::min<uint64_t>(count, kLimits.objects_per_relay);
      ASSERT_EQ(now, Relay(now));
      count -= now;
    }
  }

  static constexpr uint64_t kMost = Limits::kRelayedObjectsPerLink;
  NodeName own_name_;
  NodeName receivers_name_;
  IpczDriverHandle receiver_ = 0;
  IpczHandle receivers_portal_ = 0;
  uint64_t receivers_sequence_ = 0;
  uint64_t next_relay_ = 1;
};

TEST_F(RelayLimitTest, ObjectsThatNobodyTookAreLimited) {
  Fill(kMost - 1);
  EXPECT_EQ(0u, Relay(2));
  EXPECT_EQ(1u, Relay(1));
  EXPECT_EQ(0u, Relay(1));
  // Nobody is cut off, and what was taken makes room.
  EXPECT_FALSE(IsCutOff());
  Take(2);
  EXPECT_EQ(0u, Relay(3));
  EXPECT_EQ(2u, Relay(2));
  EXPECT_EQ(0u, Relay(1));
}

TEST_F(RelayLimitTest, WhoTakesMoreThanThereIsMakesNoMoreRoom) {
  Fill(10);
  Take(UINT64_MAX);
  Take(5);
  Fill(kMost);
  EXPECT_EQ(0u, Relay(1));
}

TEST_F(RelayLimitTest, AReceiversEndMakesRoom) {
  Fill(kMost);
  EXPECT_EQ(0u, Relay(1));
  const NodeName gone = receivers_name_;
  TestNetwork::CloseObject(receiver_);
  CloseAll({receivers_portal_});
  const auto [end, raw] = network().NewTransports();
  receiver_ = raw;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker_, end, 1, 0, nullptr, &receivers_portal_));
  ConnectFromBrokerBody greeting;
  const Bytes bytes = TestNetwork::TakeRaw(receiver_);
  std::memcpy(&greeting, bytes.data() + sizeof(MessageHeader), sizeof(greeting));
  receivers_name_ = greeting.yours;
  ASSERT_NE(gone, receivers_name_);
  receivers_sequence_ = 0;
  SendAsReceiver(MessageType::kConnectToBroker, Join(ConnectBody{kProtocolVersion, 1}));
  Fill(kMost);
  EXPECT_EQ(0u, Relay(1));
}

class TrustedRelayTest : public RelayLimitTest {
 protected:
  TrustedRelayTest() : RelayLimitTest(Trusting()) {}
  static const IpczDriver& Trusting() {
    g_said = {IPCZ_RESULT_OK, IPCZ_TRUST_FULL};
    return DriverThatKnows();
  }
};

TEST_F(TrustedRelayTest, AreNotCounted) {
  Fill(kMost);
  EXPECT_EQ(1u, Relay(1));
}

class RelayingTest : public PortalFixture {
 public:
  RelayingTest() : PortalFixture({Delivery::kStepped, true, 3}) {}
};

TEST_F(RelayingTest, WhoTakesThemGetsAnyNumber) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const Portals first = Connect(broker, client);
  const Portals second = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  const Portals moved = {Move(pair.a, first.a, first.b), Move(pair.b, second.a, second.b)};
  ASSERT_TRUE(WaitUntilDirect(moved.a, moved.b));
  constexpr size_t kAtOnce = 100;
  for (size_t sent = 0; sent <= Limits::kRelayedObjectsPerLink; sent += kAtOnce) {
    std::vector<IpczHandle> boxes;
    for (size_t i = 0; i < kAtOnce; ++i) boxes.push_back(BoxBlob(client, "x"));
    ASSERT_EQ(IPCZ_RESULT_OK, Put(moved.a, "", boxes));
    const Got got = WaitToGet(moved.b);
    ASSERT_EQ(kAtOnce, got.handles.size());
    CloseAll(got.handles);
    network().Settle();
  }
  CloseAll({moved.a, moved.b, first.a, first.b, second.a, second.b});
}

// The broker passes nothing on: whoever put them did nothing wrong, but the parcel cannot be whole.
TEST_F(RelayingTest, APutBeyondItEndsTheRouteAndNothingElse) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const Portals first = Connect(broker, client);
  const Portals second = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  const Portals moved = {Move(pair.a, first.a, first.b), Move(pair.b, second.a, second.b)};
  ASSERT_TRUE(WaitUntilDirect(moved.a, moved.b));
  network().Settle();
  // Nothing is delivered meanwhile, so nothing is taken.
  constexpr size_t kAtOnce = 1000;
  for (int i = 0; i < 5; ++i) {
    std::vector<IpczHandle> boxes;
    for (size_t j = 0; j < kAtOnce; ++j) boxes.push_back(BoxBlob(client, "x"));
    ASSERT_EQ(IPCZ_RESULT_OK, Put(moved.a, std::to_string(i), boxes));
  }
  int whole = 0;
  for (Got got = WaitToGet(moved.b); got.result == IPCZ_RESULT_OK; got = WaitToGet(moved.b)) {
    EXPECT_EQ(std::to_string(whole++), got.text);
    EXPECT_EQ(kAtOnce, got.handles.size());
    CloseAll(got.handles);
  }
  EXPECT_LE(4, whole);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.a, "served"));
  EXPECT_EQ("served", WaitToGet(first.b).text);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(second.a, "served"));
  EXPECT_EQ("served", WaitToGet(second.b).text);
  CloseAll({moved.a, moved.b, first.a, first.b, second.a, second.b});
}

}  // namespace
}  // namespace ipdl::portal
