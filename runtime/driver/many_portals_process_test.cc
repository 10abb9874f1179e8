// 100,000 portals between two processes at once, and nothing left of them afterwards.
//
// Called by the test runner; the portals are ordinary ones, made by one side and sent to the other.

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdio>
#include <string>
#include <vector>

#include "runtime/driver/portal_process_for_test.h"
#include "runtime/open_descriptors_for_test.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace ipdl {
namespace {

constexpr size_t kPortals = 100'000;
constexpr size_t kPerParcel = 1000;
constexpr int kRounds = 3;

void AllowManyRoutes(Process& process) {
  const IpczNodeLimits limits = {sizeof(limits), 2 * kPortals, 0, 0};
  EXPECT_EQ(IPCZ_RESULT_OK, process.extended().SetNodeLimits(process.node(), &limits, 0, nullptr));
}

uint64_t Hops(const Process& process) {
  IpczCounters counters = {};
  counters.size = sizeof(counters);
  EXPECT_EQ(IPCZ_RESULT_OK,
            process.extended().QueryCounters(process.node(), 0, nullptr, &counters));
  return counters.num_hops;
}

// Bytes of the heap in use; 0 where a sanitizer has a heap of its own.
size_t HeapInUse() { return mallinfo2().uordblks; }

void CloseAll(Process& process, std::vector<IpczHandle>* portals) {
  for (const IpczHandle portal : *portals) process.ipcz().Close(portal, 0, nullptr);
  portals->clear();
}

// Answers on each portal that comes, and closes them when it is told to.
void Answer(int socket) {
  Process child(IPCZ_NO_FLAGS);
  const IpczHandle home = child.Disown(child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER));
  AllowManyRoutes(child);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<IpczHandle> portals;
    while (portals.size() < kPortals) {
      const Got got = child.WaitToGet(home);
      ASSERT_EQ(kPerParcel, got.portals.size());
      for (const IpczHandle portal : got.portals) {
        ASSERT_EQ(IPCZ_RESULT_OK, child.Put(portal, "x"));
        portals.push_back(portal);
      }
      child.DisownAll();
    }
    child.Put(home, "all answered");
    EXPECT_EQ("close", child.WaitToGet(home).text);
    CloseAll(child, &portals);
    child.Put(home, "closed");
  }
  child.WaitUntilClosed(home);
  child.Own(home);
}

FORKED_TEST(ManyPortalsTest, AHundredThousandLiveAtOnceAndLeaveNothing) {
  ProcessPair pair(Answer);
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle home = parent.Connect(pair.TakeSocket());
  AllowManyRoutes(parent);
  size_t heap_after_first = 0;
  size_t heap_at_peak = 0;
  int descriptors_after_first = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<IpczHandle> kept;
    for (size_t sent = 0; sent < kPortals; sent += kPerParcel) {
      std::vector<IpczHandle> theirs;
      for (size_t i = 0; i < kPerParcel; ++i) {
        const auto [ours, other] = parent.Open();
        kept.push_back(ours);
        theirs.push_back(other);
      }
      ASSERT_EQ(IPCZ_RESULT_OK, parent.Put(home, "", std::move(theirs)));
    }
    EXPECT_EQ("all answered", parent.WaitToGet(home).text);
    EXPECT_EQ(kPortals + 1, Hops(parent));
    if (round != 0) heap_at_peak = HeapInUse();
    for (const IpczHandle portal : kept) {
      const Got got = parent.Get(portal);
      ASSERT_EQ("x", got.text);
    }
    CloseAll(parent, &kept);
    parent.Put(home, "close");
    EXPECT_EQ("closed", parent.WaitToGet(home).text);
    parent.RunUntil([&] { return Hops(parent) == 1; });
    kept.shrink_to_fit();
    // What the first round made is used again: slots of handles, rings and buffers. A buffer may
    // have grown once more, but not by as much as anything that is left of each portal.
    if (round == 0) {
      heap_after_first = HeapInUse();
      descriptors_after_first = OpenDescriptors();
      continue;
    }
    EXPECT_LE(HeapInUse(), heap_after_first + 20 * kPortals) << round;
    EXPECT_LE(OpenDescriptors(), descriptors_after_first) << round;
  }
  std::printf("%zu bytes of heap for each portal and hop\n",
              (heap_at_peak - heap_after_first) / kPortals);
}

}  // namespace
}  // namespace ipdl
