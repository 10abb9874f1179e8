// Many portals and many moves, over each way of delivery: what is right once must stay right.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/portal/extended_fixture_for_test.h"

namespace ipdl::portal {
namespace {

struct Setting {
  const char* name;
  TestNetwork::Options options;
};

class StressTest : public ExtendedFixture, public testing::WithParamInterface<Setting> {
 public:
  StressTest() : ExtendedFixture(GetParam().options) {}

  // Moves a portal from one node to another over their connection, a parcel before and after it.
  IpczHandle MoveWithParcels(IpczHandle portal, IpczHandle from, IpczHandle to, IpczHandle peer,
                             int number) {
    EXPECT_EQ(IPCZ_RESULT_OK, Put(portal, std::to_string(number)));
    const IpczHandle moved = Move(portal, from, to);
    EXPECT_EQ(std::to_string(number), WaitToGet(peer).text);
    return moved;
  }
};

const Setting kSettings[] = {
    {"Sync", {Delivery::kSync, false, 1}},
    {"Stepped", {Delivery::kStepped, false, 7}},
    {"SteppedRelayed", {Delivery::kStepped, true, 8}},
    {"Threaded", {Delivery::kThreaded, false, 1}},
    {"ThreadedRelayed", {Delivery::kThreaded, true, 1}},
};
INSTANTIATE_TEST_SUITE_P(, StressTest, testing::ValuesIn(kSettings),
                         [](const auto& info) { return info.param.name; });

TEST_P(StressTest, AHundredThousandPortalsBetweenTwoNodes) {
  constexpr size_t kCount = 100000;
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const IpczNodeLimits limits = {sizeof(limits), kCount + 16, 0, 0};
  for (const IpczHandle node : {broker, client}) {
    EXPECT_EQ(IPCZ_RESULT_OK, Extended().SetNodeLimits(node, &limits, 0, nullptr));
  }
  const Portals link = Connect(broker, client);
  std::vector<IpczHandle> near;
  std::vector<IpczHandle> far;
  for (size_t i = 0; i < kCount; ++i) {
    const Portals pair = Open(broker);
    near.push_back(pair.a);
    ASSERT_EQ(IPCZ_RESULT_OK, Put(link.a, "", {pair.b}));
  }
  for (size_t i = 0; i < kCount; ++i) far.push_back(WaitToGet(link.b).handles.at(0));
  // All of them live at once; every one leads to its own peer.
  for (size_t i = 0; i < kCount; i += 997)
    ASSERT_EQ(IPCZ_RESULT_OK, Put(far[i], std::to_string(i)));
  for (size_t i = 0; i < kCount; i += 997) ASSERT_EQ(std::to_string(i), WaitToGet(near[i]).text);
  CloseAll(far);
  EXPECT_TRUE(WaitUntilClosed(near.back()));
  for (size_t i = 0; i < kCount; i += 997) ASSERT_TRUE(WaitUntilClosed(near[i]));
  CloseAll(near);
  CloseAll({link.a, link.b});
}

TEST_P(StressTest, AThousandMovesOfBothEndsAmongThreeNodes) {
  const IpczHandle broker = NewBroker();
  const Portals to_a = Connect(broker, NewNode());
  const Portals to_b = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  IpczHandle first = pair.a;
  IpczHandle second = pair.b;
  for (int i = 0; i < 250; ++i) {
    const Portals& there = i % 2 == 0 ? to_a : to_b;
    const Portals& else_where = i % 2 == 0 ? to_b : to_a;
    first = MoveWithParcels(first, there.a, there.b, second, i);
    second = MoveWithParcels(second, else_where.a, else_where.b, first, i);
    first = MoveWithParcels(first, there.b, there.a, second, i);
    second = MoveWithParcels(second, else_where.b, else_where.a, first, i);
  }
  EXPECT_TRUE(WaitUntilDirect(first, second));
  CloseAll({first, second, to_a.a, to_a.b, to_b.a, to_b.b});
}

// A chain of nodes; a portal runs along it and the route to its peer becomes direct each time.
TEST_P(StressTest, RoutesOverSevenNodes) {
  constexpr size_t kClients = 6;
  const IpczHandle broker = NewBroker();
  std::vector<Portals> links;
  for (size_t i = 0; i < kClients; ++i) links.push_back(Connect(broker, NewNode()));
  for (int round = 0; round < 100; ++round) {
    const Portals pair = Open(broker);
    IpczHandle runner = pair.b;
    for (size_t i = 0; i < kClients; ++i) {
      const Portals& link = links[(i + static_cast<size_t>(round)) % kClients];
      runner = Move(runner, link.a, link.b);
      EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, std::to_string(i)));
      if (i + 1 < kClients) runner = Move(runner, link.b, link.a);
    }
    for (size_t i = 0; i < kClients; ++i) ASSERT_EQ(std::to_string(i), WaitToGet(runner).text);
    ASSERT_TRUE(WaitUntilDirect(pair.a, runner));
    CloseAll({pair.a, runner});
  }
  for (const Portals& link : links) CloseAll({link.a, link.b});
}

TEST_P(StressTest, FiveInitialPortalsAndEachHasItsPartner) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const auto [end0, end1] = network().NewTransports();
  IpczHandle here[5];
  IpczHandle there[5];
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().ConnectNode(broker, end0, 5, IPCZ_NO_FLAGS, nullptr, here));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(IPCZ_RESULT_OK, Put(here[i], std::to_string(i)));
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().ConnectNode(client, end1, 5, IPCZ_CONNECT_NODE_TO_BROKER, nullptr, there));
  for (int i = 4; i >= 0; --i) {
    EXPECT_EQ(std::to_string(i), WaitToGet(there[i]).text);
    EXPECT_EQ(IPCZ_RESULT_OK, Put(there[i], "back"));
    EXPECT_EQ("back", WaitToGet(here[i]).text);
    EXPECT_TRUE(WaitUntilDirect(here[i], there[i]));
  }
  for (int i = 0; i < 5; ++i) CloseAll({here[i], there[i]});
}

}  // namespace
}  // namespace ipdl::portal
