// How proxies leave their routes when others stand in the way: who waits for whom, and what is kept
// meanwhile.
//
// What it is: the cases that random schedules seldom reach. Where all goes well is tested in
// remote_test.cc and by the simulator.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/portal/extended_fixture_for_test.h"
#include "runtime/portal/wire_attack_for_test.h"

namespace ipdl::portal {
namespace {

class ReduceTest : public ExtendedFixture {
 protected:
  struct Client {
    IpczHandle node;
    Portals way;  // the broker's portal, and its own
  };
  Client NewClient() {
    const IpczHandle node = NewNode();
    return {node, Connect(broker_, node)};
  }
  // A route from one client to another; it becomes direct.
  Portals Between(const Client& a, const Client& b) {
    const Portals pair = Open(broker_);
    const Portals ends = {Move(pair.a, a.way.a, a.way.b), Move(pair.b, b.way.a, b.way.b)};
    EXPECT_TRUE(WaitUntilDirect(ends.a, ends.b));
    return ends;
  }
  // A route from `client` through `middle`: the end that is there.
  IpczHandle ReachingTo(const Client& client, const Portals& way, IpczHandle* far) {
    const Portals pair = Open(client.node);
    *far = pair.a;
    return Move(pair.b, way.b, way.a);
  }

  const IpczHandle broker_ = NewBroker();
};

// Two of the middle's neighbours may not be introduced, so it stays. One of them is a proxy itself,
// and can leave only if the middle has given the lock of the hop between them back.
TEST_F(ReduceTest, AProxyThatMustStayLeavesTheLocksToOthers) {
  const Client x = NewClient();
  const Client y = NewClient();
  const Client z = NewClient();
  const Client v = NewClient();
  const Portals to_x = Between(y, x);
  const Portals to_z = Between(y, z);
  const Portals to_v = Between(y, v);
  const IpczNodeLimits one_introduction = {sizeof(one_introduction), 0, 0, 1};
  ASSERT_EQ(IPCZ_RESULT_OK, Extended().SetNodeLimits(broker_, &one_introduction, 0, nullptr));

  // The one that is allowed.
  IpczHandle x1 = 0;
  IpczHandle v1 = 0;
  const IpczHandle near_x1 = ReachingTo(x, to_x, &x1);
  const IpczHandle near_v1 = ReachingTo(v, to_v, &v1);
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().MergePortals(near_x1, near_v1, 0, nullptr));
  EXPECT_TRUE(WaitUntilDirect(x1, v1));

  // One that is not.
  IpczHandle x2 = 0;
  IpczHandle z2 = 0;
  const IpczHandle near_x2 = ReachingTo(x, to_x, &x2);
  const IpczHandle near_z2 = ReachingTo(z, to_z, &z2);
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().MergePortals(near_x2, near_z2, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(x2, "through the middle"));
  EXPECT_EQ("through the middle", WaitToGet(z2).text);
  EXPECT_FALSE(WaitUntilDirect(x2, z2));

  // Now x's end moves on to the broker, whom everybody knows.
  const IpczHandle moved = Move(x2, x.way.b, x.way.a);
  EXPECT_TRUE(WaitUntilDirect(moved, z2));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(moved, "direct"));
  EXPECT_EQ("direct", WaitToGet(z2).text);
  for (const Client& client : {x, y, z, v}) CloseAll({client.way.a, client.way.b});
  for (const Portals& way : {to_x, to_z, to_v}) CloseAll({way.a, way.b});
  CloseAll({x1, v1, moved, z2});
}

// Two portals of this node are each other's peers, but one has not read its old hop to the end:
// what the other puts is held. Then it is merged, and whoever reads the old hop now gets what was
// held.
TEST_F(WireAttackTest, WhatIsHeldForAPortalGoesWithItsRoute) {
  Greet();
  const NodeName broker =
      LastReceived<ConnectFromBrokerBody>(MessageType::kConnectFromBroker).broker;
  Send(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(0)));
  const IpczHandle other = Get(portal_).handles.at(0);
  Send(MessageType::kLockAsk, Join(HopBody{0}));
  Send(MessageType::kOffer, Join(TermsBody{0, broker, 3}));
  Send(MessageType::kBypass, Join(TermsBody{ParcelHop(0), broker, 3}));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(portal_, "held"));
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(other).result);

  const Portals pair = Open(broker_);
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().MergePortals(other, pair.a, 0, nullptr));
  Send(MessageType::kParcel, PlainParcel(ParcelHop(0), "the old way"));
  Send(MessageType::kFin, Join(HopBody{ParcelHop(0)}));
  EXPECT_EQ("the old way", Get(pair.b).text);
  EXPECT_EQ("held", Get(pair.b).text);
  Send(MessageType::kFin, Join(HopBody{0}));
  EXPECT_NE(0, IpczTestIsDirectLocal(portal_, pair.b));
  EXPECT_FALSE(TestNetwork::IsPeerClosed(raw_));
  CloseAll({pair.b});
}

}  // namespace
}  // namespace ipdl::portal
