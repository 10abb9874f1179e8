// Every limit of what a peer may make a node hold: just below it, at it, beyond it.
//
// Beyond it the peer is disconnected, unless the test says otherwise; the fixture looks whether
// others are served as before and nothing is left.

#include "runtime/portal/limits.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "runtime/portal/extended_fixture_for_test.h"
#include "runtime/portal/wire_attack_for_test.h"

namespace ipdl::portal {
namespace {

class LimitsTest : public WireAttackTest {
 protected:
  explicit LimitsTest(const IpczDriver& driver = TestNetwork::driver()) : WireAttackTest(driver) {
    Greet();
  }

  void SetNodeLimits(uint64_t routes, uint64_t held_bytes, uint64_t introductions) {
    const IpczNodeLimits limits = {sizeof(limits), routes, held_bytes, introductions};
    EXPECT_EQ(IPCZ_RESULT_OK, Extended().SetNodeLimits(broker_, &limits, 0, nullptr));
  }
  static Bytes ParcelWithRelayedObjects(uint64_t relay_id, uint32_t count) {
    Bytes body = Join(ParcelBody{0, relay_id, 1, 0}, SectionHeader{0, count, 0});
    for (uint32_t i = 0; i < count; ++i) {
      Append(&body, AttachmentRecord{AttachmentType::kRelayedObject, 0, 0, 0, 0});
    }
    return body;
  }
};

TEST_F(LimitsTest, RoutesPerLink) {
  SetNodeLimits(8, 0, 0);
  // There is one already.
  for (uint64_t i = 0; i < 7; ++i) {
    Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(i)));
    EXPECT_FALSE(IsCutOff()) << i;
  }
  // One that ends makes room.
  CloseAll({Get(portal_).handles.at(0)});
  Send(MessageType::kClosed, Join(HopFlagBody{ParcelHop(0), 0, {}}));
  Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(100)));
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(101)));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(LimitsTest, RoutesPerLinkUnlessSet) {
  EXPECT_EQ(16384u, kLimits.routes_per_link);
  for (uint64_t i = 0; i < kLimits.routes_per_link - 1; ++i) {
    Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(i)));
  }
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(kLimits.routes_per_link)));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(LimitsTest, HeldBytesPerLink) {
  const std::string text(100, 'x');
  SetNodeLimits(0, 3 * (text.size() + Limits::kParcelCost), 0);
  for (int i = 0; i < 3; ++i) Send(MessageType::kParcel, PlainParcel(0, text));
  EXPECT_FALSE(IsCutOff());
  // What was got is not held, unless as a parcel.
  EXPECT_EQ(text, Get(portal_).text);
  Send(MessageType::kParcel, PlainParcel(0, text));
  EXPECT_FALSE(IsCutOff());
  IpczHandle parcel = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().Get(portal_, IPCZ_GET_PARTIAL, nullptr, nullptr, nullptr,
                                       nullptr, nullptr, &parcel));
  Send(MessageType::kParcel, PlainParcel(0, ""));
  EXPECT_TRUE(IsCutOff());
  EXPECT_EQ(text, Get(parcel).text);
  CloseAll({parcel});
}

TEST_F(LimitsTest, AttachmentsPerMessage) {
  const uint32_t most = static_cast<uint32_t>(kLimits.attachments_per_message);
  Send(MessageType::kParcel, ParcelWithRelayedObjects(1, most - 1));
  Send(MessageType::kParcel, ParcelWithRelayedObjects(2, most));
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kParcel, ParcelWithRelayedObjects(3, most + 1));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(LimitsTest, SectionsPerParcel) {
  const auto parcel = [](uint32_t sections) {
    Bytes body = Join(ParcelBody{0, 0, sections, 0}, SectionHeader{0, sections - 1, 0});
    for (uint32_t i = 1; i < sections; ++i) Append(&body, SectionHeader{0, 0, 0});
    for (uint32_t i = 1; i < sections; ++i) {
      Append(&body, AttachmentRecord{AttachmentType::kSubparcel, 0, 0, 0, 0});
    }
    return body;
  };
  Send(MessageType::kParcel, parcel(Limits::kSectionsPerParcel - 1));
  Send(MessageType::kParcel, parcel(Limits::kSectionsPerParcel));
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kParcel, parcel(Limits::kSectionsPerParcel + 1));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(LimitsTest, AwaitedRelays) {
  for (uint64_t i = 1; i <= kLimits.awaited_relays; ++i) {
    Send(MessageType::kParcel, ParcelThatWaits(0, i));
  }
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kParcel, ParcelThatWaits(0, kLimits.awaited_relays + 1));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(LimitsTest, ReferralsPerLink) {
  std::vector<IpczDriverHandle> others;
  const auto refer = [&](uint64_t number) {
    const auto [end, other] = network().NewTransports();
    others.push_back(other);
    Bytes body = Join(ReferNodeBody{number, 1, 0}, uint64_t{1}, ObjectRecord{0, 1});
    Send(MessageType::kReferNode, body, {end});
  };
  for (uint64_t i = 0; i < kLimits.referrals_per_link; ++i) refer(i);
  EXPECT_FALSE(IsCutOff());
  refer(kLimits.referrals_per_link);
  EXPECT_TRUE(IsCutOff());
  for (const IpczDriverHandle other : others) TestNetwork::CloseObject(other);
}

// --- Another network's broker --------------------------------------------------------------------

class BrokerLimitsTest : public LimitsTest {
 protected:
  explicit BrokerLimitsTest(const IpczDriver& driver = TestNetwork::driver()) : LimitsTest(driver) {
    const auto [end, raw] = network().NewTransports();
    other_raw_ = raw;
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker_, end, 1, IPCZ_CONNECT_NODE_TO_BROKER,
                                                 nullptr, &other_portal_));
    ConnectBrokersBody greeting;
    const Bytes bytes = TestNetwork::TakeRaw(other_raw_);
    std::memcpy(&greeting, bytes.data() + sizeof(MessageHeader), sizeof(greeting));
    name_ = greeting.name;
    sequence_ = 0;
    SendOther(MessageType::kConnectBrokers, Join(ConnectBrokersBody{kOther, kProtocolVersion, 1}));
  }
  ~BrokerLimitsTest() override {
    CloseAll({other_portal_});
    TestNetwork::CloseObject(other_raw_);
  }
  void SendOther(MessageType type, const Bytes& body,
                 const std::vector<IpczDriverHandle>& handles = {}) {
    TestNetwork::TransmitRaw(other_raw_, Message(type, body), handles);
  }
  void SendRelayed(uint64_t relay_id, uint64_t count, char text = 'x') {
    Bytes body = Join(RelayBody{kOther, name_, relay_id}, count);
    for (uint64_t i = 0; i < count; ++i) Append(&body, ObjectRecord{2, 0});
    for (uint64_t i = 0; i < count; ++i) {
      Append(&body, uint8_t{'B'});
      Append(&body, text);
    }
    SendOther(MessageType::kRelayedObjects, body);
  }

  static constexpr NodeName kOther = {7, 7};
  IpczDriverHandle other_raw_ = 0;
  IpczHandle other_portal_ = 0;
  NodeName name_;
};

TEST_F(BrokerLimitsTest, RelayedObjectsGoToTheParcelThatNamesThem) {
  SendOther(MessageType::kParcel, ParcelThatWaits(0, 7));
  SendOther(MessageType::kParcel, ParcelThatWaits(0, 8));
  SendRelayed(8, 1, '8');
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(other_portal_).result);
  SendRelayed(7, 1, '7');
  for (const char* const name : {"7", "8"}) {
    const Got got = Get(other_portal_);
    ASSERT_EQ(1u, got.handles.size());
    EXPECT_EQ(name, UnboxBlob(got.handles[0]));
  }
}

TEST_F(BrokerLimitsTest, EarlyRelays) {
  const int before = network().live_objects();
  const int most = static_cast<int>(kLimits.early_relays);
  for (int i = 1; i < most; ++i) SendRelayed(static_cast<uint64_t>(i), 1);
  EXPECT_EQ(before + most - 1, network().live_objects());
  SendRelayed(most, 1);
  EXPECT_EQ(before + most, network().live_objects());
  // One more is not kept; its sender is not to blame, for a broker may be slow.
  SendRelayed(most + 1, 1);
  EXPECT_EQ(before + most, network().live_objects());
  EXPECT_FALSE(TestNetwork::IsPeerClosed(other_raw_));
}

TEST_F(BrokerLimitsTest, ObjectsPerRelay) {
  const int before = network().live_objects();
  SendRelayed(1, kLimits.objects_per_relay - 1);
  SendRelayed(2, kLimits.objects_per_relay);
  EXPECT_EQ(before + 2047, network().live_objects());
  SendRelayed(3, kLimits.objects_per_relay + 1);
  EXPECT_TRUE(TestNetwork::IsPeerClosed(other_raw_));
}

TEST_F(BrokerLimitsTest, WhatIsSaidOfOtherNodes) {
  const auto say = [&](uint64_t number) {
    SendOther(MessageType::kIntroduced,
              Join(IntroducedBody{{number, 1}, {number, 2}, name_, 1, {}}));
  };
  // Some was said before: of the broker itself and the honest client.
  uint64_t said = 0;
  while (!TestNetwork::IsPeerClosed(other_raw_) && said <= kLimits.introductions_asked) say(++said);
  EXPECT_TRUE(TestNetwork::IsPeerClosed(other_raw_));
  EXPECT_EQ(kLimits.introductions_asked + 1, said);
}

// --- Deadlines -----------------------------------------------------------------------------------

class TimedAttackTest : public LimitsTest {
 protected:
  TimedAttackTest() : LimitsTest(TestNetwork::driver_with_timers()) {}
};

TEST_F(TimedAttackTest, AnAcceptThatNobodyOffersIsRefusedInTime) {
  Send(MessageType::kAccept, Join(AcceptBody{AcceptHop(0), 5, 0, {}}));
  network().FireTimers();
  EXPECT_EQ(0u, LastReceived<HopFlagBody>(MessageType::kClosed).hop);
  network().FireTimers();
  EXPECT_EQ(AcceptHop(0), LastReceived<HopFlagBody>(MessageType::kClosed).hop);
  EXPECT_TRUE(network().timers.empty());
  // The other end says the same, and then the hop is over.
  Send(MessageType::kClosed, Join(HopFlagBody{AcceptHop(0), 0, {}}));
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kAccept, Join(AcceptBody{AcceptHop(1), 5, 0, {}}));
  EXPECT_FALSE(IsCutOff());
}

TEST_F(TimedAttackTest, AParcelWaitsForItsObjectsOnlySoLong) {
  Send(MessageType::kParcel, PlainParcel(0, "whole"));
  Send(MessageType::kParcel, ParcelThatWaits(0, 7));
  Send(MessageType::kParcel, PlainParcel(0, "behind"));
  network().FireTimers();
  EXPECT_FALSE(IsCutOff());
  network().FireTimers();
  EXPECT_TRUE(IsCutOff());
  EXPECT_EQ("whole", Get(portal_).text);
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, Get(portal_).result);
}

class TimedBrokerTest : public BrokerLimitsTest {
 protected:
  TimedBrokerTest() : BrokerLimitsTest(TestNetwork::driver_with_timers()) {}
};

TEST_F(TimedBrokerTest, ObjectsWaitForTheirParcelOnlySoLong) {
  const int before = network().live_objects();
  SendRelayed(1, 3);
  EXPECT_EQ(before + 3, network().live_objects());
  network().FireTimers();
  EXPECT_EQ(before + 3, network().live_objects());
  network().FireTimers();
  EXPECT_EQ(before, network().live_objects());
  EXPECT_FALSE(TestNetwork::IsPeerClosed(other_raw_));
}

TEST_F(TimedAttackTest, PermitsForIntroductionsComeBack) {
  SetNodeLimits(0, 0, 1);
  const Portals second = Connect(broker_, NewNode());
  EXPECT_TRUE(network().timers.empty());
  const auto greeting = LastReceived<ConnectFromBrokerBody>(MessageType::kConnectFromBroker);
  Send(MessageType::kIntroduce, Join(IntroduceBody{greeting.broker, greeting.yours, {}}));
  EXPECT_EQ(1, LastReceived<IntroducedBody>(MessageType::kIntroduced).granted);
  // Who is connected already costs nothing.
  EXPECT_TRUE(network().timers.empty());
  CloseAll({second.a, second.b});
}

// A client that is connected to several others, which are not connected to each other.
class IntroductionsTest : public LimitsTest {
 protected:
  explicit IntroductionsTest(const IpczDriver& driver = TestNetwork::driver_with_timers())
      : LimitsTest(driver) {
    for (uint64_t i = 0; i < 5; ++i) {
      const auto [end, other] = network().NewTransports();
      others_.push_back(other);
      Send(MessageType::kReferNode, Join(ReferNodeBody{i, 1, 0}, uint64_t{1}, ObjectRecord{0, 1}),
           {end});
      const uint64_t sequence = std::exchange(sequence_, 0);
      TestNetwork::TransmitRaw(
          other, Message(MessageType::kConnectToReferrer, Join(ConnectBody{kProtocolVersion, 1})));
      sequence_ = sequence;
      names_.push_back(LastReceived<ReferralDoneBody>(MessageType::kReferralDone).name);
    }
  }
  ~IntroductionsTest() override {
    for (const IpczDriverHandle other : others_) TestNetwork::CloseObject(other);
  }
  bool Introduce(size_t a, size_t b) {
    Send(MessageType::kIntroduce, Join(IntroduceBody{names_[a], names_[b], {}}));
    const auto answer = LastReceived<IntroducedBody>(MessageType::kIntroduced);
    EXPECT_EQ(names_[a], answer.first);
    EXPECT_EQ(names_[b], answer.second);
    return answer.granted != 0;
  }

  std::vector<IpczDriverHandle> others_;
  std::vector<NodeName> names_;
};

TEST_F(IntroductionsTest, PerSecond) {
  SetNodeLimits(0, 0, 3);
  EXPECT_TRUE(Introduce(0, 1));
  EXPECT_TRUE(Introduce(0, 2));
  EXPECT_TRUE(Introduce(0, 3));
  EXPECT_FALSE(Introduce(1, 2));
  // Who is connected already costs nothing; who was denied may ask again in vain.
  EXPECT_TRUE(Introduce(0, 1));
  EXPECT_FALSE(Introduce(1, 2));
  EXPECT_FALSE(IsCutOff());
  // A second later there are as many again, and no more.
  ASSERT_FALSE(network().timers.empty());
  network().FireTimers();
  EXPECT_TRUE(Introduce(1, 2));
  EXPECT_TRUE(Introduce(1, 3));
  EXPECT_TRUE(Introduce(2, 3));
  EXPECT_FALSE(Introduce(0, 4));
  network().FireTimers();
  EXPECT_TRUE(Introduce(0, 4));
}

// Two nodes lose their connection and get another one. That the second of them lost the first
// connection, too, is heard only then, and says nothing about the other one.
TEST_F(IntroductionsTest, AreNotUndoneByWhatIsSaidOfAnEarlierOne) {
  uint64_t sequences[] = {1, 1};
  const auto say_lost = [&](size_t by, size_t of, uint64_t introduction) {
    std::swap(sequence_, sequences[by]);
    TestNetwork::TransmitRaw(
        others_[by], Message(MessageType::kLinkLost, Join(LinkLostBody{names_[of], introduction})));
    std::swap(sequence_, sequences[by]);
  };
  const auto introductions = [&](size_t of) {
    std::vector<uint64_t> numbers;
    for (Bytes bytes = TestNetwork::TakeRaw(others_[of]); !bytes.empty();
         bytes = TestNetwork::TakeRaw(others_[of])) {
      MessageHeader header;
      IntroductionBody body;
      std::memcpy(&header, bytes.data(), sizeof(header));
      if (header.type != MessageType::kIntroduction) continue;
      std::memcpy(&body, bytes.data() + sizeof(header), sizeof(body));
      numbers.push_back(body.number);
    }
    return numbers;
  };
  EXPECT_TRUE(Introduce(0, 1));
  const std::vector<uint64_t> first = introductions(0);
  ASSERT_EQ(1u, first.size());
  EXPECT_EQ(first, introductions(1));
  say_lost(0, 1, first[0]);
  EXPECT_TRUE(Introduce(0, 1));
  const std::vector<uint64_t> second = introductions(0);
  ASSERT_EQ(1u, second.size());
  EXPECT_NE(first, second);
  say_lost(1, 0, first[0]);
  EXPECT_TRUE(Introduce(0, 1));
  EXPECT_TRUE(introductions(0).empty());
  say_lost(1, 0, second[0]);
  EXPECT_TRUE(Introduce(0, 1));
  EXPECT_EQ(1u, introductions(0).size());
}

TEST_F(IntroductionsTest, PerSecondUnlessSet) {
  EXPECT_EQ(1024u, kLimits.introductions_per_second);
}

class UntimedIntroductionsTest : public IntroductionsTest {
 protected:
  UntimedIntroductionsTest() : IntroductionsTest(TestNetwork::driver()) {}
};

TEST_F(UntimedIntroductionsTest, WithoutTimersTheyAreLimitedInAll) {
  SetNodeLimits(0, 0, 1);
  EXPECT_TRUE(Introduce(0, 1));
  EXPECT_FALSE(Introduce(0, 2));
  EXPECT_TRUE(network().timers.empty());
  EXPECT_FALSE(Introduce(0, 3));
}

class GreetingTest : public WireAttackTest {
 protected:
  GreetingTest() : WireAttackTest(TestNetwork::driver_with_timers()) {}
};

TEST_F(GreetingTest, WhoDoesNotGreetInTimeIsDisconnected) {
  ASSERT_EQ(1u, network().timers.size());
  EXPECT_FALSE(IsCutOff());
  network().FireTimers();
  EXPECT_TRUE(IsCutOff());
}

TEST_F(GreetingTest, WhoGreetsInTimeStays) {
  const auto timers = network().timers;
  Greet();
  EXPECT_TRUE(network().timers.empty());
  // Also if the timer had run out already.
  network().timers = timers;
  network().FireTimers();
  EXPECT_FALSE(IsCutOff());
}

}  // namespace
}  // namespace ipdl::portal
