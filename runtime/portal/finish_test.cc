// What a node had put before it was closed still reaches its peers: what waits for room in a full
// ring, for the rest of a message, or for the other end's greeting.

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "runtime/portal/portal_fixture_for_test.h"
#include "runtime/portal/small_rings_for_test.h"

namespace ipdl::portal {
namespace {

class FinishTest : public PortalFixture {
 public:
  explicit FinishTest(const TestNetwork::Options& options = {Delivery::kStepped, false, 7})
      : PortalFixture(options) {}

  const SmallRings small_;
};

TEST_F(FinishTest, WhatWaitsForRoomInARingArrives) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const Portals portals = Connect(broker, client);
  network().Settle();
  constexpr int kParcels = 1000;
  const auto text = [](int i) {
    return std::to_string(i) + std::string(i % 50 == 0 ? 5000 : 10, 'x');
  };
  for (int i = 0; i < kParcels; ++i) {
    std::vector<IpczHandle> attached;
    if (i % 7 == 0) attached.push_back(BoxBlob(client, "box"));
    if (i % 11 == 0) {
      const Portals pair = Open(client);
      attached.push_back(pair.a);
      EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.b, "inside"));
      CloseAll({pair.b});
    }
    ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.b, text(i), attached));
  }
  CloseNode(client);
  for (int i = 0; i < kParcels; ++i) {
    const Got got = WaitToGet(portals.a);
    ASSERT_EQ(text(i), got.text);
    ASSERT_EQ(static_cast<size_t>((i % 7 == 0) + (i % 11 == 0)), got.handles.size());
    if (i % 11 == 0) {
      EXPECT_EQ("inside", WaitToGet(got.handles.back()).text);
    }
    CloseAll(got.handles);
  }
  EXPECT_TRUE(WaitUntilClosed(portals.a));
  CloseAll({portals.a, portals.b});
}

// Whichever number of its frames the ring had room for, and the reader has seen.
TEST_F(FinishTest, AMessageThatARingHasAPartOfArrivesWhole) {
  for (const size_t before : {0u, 500u, 1500u, 2500u, 3500u, 3900u}) {
    for (const bool seen : {false, true}) {
      const IpczHandle broker = NewBroker();
      const IpczHandle client = NewNode();
      const Portals portals = Connect(broker, client);
      network().Settle();
      const std::string large(100'000, 'l');
      ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.b, std::string(before, 'b')));
      ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.b, large, {BoxBlob(client, "no ring")}));
      ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.b, large));
      ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.b, "behind"));
      if (seen) network().Step();
      CloseNode(client);
      EXPECT_EQ(std::string(before, 'b'), WaitToGet(portals.a).text);
      const Got got = WaitToGet(portals.a);
      EXPECT_TRUE(large == got.text);
      CloseAll(got.handles);
      EXPECT_TRUE(large == WaitToGet(portals.a).text);
      EXPECT_EQ("behind", WaitToGet(portals.a).text);
      EXPECT_TRUE(WaitUntilClosed(portals.a));
      CloseAll({portals.a, portals.b});
    }
  }
}

TEST_F(FinishTest, ClosuresArriveBehindIt) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const Portals portals = Connect(broker, client);
  const Portals pair = Open(client);
  const IpczHandle there = Move(pair.a, portals.b, portals.a);
  network().Settle();
  for (int i = 0; i < 500; ++i) ASSERT_EQ(IPCZ_RESULT_OK, Put(pair.b, std::to_string(i)));
  CloseAll({pair.b});
  CloseNode(client);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(std::to_string(i), WaitToGet(there).text);
  EXPECT_TRUE(WaitUntilClosed(there));
  CloseAll({there, portals.a, portals.b});
}

TEST_F(FinishTest, WhatABrokerPutArrivesAsWell) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const Portals portals = Connect(broker, client);
  network().Settle();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.a, std::to_string(i)));
  CloseNode(broker);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(std::to_string(i), WaitToGet(portals.b).text);
  EXPECT_TRUE(WaitUntilClosed(portals.b));
  CloseAll({portals.a, portals.b});
}

// --- Before the other end's greeting -------------------------------------------------------------

TEST_F(FinishTest, WhatAClientPutBeforeItWasGreetedArrives) {
  const IpczHandle broker = NewBroker();
  const auto [ours, theirs] = network().NewTransports(true);
  const IpczHandle client = NewNode();
  IpczHandle initial = 0;
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().ConnectNode(client, theirs, 1, IPCZ_CONNECT_NODE_TO_BROKER, nullptr, &initial));
  const Portals pair = Open(client);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(initial, "first"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(initial, "second", {pair.a, BoxBlob(client, "box")}));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.b, "inside"));
  CloseNode(client);
  CloseAll({initial, pair.b});
  IpczHandle portal = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker, ours, 1, 0, nullptr, &portal));
  EXPECT_EQ("first", WaitToGet(portal).text);
  const Got got = WaitToGet(portal);
  EXPECT_EQ("second", got.text);
  ASSERT_EQ(2u, got.handles.size());
  EXPECT_EQ("inside", WaitToGet(got.handles[0]).text);
  EXPECT_TRUE(WaitUntilClosed(portal));
  CloseAll({got.handles[0], got.handles[1], portal});
}

TEST_F(FinishTest, WhatABrokerPutBeforeItWasGreetedArrives) {
  const IpczHandle broker = NewBroker();
  const auto [ours, theirs] = network().NewTransports(true);
  IpczHandle initial = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker, ours, 1, 0, nullptr, &initial));
  const Portals pair = Open(broker);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(initial, "first", {pair.a}));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.b, "inside"));
  CloseNode(broker);
  CloseAll({initial, pair.b});
  const IpczHandle client = NewNode();
  IpczHandle portal = 0;
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().ConnectNode(client, theirs, 1, IPCZ_CONNECT_NODE_TO_BROKER, nullptr, &portal));
  const Got got = WaitToGet(portal);
  EXPECT_EQ("first", got.text);
  ASSERT_EQ(1u, got.handles.size());
  EXPECT_EQ("inside", WaitToGet(got.handles[0]).text);
  EXPECT_TRUE(WaitUntilClosed(portal));
  CloseAll({got.handles[0], portal});
}

// The other end does not have all of the portals; what is put there is lost, and nothing else.
TEST_F(FinishTest, WhatIsPutWhereNobodyIsDoesNoHarm) {
  const IpczHandle broker = NewBroker();
  const auto [ours, theirs] = network().NewTransports(true);
  const IpczHandle client = NewNode();
  IpczHandle initial[3] = {};
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().ConnectNode(client, theirs, 3, IPCZ_CONNECT_NODE_TO_BROKER, nullptr, initial));
  const Portals pair = Open(client);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(initial[0], "first"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(initial[1], "lost"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(initial[2], "lost", {pair.a}));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.b, "lost"));
  CloseAll({initial[1], initial[2], pair.b});
  EXPECT_EQ(IPCZ_RESULT_OK, Put(initial[0], "second"));
  CloseNode(client);
  IpczHandle portal = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker, ours, 1, 0, nullptr, &portal));
  EXPECT_EQ("first", WaitToGet(portal).text);
  EXPECT_EQ("second", WaitToGet(portal).text);
  EXPECT_TRUE(WaitUntilClosed(portal));
  CloseAll({initial[0], portal});
}

// --- Objects by the broker, and threads ----------------------------------------------------------

class RelayingFinishTest : public FinishTest {
 public:
  RelayingFinishTest() : FinishTest({Delivery::kStepped, true, 7}) {}
};

TEST_F(RelayingFinishTest, ObjectsThatTheBrokerPassesOnArriveToo) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const Portals first = Connect(broker, client);
  const Portals second = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  const Portals moved = {Move(pair.a, first.a, first.b), Move(pair.b, second.a, second.b)};
  ASSERT_TRUE(WaitUntilDirect(moved.a, moved.b));
  network().Settle();
  const std::string filling(300, 'x');
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(IPCZ_RESULT_OK, Put(moved.a, filling, {BoxBlob(client, std::to_string(i))}));
    ASSERT_EQ(IPCZ_RESULT_OK, Put(moved.a, filling));
  }
  CloseNode(client);
  for (int i = 0; i < 100; ++i) {
    const Got got = WaitToGet(moved.b);
    ASSERT_EQ(1u, got.handles.size()) << i;
    EXPECT_EQ(std::to_string(i), UnboxBlob(got.handles[0]));
    ASSERT_EQ(filling, WaitToGet(moved.b).text);
  }
  EXPECT_TRUE(WaitUntilClosed(moved.b));
  CloseAll({moved.a, moved.b, first.a, first.b, second.a, second.b});
}

class ThreadedFinishTest : public FinishTest {
 public:
  ThreadedFinishTest() : FinishTest({Delivery::kThreaded, false, 7}) {}
};

// What each put is a beginning of what it put; nothing is lost of those who had ended.
TEST_F(ThreadedFinishTest, ANodeEndsWhileThreadsPut) {
  for (int round = 0; round < 20; ++round) {
    const IpczHandle broker = NewBroker();
    const IpczHandle client = NewNode();
    const Portals portals = Connect(broker, client);
    constexpr int kBefore = 300;
    for (int i = 0; i < kBefore; ++i) ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.b, std::to_string(i)));
    std::thread putter([&] {
      for (int i = kBefore; i < 2 * kBefore; ++i) Put(portals.b, std::to_string(i));
    });
    CloseNode(client);
    putter.join();
    int next = 0;
    for (Got got = WaitToGet(portals.a); got.result == IPCZ_RESULT_OK; got = WaitToGet(portals.a)) {
      ASSERT_EQ(std::to_string(next++), got.text);
    }
    EXPECT_GE(next, kBefore);
    CloseAll({portals.a, portals.b});
    CloseNode(broker);
  }
}

}  // namespace
}  // namespace ipdl::portal
