// Tests creation, seals, verification and mapping of shared memory, each refusal included.

#include "runtime/shared_memory.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/open_descriptors_for_test.h"

namespace ipdl {
namespace {

using ::testing::HasSubstr;

FileDescriptor Memfd(size_t bytes, SharedMemory::Seals seals) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(bytes, "test");
  EXPECT_TRUE(memory.ok()) << memory.status();
  EXPECT_TRUE(memory->Seal(seals).ok());
  return std::move(*memory).TakeDescriptor();
}

std::string Refusal(FileDescriptor descriptor, size_t bytes, SharedMemory::Seals required) {
  const absl::StatusOr<SharedMemory> memory =
      SharedMemory::Adopt(std::move(descriptor), bytes, required);
  return memory.ok() ? "accepted" : std::string(memory.status().message());
}

TEST(SharedMemoryTest, WhatOneSideWritesTheOtherReads) {
  absl::StatusOr<SharedMemory> ours = SharedMemory::Create(10000, "test");
  ASSERT_TRUE(ours.ok()) << ours.status();
  absl::StatusOr<MemoryMapping> writing = ours->MapReadWrite();
  ASSERT_TRUE(writing.ok()) << writing.status();
  ASSERT_TRUE(ours->Seal(SharedMemory::kFixedSize).ok());
  absl::StatusOr<SharedMemory> theirs =
      SharedMemory::Adopt(std::move(*ours).TakeDescriptor(), 10000, SharedMemory::kFixedSize);
  ASSERT_TRUE(theirs.ok()) << theirs.status();
  absl::StatusOr<MemoryMapping> reading = theirs->MapReadOnly();
  ASSERT_TRUE(reading.ok()) << reading.status();

  EXPECT_EQ(10000u, reading->size());
  EXPECT_EQ(0, reading->bytes()[9999]);
  writing->mutable_bytes()[9999] = 77;
  EXPECT_EQ(77, reading->bytes()[9999]);
  EXPECT_TRUE(reading->mutable_bytes().empty());
}

TEST(SharedMemoryTest, IsClosedOnExecAndNotExecutable) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(1, "test");
  ASSERT_TRUE(memory.ok());
  EXPECT_EQ(FD_CLOEXEC, fcntl(memory->descriptor().get(), F_GETFD));
}

TEST(SharedMemoryTest, CreateRefusesNoBytes) {
  EXPECT_EQ(absl::StatusCode::kInvalidArgument, SharedMemory::Create(0, "test").status().code());
}

TEST(SharedMemoryTest, CreateSaysWhichCallFailed) {
  rlimit before;
  ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &before));
  const rlimit none = {0, before.rlim_max};
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
  const absl::Status status = SharedMemory::Create(1, "test").status();
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
  EXPECT_THAT(std::string(status.message()), HasSubstr("memfd_create"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("Too many open files"));
}

// Runs `check` in a child in which memfd_create answers `error` if its flags have a bit of
// `flags`: an older kernel. 0 if `check` was true there.
template <typename Check>
int OnAKernelWhereMemfdFails(int error, uint32_t flags, Check check) {
  const pid_t child = fork();
  if (child == 0) {
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_memfd_create, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, flags, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<uint32_t>(error)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
      _exit(2);
    }
    _exit(check() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

TEST(SharedMemoryTest, WorksOnAKernelWithoutNoExecSeals) {
  EXPECT_EQ(0, OnAKernelWhereMemfdFails(EINVAL, 0x8, [] {
              return SharedMemory::Create(4096, "test").ok() &&
                     SharedMemory::Create(4096, "again").ok();
            }));
}

TEST(SharedMemoryTest, SaysSoOnAKernelWithoutMemfd) {
  EXPECT_EQ(0, OnAKernelWhereMemfdFails(ENOSYS, MFD_CLOEXEC, [] {
              const absl::Status status = SharedMemory::Create(4096, "test").status();
              return status.code() == absl::StatusCode::kFailedPrecondition &&
                     status.message().find("not supported by this kernel") !=
                         absl::string_view::npos;
            }));
}

TEST(SharedMemoryTest, AFrozenFileCannotBeChangedByItsMaker) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(4096, "test");
  ASSERT_TRUE(memory.ok());
  ASSERT_TRUE(memory->Seal(SharedMemory::kFrozen).ok());
  EXPECT_EQ(-1, ftruncate(memory->descriptor().get(), 0));
  EXPECT_EQ(-1, write(memory->descriptor().get(), "x", 1));
  EXPECT_FALSE(memory->MapReadWrite().ok());
  EXPECT_FALSE(memory->Seal(SharedMemory::kWrite).ok());
  EXPECT_TRUE(memory->MapReadOnly().ok());
}

TEST(SharedMemoryTest, FreezingNeedsTheWritableMappingGone) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(4096, "test");
  ASSERT_TRUE(memory.ok());
  absl::StatusOr<MemoryMapping> mapping = memory->MapReadWrite();
  ASSERT_TRUE(mapping.ok());
  const absl::Status busy = memory->Seal(SharedMemory::kFrozen);
  EXPECT_EQ(absl::StatusCode::kFailedPrecondition, busy.code());
  EXPECT_THAT(std::string(busy.message()), HasSubstr("still mapped for writing"));
  mapping->Reset();
  EXPECT_TRUE(memory->Seal(SharedMemory::kFrozen).ok());
}

TEST(SharedMemoryTest, AdoptRefusesEachMissingSeal) {
  constexpr SharedMemory::Seals kEach[] = {SharedMemory::kShrink, SharedMemory::kGrow,
                                           SharedMemory::kWrite, SharedMemory::kSeal};
  for (SharedMemory::Seals missing : kEach) {
    SharedMemory::Seals others = SharedMemory::kNoSeals;
    for (SharedMemory::Seals seal : kEach) {
      if (seal != missing) others = others | seal;
    }
    EXPECT_EQ(
        "shared memory has seals " + SealsToString(others) + ", needed are shrink|grow|write|seal",
        Refusal(Memfd(4096, others), 4096, SharedMemory::kFrozen));
  }
  EXPECT_EQ("accepted", Refusal(Memfd(4096, SharedMemory::kFrozen), 4096, SharedMemory::kFrozen));
}

TEST(SharedMemoryTest, AdoptAcceptsMoreSealsThanNeeded) {
  EXPECT_EQ("accepted",
            Refusal(Memfd(4096, SharedMemory::kFrozen), 4096, SharedMemory::kFixedSize));
}

TEST(SharedMemoryTest, AdoptRefusesAnotherSize) {
  for (size_t announced : {4095, 4097, 1, 8192}) {
    EXPECT_EQ("shared memory has 4096 bytes, " + std::to_string(announced) + " were announced",
              Refusal(Memfd(4096, SharedMemory::kFrozen), announced, SharedMemory::kFrozen));
  }
  EXPECT_EQ("shared memory of 0 bytes",
            Refusal(Memfd(4096, SharedMemory::kFrozen), 0, SharedMemory::kFrozen));
}

TEST(SharedMemoryTest, AdoptRefusesWhatIsNoMemoryFile) {
  const char* const refusal = "the descriptor is not shared memory: fcntl(F_GET_SEALS)";
  int ends[2];
  ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
  const FileDescriptor other_end(ends[1]);
  EXPECT_THAT(Refusal(FileDescriptor(ends[0]), 1, SharedMemory::kFrozen), HasSubstr(refusal));
  for (const char* path : {"/", "/proc/self/exe", "/dev/zero"}) {
    EXPECT_THAT(Refusal(FileDescriptor(open(path, O_RDONLY | O_CLOEXEC)), 1, SharedMemory::kFrozen),
                HasSubstr(refusal))
        << path;
  }
  EXPECT_EQ("no descriptor for shared memory", Refusal(FileDescriptor(), 1, SharedMemory::kFrozen));
}

TEST(SharedMemoryTest, AdoptRefusesHugePages) {
  constexpr size_t kHugePage = 2 * 1024 * 1024;
  FileDescriptor huge(memfd_create("huge", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB));
  if (!huge || ftruncate(huge.get(), kHugePage) != 0) GTEST_SKIP() << "no huge pages here";
  ASSERT_EQ(
      0, fcntl(huge.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL));
  EXPECT_EQ("shared memory is made of huge pages",
            Refusal(std::move(huge), kHugePage, SharedMemory::kFrozen));
}

TEST(SharedMemoryTest, AdoptConsumesTheDescriptorAlsoWhenItRefuses) {
  const int before = OpenDescriptors();
  EXPECT_NE("accepted", Refusal(Memfd(4096, SharedMemory::kNoSeals), 4096, SharedMemory::kFrozen));
  EXPECT_NE("accepted", Refusal(Memfd(4096, SharedMemory::kFrozen), 1, SharedMemory::kFrozen));
  EXPECT_EQ(before, OpenDescriptors());
}

TEST(SharedMemoryTest, AMappingOutlivesItsDescriptor) {
  MemoryMapping mapping;
  {
    absl::StatusOr<SharedMemory> memory = SharedMemory::Create(4096, "test");
    ASSERT_TRUE(memory.ok());
    mapping = *memory->MapReadWrite();
  }
  mapping.mutable_bytes()[0] = 5;
  EXPECT_EQ(5, mapping.bytes()[0]);
}

TEST(SharedMemoryTest, AForkedChildDoesNotInheritAMapping) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(4096, "test");
  ASSERT_TRUE(memory.ok());
  absl::StatusOr<MemoryMapping> mapping = memory->MapReadOnly();
  ASSERT_TRUE(mapping.ok());
  const uint8_t* const address = mapping->bytes().data();
  const pid_t child = fork();
  if (child == 0) {
    unsigned char resident;
    // mincore answers ENOMEM for addresses that are not mapped.
    _exit(mincore(const_cast<uint8_t*>(address), 4096, &resident) == 0 ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(child, waitpid(child, &status, 0));
  EXPECT_EQ(0, status);
}

TEST(SharedMemoryTest, SealsHaveWords) {
  EXPECT_EQ("none", SealsToString(SharedMemory::kNoSeals));
  EXPECT_EQ("shrink|grow|seal", SealsToString(SharedMemory::kFixedSize));
}

}  // namespace
}  // namespace ipdl
