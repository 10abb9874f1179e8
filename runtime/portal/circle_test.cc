// A portal that is put into its own peer while they are in different nodes, or do not know yet that
// they are in the same: nobody could ever get it. It is passed on from node to node for a while,
// and then its route ends; nothing else does.

#include <gtest/gtest.h>

#include <string>

#include "runtime/portal/limits.h"
#include "runtime/portal/router.h"
#include "runtime/portal/wire_attack_for_test.h"

namespace ipdl::portal {
namespace {

class CircleTest : public PortalFixture {
 public:
  CircleTest() : PortalFixture({Delivery::kStepped, false, 11}) {}
};

TEST_F(CircleTest, EndsItsRouteAndNothingElse) {
  for (const bool first_into_second : {false, true}) {
    const IpczHandle broker = NewBroker();
    const Portals link = Connect(broker, NewNode());
    const Portals other = Open(broker);
    const IpczHandle others_end = Move(other.b, link.a, link.b);
    const Portals pair = Open(broker);
    ASSERT_EQ(IPCZ_RESULT_OK, Put(link.a, "", {pair.a}));
    ASSERT_EQ(IPCZ_RESULT_OK, Put(link.a, "", {pair.b}));
    const IpczHandle a = WaitToGet(link.b).handles.at(0);
    const IpczHandle b = WaitToGet(link.b).handles.at(0);
    ASSERT_EQ(0, IpczTestIsDirectLocal(a, b)) << "nothing to test";
    const IpczHandle kept = first_into_second ? b : a;
    ASSERT_EQ(IPCZ_RESULT_OK, Put(kept, "", {first_into_second ? a : b}));
    EXPECT_TRUE(WaitUntilClosed(kept));
    network().Settle();
    EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, Get(kept).result);
    // Other routes over the same connection are as before.
    EXPECT_EQ(IPCZ_RESULT_OK, Put(other.a, "served"));
    EXPECT_EQ("served", WaitToGet(others_end).text);
    CloseAll({kept, link.a, link.b, other.a, others_end});
  }
}

// Each end inside the other, from both sides at once.
TEST_F(CircleTest, BothEndsMayBePutIntoEachOther) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  const Portals first = Open(broker);
  const Portals second = Open(broker);
  const IpczHandle first_there = Move(first.b, link.a, link.b);
  const IpczHandle second_there = Move(second.b, link.a, link.b);
  network().Settle();
  // The first route's end goes into the second's, and the other way round.
  ASSERT_EQ(IPCZ_RESULT_OK, Put(second.a, "", {first.a}));
  ASSERT_EQ(IPCZ_RESULT_OK, Put(first_there, "", {second_there}));
  EXPECT_TRUE(WaitUntilClosed(first_there));
  EXPECT_TRUE(WaitUntilClosed(second.a));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.a, "served"));
  EXPECT_EQ("served", WaitToGet(link.b).text);
  CloseAll({first_there, second.a, link.a, link.b});
}

// --- The limit -----------------------------------------------------------------------------------

// A client of a broker which passes its parcels on to another client.
class ForwardingsTest : public WireAttackTest {
 protected:
  ForwardingsTest() {
    Greet();
    // The client's route leads through the broker to the honest client, who is not introduced: its
    // other end leaves before it is known where it goes.
    Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(0)));
    const IpczHandle came = Get(portal_).handles.at(0);
    EXPECT_EQ(IPCZ_RESULT_OK, Put(honest_.a, "", {came}));
    end_ = Get(honest_.b).handles.at(0);
  }
  ~ForwardingsTest() override { CloseAll({end_}); }

  void SendForwarded(uint32_t forwardings) {
    Send(MessageType::kParcel,
         Join(ParcelBody{ParcelHop(0), 0, 1, forwardings}, SectionHeader{0, 1, 0},
              AttachmentRecord{AttachmentType::kPortal, 0, 0, 0, ParcelHop(next_++)}));
  }

  IpczHandle end_ = 0;
  uint64_t next_ = 1;
};

TEST_F(ForwardingsTest, AreLimited) {
  SendForwarded(Limits::kForwardings - 2);
  SendForwarded(Limits::kForwardings - 1);
  for (int i = 0; i < 2; ++i) {
    const Got got = Get(end_);
    ASSERT_EQ(1u, got.handles.size());
    CloseAll(got.handles);
  }
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(end_).result);
  SendForwarded(Limits::kForwardings);
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, Get(end_).result);
  EXPECT_FALSE(IsCutOff());
}

TEST_F(ForwardingsTest, NoHonestNodeSaysMore) {
  SendForwarded(Limits::kForwardings + 1);
  EXPECT_TRUE(IsCutOff());
}

TEST_F(ForwardingsTest, AreCountedOnlyIfSomethingIsAttached) {
  Send(MessageType::kParcel, Join(ParcelBody{ParcelHop(0), 0, 1, 1}, SectionHeader{0, 0, 0}));
  EXPECT_TRUE(IsCutOff());
}

}  // namespace
}  // namespace ipdl::portal
