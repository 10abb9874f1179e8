// Portals between nodes: connecting, sending, closing, moving. Every test runs over each network
// that the program has.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/portal/portal_fixture_for_test.h"
#include "runtime/portal/small_rings_for_test.h"

namespace ipdl::portal {
namespace {

using testing::ElementsAre;

class RemoteTest : public PortalFixture, public testing::WithParamInterface<RemoteSetting> {
 public:
  RemoteTest() : PortalFixture(GetParam().make()) {}

  Network& network() { return any_network(); }
};

INSTANTIATE_TEST_SUITE_P(, RemoteTest, testing::ValuesIn(RemoteSettings()),
                         [](const auto& info) { return info.param.name; });

TEST_P(RemoteTest, ParcelsCrossInBothDirections) {
  const Portals portals = Connect(NewBroker(), NewNode());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(portals.a, "hello"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(portals.a, ""));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(portals.b, "world"));
  EXPECT_EQ("hello", WaitToGet(portals.b).text);
  EXPECT_EQ(IPCZ_RESULT_OK, WaitToGet(portals.b).result);
  EXPECT_EQ("world", WaitToGet(portals.a).text);
  EXPECT_TRUE(WaitUntilDirect(portals.a, portals.b));
  CloseAll({portals.a, portals.b});
}

TEST_P(RemoteTest, ClosureArrivesBehindTheParcels) {
  const Portals portals = Connect(NewBroker(), NewNode());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(IPCZ_RESULT_OK, Put(portals.a, std::to_string(i)));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(portals.a));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(std::to_string(i), WaitToGet(portals.b).text);
  EXPECT_TRUE(WaitUntilClosed(portals.b));
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, Put(portals.b, "x"));
  CloseAll({portals.b});
}

TEST_P(RemoteTest, WhatWasPutBeforeANodeWasClosedArrives) {
  const SmallRings small;
  const std::string text(200, 'x');
  for (const bool greeted : {false, true}) {
    const IpczHandle broker = NewBroker();
    const IpczHandle client = NewNode();
    const Portals portals = Connect(broker, client);
    if (greeted) {
      EXPECT_EQ(IPCZ_RESULT_OK, Put(portals.a, "greeted"));
      EXPECT_EQ("greeted", WaitToGet(portals.b).text);
    }
    for (int i = 0; i < 200; ++i) ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.b, text));
    ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.b, std::string(20'000, 'y')));
    ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.b, "last"));
    CloseNode(client);
    for (int i = 0; i < 200; ++i) ASSERT_EQ(text, WaitToGet(portals.a).text) << greeted << i;
    EXPECT_TRUE(std::string(20'000, 'y') == WaitToGet(portals.a).text);
    EXPECT_EQ("last", WaitToGet(portals.a).text);
    EXPECT_TRUE(WaitUntilClosed(portals.a));
    CloseAll({portals.a, portals.b});
  }
}

TEST_P(RemoteTest, ANodeThatClosesIsSeenByItsPeers) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const Portals portals = Connect(broker, client);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(portals.b, "sent before"));
  EXPECT_EQ("sent before", WaitToGet(portals.a).text);
  CloseNode(client);
  EXPECT_TRUE(WaitUntilClosed(portals.a));
  EXPECT_TRUE(WaitUntilClosed(portals.b));
  CloseAll({portals.a, portals.b});
}

TEST_P(RemoteTest, ExcessInitialPortalsAreClosed) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const auto [end0, end1] = network().NewTransports(true);
  IpczHandle many[5];
  IpczHandle few[2];
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker, end0, 5, 0, nullptr, many));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(many[4], "lost"));
  EXPECT_EQ(IPCZ_RESULT_OK,
            ipcz().ConnectNode(client, end1, 2, IPCZ_CONNECT_NODE_TO_BROKER, nullptr, few));
  for (int i = 2; i < 5; ++i) EXPECT_TRUE(WaitUntilClosed(many[i]));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(many[1], "one"));
  EXPECT_EQ("one", WaitToGet(few[1]).text);
  for (const IpczHandle portal : many) CloseAll({portal});
  CloseAll({few[0], few[1]});
}

TEST_P(RemoteTest, APortalMovesWithItsQueue) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "before"));
  const IpczHandle moved = Move(pair.b, link.a, link.b);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "after"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(moved, "back"));
  EXPECT_EQ("before", WaitToGet(moved).text);
  EXPECT_EQ("after", WaitToGet(moved).text);
  EXPECT_EQ("back", WaitToGet(pair.a).text);
  EXPECT_TRUE(WaitUntilDirect(pair.a, moved));
  CloseAll({link.a, link.b, pair.a, moved});
}

TEST_P(RemoteTest, AMovedPortalsTrapIsRemoved) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  // Perhaps the parcel has to wait for the greetings; the trap does not.
  Recorder recorder;
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(pair.b, IPCZ_TRAP_NEW_LOCAL_PARCEL, &recorder));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.a, "", {pair.b}));
  EXPECT_THAT(recorder.flags, ElementsAre(IPCZ_TRAP_REMOVED | IPCZ_TRAP_WITHIN_API_CALL));
  const Got got = WaitToGet(link.b);
  CloseAll({link.a, link.b, pair.a, got.handles[0]});
}

TEST_P(RemoteTest, APortalWhosePeerIsClosedMovesWithItsQueue) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "legacy"));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(pair.a));
  const IpczHandle moved = Move(pair.b, link.a, link.b);
  EXPECT_EQ("legacy", WaitToGet(moved).text);
  EXPECT_TRUE(WaitUntilClosed(moved));
  CloseAll({link.a, link.b, moved});
}

TEST_P(RemoteTest, APortalThatComesHomeIsLocalAgain) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  const IpczHandle away = Move(pair.b, link.a, link.b);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(away, "from there"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "to there"));
  const IpczHandle home = Move(away, link.b, link.a);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(home, "from here"));
  EXPECT_EQ("from there", WaitToGet(pair.a).text);
  EXPECT_EQ("from here", WaitToGet(pair.a).text);
  EXPECT_EQ("to there", WaitToGet(home).text);
  EXPECT_TRUE(network().RunUntil([&] { return IpczTestIsDirectLocal(pair.a, home) != 0; }));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(home, "local"));
  EXPECT_EQ("local", WaitToGet(pair.a).text);
  CloseAll({link.a, link.b, pair.a, home});
}

TEST_P(RemoteTest, TwoClientsGetADirectLinkThroughTheBroker) {
  const IpczHandle broker = NewBroker();
  const Portals to_a = Connect(broker, NewNode());
  const Portals to_b = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  const IpczHandle end_a = Move(pair.a, to_a.a, to_a.b);
  const IpczHandle end_b = Move(pair.b, to_b.a, to_b.b);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(end_a, "hello"));
  EXPECT_EQ("hello", WaitToGet(end_b).text);
  EXPECT_TRUE(WaitUntilDirect(end_a, end_b));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(end_b, "direct"));
  EXPECT_EQ("direct", WaitToGet(end_a).text);
  CloseAll({to_a.a, to_a.b, to_b.a, to_b.b, end_a, end_b});
}

TEST_P(RemoteTest, BothEndsMoveAtOnce) {
  const IpczHandle broker = NewBroker();
  const Portals to_a = Connect(broker, NewNode());
  const Portals to_b = Connect(broker, NewNode());
  const Portals to_c = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  // One end of each client's own connection travels, while the other end does.
  const IpczHandle x = Move(pair.a, to_a.a, to_a.b);
  const IpczHandle y = Move(pair.b, to_b.a, to_b.b);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(x, "1"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(to_a.b, "", {x}));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(y, "2"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(to_b.b, "", {y}));
  const IpczHandle x2 = WaitToGet(to_a.a).handles.at(0);
  const IpczHandle y2 = WaitToGet(to_b.a).handles.at(0);
  const IpczHandle y3 = Move(y2, to_c.a, to_c.b);
  EXPECT_EQ("1", WaitToGet(y3).text);
  EXPECT_EQ("2", WaitToGet(x2).text);
  EXPECT_TRUE(WaitUntilDirect(x2, y3));
  CloseAll({to_a.a, to_a.b, to_b.a, to_b.b, to_c.a, to_c.b, x2, y3});
}

TEST_P(RemoteTest, MergedRoutesBecomeDirect) {
  const IpczHandle broker = NewBroker();
  const Portals to_a = Connect(broker, NewNode());
  const Portals to_b = Connect(broker, NewNode());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(to_a.b, "from a"));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().MergePortals(to_a.a, to_b.a, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(to_b.b, "from b"));
  EXPECT_EQ("from a", WaitToGet(to_b.b).text);
  EXPECT_EQ("from b", WaitToGet(to_a.b).text);
  EXPECT_TRUE(WaitUntilDirect(to_a.b, to_b.b));
  CloseAll({to_b.b});
  EXPECT_TRUE(WaitUntilClosed(to_a.b));
  CloseAll({to_a.b});
}

TEST_P(RemoteTest, BoxesCross) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const Portals link = Connect(broker, client);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.a, "x", {BoxBlob(broker, "down"), BoxBlob(broker, "")}));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.b, "y", {BoxBlob(client, "up")}));
  const Got down = WaitToGet(link.b);
  ASSERT_EQ(2u, down.handles.size());
  EXPECT_EQ("down", UnboxBlob(down.handles[0]));
  EXPECT_EQ("", UnboxBlob(down.handles[1]));
  const Got up = WaitToGet(link.a);
  ASSERT_EQ(1u, up.handles.size());
  EXPECT_EQ("up", UnboxBlob(up.handles[0]));
  CloseAll({link.a, link.b});
}

TEST_P(RemoteTest, BoxesKeepTheirPlaceBetweenClients) {
  const IpczHandle broker = NewBroker();
  const IpczHandle a = NewNode();
  const Portals to_a = Connect(broker, a);
  const Portals to_b = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  const IpczHandle end_a = Move(pair.a, to_a.a, to_a.b);
  const IpczHandle end_b = Move(pair.b, to_b.a, to_b.b);
  EXPECT_TRUE(WaitUntilDirect(end_a, end_b));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(IPCZ_RESULT_OK, Put(end_a, std::to_string(i), {BoxBlob(a, std::to_string(i))}));
    EXPECT_EQ(IPCZ_RESULT_OK, Put(end_a, "between"));
  }
  EXPECT_EQ(IPCZ_RESULT_OK, Close(end_a));
  for (int i = 0; i < 20; ++i) {
    const Got got = WaitToGet(end_b);
    EXPECT_EQ(std::to_string(i), got.text);
    ASSERT_EQ(1u, got.handles.size());
    EXPECT_EQ(std::to_string(i), UnboxBlob(got.handles[0]));
    EXPECT_EQ("between", WaitToGet(end_b).text);
  }
  EXPECT_TRUE(WaitUntilClosed(end_b));
  CloseAll({to_a.a, to_a.b, to_b.a, to_b.b, end_b});
}

TEST_P(RemoteTest, ANodeIsReferredByAnother) {
  const IpczHandle broker = NewBroker();
  const IpczHandle referrer = NewNode();
  const IpczHandle newcomer = NewNode();
  // The referrer has no broker yet.
  const Portals pair = ConnectWith(referrer, IPCZ_CONNECT_NODE_SHARE_BROKER, newcomer,
                                   IPCZ_CONNECT_NODE_INHERIT_BROKER, true);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.b, "early"));
  const Portals link = Connect(broker, referrer);
  EXPECT_EQ("early", WaitToGet(pair.a).text);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "welcome"));
  EXPECT_EQ("welcome", WaitToGet(pair.b).text);
  EXPECT_TRUE(WaitUntilDirect(pair.a, pair.b));
  // The newcomer knows the broker: a portal that it gets from the referrer becomes direct.
  const IpczHandle moved = Move(link.b, pair.a, pair.b);
  EXPECT_TRUE(WaitUntilDirect(moved, link.a));
  CloseAll({pair.a, pair.b, link.a, moved});
}

TEST_P(RemoteTest, AReferralToADeadTransportCloses) {
  const IpczHandle broker = NewBroker();
  const IpczHandle referrer = NewNode();
  const Portals link = Connect(broker, referrer);
  const auto [end0, end1] = network().NewTransports(false);
  network().Close(end1);
  IpczHandle portal = 0;
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(referrer, end0, 1, IPCZ_CONNECT_NODE_SHARE_BROKER,
                                               nullptr, &portal));
  EXPECT_TRUE(WaitUntilClosed(portal));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.a, "unharmed"));
  EXPECT_EQ("unharmed", WaitToGet(link.b).text);
  CloseAll({portal, link.a, link.b});
}

TEST_P(RemoteTest, NetworksOfTwoBrokersAreJoined) {
  const IpczHandle broker1 = NewBroker();
  const IpczHandle broker2 = NewBroker();
  const Portals to_a = Connect(broker1, NewNode());
  const Portals to_b = Connect(broker2, NewNode());
  const Portals between =
      ConnectWith(broker1, IPCZ_CONNECT_NODE_TO_BROKER, broker2, IPCZ_CONNECT_NODE_TO_BROKER, true);
  const Portals pair = Open(broker1);
  const IpczHandle end_a = Move(pair.a, to_a.a, to_a.b);
  const IpczHandle half_way = Move(pair.b, between.a, between.b);
  const IpczHandle end_b = Move(half_way, to_b.a, to_b.b);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(end_a, "far"));
  EXPECT_EQ("far", WaitToGet(end_b).text);
  EXPECT_TRUE(WaitUntilDirect(end_a, end_b));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(end_b, "near"));
  EXPECT_EQ("near", WaitToGet(end_a).text);
  CloseAll({to_a.a, to_a.b, to_b.a, to_b.b, between.a, between.b, end_a, end_b});
}

TEST_P(RemoteTest, AClientWhoseBrokerIsLostMayConnectAnew) {
  const IpczHandle client = NewNode();
  const IpczHandle broker = NewBroker();
  const Portals first = Connect(broker, client);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.a, "x"));
  EXPECT_EQ("x", WaitToGet(first.b).text);
  CloseNode(broker);
  EXPECT_TRUE(WaitUntilClosed(first.b));
  const Portals second = Connect(NewBroker(), client);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(second.a, "again"));
  EXPECT_EQ("again", WaitToGet(second.b).text);
  CloseAll({first.a, first.b, second.a, second.b});
}

TEST_P(RemoteTest, ANewConnectionToTheSameBrokerReplacesTheOld) {
  const IpczHandle client = NewNode();
  const IpczHandle broker = NewBroker();
  const Portals first = Connect(broker, client);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.a, "x"));
  EXPECT_EQ("x", WaitToGet(first.b).text);
  const Portals second = Connect(broker, client);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(second.a, "again"));
  EXPECT_EQ("again", WaitToGet(second.b).text);
  EXPECT_TRUE(WaitUntilClosed(first.a));
  EXPECT_TRUE(WaitUntilClosed(first.b));
  CloseAll({first.a, first.b, second.a, second.b});
}

TEST_P(RemoteTest, OfTwoConnectionsMadeAtOnceOneIsLeft) {
  const IpczHandle client = NewNode();
  const IpczHandle broker = NewBroker();
  const Portals first = Connect(broker, client);
  const Portals second = Connect(broker, client);
  const auto is_closed = [&](const Portals& portals) {
    return (Status(portals.a).flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0 &&
           (Status(portals.b).flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0;
  };
  EXPECT_TRUE(network().RunUntil([&] { return is_closed(first) || is_closed(second); }));
  const Portals& left = is_closed(first) ? second : first;
  EXPECT_EQ(IPCZ_RESULT_OK, Put(left.a, "served"));
  EXPECT_EQ("served", WaitToGet(left.b).text);
  CloseAll({first.a, first.b, second.a, second.b});
}

TEST_P(RemoteTest, ANewConnectionOfTwoBrokersReplacesTheOld) {
  const IpczHandle broker = NewBroker();
  const IpczHandle other = NewBroker();
  const auto connect = [&] {
    return ConnectWith(broker, IPCZ_CONNECT_NODE_TO_BROKER, other, IPCZ_CONNECT_NODE_TO_BROKER,
                       true);
  };
  const Portals first = connect();
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.a, "x"));
  EXPECT_EQ("x", WaitToGet(first.b).text);
  const Portals second = connect();
  EXPECT_EQ(IPCZ_RESULT_OK, Put(second.a, "again"));
  EXPECT_EQ("again", WaitToGet(second.b).text);
  EXPECT_TRUE(WaitUntilClosed(first.a));
  EXPECT_TRUE(WaitUntilClosed(first.b));
  CloseAll({first.a, first.b, second.a, second.b});
}

TEST_P(RemoteTest, APortalBouncesBetweenThreeNodes) {
  const IpczHandle broker = NewBroker();
  const Portals to_a = Connect(broker, NewNode());
  const Portals to_b = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  IpczHandle moving = pair.b;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, std::to_string(i)));
    moving = Move(moving, to_a.a, to_a.b);
    moving = Move(moving, to_a.b, to_a.a);
    moving = Move(moving, to_b.a, to_b.b);
    EXPECT_EQ(IPCZ_RESULT_OK, Put(moving, std::to_string(i)));
    moving = Move(moving, to_b.b, to_b.a);
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(std::to_string(i), WaitToGet(moving).text);
    EXPECT_EQ(std::to_string(i), WaitToGet(pair.a).text);
  }
  EXPECT_TRUE(WaitUntilDirect(pair.a, moving));
  CloseAll({to_a.a, to_a.b, to_b.a, to_b.b, pair.a, moving});
}

TEST_P(RemoteTest, ManyPortalsInABurst) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  constexpr int kCount = 3000;
  std::vector<IpczHandle> kept;
  for (int i = 0; i < kCount; ++i) {
    const Portals pair = Open(broker);
    kept.push_back(pair.a);
    EXPECT_EQ(IPCZ_RESULT_OK, Put(link.a, "", {pair.b}));
    EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, std::to_string(i)));
  }
  for (int i = 0; i < kCount; ++i) {
    const Got got = WaitToGet(link.b);
    ASSERT_EQ(1u, got.handles.size());
    EXPECT_EQ(std::to_string(i), WaitToGet(got.handles[0]).text);
    CloseAll({got.handles[0]});
  }
  CloseAll(kept);
  CloseAll({link.a, link.b});
}

TEST_P(RemoteTest, AParcelsOriginCanBeRejected) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.b, "rude"));
  network().RunUntil([&] { return Status(link.a).num_local_parcels > 0; });
  IpczHandle parcel = 0;
  char text[4];
  size_t num_bytes = sizeof(text);
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().Get(link.a, 0, nullptr, text, &num_bytes, nullptr, nullptr, &parcel));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Reject(parcel, 77, 0, nullptr));
  if (network().tells_rejections()) {
    EXPECT_THAT(network().rejections(), ElementsAre(77u));
  }
  CloseAll({parcel, link.a, link.b});
}

}  // namespace
}  // namespace ipdl::portal
