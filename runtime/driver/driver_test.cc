// The driver's parts by themselves: what items become on their way, who is believed about labels,
// what is refused, and when datagrams leave.

#include "runtime/driver/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/driver/channel_transport.h"
#include "runtime/driver/handle_item.h"
#include "runtime/driver/memory_item.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"

namespace ipdl {
namespace {

using testing::ElementsAre;

PeerLabel Label(const std::string& kind, PeerTrust trust, int64_t process_id = 7) {
  return {.process_id = process_id, .kind = kind, .name = "1", .trust = trust};
}

struct Packed {
  IpczResult result = IPCZ_RESULT_UNKNOWN;
  std::vector<uint8_t> bytes;
  std::vector<IpczDriverHandle> handles;
};

class DriverTest : public testing::Test {
 protected:
  DriverTest() : loop_(*RunLoop::Create()), objects_before_(CountDriverObjects()) {}
  ~DriverTest() override { EXPECT_EQ(objects_before_, CountDriverObjects()); }

  const IpczDriver& driver() { return PortalDriver(); }
  void Close(IpczDriverHandle handle) {
    EXPECT_EQ(IPCZ_RESULT_OK, driver().Close(handle, 0, nullptr));
  }

  // A transport to a peer of this label; the peer's end is `raw_`.
  IpczDriverHandle Transport(PeerLabel label) {
    SocketPair pair = *CreateSocketPair();
    raw_.emplace_back(std::move(pair.theirs));
    return NewSocketTransport(std::move(pair.ours), loop_.get(), DefaultLinkPolicy(),
                              std::move(label));
  }

  Packed Pack(IpczDriverHandle item, IpczDriverHandle over) {
    Packed packed;
    size_t num_bytes = 0;
    size_t num_handles = 0;
    packed.result =
        driver().Serialize(item, over, 0, nullptr, nullptr, &num_bytes, nullptr, &num_handles);
    if (packed.result != IPCZ_RESULT_RESOURCE_EXHAUSTED) return packed;
    packed.bytes.resize(num_bytes);
    packed.handles.resize(num_handles);
    packed.result = driver().Serialize(item, over, 0, nullptr, packed.bytes.data(), &num_bytes,
                                       packed.handles.data(), &num_handles);
    return packed;
  }
  // 0 if it is refused.
  IpczDriverHandle Unpack(const Packed& packed, IpczDriverHandle over) {
    IpczDriverHandle item = IPCZ_INVALID_DRIVER_HANDLE;
    const IpczResult result =
        driver().Deserialize(packed.bytes.data(), packed.bytes.size(), packed.handles.data(),
                             packed.handles.size(), over, 0, nullptr, &item);
    EXPECT_EQ(result == IPCZ_RESULT_OK, item != IPCZ_INVALID_DRIVER_HANDLE);
    return item;
  }
  IpczDriverHandle HandleNumbered(int identity) {
    return NewDriverHandle(DescriptorNumbered(identity).TakeOwned());
  }

  const std::unique_ptr<RunLoop> loop_;
  const size_t objects_before_;
  std::vector<RawSocket> raw_;
};

TEST_F(DriverTest, AHandleCrosses) {
  const IpczDriverHandle over = Transport(Label("peer", PeerTrust::kUntrusted));
  const IpczDriverHandle there = Unpack(Pack(HandleNumbered(5), over), over);
  OwnedHandle handle;
  ASSERT_TRUE(TakeDriverHandle(there, &handle));
  EXPECT_EQ(5, IdentityOf(handle.value()));
  Close(over);
}

TEST_F(DriverTest, NothingOfAnItemIsTakenIfThereIsNoRoom) {
  const IpczDriverHandle over = Transport(Label("peer", PeerTrust::kUntrusted));
  const IpczDriverHandle item = HandleNumbered(1);
  uint8_t bytes[2];
  size_t num_bytes = 2;
  size_t num_handles = 0;
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED,
            driver().Serialize(item, over, 0, nullptr, bytes, &num_bytes, nullptr, &num_handles));
  EXPECT_EQ(1u, num_handles);
  IpczDriverHandle handle = 0;
  num_bytes = 1;
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED,
            driver().Serialize(item, over, 0, nullptr, bytes, &num_bytes, &handle, &num_handles));
  EXPECT_EQ(2u, num_bytes);
  Close(item);
  Close(over);
}

TEST_F(DriverTest, WhatIsNoItemOnTheWireIsRefused) {
  const IpczDriverHandle over = Transport(Label("peer", PeerTrust::kUntrusted));
  const std::vector<std::vector<uint8_t>> nonsense = {
      {}, {0}, {4, 1}, {5, 1}, {255}, {3}, {3, 2}, {3, 1, 0}, {2}, {1}, std::vector<uint8_t>(16)};
  for (const std::vector<uint8_t>& bytes : nonsense) {
    Packed packed;
    packed.bytes = bytes;
    packed.handles = {HandleNumbered(1)};
    EXPECT_EQ(0u, Unpack(packed, over));
  }
  Packed two = Pack(HandleNumbered(1), over);
  two.handles.push_back(HandleNumbered(2));
  EXPECT_EQ(0u, Unpack(two, over));
  Packed none = Pack(HandleNumbered(1), over);
  Close(none.handles[0]);
  none.handles.clear();
  EXPECT_EQ(0u, Unpack(none, over));
  Close(over);
}

TEST_F(DriverTest, MemoryIsTheSameOnBothSides) {
  const IpczDriverHandle over = Transport(Label("peer", PeerTrust::kUntrusted));
  IpczDriverHandle ours = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, driver().AllocateSharedMemory(5000, 0, nullptr, &ours));
  IpczDriverHandle sent = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, driver().DuplicateSharedMemory(ours, 0, nullptr, &sent));
  const IpczDriverHandle theirs = Unpack(Pack(sent, over), over);
  IpczSharedMemoryInfo info = {sizeof(info), 0};
  EXPECT_EQ(IPCZ_RESULT_OK, driver().GetSharedMemoryInfo(theirs, 0, nullptr, &info));
  EXPECT_EQ(5000u, info.region_num_bytes);
  volatile void* our_address = nullptr;
  volatile void* their_address = nullptr;
  IpczDriverHandle our_mapping = 0;
  IpczDriverHandle their_mapping = 0;
  EXPECT_EQ(IPCZ_RESULT_OK, driver().MapSharedMemory(ours, 0, nullptr, &our_address, &our_mapping));
  EXPECT_EQ(IPCZ_RESULT_OK,
            driver().MapSharedMemory(theirs, 0, nullptr, &their_address, &their_mapping));
  Close(ours);
  Close(theirs);
  static_cast<volatile uint8_t*>(our_address)[4999] = 42;
  EXPECT_EQ(42, static_cast<volatile uint8_t*>(their_address)[4999]);
  Close(our_mapping);
  Close(their_mapping);
  Close(over);
}

TEST_F(DriverTest, MemoryThatCouldShrinkOrIsOfAnotherSizeIsRefused) {
  const IpczDriverHandle over = Transport(Label("peer", PeerTrust::kUntrusted));
  const auto packed = [](FileDescriptor file, uint64_t size) {
    Packed memory;
    memory.bytes.resize(16);
    memory.bytes[0] = 2;
    std::memcpy(&memory.bytes[8], &size, sizeof(size));
    memory.handles = {NewDriverHandle(std::move(file).TakeOwned())};
    return memory;
  };
  const auto file = [](bool sealed) {
    SharedMemory memory = *SharedMemory::Create(4096, "test");
    if (sealed) {
      EXPECT_TRUE(memory.Seal(SharedMemory::kFixedSize).ok());
    }
    return std::move(memory).TakeDescriptor();
  };
  EXPECT_EQ(0u, Unpack(packed(file(false), 4096), over));
  EXPECT_EQ(0u, Unpack(packed(file(true), 4095), over));
  EXPECT_EQ(0u, Unpack(packed(file(true), 4097), over));
  EXPECT_EQ(0u, Unpack(packed(file(true), 0), over));
  Packed reserved = packed(file(true), 4096);
  reserved.bytes[5] = 1;
  EXPECT_EQ(0u, Unpack(reserved, over));
  const IpczDriverHandle good = Unpack(packed(file(true), 4096), over);
  ASSERT_NE(0u, good);
  Close(good);
  Close(over);
}

TEST_F(DriverTest, ABrokerTellsBothEndsOfAnIntroductionWhoTheOtherIs) {
  // In the broker: transports to two clients, and a new one between them.
  const IpczDriverHandle to_a = Transport(Label("a", PeerTrust::kUntrusted, 11));
  const IpczDriverHandle to_b = Transport(Label("b", PeerTrust::kUntrusted, 12));
  IpczDriverHandle for_a = 0;
  IpczDriverHandle for_b = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, driver().CreateTransports(to_a, to_b, 0, nullptr, &for_a, &for_b));
  const Packed sent_to_a = Pack(for_a, to_a);
  const Packed sent_to_b = Pack(for_b, to_b);
  // In client A, whose launcher the broker is.
  const IpczDriverHandle to_broker = Transport(Label("launcher", PeerTrust::kLauncher, 10));
  const IpczDriverHandle at_a = Unpack(sent_to_a, to_broker);
  const auto* const end_a = DriverItem::GetAs<ChannelTransport>(at_a);
  ASSERT_NE(nullptr, end_a);
  EXPECT_EQ("b#1 (pid 12)", end_a->peer().ToString());
  EXPECT_EQ(PeerTrust::kUntrusted, end_a->peer().trust);
  // In a node that has it from somebody else: whoever sent it stands for it.
  const IpczDriverHandle to_equal = Transport(Label("equal", PeerTrust::kUntrusted, 13));
  const IpczDriverHandle at_b = Unpack(sent_to_b, to_equal);
  const auto* const end_b = DriverItem::GetAs<ChannelTransport>(at_b);
  ASSERT_NE(nullptr, end_b);
  EXPECT_EQ("equal#1 (pid 13)", end_b->peer().ToString());
  for (const IpczDriverHandle handle : {to_a, to_b, to_broker, at_a, to_equal, at_b}) Close(handle);
}

TEST_F(DriverTest, AnEndThatLeadsToItsSenderHasTheSendersLabel) {
  const IpczDriverHandle to_client = Transport(Label("client", PeerTrust::kUntrusted, 11));
  IpczDriverHandle sent = 0;
  IpczDriverHandle kept = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, driver().CreateTransports(to_client, 0, 0, nullptr, &sent, &kept));
  EXPECT_EQ("client#1 (pid 11)", DriverItem::GetAs<ChannelTransport>(kept)->peer().ToString());
  const Packed packed = Pack(sent, to_client);
  const IpczDriverHandle to_launcher = Transport(Label("launcher", PeerTrust::kLauncher, 10));
  const IpczDriverHandle received = Unpack(packed, to_launcher);
  EXPECT_EQ(PeerTrust::kLauncher, DriverItem::GetAs<ChannelTransport>(received)->peer().trust);
  for (const IpczDriverHandle handle : {to_client, kept, to_launcher, received}) Close(handle);
}

TEST_F(DriverTest, AnEndOnItsWayIsCheckedByteByByte) {
  const IpczDriverHandle to_a = Transport(Label("a", PeerTrust::kUntrusted));
  const IpczDriverHandle to_b = Transport(Label("b", PeerTrust::kUntrusted));
  const auto make = [&] {
    IpczDriverHandle ends[2];
    EXPECT_EQ(IPCZ_RESULT_OK,
              driver().CreateTransports(to_a, to_b, 0, nullptr, &ends[0], &ends[1]));
    Close(ends[1]);
    return Pack(ends[0], to_a);
  };
  const IpczDriverHandle over = Transport(Label("launcher", PeerTrust::kLauncher));
  // Carrier, relation, sizes of the texts, reserved bytes.
  for (const size_t position : {1, 2, 3, 4, 5, 6, 7}) {
    Packed packed = make();
    packed.bytes[position] ^= 0x40;
    EXPECT_EQ(0u, Unpack(packed, over)) << position;
  }
  Packed packed = make();
  packed.bytes.pop_back();
  EXPECT_EQ(0u, Unpack(packed, over));
  packed = make();
  packed.bytes.push_back(0);
  EXPECT_EQ(0u, Unpack(packed, over));
  for (const IpczDriverHandle handle : {to_a, to_b, over}) Close(handle);
}

TEST_F(DriverTest, ATransportInUseStays) {
  const IpczDriverHandle over = Transport(Label("peer", PeerTrust::kUntrusted));
  const IpczDriverHandle used = Transport(Label("peer", PeerTrust::kUntrusted));
  EXPECT_EQ(IPCZ_RESULT_OK, driver().Transmit(used, "x", 1, nullptr, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Pack(used, over).result);
  EXPECT_EQ(IPCZ_RESULT_ABORTED, Pack(used, 0).result);
  Close(used);
  Close(over);
}

// What a listener hears, as text.
std::vector<std::string> g_heard;
IpczResult g_answer = IPCZ_RESULT_OK;
std::function<void()> g_on_heard;

IpczResult IPCZ_API Hear(IpczHandle listener, const void* data, size_t num_bytes,
                         const IpczDriverHandle* handles, size_t num_handles,
                         IpczTransportActivityFlags flags, const void*) {
  EXPECT_EQ(99u, listener);
  for (size_t i = 0; i < num_handles; ++i) PortalDriver().Close(handles[i], 0, nullptr);
  if ((flags & IPCZ_TRANSPORT_ACTIVITY_ERROR) != 0) {
    g_heard.emplace_back("ERROR");
  } else if ((flags & IPCZ_TRANSPORT_ACTIVITY_DEACTIVATED) != 0) {
    g_heard.emplace_back("DEACTIVATED");
  } else {
    g_heard.emplace_back(static_cast<const char*>(data), num_bytes);
    if (g_on_heard) g_on_heard();
    return g_answer;
  }
  return IPCZ_RESULT_OK;
}

class ListenerTest : public DriverTest, public testing::WithParamInterface<bool> {
 protected:
  ListenerTest() {
    g_heard.clear();
    g_answer = IPCZ_RESULT_OK;
    g_on_heard = nullptr;
  }

  // Both ends in this process: over a socket, or local.
  std::pair<IpczDriverHandle, IpczDriverHandle> Ends() {
    if (GetParam()) return NewLocalTransports(loop_.get(), loop_.get());
    SocketPair pair = *CreateSocketPair();
    const PeerLabel label = Label("peer", PeerTrust::kUntrusted);
    return {NewSocketTransport(std::move(pair.ours), loop_.get(), DefaultLinkPolicy(), label),
            NewSocketTransport(std::move(pair.theirs), loop_.get(), DefaultLinkPolicy(), label)};
  }
  void Activate(IpczDriverHandle end) {
    EXPECT_EQ(IPCZ_RESULT_OK, driver().ActivateTransport(end, 99, &Hear, 0, nullptr));
  }
  void Say(IpczDriverHandle end, const std::string& text,
           const std::vector<IpczDriverHandle>& handles = {}) {
    EXPECT_EQ(IPCZ_RESULT_OK, driver().Transmit(end, text.data(), text.size(), handles.data(),
                                                handles.size(), 0, nullptr));
  }
  void Settle() {
    while (loop_->Turn(absl::ZeroDuration())) {
    }
  }
};

INSTANTIATE_TEST_SUITE_P(, ListenerTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Local" : "Socket"; });

TEST_P(ListenerTest, DatagramsKeepTheirBoundariesAndTheirOrder) {
  const auto [a, b] = Ends();
  Say(a, "before activation");
  Say(a, "");
  Activate(b);
  Say(a, std::string(100000, 'x'));
  Settle();
  EXPECT_THAT(g_heard, ElementsAre("before activation", "", std::string(100000, 'x')));
  Close(a);
  Settle();
  EXPECT_EQ("ERROR", g_heard.back());
  Close(b);
}

TEST_P(ListenerTest, WhatCameBeforeTheEndIsHeardBeforeTheEnd) {
  const auto [a, b] = Ends();
  Activate(b);
  Say(a, "last words");
  Close(a);
  // Nobody is there to read it any more, but that is no failure: something may be left to hear.
  Say(b, "too late");
  Settle();
  EXPECT_THAT(g_heard, ElementsAre("last words", "ERROR"));
  Close(b);
}

TEST_P(ListenerTest, DeactivationIsTheLastThingHeard) {
  const auto [a, b] = Ends();
  Activate(b);
  Say(a, "1");
  Settle();
  EXPECT_EQ(IPCZ_RESULT_OK, driver().DeactivateTransport(b, 0, nullptr));
  Say(a, "2");
  Settle();
  EXPECT_THAT(g_heard, ElementsAre("1", "DEACTIVATED"));
  Close(a);
  Settle();
  EXPECT_EQ(2u, g_heard.size());
  Close(b);
}

TEST_P(ListenerTest, DeactivationFromWithinTheHandlerFollowsIt) {
  const auto [a, b] = Ends();
  const IpczDriverHandle deactivated = b;
  Activate(b);
  g_on_heard = [&] {
    driver().DeactivateTransport(deactivated, 0, nullptr);
    EXPECT_EQ(1u, g_heard.size());
  };
  Say(a, "1");
  Say(a, "2", {HandleNumbered(2)});
  Settle();
  EXPECT_THAT(g_heard, ElementsAre("1", "DEACTIVATED"));
  Close(a);
  Close(b);
}

TEST_P(ListenerTest, AListenerThatRefusesHearsAnError) {
  SetLogSink([](std::string_view) {});
  const auto [a, b] = Ends();
  Activate(b);
  g_answer = IPCZ_RESULT_INVALID_ARGUMENT;
  Say(a, "nonsense");
  Settle();
  EXPECT_THAT(g_heard, ElementsAre("nonsense", "ERROR"));
  Close(a);
  Close(b);
  SetLogSink(nullptr);
}

TEST_P(ListenerTest, ALoopThatTurnsInsideTheHandlerDoesNotNestIt) {
  const auto [a, b] = Ends();
  Activate(b);
  bool inside = false;
  const IpczDriverHandle sender = a;
  g_on_heard = [&] {
    EXPECT_FALSE(inside);
    inside = true;
    if (g_heard.size() == 1) {
      Say(sender, "2", {HandleNumbered(2)});
      Close(sender);
      Settle();
      EXPECT_EQ(1u, g_heard.size());
    }
    inside = false;
  };
  Say(a, "1");
  Settle();
  EXPECT_THAT(g_heard, ElementsAre("1", "2", "ERROR"));
  Close(b);
}

TEST_P(ListenerTest, WhatIsNotHeardIsClosed) {
  const auto [a, b] = Ends();
  Say(a, "x", {HandleNumbered(1), HandleNumbered(2)});
  Close(b);
  Say(a, "y", {HandleNumbered(3)});
  Close(a);
  Settle();
}

TEST_F(DriverTest, ATurnsDatagramsLeaveTogetherAtItsEnd) {
  const IpczDriverHandle transport = Transport(Label("peer", PeerTrust::kUntrusted));
  for (int i = 0; i < 100; ++i) {
    const IpczDriverHandle handle = HandleNumbered(i);
    EXPECT_EQ(IPCZ_RESULT_OK, driver().Transmit(transport, "x", 1, &handle, 1, 0, nullptr));
  }
  EXPECT_FALSE(raw_[0].ReadOnce());
  loop_->Turn(absl::ZeroDuration());
  // The kernel joins no two sends that carry descriptors, so one read that has all of them shows
  // that there was one send.
  EXPECT_TRUE(raw_[0].ReadOnce());
  EXPECT_EQ(100u, raw_[0].handles().size());
  Close(transport);
}

TEST_F(DriverTest, APeerThatBreaksTheFramingIsCutOff) {
  std::vector<std::string> lines;
  SetLogSink([&](std::string_view line) { lines.emplace_back(line); });
  g_heard.clear();
  const IpczDriverHandle transport = Transport(Label("bad", PeerTrust::kUntrusted));
  EXPECT_EQ(IPCZ_RESULT_OK, driver().ActivateTransport(transport, 99, &Hear, 0, nullptr));
  raw_[0].Write(Bytes(64, 0xFF));
  while (g_heard.empty()) loop_->Turn(absl::InfiniteDuration());
  EXPECT_THAT(g_heard, ElementsAre("ERROR"));
  ASSERT_EQ(1u, lines.size());
  EXPECT_THAT(lines[0], testing::HasSubstr("lost bad#1 (pid 7): sent a frame"));
  Close(transport);
  SetLogSink(nullptr);
}

// As by a router that was given the plain part of the table.
TEST_F(DriverTest, MisconductMayBeReportedWithoutAReason) {
  std::vector<std::string> told;
  LinkPolicy policy;
  policy.on_misconduct = [&](const PeerLabel&, const Misconduct& misconduct) {
    told.emplace_back(misconduct.what);
  };
  SocketPair pair = *CreateSocketPair();
  const IpczDriverHandle end =
      NewSocketTransport(std::move(pair.ours), loop_.get(),
                         std::make_shared<const LinkPolicy>(std::move(policy)), PeerLabel());
  EXPECT_EQ(IPCZ_RESULT_OK,
            PortalDriver().ReportBadTransportActivity(end, 0, IPCZ_NO_FLAGS, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            PortalDriver().ReportBadTransportActivity(
                end, 0, IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_ACCUSED, nullptr));
  EXPECT_EQ(1u, told.size());
  PortalDriver().Close(end, IPCZ_NO_FLAGS, nullptr);
}

TEST_F(DriverTest, LocalEndsDoNotLeaveTheProcess) {
  const auto [a, b] = NewLocalTransports(nullptr, nullptr);
  const IpczDriverHandle over = Transport(Label("peer", PeerTrust::kUntrusted));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Pack(a, over).result);
  EXPECT_EQ(IPCZ_RESULT_ABORTED, Pack(a, 0).result);
  for (const IpczDriverHandle handle : {a, b, over}) Close(handle);
}

TEST_F(DriverTest, RandomBytesDiffer) {
  uint8_t bytes[2][1000] = {};
  for (auto& some : bytes) {
    EXPECT_EQ(IPCZ_RESULT_OK, driver().GenerateRandomBytes(sizeof(some), 0, nullptr, some));
  }
  EXPECT_NE(0, std::memcmp(bytes[0], bytes[1], sizeof(bytes[0])));
  EXPECT_NE(0, std::memcmp(bytes[0] + 900, bytes[1] + 900, 100));
}

}  // namespace
}  // namespace ipdl
