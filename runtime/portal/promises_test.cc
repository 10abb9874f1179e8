// What the C interface promises and is easily got wrong: the order of checks, when a peer counts as
// closed, whom a rejection is told, how large a parcel may be.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/portal/limits.h"
#include "runtime/portal/local_fixture_for_test.h"
#include "runtime/portal/wire_attack_for_test.h"

namespace ipdl::portal {
namespace {

using testing::ElementsAre;

using PromisesTest = LocalFixture;

// --- Gets ----------------------------------------------------------------------------------------

TEST_F(PromisesTest, AnOpenGetIsSaidBeforeAnEmptyQueue) {
  const auto begin = [&](IpczBeginGetFlags flags) {
    IpczTransaction transaction = 0;
    return ipcz().BeginGet(b_, flags, nullptr, nullptr, nullptr, nullptr, nullptr, &transaction);
  };
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, begin(IPCZ_NO_FLAGS));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "only"));
  EXPECT_EQ(IPCZ_RESULT_OK, begin(IPCZ_BEGIN_GET_OVERLAPPED));
  EXPECT_EQ(IPCZ_RESULT_ALREADY_EXISTS, begin(IPCZ_NO_FLAGS));
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, begin(IPCZ_BEGIN_GET_OVERLAPPED));
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(b_).result);
  CloseAll({a_});
  a_ = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_RESULT_ALREADY_EXISTS, begin(IPCZ_NO_FLAGS));
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, begin(IPCZ_BEGIN_GET_OVERLAPPED));
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, Get(b_).result);
}

// Otherwise a merge would take away what is being read.
TEST_F(PromisesTest, APortalThatIsReadInPlaceCountsAsUsed) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "read"));
  IpczTransaction transaction = 0;
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().BeginGet(b_, 0, nullptr, nullptr, nullptr, nullptr, nullptr, &transaction));
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, ipcz().MergePortals(b_, other.a, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndGet(b_, transaction, IPCZ_END_GET_ABORT, nullptr, nullptr));
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, ipcz().MergePortals(other.a, b_, 0, nullptr));
  EXPECT_EQ("read", Get(b_).text);
  CloseAll({other.a, other.b});
}

TEST_F(PromisesTest, AClosedParcelClosesWhatIsAttached) {
  const Portals other = Open(node_);
  const Portals another = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "", {other.a, BoxBlob(node_, "lost"), another.a}));
  IpczHandle parcel = 0;
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().Get(b_, IPCZ_GET_PARTIAL, nullptr, nullptr, nullptr, nullptr, nullptr, &parcel));
  EXPECT_EQ(IPCZ_NO_FLAGS, Status(other.b).flags);
  CloseAll({parcel});
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(other.b).flags);
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(another.b).flags);
  EXPECT_EQ(0, network().live_objects());
  CloseAll({other.b, another.b});
}

// --- Sizes ---------------------------------------------------------------------------------------

TEST_F(PromisesTest, AParcelHasALargestSize) {
  constexpr size_t kMost = Limits::kParcelBytes;
  const auto begin = [&](size_t* size, IpczBeginPutFlags flags) {
    volatile void* data = nullptr;
    IpczTransaction transaction = 0;
    const IpczResult result = ipcz().BeginPut(a_, flags, nullptr, &data, size, &transaction);
    if (result != IPCZ_RESULT_OK) return result;
    EXPECT_NE(nullptr, data);
    // Only the memory that is written costs anything.
    *static_cast<volatile char*>(data) = 'x';
    return ipcz().EndPut(a_, transaction, 0, nullptr, 0, IPCZ_END_PUT_ABORT, nullptr);
  };
  for (const size_t wanted : {kMost - 1, kMost}) {
    size_t size = wanted;
    EXPECT_EQ(IPCZ_RESULT_OK, begin(&size, IPCZ_NO_FLAGS));
    EXPECT_EQ(wanted, size);
  }
  for (const size_t wanted : {kMost + 1, SIZE_MAX - 8, SIZE_MAX}) {
    size_t size = wanted;
    EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED, begin(&size, IPCZ_NO_FLAGS));
    EXPECT_EQ(wanted, size);
    EXPECT_EQ(IPCZ_RESULT_OK, begin(&size, IPCZ_BEGIN_PUT_ALLOW_PARTIAL));
    EXPECT_EQ(kMost, size);
    EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED, ipcz().Put(a_, "", wanted, nullptr, 0, 0, nullptr));
  }
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(b_).result);
}

TEST_F(PromisesTest, APartialPutIsGivenAllThatItAskedFor) {
  const Portals link = Connect(node_, NewNode());
  for (const IpczHandle portal : {a_, link.a}) {
    for (const size_t wanted : {size_t{0}, size_t{1}, size_t{5} << 20}) {
      size_t size = wanted;
      volatile void* data = nullptr;
      IpczTransaction transaction = 0;
      ASSERT_EQ(IPCZ_RESULT_OK, ipcz().BeginPut(portal, IPCZ_BEGIN_PUT_ALLOW_PARTIAL, nullptr,
                                                &data, &size, &transaction));
      EXPECT_EQ(wanted, size);
      EXPECT_EQ(IPCZ_RESULT_OK,
                ipcz().EndPut(portal, transaction, 0, nullptr, 0, IPCZ_END_PUT_ABORT, nullptr));
    }
  }
  CloseAll({link.a, link.b});
}

// --- Rejections ----------------------------------------------------------------------------------

class RejectTest : public PortalFixture {
 protected:
  // Of the next parcel of a portal; it stays open.
  IpczHandle Receive(IpczHandle portal) {
    network().RunUntil([&] { return Status(portal).num_local_parcels > 0; });
    IpczHandle parcel = 0;
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Get(portal, IPCZ_GET_PARTIAL, nullptr, nullptr, nullptr,
                                         nullptr, nullptr, &parcel));
    return parcel;
  }
};

TEST_F(RejectTest, AParcelCanBeRejectedWhenItsConnectionIsOver) {
  const IpczHandle client = NewNode();
  const Portals link = Connect(NewBroker(), client);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.b, "rude"));
  CloseAll({link.b});
  CloseNode(client);
  const IpczHandle parcel = Receive(link.a);
  EXPECT_TRUE(WaitUntilClosed(link.a));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Reject(parcel, 9, 0, nullptr));
  ASSERT_EQ(1u, network().reports.size());
  EXPECT_EQ(9u, network().reports[0].second);
  EXPECT_NE(IPCZ_INVALID_DRIVER_HANDLE, network().reports[0].first);
  CloseAll({parcel, link.a});
}

TEST_F(RejectTest, ADriverThatTakesNoReportsIsUnimplemented) {
  IpczDriver driver = TestNetwork::driver();
  driver.ReportBadTransportActivity = nullptr;
  const Portals link = Connect(NewNodeWith(driver, IPCZ_CREATE_NODE_AS_BROKER), NewNode());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.b, "rude"));
  const IpczHandle parcel = Receive(link.a);
  EXPECT_EQ(IPCZ_RESULT_UNIMPLEMENTED, ipcz().Reject(parcel, 9, 0, nullptr));
  CloseAll({parcel, link.a, link.b});
  CloseNodes();
}

const IpczDriver& DriverOfSize(size_t size) {
  static IpczExtendedDriver extended;
  extended = {};
  extended.driver = TestNetwork::driver();
  extended.driver.size = size;
  return extended.driver;
}

class ForwardedTest : public WireAttackTest {
 protected:
  explicit ForwardedTest(size_t size = sizeof(IpczExtendedDriver))
      : WireAttackTest(DriverOfSize(size)) {}
  // A parcel that comes directly, and one that says itself that it was only passed on.
  void RejectBoth() {
    Greet();
    Send(MessageType::kParcel, PlainParcel(0, "mine"));
    Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(0), true));
    Send(MessageType::kParcel, PlainParcel(ParcelHop(0), "passed on"));
    const IpczHandle forwarded = Receive(portal_);
    Reject(portal_);
    Reject(forwarded);
  }
  IpczHandle Receive(IpczHandle portal) {
    const Got first = Get(portal);
    EXPECT_EQ("mine", first.text);
    Send(MessageType::kParcel, PlainParcel(0, "mine as well"));
    return Get(portal).handles.at(0);
  }
  void Reject(IpczHandle portal) {
    IpczHandle parcel = 0;
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Get(portal, IPCZ_GET_PARTIAL, nullptr, nullptr, nullptr,
                                         nullptr, nullptr, &parcel));
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Reject(parcel, 0, 0, nullptr));
    CloseAll({parcel});
    if (portal != portal_) CloseAll({portal});
  }
};

TEST_F(ForwardedTest, ALargerDriverIsToldWhetherTheNodeOnlyPassedTheParcelOn) {
  RejectBoth();
  EXPECT_THAT(network().report_flags,
              ElementsAre(IPCZ_NO_FLAGS, IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_FORWARDED));
}

class ForwardedPlainTest : public ForwardedTest {
 protected:
  ForwardedPlainTest() : ForwardedTest(sizeof(IpczDriver)) {}
};

TEST_F(ForwardedPlainTest, APlainDriverIsToldNothingMore) {
  RejectBoth();
  EXPECT_THAT(network().report_flags, ElementsAre(IPCZ_NO_FLAGS, IPCZ_NO_FLAGS));
}

// --- Events from elsewhere -----------------------------------------------------------------------

TEST_F(PromisesTest, WhatComesByATransportIsNotWithinAnApiCall) {
  const Portals link = Connect(node_, NewNode());
  Recorder recorder;
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(link.b, IPCZ_TRAP_NEW_LOCAL_PARCEL, &recorder));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.a, "x"));
  EXPECT_EQ("x", WaitToGet(link.b).text);
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(link.b, IPCZ_TRAP_PEER_CLOSED, &recorder));
  CloseAll({link.a});
  EXPECT_TRUE(WaitUntilClosed(link.b));
  EXPECT_THAT(recorder.flags, ElementsAre(IPCZ_TRAP_NEW_LOCAL_PARCEL, IPCZ_TRAP_PEER_CLOSED));
  CloseAll({link.b});
}

TEST_F(PromisesTest, AClientThatLosesItsBrokerLosesAllItsConnections) {
  const IpczHandle broker = NewBroker();
  const Portals to_a = Connect(broker, NewNode());
  const Portals to_b = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  const IpczHandle end_a = Move(pair.a, to_a.a, to_a.b);
  const IpczHandle end_b = Move(pair.b, to_b.a, to_b.b);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(end_a, "hello"));
  EXPECT_EQ("hello", WaitToGet(end_b).text);
  ASSERT_TRUE(WaitUntilDirect(end_a, end_b));
  CloseNode(broker);
  for (const IpczHandle portal : {end_a, end_b, to_a.b, to_b.b}) {
    EXPECT_TRUE(WaitUntilClosed(portal));
  }
  CloseAll({end_a, end_b, to_a.a, to_a.b, to_b.a, to_b.b});
}

// --- A peer that is closed before its last parcel is whole ---------------------------------------

TEST_F(WireAttackTest, APeerIsNotClosedBeforeItsLastParcelIsWhole) {
  Greet();
  Recorder recorder;
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(portal_, IPCZ_TRAP_PEER_CLOSED, &recorder));
  Send(MessageType::kParcel, ParcelThatWaits(0, 7));
  Send(MessageType::kClosed, Join(HopFlagBody{0, 0, {}}));
  EXPECT_EQ(IPCZ_NO_FLAGS, Status(portal_).flags);
  EXPECT_THAT(recorder.flags, ElementsAre());
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(portal_).result);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(portal_, "nobody reads this"));
  // The rest can never come: the connection ends.
  Send(MessageType::kParcel, PlainParcel(0, "ghost"));
  EXPECT_TRUE(IsCutOff());
  EXPECT_THAT(recorder.flags, ElementsAre(IPCZ_TRAP_PEER_CLOSED));
}

// --- Bypasses that were offered to somebody else -------------------------------------------------

class SecondAttackerTest : public WireAttackTest {
 protected:
  SecondAttackerTest() {
    std::tie(second_end_, second_raw_) = network().NewTransports();
    EXPECT_EQ(IPCZ_RESULT_OK,
              ipcz().ConnectNode(broker_, second_end_, 1, 0, nullptr, &second_portal_));
    TestNetwork::TransmitRaw(second_raw_, Message(MessageType::kConnectToBroker,
                                                  Join(ConnectBody{kProtocolVersion, 1})));
    sequence_ = 0;
    Greet();
    second_sequence_ = 1;
  }
  NodeName NameOfSecond() {
    const Bytes greeting = TestNetwork::TakeRaw(second_raw_);
    ConnectFromBrokerBody body;
    std::memcpy(&body, greeting.data() + sizeof(MessageHeader), sizeof(body));
    return body.yours;
  }
  ~SecondAttackerTest() override {
    CloseAll({second_portal_});
    TestNetwork::CloseObject(second_raw_);
  }
  void SendFromSecond(MessageType type, const Bytes& body) {
    std::swap(sequence_, second_sequence_);
    TestNetwork::TransmitRaw(second_raw_, Message(type, body));
    std::swap(sequence_, second_sequence_);
  }

  IpczDriverHandle second_end_ = 0;
  IpczDriverHandle second_raw_ = 0;
  IpczHandle second_portal_ = 0;
  uint64_t second_sequence_ = 0;
};

TEST_F(SecondAttackerTest, AnOfferIsForTheNodeThatItNames) {
  const NodeName other = {1, 2};
  Send(MessageType::kLockAsk, Join(HopBody{0}));
  Send(MessageType::kOffer, Join(TermsBody{0, other, 3}));
  // Even who knows the nonce cannot take another's place.
  SendFromSecond(MessageType::kAccept, Join(AcceptBody{AcceptHop(0), 3, 0, {}}));
  SendFromSecond(MessageType::kParcel, PlainParcel(AcceptHop(0), "forged"));
  EXPECT_TRUE(TestNetwork::IsPeerClosed(second_raw_));
  EXPECT_FALSE(IsCutOff());
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(portal_).result);
  Send(MessageType::kParcel, PlainParcel(0, "mine"));
  EXPECT_EQ("mine", Get(portal_).text);
}

TEST_F(SecondAttackerTest, APortalWhoseNewConnectionDiesMayBeLeftBehind) {
  const NodeName second = NameOfSecond();
  Send(MessageType::kLockAsk, Join(HopBody{0}));
  Send(MessageType::kBypass, Join(TermsBody{0, second, 3}));
  // The new hop was asked for, and its connection is over before anybody was ready.
  TestNetwork::CloseObject(second_raw_);
  second_raw_ = network().NewBlob("");  // for the destructor
  Send(MessageType::kParcel, PlainParcel(0, "the old way"));
  EXPECT_EQ("the old way", Get(portal_).text);
  EXPECT_EQ(IPCZ_NO_FLAGS, Status(portal_).flags);
  // The other end had gone on by the new hop all the same: it is lost.
  Recorder recorder;
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(portal_, IPCZ_TRAP_PEER_CLOSED, &recorder));
  Send(MessageType::kFin, Join(HopBody{0}));
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(portal_).flags);
  EXPECT_THAT(recorder.flags, ElementsAre(IPCZ_TRAP_PEER_CLOSED));
  EXPECT_FALSE(TestNetwork::IsPeerClosed(raw_));
}

TEST_F(SecondAttackerTest, AnOfferEndsWithItsPortal) {
  const NodeName second = NameOfSecond();
  Send(MessageType::kLockAsk, Join(HopBody{0}));
  Send(MessageType::kOffer, Join(TermsBody{0, second, 3}));
  CloseAll({portal_});
  const Portals instead = Open(broker_);
  portal_ = instead.a;
  SendFromSecond(MessageType::kAccept, Join(AcceptBody{AcceptHop(0), 3, 0, {}}));
  EXPECT_FALSE(TestNetwork::IsPeerClosed(second_raw_));
  // Nobody was ready to take it: it may only be withdrawn.
  SendFromSecond(MessageType::kClosed, Join(HopFlagBody{AcceptHop(0), 0, {}}));
  EXPECT_FALSE(TestNetwork::IsPeerClosed(second_raw_));
  CloseAll({instead.b});
}

}  // namespace
}  // namespace ipdl::portal
