// Parcels that go through shared memory, and that they do: calls of Transmit are counted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/portal/limits.h"
#include "runtime/portal/link_memory.h"
#include "runtime/portal/portal_fixture_for_test.h"
#include "runtime/portal/small_rings_for_test.h"

namespace ipdl::portal {
namespace {

class RingLinkTest : public PortalFixture {
 public:
  RingLinkTest() : PortalFixture({Delivery::kStepped, false, 7}) {}

  Portals Connected() {
    const Portals portals = Connect(NewBroker(), NewNode());
    network().Settle();
    return portals;
  }
  // How often the driver's Transmit is called for `count` parcels put one after the other.
  uint64_t TransmitsFor(const Portals& portals, int count) {
    const uint64_t before = network().transmitted();
    for (int i = 0; i < count; ++i) EXPECT_EQ(IPCZ_RESULT_OK, Put(portals.a, std::to_string(i)));
    const uint64_t transmits = network().transmitted() - before;
    network().Settle();
    for (int i = 0; i < count; ++i) EXPECT_EQ(std::to_string(i), Get(portals.b).text);
    return transmits;
  }
};

TEST_F(RingLinkTest, ABurstIsOneBell) {
  const Portals portals = Connected();
  EXPECT_EQ(1u, TransmitsFor(portals, 200));
  EXPECT_EQ(1u, TransmitsFor({portals.b, portals.a}, 200));
  CloseAll({portals.a, portals.b});
}

TEST_F(RingLinkTest, WithoutMemoryEveryParcelIsADatagram) {
  network().fail_allocations = 1;
  const Portals portals = Connected();
  EXPECT_EQ(200u, TransmitsFor(portals, 200));
  CloseAll({portals.a, portals.b});
}

TEST_F(RingLinkTest, WhoCannotMapItSendsAndGetsDatagrams) {
  // The broker maps first, then the client.
  for (int skipped : {0, 1}) {
    network().fail_maps = 0;
    const IpczHandle broker = NewBroker();
    const IpczHandle client = NewNode();
    const Portals portals = Connect(broker, client);
    if (skipped == 0) {
      network().fail_maps = 1;
    } else {
      while (network().allocations() == 1) ASSERT_TRUE(network().Step());
      network().fail_maps = 1;
    }
    network().Settle();
    EXPECT_EQ(0, network().fail_maps);
    EXPECT_EQ(50u, TransmitsFor(portals, 50));
    EXPECT_EQ(50u, TransmitsFor({portals.b, portals.a}, 50));
    CloseAll({portals.a, portals.b});
  }
}

TEST_F(RingLinkTest, NodesThatAreIntroducedHaveMemoryFromTheBroker) {
  const IpczHandle broker = NewBroker();
  const Portals first = Connect(broker, NewNode());
  const Portals second = Connect(broker, NewNode());
  const Portals pair = Open(broker);
  const Portals moved = {Move(pair.a, first.a, first.b), Move(pair.b, second.a, second.b)};
  ASSERT_TRUE(WaitUntilDirect(moved.a, moved.b));
  network().Settle();
  EXPECT_EQ(3, network().allocations());
  EXPECT_EQ(1u, TransmitsFor(moved, 200));
  EXPECT_EQ(1u, TransmitsFor({moved.b, moved.a}, 200));
  CloseAll({first.a, first.b, second.a, second.b, moved.a, moved.b});
}

TEST_F(RingLinkTest, WhatDoesNotFitWaitsForRoomAndKeepsItsOrder) {
  const SmallRings small;
  const Portals portals = Connected();
  TransmitsFor(portals, 5000);
  CloseAll({portals.a, portals.b});
}

TEST_F(RingLinkTest, AParcelMayBeLargerThanTheRing) {
  const SmallRings small;
  const Portals portals = Connected();
  for (const size_t size : {900u, 1015u, 1016u, 1017u, 4096u, 100'000u, 3'000'000u}) {
    std::string text(size, '\0');
    for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * i >> 3);
    ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.a, text));
    ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.a, "behind it"));
    EXPECT_TRUE(text == WaitToGet(portals.b).text) << size;
    EXPECT_EQ("behind it", WaitToGet(portals.b).text);
  }
  CloseAll({portals.a, portals.b});
}

TEST_F(RingLinkTest, ParcelsWithAndWithoutObjectsStayInOrder) {
  const SmallRings small;
  const IpczHandle broker = NewBroker();
  const Portals portals = Connect(broker, NewNode());
  network().Settle();
  const std::string filling(700, 'x');
  for (int i = 0; i < 300; ++i) {
    std::vector<IpczHandle> attached;
    if (i % 3 == 0) attached.push_back(BoxBlob(broker, "box"));
    if (i % 7 == 0) {
      const Portals pair = Open(broker);
      attached.push_back(pair.a);
      Close(pair.b);
    }
    ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.a, filling + std::to_string(i), attached));
    if (i % 20 == 0) network().Step();
  }
  for (int i = 0; i < 300; ++i) {
    Got got = WaitToGet(portals.b);
    ASSERT_EQ(filling + std::to_string(i), got.text);
    EXPECT_EQ(static_cast<size_t>((i % 3 == 0) + (i % 7 == 0)), got.handles.size());
    for (const IpczHandle handle : got.handles) Close(handle);
  }
  CloseAll({portals.a, portals.b});
}

TEST_F(RingLinkTest, WhatWasWrittenBeforeANodeEndedArrives) {
  const IpczHandle broker = NewBroker();
  const IpczHandle client = NewNode();
  const Portals portals = Connect(broker, client);
  network().Settle();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.b, std::to_string(i)));
  CloseNode(client);
  network().Settle();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(std::to_string(i), Get(portals.a).text);
  EXPECT_TRUE(WaitUntilClosed(portals.a));
  CloseAll({portals.a, portals.b});
}

// Puts more into the ring whenever its reader comes to the end, from inside the reader's turn:
// first as much as fits, and when the turn's budget is spent more than that.
struct Refill {
  static constexpr size_t kParcels = kLimits.ring_bytes_per_turn / 1024;
  static constexpr size_t kTooMany = 20;

  void PutMore(size_t count) {
    // A frame of 1 KiB each.
    for (; count > 0; --count)
      EXPECT_EQ(IPCZ_RESULT_OK, test->Put(portals.a, std::string(960, 'x')));
  }
  static void IPCZ_API OnTrap(const IpczTrapEvent* event) {
    if ((event->condition_flags & IPCZ_TRAP_REMOVED) != 0) return;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
    reinterpret_cast<Refill*>(event->context)->Run();
  }
  void Run() {
    while (test->Get(portals.b).result == IPCZ_RESULT_OK) ++got;
    const IpczTrapConditions conditions = {sizeof(conditions), IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS, 0,
                                           0};
    EXPECT_EQ(IPCZ_RESULT_OK,
              test->ipcz().Trap(portals.b, &conditions, &OnTrap, reinterpret_cast<uintptr_t>(this),
                                0, nullptr, nullptr, nullptr));
    if (got <= kParcels) PutMore(got < kParcels ? 4 : kTooMany);
  }

  PortalFixture* test;
  Portals portals;
  size_t got = 0;
};

TEST_F(RingLinkTest, WhoWaitsForRoomIsRungAlsoByAReaderWhoseBudgetIsSpent) {
  const SmallRings small;
  const IpczCreateNodeOptions options = {
      sizeof(options), IPCZ_MEMORY_FIXED_PARCEL_CAPACITY, nullptr, 0, nullptr, 0};
  IpczHandle broker = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().CreateNode(&TestNetwork::driver(), IPCZ_CREATE_NODE_AS_BROKER,
                                              &options, &broker));
  const Portals portals =
      Connect(broker, NewNodeWith(TestNetwork::driver_with_timers(), IPCZ_NO_FLAGS));
  network().Settle();
  Refill refill = {this, portals};
  refill.Run();
  network().Settle();
  EXPECT_FALSE(network().timers.empty());
  // The reader reads on when the driver says so.
  for (int i = 0; i < 10 && !network().timers.empty(); ++i) {
    network().FireTimers();
    network().Settle();
  }
  EXPECT_EQ(Refill::kParcels + Refill::kTooMany, refill.got);
  CloseAll({portals.a, portals.b, broker});
  CloseNodes();
}

// --- Size ----------------------------------------------------------------------------------------

TEST_F(RingLinkTest, ARingThatWasFullIsMadeLarger) {
  const SmallRings small;
  const Portals portals = Connected();
  EXPECT_EQ(1, network().allocations());
  TransmitsFor(portals, 300);
  EXPECT_EQ(2, network().allocations());
  // 100 parcels of more than 40 bytes, which the first ring could not hold.
  EXPECT_EQ(1u, TransmitsFor(portals, 100));
  EXPECT_EQ(2, network().allocations());
  CloseAll({portals.a, portals.b});
}

TEST_F(RingLinkTest, ItGrowsUpToALimit) {
  const SmallRings small(LinkMemory::kMaxCapacity / 4);
  const Portals portals = Connected();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10; ++i) {
      ASSERT_EQ(IPCZ_RESULT_OK, Put(portals.a, std::string(LinkMemory::kMaxCapacity / 3, 'x')));
    }
    network().Settle();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(IPCZ_RESULT_OK, Get(portals.b).result);
  }
  EXPECT_EQ(2, network().allocations());
  CloseAll({portals.a, portals.b});
}

TEST_F(RingLinkTest, WhereNoMoreMemoryIsToBeHadTheSmallRingDoes) {
  const SmallRings small;
  const Portals portals = Connected();
  network().fail_allocations = 1;
  TransmitsFor(portals, 1000);
  network().fail_maps = 1;  // of the other direction: the writer maps first
  TransmitsFor({portals.b, portals.a}, 1000);
  EXPECT_EQ(0, network().fail_allocations + network().fail_maps);
  TransmitsFor(portals, 1000);
  TransmitsFor({portals.b, portals.a}, 1000);
  EXPECT_EQ(2, network().allocations());
  CloseAll({portals.a, portals.b});
}

TEST_F(RingLinkTest, ANodeWithFixedCapacityDoesNotGrow) {
  const SmallRings small;
  const IpczCreateNodeOptions options = {
      sizeof(options), IPCZ_MEMORY_FIXED_PARCEL_CAPACITY, nullptr, 0, nullptr, 0};
  IpczHandle client = 0;
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().CreateNode(&TestNetwork::driver(), IPCZ_NO_FLAGS, &options, &client));
  const Portals portals = Connect(NewBroker(), client);
  network().Settle();
  TransmitsFor({portals.b, portals.a}, 1000);
  EXPECT_EQ(1, network().allocations());
  CloseAll({portals.a, portals.b, client});
}

int g_refused_allocations = 0;

// A driver of a process that may not allocate memory.
const IpczDriver& DriverWithoutMemory() {
  static const IpczDriver driver = [] {
    IpczDriver without = TestNetwork::driver();
    without.AllocateSharedMemory = [](size_t, uint32_t, const void*, IpczDriverHandle*) {
      ++g_refused_allocations;
      return IPCZ_RESULT_PERMISSION_DENIED;
    };
    return without;
  }();
  return driver;
}

TEST_F(RingLinkTest, ADelegateAllocatesEverything) {
  const SmallRings small;
  g_refused_allocations = 0;
  const IpczHandle client = NewNodeWith(DriverWithoutMemory(), IPCZ_NO_FLAGS);
  const Portals portals =
      ConnectWith(NewBroker(), IPCZ_NO_FLAGS, client,
                  IPCZ_CONNECT_NODE_TO_BROKER | IPCZ_CONNECT_NODE_TO_ALLOCATION_DELEGATE, true);
  network().Settle();
  EXPECT_EQ(1, network().allocations());
  TransmitsFor({portals.b, portals.a}, 300);
  EXPECT_EQ(2, network().allocations());
  EXPECT_EQ(1u, TransmitsFor({portals.b, portals.a}, 100));
  EXPECT_EQ(0, g_refused_allocations);
  CloseAll({portals.a, portals.b});
}

TEST_F(RingLinkTest, WhoReferredANodeMayBeItsDelegate) {
  const SmallRings small;
  g_refused_allocations = 0;
  const IpczHandle broker = NewBroker();
  const IpczHandle referrer = NewNode();
  const Portals first = Connect(broker, referrer);
  const IpczHandle client = NewNodeWith(DriverWithoutMemory(), IPCZ_NO_FLAGS);
  const Portals portals = ConnectWith(
      referrer, IPCZ_CONNECT_NODE_SHARE_BROKER, client,
      IPCZ_CONNECT_NODE_INHERIT_BROKER | IPCZ_CONNECT_NODE_TO_ALLOCATION_DELEGATE, true);
  network().Settle();
  const int before = network().allocations();
  TransmitsFor({portals.b, portals.a}, 300);
  EXPECT_EQ(before + 1, network().allocations());
  EXPECT_EQ(0, g_refused_allocations);
  CloseAll({first.a, first.b, portals.a, portals.b});
}

TEST_F(RingLinkTest, ARingThatIsHardlyUsedIsMadeSmallerAgain) {
  const SmallRings small;
  const IpczHandle broker =
      NewNodeWith(TestNetwork::driver_with_timers(), IPCZ_CREATE_NODE_AS_BROKER);
  const Portals portals = Connect(broker, NewNode());
  network().Settle();
  TransmitsFor(portals, 300);
  EXPECT_EQ(2, network().allocations());
  const int objects = network().live_objects();
  // Nothing was sent since the last look, after the first one.
  for (int looks = 0; looks < 3 && !network().timers.empty(); ++looks) {
    network().FireTimers();
    network().Settle();
  }
  EXPECT_TRUE(network().timers.empty());
  EXPECT_EQ(3, network().allocations());
  // The former mappings are gone, and the small ring works.
  EXPECT_EQ(objects, network().live_objects());
  EXPECT_LT(1u, TransmitsFor(portals, 100));
  CloseAll({portals.a, portals.b});
  CloseNodes();
}

}  // namespace
}  // namespace ipdl::portal
