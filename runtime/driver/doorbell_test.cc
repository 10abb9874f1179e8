// The doorbell and the timers of a connection, by the driver's functions.

#include "runtime/driver/doorbell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/driver/driver.h"
#include "runtime/foreign_close.h"
#include "runtime/log.h"
#include "tests/support/system_calls.h"

namespace ipdl {
namespace {

using testing::ElementsAre;

// A system call of this thread that fails; see WithFault.
struct Fault {
  SystemCall call;
  int error;
  int normal;  // so many do not fail before
};
thread_local Fault g_fault = {SystemCall::kCount, 0, 0};

// What listeners hear, as text.
std::vector<std::string> g_heard;

IpczResult IPCZ_API Hear(IpczHandle listener, const void* data, size_t num_bytes,
                         const IpczDriverHandle*, size_t num_handles,
                         IpczTransportActivityFlags flags, const void*) {
  EXPECT_EQ(99u, listener);
  EXPECT_EQ(0u, num_handles);
  if ((flags & IPCZ_TRANSPORT_ACTIVITY_TIMER) != 0) {
    uintptr_t context = 0;
    EXPECT_EQ(sizeof(context), num_bytes);
    std::memcpy(&context, data, sizeof(context));
    g_heard.push_back("TIMER " + std::to_string(context));
  } else {
    EXPECT_EQ(0u, num_bytes);
    g_heard.push_back("flags " + std::to_string(flags));
  }
  return IPCZ_RESULT_OK;
}

class DoorbellTest : public testing::Test {
 protected:
  DoorbellTest() : objects_before_(CountDriverObjects()) {
    g_heard.clear();
    SetLogSink([](std::string_view) {});
  }
  ~DoorbellTest() override {
    EXPECT_EQ(objects_before_, CountDriverObjects());
    SetLogSink(nullptr);
  }

  const IpczDriver& driver() { return PortalDriver(); }
  void Close(IpczDriverHandle handle) {
    EXPECT_EQ(IPCZ_RESULT_OK, driver().Close(handle, 0, nullptr));
  }
  IpczDriverHandle End(FileDescriptor socket, PeerTrust trust) {
    PeerLabel label;
    label.trust = trust;
    const auto policy = std::make_shared<LinkPolicy>();
    policy->on_misconduct = [this](const PeerLabel&, const Misconduct&) { ++misconduct_; };
    const IpczDriverHandle end = NewSocketTransport(std::move(socket), loop_.get(), policy, label);
    EXPECT_EQ(IPCZ_RESULT_OK, driver().ActivateTransport(end, 99, &Hear, 0, nullptr));
    return end;
  }
  // Both ends, each told whom it has at the other.
  std::pair<IpczDriverHandle, IpczDriverHandle> Ends(PeerTrust of_b, PeerTrust of_a) {
    SocketPair pair = *CreateSocketPair();
    return {End(std::move(pair.ours), of_b), End(std::move(pair.theirs), of_a)};
  }
  const IpczExtendedDriver& extended() {
    EXPECT_EQ(sizeof(IpczExtendedDriver), driver().size);
    return reinterpret_cast<const IpczExtendedDriver&>(driver());
  }
  void Ring(IpczDriverHandle end, uint32_t flags = IPCZ_NO_FLAGS) {
    EXPECT_EQ(IPCZ_RESULT_OK, extended().RingDoorbell(end, flags, nullptr));
  }
  size_t Heard() {
    while (loop_->Turn(absl::ZeroDuration())) {
    }
    return std::exchange(g_heard, {}).size();
  }
  size_t Errors() {
    while (loop_->Turn(absl::ZeroDuration())) {
    }
    const std::vector<std::string> heard = std::exchange(g_heard, {});
    return static_cast<size_t>(std::count(heard.begin(), heard.end(), "flags 1"));
  }

  const std::unique_ptr<RunLoop> loop_ = *RunLoop::Create();
  int misconduct_ = 0;  // of whichever end
  const size_t objects_before_;
};

std::atomic<int> g_threads = 0;  // the judge is asked on any of them

TEST_F(DoorbellTest, ABellOfWhomWeTrustIsClosedWithoutAThread) {
  SetCallJudge([](SystemCall call) {
    if (call == SystemCall::kThread) ++g_threads;
    return CallFate();
  });
  for (const PeerTrust of_a : {PeerTrust::kLauncher, PeerTrust::kUntrusted}) {
    const auto [a, b] = Ends(PeerTrust::kUntrusted, of_a);
    Ring(a);
    EXPECT_EQ(1u, Heard());
    Close(a);
    Close(b);
    Heard();
    // Somebody else's may be one whose close waits.
    EXPECT_EQ(of_a == PeerTrust::kUntrusted, g_threads != 0);
  }
  SetCallJudge(nullptr);
  DrainForForeignClose();
}

TEST_F(DoorbellTest, EachRingIsHeardWhateverTheEndsThinkOfEachOther) {
  const PeerTrust all[] = {PeerTrust::kUntrusted, PeerTrust::kLauncher, PeerTrust::kSelf};
  for (const PeerTrust of_b : all) {
    for (const PeerTrust of_a : all) {
      const auto [a, b] = Ends(of_b, of_a);
      // Far more than would fit into a socket's buffer unread.
      for (int i = 0; i < 1000; ++i) {
        Ring(a);
        ASSERT_EQ(1u, Heard()) << i;
        Ring(b);
        ASSERT_EQ(1u, Heard()) << i;
      }
      Close(a);
      Close(b);
      Heard();
    }
  }
}

TEST_F(DoorbellTest, RingsOfATurnAreOne) {
  const auto [a, b] = Ends(PeerTrust::kUntrusted, PeerTrust::kLauncher);
  Ring(a);
  Heard();
  Ring(b);
  Heard();
  for (int i = 0; i < 10; ++i) Ring(a);
  EXPECT_EQ(1u, Heard());
  for (int i = 0; i < 10; ++i) Ring(b);
  EXPECT_EQ(1u, Heard());
  // Unless there is no time to wait for the others.
  Ring(a, IPCZ_RING_DOORBELL_AT_ONCE);
  EXPECT_EQ(0u, Heard());
  Close(a);
  Close(b);
}

TEST_F(DoorbellTest, APeerThatReadsNothingBlocksNobodyAndMissesNothing) {
  const auto [a, b] = Ends(PeerTrust::kUntrusted, PeerTrust::kLauncher);
  Ring(a);
  Ring(b);
  Heard();
  for (int i = 0; i < 10000; ++i) {
    Ring(a);
    Ring(a, IPCZ_RING_DOORBELL_AT_ONCE);
  }
  EXPECT_LE(1u, Heard());
  Ring(a);
  EXPECT_EQ(1u, Heard());
  Close(a);
  Close(b);
}

TEST_F(DoorbellTest, ASyncCallHearsIt) {
  const auto [a, b] = Ends(PeerTrust::kUntrusted, PeerTrust::kLauncher);
  for (const IpczDriverHandle end : {a, b}) {
    for (int i = 0; i < 3; ++i) {
      Ring(end);
      // The first one comes with an offer, about which nobody hears.
      while (g_heard.empty()) EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
      EXPECT_EQ(1u, Heard());
    }
  }
  Close(a);
  Close(b);
}

TEST_F(DoorbellTest, WhoRingsWithoutEndHoldsNobodyUp) {
  SocketPair pair = *CreateSocketPair();
  RawSocket peer(std::move(pair.theirs));
  const IpczDriverHandle end = End(std::move(pair.ours), PeerTrust::kUntrusted);
  SocketPair bell = *CreateSocketPair();
  std::vector<OwnedHandle> offer;
  offer.push_back(std::move(bell.theirs).TakeOwned());
  peer.Write(FrameOf({}, 1), offer);
  EXPECT_EQ(0u, Heard());
  for (int round = 0; round < 10; ++round) {
    const uint8_t bytes[4096] = {};
    while (send(bell.ours.get(), bytes, sizeof(bytes), MSG_DONTWAIT) > 0) {
    }
    peer.Write(FrameOf({}));
    bool had_its_turn = false;
    loop_->Post([&] { had_its_turn = true; });
    loop_->Turn(absl::ZeroDuration());
    EXPECT_TRUE(had_its_turn);
    const size_t heard = Heard();
    EXPECT_LE(1u, heard);
    EXPECT_GE(2u, heard);
  }
  // A bell at which nobody is any more is not heard for ever.
  bell.ours.Reset();
  EXPECT_GE(1u, Heard());
  EXPECT_EQ(0u, Heard());
  Close(end);
  EXPECT_EQ(0, misconduct_);
}

// --- Where something is missing ------------------------------------------------------------------

// While it lives, one call of that kind fails.
class WithFault {
 public:
  explicit WithFault(const Fault& fault) {
    g_fault = fault;
    SetCallJudge([](SystemCall call) -> CallFate {
      if (call != g_fault.call || g_fault.normal-- != 0) return {};
      return {.kind = CallFate::Kind::kFails, .error = g_fault.error};
    });
  }
  ~WithFault() { SetCallJudge(nullptr); }
};

TEST_F(DoorbellTest, WhereNoneCanBeMadeOrRungDatagramsDo) {
  std::vector<Fault> faults = {{SystemCall::kSocketpair, EMFILE, 0},
                               {SystemCall::kEventfd, EMFILE, 0},
                               {SystemCall::kDuplicate, EMFILE, 0},
                               {SystemCall::kEpollCtl, ENOMEM, 0}};
  for (int i = 0; i < 6; ++i) {
    faults.push_back({SystemCall::kSend, EAGAIN, i});
    faults.push_back({SystemCall::kSend, EINTR, i});
    faults.push_back({SystemCall::kRecv, EINTR, i});
    faults.push_back({SystemCall::kWrite, EAGAIN, i});
  }
  for (const Fault& fault : faults) {
    SCOPED_TRACE(SystemCallName(fault.call) + std::string(" ") + std::to_string(fault.normal));
    const auto [a, b] = Ends(PeerTrust::kUntrusted, PeerTrust::kLauncher);
    const WithFault scope(fault);
    for (int i = 0; i < 500; ++i) {
      Ring(a);
      ASSERT_EQ(1u, Heard()) << i;
      Ring(b);
      ASSERT_EQ(1u, Heard()) << i;
    }
    EXPECT_GT(0, g_fault.normal) << "it did not happen";
    Close(a);
    Close(b);
    Heard();
  }
  EXPECT_EQ(0, misconduct_);
}

TEST_F(DoorbellTest, WhoCannotWatchWhatItWasOfferedEndsAndBlamesNobody) {
  const auto [a, b] = Ends(PeerTrust::kUntrusted, PeerTrust::kLauncher);
  const WithFault scope({SystemCall::kEpollCtl, ENOMEM, 1});
  Ring(a);
  EXPECT_EQ(1u, Errors());
  EXPECT_EQ(0, misconduct_);
  Close(a);
  Close(b);
}

// --- What is refused -----------------------------------------------------------------------------

TEST_F(DoorbellTest, WhatIsNoDoorbellIsRefused) {
  const auto numbered = [] { return DescriptorNumbered(1).TakeOwned(); };
  const auto socket = [] { return std::move(CreateSocketPair()->theirs).TakeOwned(); };
  const auto offer = [&](auto... handles) {
    SocketPair pair = *CreateSocketPair();
    RawSocket peer(std::move(pair.theirs));
    const IpczDriverHandle end = End(std::move(pair.ours), PeerTrust::kUntrusted);
    std::vector<OwnedHandle> offered;
    (offered.push_back(std::move(handles)), ...);
    peer.Write(FrameOf({}, static_cast<uint16_t>(offered.size())), offered);
    const size_t first = Errors();
    // A second one is too much, whatever it is.
    if (first == 0) peer.Write(FrameOf({}, 1), {&offered[0], 1});
    const size_t second = Errors();
    Close(end);
    return std::pair(first, second);
  };
  const std::pair<size_t, size_t> refused(1, 0);
  const std::pair<size_t, size_t> refused_the_second_time(0, 1);
  EXPECT_EQ(refused, offer(numbered()));
  EXPECT_EQ(refused, offer(numbered(), numbered()));
  EXPECT_EQ(refused, offer(numbered(), socket()));
  EXPECT_EQ(refused, offer(socket(), numbered(), numbered()));
  EXPECT_EQ(refused_the_second_time, offer(socket()));
  EXPECT_EQ(refused_the_second_time, offer(socket(), numbered()));
}

TEST_F(DoorbellTest, NobodySendsHandlesWithoutBytes) {
  SocketPair pair = *CreateSocketPair();
  const IpczDriverHandle transport = End(std::move(pair.ours), PeerTrust::kUntrusted);
  const IpczDriverHandle handle = NewDriverHandle(DescriptorNumbered(1).TakeOwned());
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            driver().Transmit(transport, nullptr, 0, &handle, 1, 0, nullptr));
  Close(transport);
}

// --- Timers --------------------------------------------------------------------------------------

TEST_F(DoorbellTest, TimersComeInTheirTimeAndCanBeReplaced) {
  const auto [a, b] = Ends(PeerTrust::kUntrusted, PeerTrust::kLauncher);
  const IpczDriverHandle end = a;
  const auto set = [&](uint64_t delay_us, uintptr_t context) {
    EXPECT_EQ(IPCZ_RESULT_OK, extended().SetTimer(end, delay_us, context, 0, nullptr));
  };
  set(1000, 1);
  set(0, 2);
  set(3'600'000'000, 3);
  set(UINT64_MAX, 4);
  set(3'600'000'000, 5);
  set(UINT64_MAX, 5);
  while (g_heard.size() < 2) loop_->Turn(absl::InfiniteDuration());
  EXPECT_THAT(g_heard, ElementsAre("TIMER 2", "TIMER 1"));
  // A sync call serves them too.
  set(0, 3);
  EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  EXPECT_EQ("TIMER 3", g_heard.back());
  set(0, 6);
  driver().DeactivateTransport(a, 0, nullptr);
  // Three timers, and the end that each of them hears.
  EXPECT_EQ(5u, Heard());
  Close(a);
  Close(b);
}

}  // namespace
}  // namespace ipdl
