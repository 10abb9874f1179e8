// What a hostile node may say of memory: offers of what is none, requests without end; and what it
// may do to bytes that were delivered.
//
// What it is not: what stands in a ring (ring_attack_test.cc).

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/portal/extended_fixture_for_test.h"
#include "runtime/portal/limits.h"
#include "runtime/portal/link_memory.h"
#include "runtime/portal/small_rings_for_test.h"
#include "runtime/portal/wire_attack_for_test.h"

namespace ipdl::portal {
namespace {

// The node under attack is a client; its broker is played by the test.
class AttackingBrokerTest : private SmallRings, public ExtendedFixture {
 public:
  explicit AttackingBrokerTest(IpczConnectNodeFlags flags = IPCZ_NO_FLAGS,
                               const IpczDriver& driver = TestNetwork::driver())
      : client_(NewNodeWith(driver, IPCZ_NO_FLAGS)) {
    const auto [end, raw] = network().NewTransports();
    raw_ = raw;
    EXPECT_EQ(IPCZ_RESULT_OK,
              ipcz().ConnectNode(client_, end, 1, IPCZ_CONNECT_NODE_TO_BROKER | flags, nullptr,
                                 &portal_));
    Send(MessageType::kConnectFromBroker,
         Join(ConnectFromBrokerBody{kBroker, kClient, kProtocolVersion, 1}));
  }
  ~AttackingBrokerTest() override {
    CloseAll({portal_});
    TestNetwork::CloseObject(raw_);
  }

  void Send(MessageType type, const Bytes& body,
            const std::vector<IpczDriverHandle>& handles = {}) {
    Bytes bytes = Join(MessageHeader{
        static_cast<uint32_t>(sizeof(MessageHeader) + body.size()), type, {}, sequence_++});
    bytes.insert(bytes.end(), body.begin(), body.end());
    TestNetwork::TransmitRaw(raw_, bytes, handles);
  }
  // A body, and one object behind it.
  template <typename Body>
  void SendObject(MessageType type, const Body& body, IpczDriverHandle object) {
    Send(type, Join(body, uint64_t{1}, ObjectRecord{0, 1}), {object});
  }
  IpczDriverHandle NewMemory(size_t size) {
    IpczDriverHandle memory = 0;
    EXPECT_EQ(IPCZ_RESULT_OK,
              TestNetwork::driver().AllocateSharedMemory(size, 0, nullptr, &memory));
    return memory;
  }
  // The client answers an offer by saying whether it takes it.
  int Answer() {
    for (Bytes bytes = TestNetwork::TakeRaw(raw_); !bytes.empty();
         bytes = TestNetwork::TakeRaw(raw_)) {
      if (static_cast<MessageType>(bytes[4]) == MessageType::kRingReady) {
        return bytes[sizeof(MessageHeader)];
      }
    }
    return -1;
  }
  bool IsCutOff() {
    return TestNetwork::IsPeerClosed(raw_) &&
           (Status(portal_).flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0;
  }

  static constexpr NodeName kBroker = {7, 7};
  static constexpr NodeName kClient = {8, 8};
  static constexpr size_t kCapacity = LinkMemory::kMinCapacity;
  const IpczHandle client_;
  IpczDriverHandle raw_ = 0;
  IpczHandle portal_ = 0;
  uint64_t sequence_ = 0;
};

// --- Offers --------------------------------------------------------------------------------------

TEST_F(AttackingBrokerTest, MemoryThatIsLargeEnoughIsTaken) {
  const size_t size = LinkMemory::RegionSize(LinkMemoryShape::kBothDirections, kCapacity);
  SendObject(MessageType::kShareMemory,
             ShareMemoryBody{kCapacity, LinkMemoryShape::kBothDirections, {}}, NewMemory(size));
  EXPECT_EQ(1, Answer());
  EXPECT_FALSE(IsCutOff());
}

TEST_F(AttackingBrokerTest, MemoryThatIsSmallerThanWasSaidIsRefused) {
  const size_t size = LinkMemory::RegionSize(LinkMemoryShape::kBothDirections, kCapacity);
  SendObject(MessageType::kShareMemory,
             ShareMemoryBody{kCapacity, LinkMemoryShape::kBothDirections, {}},
             NewMemory(size - 4096));
  EXPECT_EQ(0, Answer());
  Send(MessageType::kParcel, WireAttackTest::PlainParcel(0, "without memory"));
  EXPECT_EQ("without memory", Get(portal_).text);
}

TEST_F(AttackingBrokerTest, WhatIsNoMemoryIsRefused) {
  SendObject(MessageType::kShareMemory,
             ShareMemoryBody{kCapacity, LinkMemoryShape::kBothDirections, {}},
             network().NewBlob("no memory"));
  EXPECT_EQ(0, Answer());
  EXPECT_FALSE(IsCutOff());
}

class BadCapacityTest : public AttackingBrokerTest,
                        public testing::WithParamInterface<std::pair<int, uint64_t>> {};

TEST_P(BadCapacityTest, IsCutOff) {
  const auto [shape, capacity] = GetParam();
  SendObject(MessageType::kShareMemory,
             ShareMemoryBody{capacity, static_cast<LinkMemoryShape>(shape), {}},
             NewMemory(LinkMemory::RegionSize(LinkMemoryShape::kBothDirections, kCapacity)));
  EXPECT_TRUE(IsCutOff());
}
// Of both directions; of one, before there is a ring; of a shape that does not exist.
INSTANTIATE_TEST_SUITE_P(, BadCapacityTest,
                         testing::Values(std::pair(1, 0), std::pair(1, 1), std::pair(1, 2048),
                                         std::pair(1, 4095), std::pair(1, 4097),
                                         std::pair(1, 12288),
                                         std::pair(1, 2 * LinkMemory::kMaxCapacity),
                                         std::pair(1, uint64_t{1} << 63), std::pair(1, UINT64_MAX),
                                         std::pair(2, 4096), std::pair(0, 4096),
                                         std::pair(3, 4096)));

// --- Introductions -------------------------------------------------------------------------------

TEST_F(AttackingBrokerTest, WhatIsNoTransportIsNoConnection) {
  SendObject(MessageType::kIntroduction, IntroductionBody{{9, 9}, 1, {}},
             network().NewBlob("no transport"));
  EXPECT_EQ(1u, Counters(client_).num_links);
  Send(MessageType::kParcel, WireAttackTest::PlainParcel(0, "hello"));
  EXPECT_EQ("hello", Get(portal_).text);
}

TEST_F(AttackingBrokerTest, ANodeIsNotIntroducedToItself) {
  SendObject(MessageType::kIntroduction, IntroductionBody{kClient, 1, {}},
             network().NewBlob("whatever"));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(AttackingBrokerTest, AnObjectThatTheDriverRefusesEndsTheConnection) {
  Send(MessageType::kRelayedObjects, Join(RelayBody{{9, 9}, kClient, 1}, uint64_t{2},
                                          ObjectRecord{1, 0}, ObjectRecord{1, 0}, 'B', 'X'));
  EXPECT_TRUE(IsCutOff());
}

// --- Delegates -----------------------------------------------------------------------------------

class AttackingDelegateTest : public AttackingBrokerTest {
 public:
  AttackingDelegateTest() : AttackingBrokerTest(IPCZ_CONNECT_NODE_TO_ALLOCATION_DELEGATE) {}
};

TEST_F(AttackingDelegateTest, MemoryThatNobodyAskedForIsClosed) {
  const int before = network().live_objects();
  SendObject(MessageType::kProvideMemory, ProvideMemoryBody{99}, NewMemory(8192));
  EXPECT_EQ(before, network().live_objects());
  EXPECT_FALSE(IsCutOff());
}

TEST_F(AttackingBrokerTest, WhoIsNoDelegateProvidesNothing) {
  SendObject(MessageType::kProvideMemory, ProvideMemoryBody{99}, NewMemory(8192));
  EXPECT_TRUE(IsCutOff());
}

class SilentDelegateTest : public AttackingBrokerTest {
 public:
  SilentDelegateTest()
      : AttackingBrokerTest(IPCZ_CONNECT_NODE_TO_ALLOCATION_DELEGATE,
                            TestNetwork::driver_with_timers()) {
    network().timers.clear();
    const size_t size = LinkMemory::RegionSize(LinkMemoryShape::kBothDirections, kCapacity);
    SendObject(MessageType::kShareMemory,
               ShareMemoryBody{kCapacity, LinkMemoryShape::kBothDirections, {}}, NewMemory(size));
    Send(MessageType::kRingReady, Join(RingReadyBody{1, {}}));
    // Nobody reads, so the ring is soon full, and the delegate is asked for a larger one.
    for (int i = 0; i < 100; ++i) EXPECT_EQ(IPCZ_RESULT_OK, Put(portal_, std::string(100, 'x')));
  }
  ~SilentDelegateTest() override { CloseNodes(); }

  // Whether memory that the delegate gives now is offered to it for a ring.
  bool Provide() {
    SendObject(MessageType::kProvideMemory, ProvideMemoryBody{1},
               NewMemory(LinkMemory::RegionSize(LinkMemoryShape::kOneDirection, 8 * kCapacity)));
    for (Bytes bytes = TestNetwork::TakeRaw(raw_); !bytes.empty();
         bytes = TestNetwork::TakeRaw(raw_)) {
      if (bytes.size() > 4 && bytes[4] == static_cast<uint8_t>(MessageType::kShareMemory)) {
        return true;
      }
    }
    return false;
  }
};

TEST_F(SilentDelegateTest, MayTakeItsTime) {
  ASSERT_EQ(1u, network().timers.size());
  network().FireTimers();
  EXPECT_TRUE(Provide());
  EXPECT_FALSE(IsCutOff());
}

TEST_F(SilentDelegateTest, IsNotWaitedForForEver) {
  network().FireTimers();
  network().FireTimers();
  EXPECT_TRUE(network().timers.empty());
  const int objects = network().live_objects();
  EXPECT_FALSE(Provide());
  EXPECT_EQ(objects, network().live_objects());
  EXPECT_FALSE(IsCutOff());
}

TEST_F(WireAttackTest, MemoryIsAllocatedForOthersUpToALimit) {
  Send(MessageType::kConnectToBroker, Join(ConnectBody{kProtocolVersion, 1, 1, 0}));
  const auto ask = [&](uint64_t request) {
    const int before = network().allocations();
    Send(MessageType::kRequestMemory, Join(RequestMemoryBody{request, LinkMemory::kMinCapacity}));
    EXPECT_EQ(request, LastReceived<ProvideMemoryBody>(MessageType::kProvideMemory).request);
    return network().allocations() - before;
  };
  for (uint64_t i = 1; i < kLimits.memory_requests_per_link; ++i) ASSERT_EQ(1, ask(i));
  EXPECT_EQ(1, ask(kLimits.memory_requests_per_link));
  EXPECT_EQ(0, ask(kLimits.memory_requests_per_link + 1));
  EXPECT_FALSE(IsCutOff());
}

TEST_F(WireAttackTest, MemoryOfAnImpossibleSizeIsNotAskedFor) {
  Send(MessageType::kConnectToBroker, Join(ConnectBody{kProtocolVersion, 1, 1, 0}));
  Send(MessageType::kRequestMemory, Join(RequestMemoryBody{1, 2 * LinkMemory::kMaxCapacity}));
  EXPECT_TRUE(IsCutOff());
}

// --- Bytes that were delivered -------------------------------------------------------------------

TEST_F(AttackingBrokerTest, DeliveredBytesAreNotTheSendersAnyMore) {
  const IpczDriverHandle memory =
      NewMemory(LinkMemory::RegionSize(LinkMemoryShape::kBothDirections, kCapacity));
  IpczDriverHandle own = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, TestNetwork::driver().DuplicateSharedMemory(memory, 0, nullptr, &own));
  SendObject(MessageType::kShareMemory,
             ShareMemoryBody{kCapacity, LinkMemoryShape::kBothDirections, {}}, memory);
  const DriverObject object(&TestNetwork::driver(), own);
  const Ref<LinkMemory> mapped =
      LinkMemory::Map(object, LinkMemoryShape::kBothDirections, kCapacity);
  ASSERT_TRUE(mapped);
  Send(MessageType::kRingReady, Join(RingReadyBody{1, {}}));
  Send(MessageType::kSwitchRing, Join(SwitchRingBody{}));
  Bytes parcel = WireAttackTest::PlainParcel(0, "as it was");
  Bytes message = Join(MessageHeader{static_cast<uint32_t>(sizeof(MessageHeader) + parcel.size()),
                                     MessageType::kParcel,
                                     {},
                                     sequence_++});
  message.insert(message.end(), parcel.begin(), parcel.end());
  RingWriter writer = mapped->Writer(false);
  writer.Write(message, {}, false);
  writer.Publish();
  TestNetwork::TransmitRaw(raw_, {});

  const volatile void* data = nullptr;
  size_t size = 0;
  IpczTransaction transaction = 0;
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().BeginGet(portal_, 0, nullptr, &data, &size, nullptr, nullptr, &transaction));
  volatile void* shared = nullptr;
  IpczDriverHandle mapping = 0;
  TestNetwork::driver().MapSharedMemory(object.get(), 0, nullptr, &shared, &mapping);
  std::memset(const_cast<void*>(shared), 'x',
              LinkMemory::RegionSize(LinkMemoryShape::kBothDirections, kCapacity));
  EXPECT_EQ("as it was",
            std::string(static_cast<const char*>(const_cast<const void*>(data)), size));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndGet(portal_, transaction, 0, nullptr, nullptr));
  TestNetwork::CloseObject(mapping);
}

}  // namespace
}  // namespace ipdl::portal
