// What a hostile node may do to memory that it shares, and that it is cut off for it: cleanly, and
// alone.
//
// The test plays a client whose ring is its own to write. Whatever is in it, the router may only
// deliver, wait, or end that connection; the fixture looks whether another client is served and
// whether anything is left.

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/portal/limits.h"
#include "runtime/portal/link_memory.h"
#include "runtime/portal/small_rings_for_test.h"
#include "runtime/portal/wire_attack_for_test.h"

namespace ipdl::portal {
namespace {

// SmallRings is the first base, so that connections of the other begin with them.
class RingAttackTest : private SmallRings, public WireAttackTest {
 public:
  RingAttackTest() {
    Greet();
    Bytes bytes;
    std::vector<IpczDriverHandle> handles;
    while (handles.empty()) {
      bytes = TestNetwork::TakeRaw(raw_, &handles);
      if (bytes.empty()) std::abort();
    }
    const DriverObject memory(&TestNetwork::driver(), handles[0]);
    memory_ = LinkMemory::Map(memory, LinkMemoryShape::kBothDirections, LinkMemory::kMinCapacity);
    written_ = memory_->Writer(true);
    control_ = AddressOf(memory, sizeof(RingControl));
    data_ = AddressOf(memory, 4096 + LinkMemory::kMinCapacity);
    Send(MessageType::kRingReady, Join(RingReadyBody{1, {}}));
    Send(MessageType::kSwitchRing, Join(SwitchRingBody{}));
  }

  // A message as one frame, or as frames of `piece` bytes.
  void Write(const Bytes& message, size_t piece = SIZE_MAX) {
    for (size_t done = 0; done < message.size();) {
      const size_t size = std::min(piece, message.size() - done);
      written_.Write(absl::MakeSpan(message).subspan(done, size), {}, done + size < message.size());
      done += size;
    }
    written_.Publish();
  }
  void Ring() { TestNetwork::TransmitRaw(raw_, {}); }
  void WriteParcel(const std::string& text, size_t piece = SIZE_MAX) {
    Write(Message(MessageType::kParcel, PlainParcel(0, text)), piece);
  }
  // What the client wrote, in a place of its own choice.
  template <typename T>
  void Poke(size_t offset, const T& value) {
    std::memcpy(data_ + offset, &value, sizeof(value));
  }

  Ref<LinkMemory> memory_;
  RingWriter written_;
  uint8_t* control_ = nullptr;
  uint8_t* data_ = nullptr;

 private:
  // The mapping lives as long as the memory's other one.
  static uint8_t* AddressOf(const DriverObject& memory, size_t offset) {
    volatile void* address = nullptr;
    IpczDriverHandle mapping = 0;
    memory.driver()->MapSharedMemory(memory.get(), 0, nullptr, &address, &mapping);
    memory.driver()->Close(mapping, 0, nullptr);
    return static_cast<uint8_t*>(const_cast<void*>(address)) + offset;
  }
};

TEST_F(RingAttackTest, AnHonestClientIsServed) {
  WriteParcel("one");
  WriteParcel("in pieces", 20);
  Ring();
  EXPECT_EQ("one", Get(portal_).text);
  EXPECT_EQ("in pieces", Get(portal_).text);
  Write(Message(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(0))), 16);
  Write(Message(MessageType::kClosed, Join(HopFlagBody{ParcelHop(0), 0, {}})));
  Send(MessageType::kParcel, PlainParcel(0, "by the transport"));
  const Got got = Get(portal_);
  ASSERT_EQ(1u, got.handles.size());
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(got.handles[0]).flags);
  EXPECT_EQ("by the transport", Get(portal_).text);
  EXPECT_FALSE(IsCutOff());
  Close(got.handles[0]);
}

TEST_F(RingAttackTest, WhatIsBeyondAMessageOfTheTransportWaitsForIt) {
  ++sequence_;
  WriteParcel("second");
  Ring();
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(portal_).result);
  sequence_ -= 2;
  Send(MessageType::kParcel, PlainParcel(0, "first"));
  EXPECT_EQ("first", Get(portal_).text);
  EXPECT_EQ("second", Get(portal_).text);
  EXPECT_FALSE(IsCutOff());
}

// Of a parcel, and of a message that is copied before it is taken apart.
TEST_F(RingAttackTest, AMessageThatTheRingHasAPartOfMayComeWholeInstead) {
  const std::string text(500, 'x');
  for (const bool bare : {true, false}) {
    const Bytes body = bare ? PlainParcel(0, text) : ParcelWithPortal(0, ParcelHop(0));
    const Bytes message = Message(MessageType::kParcel, body);
    written_.Write(absl::MakeSpan(message).first(60), {}, true);
    written_.Publish();
    Ring();
    EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(portal_).result);
    TestNetwork::TransmitRaw(raw_, message);
    const Got got = Get(portal_);
    EXPECT_TRUE(got.text == (bare ? text : ""));
    EXPECT_EQ(bare ? 0u : 1u, got.handles.size());
    CloseAll(got.handles);
    // The part is forgotten: what the ring has next is the next message.
    WriteParcel("the next");
    Ring();
    EXPECT_EQ("the next", Get(portal_).text);
    EXPECT_FALSE(IsCutOff());
  }
}

TEST_F(RingAttackTest, AMessageOfTheTransportBeforeItsPredecessorsEndsTheConnection) {
  ++sequence_;
  Send(MessageType::kParcel, PlainParcel(0, "early"));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(RingAttackTest, MoreThanTheRingHoldsCannotHaveBeenWritten) {
  RingControl& control = *reinterpret_cast<RingControl*>(control_);
  control.written = LinkMemory::kMinCapacity;
  // Zeros are no frame, but the index is a possible one.
  Poke(0, FrameHeader{16, 0});
  Poke(8, MessageHeader{16, MessageType::kParcel, {}, sequence_ + 1});
  Ring();
  EXPECT_FALSE(IsCutOff());
  control.written = LinkMemory::kMinCapacity + 8;
  Ring();
  EXPECT_FALSE(IsCutOff()) << "the head waits for a message of the transport";
  Send(MessageType::kParcel, PlainParcel(0, "its predecessor"));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(RingAttackTest, NothingIsReadOfARingThatClaimsTooMuch) {
  WriteParcel("good in itself");
  reinterpret_cast<RingControl*>(control_)->written = LinkMemory::kMinCapacity + 8;
  Ring();
  EXPECT_TRUE(IsCutOff());
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, Get(portal_).result);
}

TEST_F(RingAttackTest, AnIndexThatGoesBackEndsTheConnection) {
  WriteParcel("good");
  Ring();
  EXPECT_EQ("good", Get(portal_).text);
  reinterpret_cast<RingControl*>(control_)->written = 0;
  Ring();
  EXPECT_TRUE(IsCutOff());
}

TEST_F(RingAttackTest, AReaderThatReadWhatWasNeverWrittenEndsTheConnection) {
  RingControl& control = reinterpret_cast<RingControl*>(control_)[-1];
  // The router looks only when it needs room.
  control.read = 1 << 20;
  for (int i = 0; i < 100; ++i) Put(portal_, std::string(100, 'x'));
  EXPECT_TRUE(IsCutOff());
}

struct BadFrame {
  const char* name;
  void (*write)(RingAttackTest& test);
};

const BadFrame kBadFrames[] = {
    {"Empty",
     [](RingAttackTest& test) {
       test.WriteParcel("x");
       test.Poke(0, FrameHeader{0, 0});
     }},
    {"BeyondWhatWasPublished",
     [](RingAttackTest& test) {
       test.WriteParcel("x");
       test.Poke(0, FrameHeader{1000, 0});
     }},
    {"BeyondAddition",
     [](RingAttackTest& test) {
       test.WriteParcel("x");
       test.Poke(0, FrameHeader{0xffffffff, 0});
     }},
    {"AnUnknownFlag",
     [](RingAttackTest& test) {
       test.WriteParcel("x");
       test.Poke(4, uint32_t{2});
     }},
    {"ShorterThanAHeader", [](RingAttackTest& test) { test.Write(Bytes(15, 0)); }},
    {"OfAnotherSizeThanItsMessage",
     [](RingAttackTest& test) {
       test.WriteParcel("x");
       test.Poke(8, uint32_t{1000});
     }},
    {"SeenBefore",
     [](RingAttackTest& test) {
       test.sequence_ = 0;
       test.WriteParcel("x");
     }},
    {"TooLargeAMessage",
     [](RingAttackTest& test) {
       test.WriteParcel("in pieces", 60);
       test.Poke(8, static_cast<uint32_t>(kLimits.ring_message_bytes + 1));
     }},
    {"LongerThanWasSaid",
     [](RingAttackTest& test) {
       test.WriteParcel("long enough for three", 60);
       test.Poke(4, uint32_t{1});
       test.Poke(8, uint32_t{61});
     }},
    {"EndsEarly",
     [](RingAttackTest& test) {
       test.WriteParcel("long enough for three", 60);
       test.Poke(8, uint32_t{500});
     }},
    {"OfAnotherSizeThanItsParcel",
     [](RingAttackTest& test) {
       Bytes parcel = RingAttackTest::PlainParcel(0, "text");
       parcel[sizeof(ParcelBody)] = 5;
       test.Write(test.Message(MessageType::kParcel, parcel));
     }},
    {"AnUnknownHop",
     [](RingAttackTest& test) {
       test.Write(test.Message(MessageType::kParcel, RingAttackTest::PlainParcel(77, "text")));
     }},
    {"AReservedByte",
     [](RingAttackTest& test) {
       test.WriteParcel("x");
       test.Poke(8 + offsetof(MessageHeader, reserved), uint8_t{1});
     }},
    {"AGreeting",
     [](RingAttackTest& test) {
       test.Write(test.Message(MessageType::kConnectToBroker, Join(ConnectBody{1, 1})));
     }},
    {"MemoryWithoutMemory",
     [](RingAttackTest& test) {
       test.Write(test.Message(MessageType::kShareMemory,
                               Join(ShareMemoryBody{4096, LinkMemoryShape::kOneDirection, {}},
                                    uint64_t{1}, ObjectRecord{0, 1})));
     }},
    {"ASwitchToNowhere",
     [](RingAttackTest& test) {
       test.Write(test.Message(MessageType::kSwitchRing, Join(SwitchRingBody{})));
     }},
    {"ARequestOfOneWhoIsNoDelegate",
     [](RingAttackTest& test) {
       test.Write(test.Message(MessageType::kRequestMemory, Join(RequestMemoryBody{1, 4096})));
     }},
};

class BadFrameTest : public RingAttackTest, public testing::WithParamInterface<BadFrame> {};

TEST_P(BadFrameTest, IsCutOff) {
  GetParam().write(*this);
  Ring();
  EXPECT_TRUE(IsCutOff());
}
INSTANTIATE_TEST_SUITE_P(, BadFrameTest, testing::ValuesIn(kBadFrames),
                         [](const auto& info) { return std::string(info.param.name); });

// Every byte of a few messages, and of the indices, changed before and between the bells.
class ChangedMemoryTest : public RingAttackTest, public testing::WithParamInterface<int> {};

TEST_P(ChangedMemoryTest, DoesNoHarm) {
  std::mt19937 random(static_cast<uint32_t>(GetParam()));
  const auto some = [&](size_t below) { return static_cast<size_t>(random() % below); };
  WriteParcel("a parcel");
  WriteParcel(std::string(200, 'y'), 80);
  Write(Message(MessageType::kParcel, ParcelWithPortal(0, ParcelHop(0))));
  Write(Message(MessageType::kLockAsk, Join(HopBody{0})));
  const size_t used = LinkMemory::kMinCapacity - written_.Free();
  for (int round = 0; round < 6; ++round) {
    for (size_t changes = some(3); changes > 0; --changes) {
      if (some(8) == 0) {
        const size_t offset = some(2) == 0 ? 0 : 64;  // written, read
        control_[offset + some(12)] = static_cast<uint8_t>(random());
      } else {
        data_[some(used)] = static_cast<uint8_t>(some(4) == 0 ? random() : some(3));
      }
    }
    if (some(4) == 0) {
      Send(MessageType::kParcel, PlainParcel(0, "between"));
    } else {
      Ring();
    }
    Put(portal_, std::string(some(600), 'z'));
  }
  for (Got got = Get(portal_); got.result == IPCZ_RESULT_OK; got = Get(portal_)) {
    for (const IpczHandle handle : got.handles) Close(handle);
  }
}
INSTANTIATE_TEST_SUITE_P(, ChangedMemoryTest, testing::Range(0, 2000));

}  // namespace
}  // namespace ipdl::portal
