// What can be seen of a node from outside: counters, dumps, trace events. And circles of queues,
// which nobody could see.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/portal/extended_fixture_for_test.h"

namespace ipdl::portal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ViewTest : public ExtendedFixture {};

struct Traced {
  std::vector<IpczTraceEventKind> kinds;
  static void IPCZ_API Record(const IpczTraceEvent* event) {
    EXPECT_EQ(sizeof(IpczTraceEvent), event->size);
    reinterpret_cast<Traced*>(event->context)->kinds.push_back(event->kind);
  }
};

TEST_F(ViewTest, TheLargerTableIsFilledOnlyWhenThereIsRoom) {
  IpczExtendedAPI table = {};
  table.api.size = sizeof(table) - 1;
  EXPECT_EQ(IPCZ_RESULT_OK, IpczGetAPI(&table.api));
  EXPECT_EQ(sizeof(IpczAPI), table.api.size);
  EXPECT_EQ(nullptr, table.Dump);
  table.api.size = sizeof(table) + 8;
  EXPECT_EQ(IPCZ_RESULT_OK, IpczGetAPI(&table.api));
  EXPECT_EQ(sizeof(table), table.api.size);
  EXPECT_NE(nullptr, table.SetTracer);
}

TEST_F(ViewTest, ArgumentsAreChecked) {
  const IpczHandle node = NewBroker();
  const Portals pair = Open(node);
  const IpczPortalLimits limits = {sizeof(limits) - 1, 1, 1};
  const IpczPortalLimits good = {sizeof(good), 1, 1};
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().SetPortalLimits(pair.a, &limits, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().SetPortalLimits(pair.a, nullptr, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().SetPortalLimits(node, &good, 0, nullptr));
  IpczNodeLimits node_limits = {};
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().SetNodeLimits(node, &node_limits, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().SetNodeLimits(node, nullptr, 0, nullptr));
  node_limits.size = sizeof(node_limits);
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            Extended().SetNodeLimits(pair.a, &node_limits, 0, nullptr));
  IpczCounters counters = {};
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().QueryCounters(node, 0, nullptr, &counters));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().QueryCounters(node, 0, nullptr, nullptr));
  counters.size = sizeof(counters);
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().QueryCounters(0, 0, nullptr, &counters));
  size_t size = 4;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().Dump(node, 0, nullptr, nullptr, &size));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().Dump(node, 0, nullptr, nullptr, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().Dump(pair.a, 0, nullptr, nullptr, &size));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Extended().SetTracer(pair.a, nullptr, 0, 0, nullptr));
  CloseAll({pair.a, pair.b});
}

TEST_F(ViewTest, ParcelsAndBytesAreCounted) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.a, "four"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.a, "and six"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.b, "x"));
  for (const IpczHandle handle : {broker, link.a}) {
    EXPECT_EQ(2u, Counters(handle).parcels_sent);
    EXPECT_EQ(11u, Counters(handle).bytes_sent);
    EXPECT_EQ(1u, Counters(handle).parcels_received);
    EXPECT_EQ(1u, Counters(handle).bytes_received);
  }
  EXPECT_EQ(1u, Counters(broker).num_links);
  EXPECT_EQ(1u, Counters(broker).num_hops);
  const Portals local = Open(broker);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(local.a, "nearby"));
  EXPECT_EQ(0u, Counters(local.a).parcels_sent);
  CloseAll({link.a, link.b, local.a, local.b});
}

TEST_F(ViewTest, ADumpShowsTheRoutes) {
  const IpczHandle broker = NewBroker();
  const Portals to_a = Connect(broker, NewNode());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(to_a.a, "four"));
  const std::string text = Dump(broker);
  EXPECT_THAT(text, HasSubstr("broker\n  link to "));
  EXPECT_THAT(text, HasSubstr(" client, 1 hops\n"));
  EXPECT_THAT(text, HasSubstr("    hop 0: portal, direct, length 1, sent 1 parcels (4 bytes), "
                              "received 0 (0)\n"));
  const std::string dot = Dump(broker, IPCZ_DUMP_DOT);
  EXPECT_THAT(dot, HasSubstr("graph routes {"));
  EXPECT_THAT(dot, HasSubstr("[label=\"hop 0\\ndirect, length 1\"];"));
  EXPECT_EQ('\n', dot.back());
  CloseAll({to_a.a, to_a.b});
}

TEST_F(ViewTest, TheTracerIsToldOfConnectionsAndRoutes) {
  const IpczHandle broker = NewBroker();
  Traced traced;
  const uintptr_t context = reinterpret_cast<uintptr_t>(&traced);
  EXPECT_EQ(IPCZ_RESULT_OK, Extended().SetTracer(broker, &Traced::Record, context, 0, nullptr));
  const IpczHandle client = NewNode();
  const Portals to_a = Connect(broker, client);
  const Portals to_b = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  const IpczHandle end_a = Move(pair.a, to_a.a, to_a.b);
  EXPECT_THAT(traced.kinds,
              ElementsAre(IPCZ_TRACE_LINK_UP, IPCZ_TRACE_LINK_UP, IPCZ_TRACE_PORTAL_SENT));
  traced.kinds.clear();
  const IpczHandle end_b = Move(pair.b, to_b.a, to_b.b);
  ASSERT_TRUE(WaitUntilDirect(end_a, end_b));
  EXPECT_THAT(traced.kinds, testing::Contains(IPCZ_TRACE_BYPASS_BEGUN));
  EXPECT_THAT(traced.kinds, testing::Contains(IPCZ_TRACE_PROXY_GONE));
  traced.kinds.clear();
  EXPECT_EQ(IPCZ_RESULT_OK, Put(end_a, "not the broker's business"));
  CloseNode(client);
  EXPECT_THAT(traced.kinds, ElementsAre(IPCZ_TRACE_LINK_DOWN));
  EXPECT_EQ(IPCZ_RESULT_OK, Extended().SetTracer(broker, nullptr, 0, 0, nullptr));
  traced.kinds.clear();
  CloseAll({to_a.a, to_a.b, to_b.a, to_b.b, end_a, end_b});
  CloseNodes();
  EXPECT_TRUE(traced.kinds.empty());
}

// --- Circles -------------------------------------------------------------------------------------

TEST_F(ViewTest, PortalsInEachOthersQueuesAreClosed) {
  const IpczHandle node = NewBroker();
  const Portals first = Open(node);
  const Portals second = Open(node);
  const Portals third = Open(node);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.a, "", {second.b}));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(second.a, "", {third.b, BoxBlob(node, "lost")}));
  EXPECT_EQ(IPCZ_NO_FLAGS, Status(first.a).flags);
  // Whoever wanted to get one of them would need another one first.
  EXPECT_EQ(IPCZ_RESULT_OK, Put(third.a, "", {first.b}));
  for (const IpczHandle portal : {first.a, second.a, third.a}) {
    EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(portal).flags);
  }
  EXPECT_EQ(0, network().live_objects());
  CloseAll({first.a, second.a, third.a});
}

TEST_F(ViewTest, APortalThatWasTakenOutMayGoAnywhere) {
  const IpczHandle node = NewBroker();
  const Portals first = Open(node);
  const Portals second = Open(node);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.a, "", {second.b}));
  const IpczHandle out = Get(first.b).handles.at(0);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(second.a, "", {first.b}));
  const IpczHandle back = Get(out).handles.at(0);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.a, "through"));
  EXPECT_EQ("through", Get(back).text);
  // The same by a get in place that is aborted.
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.a, "", {out}));
  IpczHandle taken = 0;
  size_t num_handles = 1;
  IpczTransaction transaction = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().BeginGet(back, 0, nullptr, nullptr, nullptr, &taken,
                                            &num_handles, &transaction));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(second.a, "", {first.a}));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndGet(back, transaction, 0, nullptr, nullptr));
  CloseAll({Get(taken).handles.at(0), taken, back, second.a});
}

TEST_F(ViewTest, ACircleThatComesFromElsewhereIsClosed) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  const Portals first = Open(broker);
  const Portals second = Open(broker);
  const IpczHandle far_first = Move(first.b, link.a, link.b);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.a, "", {second.b}));
  EXPECT_EQ(1u, Status(far_first).num_local_parcels);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.b, "", {far_first}));
  const IpczHandle home = WaitToGet(link.a).handles.at(0);
  ASSERT_TRUE(WaitUntilDirect(first.a, home));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(second.a, "", {home}));
  EXPECT_TRUE(WaitUntilClosed(first.a));
  EXPECT_TRUE(WaitUntilClosed(second.a));
  CloseAll({first.a, second.a, link.a, link.b});
}

}  // namespace
}  // namespace ipdl::portal
