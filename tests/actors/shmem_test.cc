// Shmem: who has access when, what a hostile peer can make of it, and its limits.

#include "glue/shmem.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "runtime/open_descriptors_for_test.h"
#include "runtime/shared_memory.h"
#include "tests/actors/hostile_peer.h"
#include "tests/actors/process_ends.h"
#include "tests/actors/share_pair.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace actors {
namespace {

using ipdl::SharedMemory;
using ipdl::Shmem;

class ShmemTest : public SharePair {
 protected:
  using SharePair::SharePair;

  Shmem Made(size_t bytes = 12345) {
    Shmem made;
    EXPECT_TRUE(child->AllocShmem(bytes, &made));
    return made;
  }
};

RUN_ON_ONE_LOOP_AND_TWO(ShmemTest);

TEST_P(ShmemTest, HasTheSizeAskedForAndIsZero) {
  Shmem memory = Made();
  ASSERT_EQ(12345u, memory.size());
  EXPECT_EQ(12345u / 4, memory.Size<uint32_t>());
  for (uint8_t byte : memory.bytes()) ASSERT_EQ(0, byte);
}

TEST_P(ShmemTest, TheSenderOfASafeOneLosesItWithAllCopies) {
  Shmem memory = Made();
  Shmem copy = memory;
  std::memcpy(memory.get<char>(), "hello", 6);
  Shmem got;
  parent->on_give = [&](Shmem given) { got = std::move(given); };
  EXPECT_TRUE(child->SendGive(std::move(memory)));
  EXPECT_FALSE(copy.valid());
  EXPECT_EQ(0u, copy.size());
  Settle();
  ASSERT_EQ(12345u, got.size());
  EXPECT_EQ(Shmem::Kind::kSafe, got.kind());
  EXPECT_STREQ("hello", got.get<char>());
}

TEST_P(ShmemTest, WhatWasSentAwayCannotBeSentAgain) {
  Shmem memory = Made();
  Shmem copy = memory;
  EXPECT_TRUE(child->SendGive(std::move(memory)));
  EXPECT_EQ(ipdl::SendResult::kRefused, child->SendGive(std::move(copy)).code());
  EXPECT_EQ(ipdl::SendResult::kRefused, child->SendGive(Shmem()).code());
  Settle();
  EXPECT_TRUE(child->CanSend());
}

TEST_P(ShmemTest, BothWriteAnUnsafeOne) {
  Shmem memory;
  ASSERT_TRUE(child->AllocUnsafeShmem(5000, &memory));
  Shmem got;
  parent->on_give = [&](Shmem given) { got = std::move(given); };
  EXPECT_TRUE(child->SendGive(Shmem(memory)));
  Settle();
  ASSERT_EQ(5000u, got.size());
  EXPECT_EQ(Shmem::Kind::kUnsafe, got.kind());
  got.bytes()[4999] = 7;
  EXPECT_EQ(7, memory.bytes()[4999]);
  memory.bytes()[0] = 8;
  EXPECT_EQ(8, got.bytes()[0]);
}

TEST_P(ShmemTest, DeallocationEndsTheAccessOfThisSideOnly) {
  Shmem memory;
  ASSERT_TRUE(child->AllocUnsafeShmem(100, &memory));
  Shmem got;
  parent->on_give = [&](Shmem given) { got = std::move(given); };
  EXPECT_TRUE(child->SendGive(Shmem(memory)));
  Settle();
  Shmem copy = memory;
  EXPECT_TRUE(child->DeallocShmem(memory));
  EXPECT_FALSE(memory.valid());
  EXPECT_FALSE(copy.valid());
  EXPECT_FALSE(child->DeallocShmem(copy));
  got.bytes()[0] = 1;
  EXPECT_TRUE(parent->DeallocShmem(got));
}

TEST_P(ShmemTest, StandsInStructsUnionsArraysAndReplies) {
  bool came = false;
  parent->on_gather = [&](std::vector<Shmem> many, std::optional<Sheet> sheet, Paper paper) {
    came = true;
    ASSERT_EQ(2u, many.size());
    EXPECT_EQ(1u, many[0].size());
    EXPECT_EQ(2u, many[1].size());
    ASSERT_TRUE(sheet.has_value());
    EXPECT_EQ(3u, sheet->memory().size());
    ASSERT_EQ(Paper::TShmem, paper.type());
    EXPECT_EQ(4u, paper.get_Shmem().size());
  };
  std::vector<Shmem> many;
  many.push_back(Made(1));
  many.push_back(Made(2));
  EXPECT_TRUE(child->SendGather(std::move(many), Sheet("s", Made(3)), Paper(Made(4))));
  Shmem back;
  child->SendAsk(
      Made(6), [&](Shmem same) { back = std::move(same); }, nullptr);
  Settle();
  EXPECT_TRUE(came);
  EXPECT_EQ(6u, back.size());
}

TEST_P(ShmemTest, OneThatNobodyWantsIsClosed) {
  const int before = ipdl::OpenDescriptors();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(child->SendGive(Made()));
  Settle();
  ipdl::DrainForForeignClose();
  EXPECT_EQ(before, ipdl::OpenDescriptors());
}

TEST_P(ShmemTest, ThereIsNoneWithoutAConnection) {
  child->Close();
  Shmem memory;
  EXPECT_FALSE(child->AllocShmem(1, &memory));
  EXPECT_FALSE(memory.valid());
}

TEST_P(ShmemTest, OneThatCannotBeSentIsClosed) {
  const int before = ipdl::OpenDescriptors();
  Shmem memory = Made();
  parent->Close();
  Settle();
  EXPECT_EQ(ipdl::SendResult::kClosed, child->SendGive(std::move(memory)).code());
  EXPECT_GE(before, ipdl::OpenDescriptors());
}

// --- Limits --------------------------------------------------------------------------------------

ipdl::Limits Small() {
  ipdl::Limits limits;
  limits.shmem_bytes = 1000;
  limits.held_shmem_bytes = 2500;
  return limits;
}

class ShmemLimitsTest : public ShmemTest {
 protected:
  ShmemLimitsTest() : ShmemTest(Small()) {}
};

RUN_ON_ONE_LOOP_AND_TWO(ShmemLimitsTest);

TEST_P(ShmemLimitsTest, ShmemBytesBoundAnAllocation) {
  Shmem memory;
  EXPECT_TRUE(child->AllocShmem(999, &memory));
  EXPECT_TRUE(child->AllocShmem(1000, &memory));
  EXPECT_FALSE(child->AllocShmem(1001, &memory));
  EXPECT_FALSE(child->AllocUnsafeShmem(1001, &memory));
  EXPECT_FALSE(child->AllocShmem(0, &memory));
}

TEST_P(ShmemLimitsTest, OneMadeForMoreIsNotSent) {
  auto large = Shmem::Create(1001, Shmem::Kind::kSafe, ipdl::Limits());
  ASSERT_TRUE(large.ok());
  EXPECT_EQ(ipdl::SendResult::kRefused, child->SendGive(*std::move(large)).code());
}

TEST_P(ShmemLimitsTest, HeldShmemBytesCutOffWhoGoesBeyond) {
  // Two of 1,000 are held; more bring them to the limit, and then above it.
  std::vector<Shmem> held;
  parent->on_give = [&](Shmem given) { held.push_back(std::move(given)); };
  for (size_t bytes : {1000, 1000, 499, 1}) EXPECT_TRUE(child->SendGive(Made(bytes)));
  Settle();
  EXPECT_EQ(4u, held.size());
  EXPECT_EQ("", parent->cut_off);
  EXPECT_TRUE(child->SendGive(Made(1)));
  Settle();
  EXPECT_EQ(4u, held.size());
  EXPECT_NE(std::string::npos, parent->cut_off.find("(held_shmem_bytes)")) << parent->cut_off;
}

TEST_P(ShmemLimitsTest, WhatIsDroppedOrSentOnDoesNotCount) {
  int came = 0;
  parent->on_give = [&](Shmem given) {
    ++came;
    if (came % 2 != 0) return;
    EXPECT_TRUE(parent->SendGive(std::move(given)));
  };
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(child->SendGive(Made(1000)));
    Settle();
  }
  EXPECT_EQ(10, came);
  EXPECT_TRUE(parent->CanSend());
}

// --- Hostile peers -------------------------------------------------------------------------------

class HostileShmemTest : public testing::Test {
 protected:
  HostileShmemTest() {
    ipdl::SetLogSink([](std::string_view) {});
    ipdl::Endpoint<PShareParent> end;
    peer.emplace(&end);
    victim = ipdl::MakeRef<ShareParent>(&journal);
    victim->on_give = [this](Shmem given) { got.push_back(std::move(given)); };
    EXPECT_TRUE(end.Bind(victim, loop.get(), Small()).ok());
    peer->Send(HelloBytes(PShare::kProtocol, ipdl::Side::kChild));
    Settle();
  }
  ~HostileShmemTest() override {
    victim->Close();
    ipdl::SetLogSink(nullptr);
    got.clear();
    ipdl::DrainForForeignClose();
  }
  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }

  // A Give message with these numbers and this file.
  void Give(uint8_t kind, uint32_t bytes, int file) {
    peer->Send(
        MessageBytes(PShare::kProtocol, PShare::Msg_Give, 0).Put(kind).Put(bytes).Put<uint8_t>(1),
        {file});
    Settle();
  }
  void ExpectCutOff(const std::string& why) {
    EXPECT_TRUE(peer->IsCutOff());
    EXPECT_NE(std::string::npos, victim->cut_off.find("PShare::Msg_Give: memory: ")) << why;
    EXPECT_NE(std::string::npos, victim->cut_off.find(why)) << victim->cut_off;
    EXPECT_TRUE(got.empty());
  }

  std::unique_ptr<ipdl::RunLoop> loop = *ipdl::RunLoop::Create();
  Journal journal;
  std::optional<HostilePeer> peer;
  ipdl::RefPtr<ShareParent> victim;
  std::vector<Shmem> got;
};

constexpr unsigned kNeededSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

ipdl::FileDescriptor Memfd(off_t bytes, unsigned seals) {
  ipdl::FileDescriptor file(memfd_create("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_EQ(0, ftruncate(file.get(), bytes));
  EXPECT_EQ(0, fcntl(file.get(), F_ADD_SEALS, seals));
  return file;
}

TEST_F(HostileShmemTest, AProperOneIsTakenAndCannotBeTruncatedAfterwards) {
  const ipdl::FileDescriptor file = Memfd(1000, kNeededSeals);
  Give(0, 1000, file.get());
  ASSERT_EQ(1u, got.size());
  EXPECT_NE(0, ftruncate(file.get(), 0));
  EXPECT_EQ(0, fallocate(file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1000));
  for (uint8_t& byte : got[0].bytes()) byte = 1;
}

// The same file as two segments: each counts, none becomes another's.
TEST_F(HostileShmemTest, TheSameFileTwiceCountsTwice) {
  const ipdl::FileDescriptor file = Memfd(1000, kNeededSeals);
  Give(0, 1000, file.get());
  Give(1, 1000, file.get());
  ASSERT_EQ(2u, got.size());
  EXPECT_FALSE(got[0] == got[1]);
  EXPECT_TRUE(got[0].Release());
  EXPECT_EQ(1000u, got[1].size());
  Give(0, 1000, file.get());
  EXPECT_EQ(3u, got.size());
  Give(0, 501, Memfd(501, kNeededSeals).get());
  EXPECT_TRUE(peer->IsCutOff());
}

TEST_F(HostileShmemTest, AFileThatIsSmallerCutsThePeer) {
  Give(0, 1000, Memfd(999, kNeededSeals).get());
  ExpectCutOff("has 999 bytes, 1000 were announced");
}

TEST_F(HostileShmemTest, AFileThatIsLargerCutsThePeer) {
  Give(0, 999, Memfd(1000, kNeededSeals).get());
  ExpectCutOff("has 1000 bytes, 999 were announced");
}

class MissingSealTest : public HostileShmemTest, public testing::WithParamInterface<unsigned> {};

TEST_P(MissingSealTest, CutsThePeer) {
  Give(0, 1000, Memfd(1000, kNeededSeals & ~GetParam()).get());
  ExpectCutOff("needed are shrink|grow|seal");
}

INSTANTIATE_TEST_SUITE_P(EachSeal, MissingSealTest,
                         testing::Values(F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL));

TEST_F(HostileShmemTest, MemoryThatCannotBeWrittenCutsThePeer) {
  Give(0, 1000, Memfd(1000, kNeededSeals | F_SEAL_WRITE).get());
  ExpectCutOff("mmap");
}

TEST_F(HostileShmemTest, ADescriptorForReadingOnlyCutsThePeer) {
  const ipdl::FileDescriptor file = Memfd(1000, kNeededSeals);
  const ipdl::FileDescriptor reading(
      open(absl::StrCat("/proc/self/fd/", file.get()).c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(reading.valid());
  Give(0, 1000, reading.get());
  ExpectCutOff("mmap");
}

TEST_F(HostileShmemTest, WhatIsNoMemoryCutsThePeer) {
  const ipdl::FileDescriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  Give(0, 1000, null.get());
  ExpectCutOff("not shared memory");
}

TEST_F(HostileShmemTest, AnUnknownKindCutsThePeer) {
  Give(2, 1000, Memfd(1000, kNeededSeals).get());
  ExpectCutOff("neither safe nor unsafe");
}

TEST_F(HostileShmemTest, NoBytesCutThePeer) {
  Give(0, 0, Memfd(0, kNeededSeals).get());
  ExpectCutOff("it may have 1 to 1000");
}

TEST_F(HostileShmemTest, MoreThanTheLimitCutsThePeer) {
  Give(0, 1001, Memfd(1001, kNeededSeals).get());
  ExpectCutOff("(shmem_bytes)");
}

TEST_F(HostileShmemTest, AMissingDescriptorCutsThePeer) {
  peer->Send(MessageBytes(PShare::kProtocol, PShare::Msg_Give, 0)
                 .Put<uint8_t>(0)
                 .Put<uint32_t>(1000)
                 .Put<uint8_t>(1));
  Settle();
  ExpectCutOff("handle");
}

// --- Two processes -------------------------------------------------------------------------------

FORKED_TEST(ShmemInTwoProcesses, GoesThereAndBackInASyncCall) {
  ipdl::ProcessPair pair([](int socket) {
    auto loop = *ipdl::RunLoop::Create();
    Journal journal;
    auto child = ipdl::MakeRef<ShareChild>(&journal);
    ipdl::Endpoint<PShareChild> end{EndInChild(socket)};
    ASSERT_TRUE(end.Bind(child, loop.get()).ok());
    Shmem memory;
    ASSERT_TRUE(child->AllocShmem(12345, &memory));
    memory.bytes()[12344] = 9;
    for (int i = 0; i < 20; ++i) {
      Shmem back;
      ASSERT_TRUE(child->SendSwap(std::move(memory), &back));
      ASSERT_EQ(12345u, back.size());
      EXPECT_EQ(9, back.bytes()[12344]);
      memory = std::move(back);
    }
    Shmem shared;
    ASSERT_TRUE(child->AllocUnsafeShmem(100, &shared));
    ASSERT_TRUE(child->SendGive(Shmem(shared)));
    Shmem ignored;
    ASSERT_TRUE(child->SendSwap(std::move(memory), &ignored));  // so that the other was handled
    EXPECT_EQ(5, shared.bytes()[99]);
    child->Close();
  });
  auto loop = *ipdl::RunLoop::Create();
  Journal journal;
  auto parent = ipdl::MakeRef<ShareParent>(&journal);
  parent->on_give = [](Shmem given) { given.bytes()[99] = 5; };
  ipdl::Endpoint<PShareParent> end{EndInParent(pair.TakeSocket())};
  ASSERT_TRUE(end.Bind(parent, loop.get()).ok());
  while (parent->link_status() == ipdl::LinkStatus::kConnected) {
    loop->Turn(absl::InfiniteDuration());
  }
}

FORKED_TEST(ShmemInTwoProcesses, OutlivesAPeerThatDied) {
  ipdl::ProcessPair pair([](int socket) {
    auto loop = *ipdl::RunLoop::Create();
    Journal journal;
    auto child = ipdl::MakeRef<ShareChild>(&journal);
    ipdl::Endpoint<PShareChild> end{EndInChild(socket)};
    ASSERT_TRUE(end.Bind(child, loop.get()).ok());
    Shmem memory;
    ASSERT_TRUE(child->AllocUnsafeShmem(5000, &memory));
    memory.bytes()[4999] = 3;
    ASSERT_TRUE(child->SendGive(Shmem(memory)));
    loop->Run();
  });
  auto loop = *ipdl::RunLoop::Create();
  Journal journal;
  Shmem got;
  auto parent = ipdl::MakeRef<ShareParent>(&journal);
  parent->on_give = [&](Shmem given) {
    got = std::move(given);
    pair.Kill();
  };
  ipdl::Endpoint<PShareParent> end{EndInParent(pair.TakeSocket())};
  ASSERT_TRUE(end.Bind(parent, loop.get()).ok());
  while (parent->link_status() == ipdl::LinkStatus::kConnected) {
    loop->Turn(absl::InfiniteDuration());
  }
  ASSERT_EQ(5000u, got.size());
  EXPECT_EQ(3, got.bytes()[4999]);
}

}  // namespace
}  // namespace actors
