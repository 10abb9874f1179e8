// Limits of one portal: what is refused, and when there is room again; within a node, across nodes,
// and while the other end moves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/portal/extended_fixture_for_test.h"

namespace ipdl::portal {
namespace {

using testing::ElementsAre;

class FlowTest : public ExtendedFixture, public testing::WithParamInterface<Delivery> {
 protected:
  FlowTest() : ExtendedFixture({GetParam(), false, 1}) {}

  // As many as fit.
  int PutUntilRefused(IpczHandle portal, size_t size) {
    for (int count = 0;; ++count) {
      const IpczResult result = Put(portal, std::string(size, 'x'));
      if (result == IPCZ_RESULT_OK) continue;
      EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED, result);
      return count;
    }
  }
  // Fills, reads all, and fills again: each time the same number fits.
  void ExpectWindow(IpczHandle from, IpczHandle to, int parcels) {
    for (int round = 0; round < 3; ++round) {
      network().Settle();
      ASSERT_EQ(parcels, PutUntilRefused(from, 1));
      Recorder recorder;
      ASSERT_EQ(IPCZ_RESULT_OK, Trap(from, IPCZ_TRAP_WRITABLE, &recorder));
      for (int i = 0; i < parcels; ++i) ASSERT_EQ("x", WaitToGet(to).text);
      EXPECT_TRUE(network().RunUntil([&] { return !recorder.flags.empty(); }));
      EXPECT_EQ(IPCZ_TRAP_WRITABLE, recorder.flags.at(0) & IPCZ_TRAP_WRITABLE);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(, FlowTest, testing::Values(Delivery::kSync, Delivery::kStepped),
                         [](const auto& info) {
                           return info.param == Delivery::kSync ? "Sync" : "Stepped";
                         });

TEST_P(FlowTest, ParcelsAreLimitedWithinANode) {
  const Portals pair = Open(NewBroker());
  for (const int most : {1, 2, 3, 16}) {
    SetLimits(pair.a, static_cast<uint64_t>(most), 0);
    ExpectWindow(pair.a, pair.b, most);
  }
  CloseAll({pair.a, pair.b});
}

TEST_P(FlowTest, BytesAreLimited) {
  const Portals pair = Open(NewBroker());
  SetLimits(pair.a, 0, 100);
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED, Put(pair.a, std::string(101, 'x')));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, std::string(99, 'x')));
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED, Put(pair.a, std::string(2, 'x')));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, std::string(1, 'x')));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, ""));
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED, Put(pair.a, "x"));
  EXPECT_EQ(99u, Get(pair.b).text.size());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, std::string(99, 'x')));
  CloseAll({pair.a, pair.b});
}

TEST_P(FlowTest, ARefusedPutTakesNothing) {
  const IpczHandle node = NewBroker();
  const Portals pair = Open(node);
  const Portals other = Open(node);
  SetLimits(pair.a, 1, 0);
  size_t room = 4;
  volatile void* data = nullptr;
  IpczTransaction transaction = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().BeginPut(pair.a, 0, nullptr, &data, &room, &transaction));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "fills"));
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED, Put(pair.a, "", {other.a}));
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED,
            ipcz().EndPut(pair.a, transaction, 0, &other.a, 1, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(other.a, "still mine"));
  EXPECT_EQ("fills", Get(pair.b).text);
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndPut(pair.a, transaction, 0, &other.a, 1, 0, nullptr));
  CloseAll({Get(pair.b).handles.at(0), other.b, pair.a, pair.b});
}

TEST_P(FlowTest, WithoutLimitsAPortalIsWritable) {
  const Portals pair = Open(NewBroker());
  Recorder recorder;
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, Trap(pair.a, IPCZ_TRAP_WRITABLE, &recorder));
  SetLimits(pair.a, 1, 0);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "x"));
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(pair.a, IPCZ_TRAP_WRITABLE, &recorder));
  SetLimits(pair.a, 0, 0);
  EXPECT_THAT(recorder.flags, ElementsAre(IPCZ_TRAP_WRITABLE | IPCZ_TRAP_WITHIN_API_CALL));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "y"));
  SetLimits(pair.a, 1, 0);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "z"));
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(pair.a, IPCZ_TRAP_WRITABLE, &recorder));
  CloseAll({pair.b});
  EXPECT_EQ(2u, recorder.flags.size());
  CloseAll({pair.a});
}

TEST_P(FlowTest, ParcelsAreLimitedAcrossNodes) {
  const Portals link = Connect(NewBroker(), NewNode());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.a, "up"));
  EXPECT_EQ("up", WaitToGet(link.b).text);
  SetLimits(link.a, 10, 0);
  ExpectWindow(link.a, link.b, 10);
  SetLimits(link.b, 3, 0);
  ExpectWindow(link.b, link.a, 3);
  CloseAll({link.a, link.b});
}

TEST_P(FlowTest, LimitsHoldWhileTheOtherEndMoves) {
  const IpczHandle broker = NewBroker();
  const Portals to_a = Connect(broker, NewNode());
  const Portals to_b = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  SetLimits(pair.a, 5, 0);
  ExpectWindow(pair.a, pair.b, 5);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "x"));
  IpczHandle moving = Move(pair.b, to_a.a, to_a.b);
  EXPECT_EQ(4, PutUntilRefused(pair.a, 1));
  for (int i = 0; i < 5; ++i) EXPECT_EQ("x", WaitToGet(moving).text);
  ExpectWindow(pair.a, moving, 5);
  moving = Move(moving, to_a.b, to_a.a);
  moving = Move(moving, to_b.a, to_b.b);
  ExpectWindow(pair.a, moving, 5);
  ASSERT_TRUE(WaitUntilDirect(pair.a, moving));
  ExpectWindow(pair.a, moving, 5);
  CloseAll({pair.a, moving, to_a.a, to_a.b, to_b.a, to_b.b});
}

TEST_P(FlowTest, LimitsHoldAcrossAMerge) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  const Portals first = Open(broker);
  const Portals second = Open(broker);
  const IpczHandle far = Move(second.b, link.a, link.b);
  SetLimits(first.a, 4, 0);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.a, "x"));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().MergePortals(first.b, second.a, 0, nullptr));
  EXPECT_EQ(3, PutUntilRefused(first.a, 1));
  for (int i = 0; i < 4; ++i) EXPECT_EQ("x", WaitToGet(far).text);
  ExpectWindow(first.a, far, 4);
  CloseAll({first.a, far, link.a, link.b});
}

TEST_P(FlowTest, LimitsStayWithTheirOwner) {
  const IpczHandle broker = NewBroker();
  const Portals link = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  SetLimits(pair.a, 1, 0);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(pair.a, "x"));
  const IpczHandle moved = Move(pair.a, link.a, link.b);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(IPCZ_RESULT_OK, Put(moved, "x"));
  for (int i = 0; i < 11; ++i) EXPECT_EQ("x", WaitToGet(pair.b).text);
  SetLimits(moved, 2, 0);
  ExpectWindow(moved, pair.b, 2);
  CloseAll({moved, pair.b, link.a, link.b});
}

}  // namespace
}  // namespace ipdl::portal
