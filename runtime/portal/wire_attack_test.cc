// What a hostile node may send, and that it is cut off for it: cleanly, and alone.
//
// The test plays a client of a broker with bytes of its own. After each attack the attacker's
// connection is over, its portal sees the peer closed, another client is served as before, and
// nothing is left (the fixture looks).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "runtime/portal/extended_fixture_for_test.h"
#include "runtime/portal/limits.h"
#include "runtime/portal/messages.h"
#include "runtime/portal/wire_attack_for_test.h"

namespace ipdl::portal {
namespace {

TEST_F(WireAttackTest, AnHonestClientIsServed) {
  Greet();
  Send(MessageType::kParcel, PlainParcel(0, "hello"));
  EXPECT_EQ("hello", Get(portal_).text);
  EXPECT_FALSE(IsCutOff());
  // An empty datagram is a doorbell.
  EXPECT_EQ(IPCZ_RESULT_OK, TestNetwork::TransmitRaw(raw_, {}));
  EXPECT_FALSE(IsCutOff());
}

TEST_F(WireAttackTest, AGreetingMustBeTheFirstMessage) {
  Send(MessageType::kParcel, PlainParcel(0, "hello"));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(WireAttackTest, OnlyOneGreeting) {
  Greet();
  EXPECT_FALSE(IsCutOff());
  Greet();
  EXPECT_TRUE(IsCutOff());
}

class HeaderAttackTest : public WireAttackTest,
                         public testing::WithParamInterface<std::pair<const char*, Bytes>> {};

Bytes Header(uint32_t size, uint8_t type, uint8_t reserved, uint64_t sequence, size_t body) {
  MessageHeader header = {size, static_cast<MessageType>(type), {reserved, 0, 0}, sequence};
  Bytes bytes = Join(header);
  bytes.resize(bytes.size() + body);
  return bytes;
}

const std::pair<const char*, Bytes> kBadHeaders[] = {
    {"Short", Bytes(15)},
    {"SizeTooSmall", Header(23, 33, 0, 1, 8)},
    {"SizeTooLarge", Header(25, 33, 0, 1, 8)},
    {"Reserved", Header(24, 33, 1, 1, 8)},
    {"SequenceAgain", Header(24, 33, 0, 0, 8)},
    {"SequenceGap", Header(24, 33, 0, 2, 8)},
    {"UnknownType", Header(24, 99, 0, 1, 8)},
    {"TypeZero", Header(24, 0, 0, 1, 8)},
    {"BodyTooShort", Header(23, 33, 0, 1, 7)},
    {"BodyTooLong", Header(25, 33, 0, 1, 9)},
};
INSTANTIATE_TEST_SUITE_P(, HeaderAttackTest, testing::ValuesIn(kBadHeaders),
                         [](const auto& info) { return info.param.first; });

TEST_P(HeaderAttackTest, IsCutOff) {
  Greet();
  TestNetwork::TransmitRaw(raw_, GetParam().second);
  EXPECT_TRUE(IsCutOff());
}

// Whoever may not send a message is cut off for it, whatever is in it.
class SenderTest : public WireAttackTest, public testing::WithParamInterface<int> {};

std::vector<int> TypesNotForClients() {
  std::vector<int> types;
  for (int type = 0; type < 256; ++type) {
    const MessageRow* const row = FindMessageRow(static_cast<MessageType>(type));
    if (row == nullptr || (row->from & RoleBit(Role::kClient)) == 0) types.push_back(type);
  }
  return types;
}
INSTANTIATE_TEST_SUITE_P(, SenderTest, testing::ValuesIn(TypesNotForClients()));

TEST_P(SenderTest, AClientSendsOnlyWhatTheTableAllows) {
  Greet();
  const MessageRow* const row = FindMessageRow(static_cast<MessageType>(GetParam()));
  Bytes body(row == nullptr ? 8 : row->body_size);
  std::vector<IpczDriverHandle> handles;
  if (row != nullptr && row->max_objects > 0) {
    Append(&body, uint64_t{1});
    Append(&body, ObjectRecord{0, 1});
    handles.push_back(network().NewBlob("stowaway"));
  }
  Send(static_cast<MessageType>(GetParam()), body, handles);
  EXPECT_TRUE(IsCutOff());
}

// A message with one object of the driver, which says how many there are and how large.
struct BadObjects {
  const char* name;
  Bytes counts;
  int handles;
};
const BadObjects kBadObjects[] = {
    {"NoCount", {}, 1},
    {"None", Join(uint64_t{0}), 0},
    {"NoneButAHandle", Join(uint64_t{0}), 1},
    {"NotThere", Join(uint64_t{1}, ObjectRecord{0, 1}), 0},
    {"RecordMissing", Join(uint64_t{1}), 1},
    {"Two", Join(uint64_t{2}, ObjectRecord{0, 1}, ObjectRecord{0, 1}), 2},
    {"OneOfTwo", Join(uint64_t{1}, ObjectRecord{0, 1}), 2},
    {"TooMany", Join(uint64_t{5000}, ObjectRecord{0, 1}), 1},
    {"Huge", Join(UINT64_MAX, ObjectRecord{0, 1}), 1},
    {"HugeRecord", Join(uint64_t{1}, ObjectRecord{UINT32_MAX, UINT32_MAX}), 1},
    {"BytesMissing", Join(uint64_t{1}, ObjectRecord{8, 1}), 1},
};
class ObjectAttackTest : public WireAttackTest, public testing::WithParamInterface<BadObjects> {};
INSTANTIATE_TEST_SUITE_P(, ObjectAttackTest, testing::ValuesIn(kBadObjects),
                         [](const auto& info) { return info.param.name; });

TEST_P(ObjectAttackTest, IsCutOff) {
  Greet();
  Bytes body = Join(ReferNodeBody{1, 1, 0});
  body.insert(body.end(), GetParam().counts.begin(), GetParam().counts.end());
  std::vector<IpczDriverHandle> handles;
  for (int i = 0; i < GetParam().handles; ++i) handles.push_back(network().NewImmobile());
  Send(MessageType::kReferNode, body, handles);
  EXPECT_TRUE(IsCutOff());
}

// --- Parcels -------------------------------------------------------------------------------------

class ParcelAttackTest : public WireAttackTest,
                         public testing::WithParamInterface<std::pair<const char*, Bytes>> {};

AttachmentRecord Record(AttachmentType type, uint8_t flag = 0, uint32_t num_handles = 0,
                        uint64_t value = 0) {
  return {type, flag, 0, num_handles, value};
}

constexpr uint64_t kHuge = uint64_t{1} << 63;
constexpr SectionHeader kEmpty = {0, 0, 0};

const std::pair<const char*, Bytes> kBadParcels[] = {
    {"NoSections", Join(ParcelBody{0, 0, 0, 0})},
    {"TooManySections", Join(ParcelBody{0, 0, 1025, 0})},
    {"SectionsMissing", Join(ParcelBody{0, 0, 2, 0}, kEmpty)},
    {"ForwardedWithNothingAttached", Join(ParcelBody{0, 0, 1, 7}, kEmpty)},
    {"ReservedInSection", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 0, 1})},
    {"MoreBytesThanThere", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{1, 0, 0})},
    {"HugeByteCount", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{kHuge, 0, 0})},
    {"BytesLeftOver", Join(ParcelBody{0, 0, 1, 0}, kEmpty, uint8_t{0})},
    {"MoreAttachmentsThanThere", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0})},
    {"HugeAttachmentCount", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 0xffffffff, 0})},
    {"UnknownHop", Join(ParcelBody{12345, 0, 1, 0}, kEmpty)},
    {"UnknownAttachment",
     Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0}, Record(static_cast<AttachmentType>(5)))},
    {"SubparcelWithoutSection",
     Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0}, Record(AttachmentType::kSubparcel))},
    {"SectionWithoutSubparcel", Join(ParcelBody{0, 0, 2, 0}, kEmpty, kEmpty)},
    {"SubparcelInSubparcel",
     Join(ParcelBody{0, 0, 3, 0}, SectionHeader{0, 1, 0}, SectionHeader{0, 1, 0}, kEmpty,
          Record(AttachmentType::kSubparcel), Record(AttachmentType::kSubparcel))},
    {"SubparcelWithIndex", Join(ParcelBody{0, 0, 2, 0}, SectionHeader{0, 1, 0}, kEmpty,
                                Record(AttachmentType::kSubparcel, 0, 0, 1000))},
    {"ObjectWithoutHandles", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0},
                                  Record(AttachmentType::kDriverObject, 0, 5000))},
    {"ObjectOfNothing",
     Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0}, Record(AttachmentType::kDriverObject))},
    {"ObjectWithHugeData", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0},
                                Record(AttachmentType::kDriverObject, 0, 0, kHuge))},
    {"ObjectThatTheDriverRefuses",
     Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0},
          Record(AttachmentType::kDriverObject, 0, 0, 1), uint8_t{'X'})},
    {"PortalOfTheOtherSide", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0},
                                  Record(AttachmentType::kPortal, 0, 0, 64))},
    {"PortalWithAnInitialHop", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0},
                                    Record(AttachmentType::kPortal, 0, 0, 1))},
    {"PortalNumberedAsABypass", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0},
                                     Record(AttachmentType::kPortal, 0, 0, 19))},
    {"PortalTwice",
     Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 2, 0}, Record(AttachmentType::kPortal, 0, 0, 17),
          Record(AttachmentType::kPortal, 0, 0, 17))},
    {"PortalWithFlag", Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0},
                            Record(AttachmentType::kPortal, 2, 0, 17))},
    {"RelayOfNothing", Join(ParcelBody{0, 7, 1, 0}, kEmpty)},
    {"RelayedWithoutNumber",
     Join(ParcelBody{0, 0, 1, 0}, SectionHeader{0, 1, 0}, Record(AttachmentType::kRelayedObject))},
};
INSTANTIATE_TEST_SUITE_P(, ParcelAttackTest, testing::ValuesIn(kBadParcels),
                         [](const auto& info) { return info.param.first; });

TEST_P(ParcelAttackTest, IsCutOff) {
  Greet();
  Send(MessageType::kParcel, GetParam().second);
  EXPECT_TRUE(IsCutOff());
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, Get(portal_).result);
}

TEST_F(WireAttackTest, HandlesThatNobodyAskedForAreClosed) {
  Greet();
  Send(MessageType::kParcel, PlainParcel(0, "x"), {network().NewBlob("stowaway")});
  EXPECT_TRUE(IsCutOff());
}

TEST_F(WireAttackTest, AHopIsNotUsedAgain) {
  Greet();
  Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(5)));
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(5)));
  EXPECT_TRUE(IsCutOff());
  CloseAll({Get(portal_).handles.at(0)});
}

TEST_F(WireAttackTest, NothingComesAfterTheEndOfAHop) {
  Greet();
  Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(0)));
  const IpczHandle sent = Get(portal_).handles.at(0);
  Send(MessageType::kClosed, Join(HopFlagBody{ParcelHop(0), 0, {}}));
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(sent).flags);
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kParcel, PlainParcel(ParcelHop(0), "ghost"));
  EXPECT_TRUE(IsCutOff());
  CloseAll({sent});
}

TEST_F(WireAttackTest, AParcelWaitsForItsRelayedObjectsAndKeepsItsPlace) {
  Greet();
  Send(MessageType::kParcel, Join(ParcelBody{0, 7, 1, 0}, SectionHeader{0, 1, 0},
                                  Record(AttachmentType::kRelayedObject)));
  Send(MessageType::kParcel, PlainParcel(0, "behind"));
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(portal_).result);
  EXPECT_FALSE(IsCutOff());
  // The same number again would make two parcels wait for one message.
  Send(MessageType::kParcel, Join(ParcelBody{0, 7, 1, 0}, SectionHeader{0, 1, 0},
                                  Record(AttachmentType::kRelayedObject)));
  EXPECT_TRUE(IsCutOff());
}

// --- Bypasses ------------------------------------------------------------------------------------

class HopAttackTest : public WireAttackTest, public testing::WithParamInterface<MessageType> {};
INSTANTIATE_TEST_SUITE_P(, HopAttackTest,
                         testing::Values(MessageType::kFin, MessageType::kLockGrant,
                                         MessageType::kLockRelease, MessageType::kSettled,
                                         MessageType::kReady, MessageType::kOffer,
                                         MessageType::kBypass));

TEST_P(HopAttackTest, IsIllegalUnlessAskedFor) {
  Greet();
  Bytes body = Join(TermsBody{0, {1, 2}, 3});
  body.resize(FindMessageRow(GetParam())->body_size);
  if (GetParam() == MessageType::kReady) body = Join(HopFlagBody{0, 0, {}});
  Send(GetParam(), body);
  EXPECT_TRUE(IsCutOff());
}

TEST_F(WireAttackTest, TheLockIsAskedForOnce) {
  Greet();
  Send(MessageType::kLockAsk, Join(HopBody{0}));
  EXPECT_FALSE(IsCutOff());
  EXPECT_EQ(0u, LastReceived<HopBody>(MessageType::kLockGrant).hop);
  Send(MessageType::kLockAsk, Join(HopBody{0}));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(WireAttackTest, AnOfferNeedsTheLock) {
  Greet();
  Send(MessageType::kLockAsk, Join(HopBody{0}));
  Send(MessageType::kOffer, Join(TermsBody{0, {1, 2}, 3}));
  EXPECT_FALSE(IsCutOff());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(portal_, "still through the proxy"));
  // Two at a time are too many, and the lock is in use.
  Send(MessageType::kOffer, Join(TermsBody{0, {1, 2}, 4}));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(WireAttackTest, ABypassToOneselfIsRefused) {
  Greet();
  const NodeName broker =
      LastReceived<ConnectFromBrokerBody>(MessageType::kConnectFromBroker).broker;
  Send(MessageType::kLockAsk, Join(HopBody{0}));
  Send(MessageType::kOffer, Join(TermsBody{0, broker, 3}));
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kBypass, Join(TermsBody{0, broker, 3}));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(WireAttackTest, TwoRoutersOfOneNodeAreConnectedByTheirProxy) {
  Greet();
  const NodeName broker =
      LastReceived<ConnectFromBrokerBody>(MessageType::kConnectFromBroker).broker;
  Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(0)));
  const IpczHandle other = Get(portal_).handles.at(0);
  // The client made the second hop, so it has that lock already.
  Send(MessageType::kLockAsk, Join(HopBody{0}));
  Send(MessageType::kOffer, Join(TermsBody{0, broker, 3}));
  Send(MessageType::kBypass, Join(TermsBody{ParcelHop(0), broker, 3}));
  Send(MessageType::kFin, Join(HopBody{0}));
  Send(MessageType::kFin, Join(HopBody{ParcelHop(0)}));
  EXPECT_NE(0, IpczTestIsDirectLocal(portal_, other));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(other, "direct"));
  EXPECT_EQ("direct", Get(portal_).text);
  EXPECT_FALSE(TestNetwork::IsPeerClosed(raw_));
  CloseAll({other});
}

TEST_F(WireAttackTest, AcceptsThatNobodyOfferedAreParkedUpToALimit) {
  Greet();
  for (uint64_t n = 0; n < kLimits.parked_accepts_per_link; ++n) {
    Send(MessageType::kAccept, Join(AcceptBody{AcceptHop(n), n + 1, 0, {}}));
  }
  EXPECT_FALSE(IsCutOff());
  // One that is withdrawn makes room.
  Send(MessageType::kClosed, Join(HopFlagBody{AcceptHop(0), 0, {}}));
  Send(MessageType::kAccept, Join(AcceptBody{AcceptHop(9000), 9000, 0, {}}));
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kAccept, Join(AcceptBody{AcceptHop(9001), 9001, 0, {}}));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(WireAttackTest, AParkedHopCarriesNothing) {
  Greet();
  Send(MessageType::kAccept, Join(AcceptBody{AcceptHop(0), 5, 0, {}}));
  EXPECT_FALSE(IsCutOff());
  Send(MessageType::kParcel, PlainParcel(AcceptHop(0), "x"));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(WireAttackTest, ANonceIsAcceptedOnce) {
  Greet();
  Send(MessageType::kAccept, Join(AcceptBody{AcceptHop(0), 5, 0, {}}));
  Send(MessageType::kAccept, Join(AcceptBody{AcceptHop(1), 5, 0, {}}));
  EXPECT_TRUE(IsCutOff());
}

// --- Introductions -------------------------------------------------------------------------------

TEST_F(WireAttackTest, OnlyWhoIsLinkedToBothMayHaveThemIntroduced) {
  Greet();
  const auto greeting = LastReceived<ConnectFromBrokerBody>(MessageType::kConnectFromBroker);
  const NodeName stranger = {1, 2};
  Send(MessageType::kIntroduce, Join(IntroduceBody{greeting.broker, stranger, {}}));
  const auto answer = LastReceived<IntroducedBody>(MessageType::kIntroduced);
  EXPECT_EQ(stranger, answer.second);
  EXPECT_EQ(0, answer.granted);
  EXPECT_FALSE(IsCutOff());
  // Nor may a client ask in another's name.
  Send(MessageType::kIntroduce, Join(IntroduceBody{greeting.broker, stranger, greeting.yours}));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(WireAttackTest, StrangersAreNotIntroducedToEachOther) {
  Greet();
  std::vector<NodeName> names;
  const auto note_name = [](const IpczTraceEvent* event) {
    NodeName name;
    std::memcpy(&name, event->peer, sizeof(name));
    reinterpret_cast<std::vector<NodeName>*>(event->context)->push_back(name);
  };
  Extended().SetTracer(broker_, note_name, reinterpret_cast<uintptr_t>(&names), 0, nullptr);
  const IpczHandle node = NewNode();
  const Portals first = Connect(broker_, node);
  const Portals second = Connect(broker_, NewNode());
  Extended().SetTracer(broker_, nullptr, 0, 0, nullptr);
  ASSERT_EQ(2u, names.size());

  // Whoever knows their names has nothing to do with them for that.
  Send(MessageType::kIntroduce, Join(IntroduceBody{names[0], names[1], {}}));
  const auto answer = LastReceived<IntroducedBody>(MessageType::kIntroduced);
  EXPECT_EQ(names[1], answer.second);
  EXPECT_EQ(0, answer.granted);
  EXPECT_FALSE(IsCutOff());
  IpczCounters counters = {};
  counters.size = sizeof(counters);
  EXPECT_EQ(IPCZ_RESULT_OK, Extended().QueryCounters(node, 0, nullptr, &counters));
  EXPECT_EQ(1u, counters.num_links);
  CloseAll({first.a, first.b, second.a, second.b});
}

TEST_F(WireAttackTest, AClientRelaysInItsOwnNameOnly) {
  Greet();
  Bytes body = Join(RelayBody{{1, 2}, {3, 4}, 5}, uint64_t{0});
  Send(MessageType::kRelayObjects, body);
  EXPECT_TRUE(IsCutOff());
}

// --- Everything ----------------------------------------------------------------------------------

// Every byte of a rich message, changed: legal or cut off, never anything worse.
TEST_F(WireAttackTest, NoChangedByteDoesHarm) {
  Greet();
  const Bytes body =
      Join(ParcelBody{0, 0, 2, 0}, SectionHeader{3, 3, 0}, SectionHeader{2, 1, 0},
           Record(AttachmentType::kPortal, 1, 0, ParcelHop(0)), Record(AttachmentType::kSubparcel),
           Record(AttachmentType::kDriverObject, 0, 0, 2),
           Record(AttachmentType::kPortal, 0, 0, ParcelHop(1)), uint32_t{0x41414141}, uint8_t{0x41},
           uint8_t{'B'}, uint8_t{'x'});
  const Bytes whole = Message(MessageType::kParcel, body);
  int legal = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const uint8_t flip : {0x01, 0x80, 0xff}) {
      const auto [router_end, raw] = network().NewTransports();
      IpczHandle portal = 0;
      ASSERT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker_, router_end, 1, 0, nullptr, &portal));
      sequence_ = 0;
      TestNetwork::TransmitRaw(
          raw, Message(MessageType::kConnectToBroker, Join(ConnectBody{kProtocolVersion, 1})));
      Bytes changed = whole;
      changed[at] ^= flip;
      TestNetwork::TransmitRaw(raw, changed);
      const Got got = Get(portal);
      if (got.result == IPCZ_RESULT_OK) {
        ++legal;
        for (const IpczHandle handle : got.handles) EXPECT_EQ(IPCZ_RESULT_OK, Close(handle));
      } else {
        EXPECT_TRUE(TestNetwork::IsPeerClosed(raw));
      }
      EXPECT_EQ(IPCZ_RESULT_OK, Close(portal));
      TestNetwork::CloseObject(raw);
    }
  }
  // The bytes of the parcel and of its object, flags of portals, numbers of hops.
  EXPECT_GT(legal, 10);
  EXPECT_LT(legal, 100);
}

}  // namespace
}  // namespace ipdl::portal
