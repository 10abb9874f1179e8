// Proof that the runner of forked tests notices each thing it promises to notice.

#include "tests/support/forked_test.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "tests/support/process_pair.h"

// Present in programs built with AddressSanitizer only.
extern "C" int __lsan_do_recoverable_leak_check() __attribute__((weak));

namespace ipdl {
namespace {

// For bodies that leave something behind for good.
ForkedOutcome RunLeaking(absl::FunctionRef<void()> body) {
  return RunForked(body, kForkedTimeout, absl::Milliseconds(20));
}

bool Mentions(const std::vector<std::string>& lines, const std::string& words) {
  for (const std::string& line : lines) {
    if (line.find(words) != std::string::npos) return true;
  }
  return false;
}

TEST(ForkedTest, PassesWhatLeavesNothing) {
  const ForkedOutcome outcome = RunForked([] {
    const int fd = memfd_create("closed again", MFD_CLOEXEC);
    void* const memory = mmap(nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    munmap(memory, 4096);
    close(fd);
    std::thread([] {}).join();
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
    EXPECT_TRUE(true);
  });
  EXPECT_TRUE(outcome.passed()) << outcome.ToString();
  EXPECT_EQ("", outcome.ToString());
}

TEST(ForkedTest, ReportsFailuresWithFileLineAndMessage) {
  const int line = __LINE__ + 1;
  const ForkedOutcome outcome = RunForked([] { EXPECT_EQ(1, 2) << "so \n it is"; });
  ASSERT_EQ(1u, outcome.parts.size()) << outcome.ToString();
  EXPECT_EQ(line, outcome.parts[0].line);
  EXPECT_NE(std::string::npos, outcome.parts[0].file.find("forked_test_test.cc"));
  EXPECT_NE(std::string::npos, outcome.parts[0].message.find("so \n it is"));
  EXPECT_EQ("", outcome.end);
  EXPECT_FALSE(outcome.passed());
}

TEST(ForkedTest, ReportsFailuresOfProcessesThatTheBodyForked) {
  const ForkedOutcome outcome = RunForked([] {
    const pid_t child = fork();
    if (child == 0) {
      ADD_FAILURE() << "from below";
      _exit(0);
    }
    waitpid(child, nullptr, 0);
  });
  ASSERT_EQ(1u, outcome.parts.size()) << outcome.ToString();
  EXPECT_NE(std::string::npos, outcome.parts[0].message.find("from below"));
}

TEST(ForkedTest, KeepsTheFailuresBeforeACrash) {
  const ForkedOutcome outcome = RunForked([] {
    ADD_FAILURE() << "before";
    raise(SIGKILL);
  });
  EXPECT_EQ(1u, outcome.parts.size());
  EXPECT_NE(std::string::npos, outcome.end.find("killed by signal 9")) << outcome.end;
}

TEST(ForkedTest, NoticesAnEarlyExit) {
  const ForkedOutcome outcome = RunForked([] { _exit(0); });
  EXPECT_NE(std::string::npos, outcome.end.find("exit code 0 before")) << outcome.end;
}

TEST(ForkedTest, PassesASkipOn) {
  const ForkedOutcome outcome = RunForked([] { GTEST_SKIP() << "not here"; });
  EXPECT_TRUE(outcome.skipped()) << outcome.ToString();
}

TEST(ForkedTest, NoticesAHangAndKillsTheWholeGroup) {
  int pipe_ends[2];
  ASSERT_EQ(0, pipe2(pipe_ends, O_CLOEXEC));
  const ForkedOutcome outcome = RunForked(
      [&] {
        fork();
        while (true) pause();
      },
      absl::Milliseconds(200));
  EXPECT_NE(std::string::npos, outcome.end.find("had not ended after 200ms")) << outcome.end;
  // Both processes held the writing end; only if both are gone is there an end of file.
  close(pipe_ends[1]);
  char byte;
  EXPECT_EQ(0, read(pipe_ends[0], &byte, 1));
  close(pipe_ends[0]);
}

TEST(ForkedTest, NamesALeakedDescriptor) {
  const ForkedOutcome outcome = RunLeaking([] { memfd_create("forgotten", MFD_CLOEXEC); });
  EXPECT_TRUE(Mentions(outcome.leaks, "memfd:forgotten")) << outcome.ToString();
  EXPECT_TRUE(Mentions(outcome.leaks, "descriptor ")) << outcome.ToString();
}

TEST(ForkedTest, NamesALeakedMapping) {
  const ForkedOutcome outcome = RunLeaking([] {
    const int fd = memfd_create("mapped", MFD_CLOEXEC);
    ASSERT_EQ(0, ftruncate(fd, 4096));
    ASSERT_NE(MAP_FAILED, mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0));
    close(fd);
  });
  ASSERT_EQ(1u, outcome.leaks.size()) << outcome.ToString();
  EXPECT_TRUE(Mentions(outcome.leaks, "mapping ")) << outcome.ToString();
  EXPECT_TRUE(Mentions(outcome.leaks, "memfd:mapped")) << outcome.ToString();
}

TEST(ForkedTest, NamesALeakedPrivateViewOfSharedMemory) {
  const ForkedOutcome outcome = RunLeaking([] {
    const int fd = memfd_create("viewed", MFD_CLOEXEC);
    ASSERT_EQ(0, ftruncate(fd, 4096));
    ASSERT_NE(MAP_FAILED, mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
    close(fd);
  });
  EXPECT_TRUE(Mentions(outcome.leaks, "memfd:viewed")) << outcome.ToString();
}

TEST(ForkedTest, NamesALeakedThread) {
  const ForkedOutcome outcome = RunLeaking([] {
    std::thread([] {
      pthread_setname_np(pthread_self(), "lingering");
      while (true) pause();
    }).detach();
  });
  EXPECT_TRUE(Mentions(outcome.leaks, "thread ")) << outcome.ToString();
  EXPECT_TRUE(Mentions(outcome.leaks, "lingering")) << outcome.ToString();
}

TEST(ForkedTest, NamesAChildThatStillRuns) {
  const ForkedOutcome outcome = RunLeaking([] {
    if (fork() == 0) {
      while (true) pause();
    }
  });
  EXPECT_TRUE(Mentions(outcome.leaks, "child process ")) << outcome.ToString();
  EXPECT_TRUE(Mentions(outcome.leaks, "(running)")) << outcome.ToString();
}

TEST(ForkedTest, NamesAChildThatWasNotReaped) {
  const ForkedOutcome outcome = RunLeaking([] {
    if (fork() == 0) _exit(0);
  });
  EXPECT_TRUE(Mentions(outcome.leaks, "(ended, not reaped)")) << outcome.ToString();
}

TEST(ForkedTest, NamesAnOrphanInASessionOfItsOwn) {
  const ForkedOutcome outcome = RunLeaking([] {
    const pid_t child = fork();
    if (child == 0) {
      if (fork() == 0) {
        setsid();
        while (true) pause();
      }
      _exit(0);
    }
    waitpid(child, nullptr, 0);
  });
  EXPECT_TRUE(Mentions(outcome.leaks, "(running)")) << outcome.ToString();
}

TEST(ForkedTest, NamesALeakedSharedMemoryFile) {
  const std::string name = "/forked_test_" + std::to_string(getpid());
  const ForkedOutcome outcome =
      RunLeaking([&] { close(shm_open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)); });
  shm_unlink(name.c_str());
  EXPECT_TRUE(Mentions(outcome.leaks, "shared-memory file forked_test_")) << outcome.ToString();
}

TEST(ForkedTest, NamesLeakedHeapMemory) {
  if (__lsan_do_recoverable_leak_check == nullptr) GTEST_SKIP() << "needs AddressSanitizer";
  const ForkedOutcome outcome = RunLeaking([] {
    void* volatile memory = std::malloc(100);
    EXPECT_NE(nullptr, memory);
    memory = nullptr;
  });
  EXPECT_TRUE(Mentions(outcome.leaks, "heap memory")) << outcome.ToString();
}

TEST(ForkedTest, GivesAThreadThatEndsByItselfTheTimeToDoSo) {
  const ForkedOutcome outcome = RunForked([] {
    std::thread([] { std::this_thread::sleep_for(std::chrono::milliseconds(100)); }).detach();
  });
  EXPECT_TRUE(outcome.passed()) << outcome.ToString();
}

FORKED_TEST(ForkedTest, WorksAsAMacro) { EXPECT_EQ(getpid(), getpgrp()); }

TEST(ProcessPairTest, JoinsTheTwoByASocket) {
  const ForkedOutcome outcome = RunForked([] {
    ProcessPair pair([](int socket) {
      char byte = 0;
      EXPECT_EQ(1, read(socket, &byte, 1));
      EXPECT_EQ('a', byte);
      close(socket);
    });
    const int socket = pair.TakeSocket();
    EXPECT_EQ(1, write(socket, "a", 1));
    close(socket);
  });
  EXPECT_TRUE(outcome.passed()) << outcome.ToString();
}

TEST(ProcessPairTest, ReportsTheChildsFailureLeakAndCrash) {
  const ForkedOutcome failed = RunForked([] { ProcessPair([](int) { EXPECT_EQ(1, 2); }); });
  EXPECT_EQ(2u, failed.parts.size()) << failed.ToString();  // itself, and the exit code
  const ForkedOutcome leaked =
      RunForked([] { ProcessPair([](int) { memfd_create("child's", MFD_CLOEXEC); }); });
  EXPECT_NE(std::string::npos, leaked.ToString().find("memfd:child's")) << leaked.ToString();
  const ForkedOutcome crashed = RunForked([] { ProcessPair([](int) { raise(SIGKILL); }); });
  EXPECT_NE(std::string::npos, crashed.ToString().find("signal 9")) << crashed.ToString();
}

TEST(ProcessPairTest, AKilledChildIsNoFailure) {
  const ForkedOutcome outcome = RunForked([] {
    ProcessPair pair([](int) {
      while (true) pause();
    });
    pair.Kill();
  });
  EXPECT_TRUE(outcome.passed()) << outcome.ToString();
}

TEST(ProcessPairTest, AStoppedChildGoesOnWhenContinued) {
  const ForkedOutcome outcome = RunForked([] {
    ProcessPair pair([](int socket) {
      char byte;
      while (read(socket, &byte, 1) == 1) EXPECT_EQ(1, write(socket, &byte, 1));
      close(socket);
    });
    const int socket = pair.TakeSocket();
    char byte = 'a';
    pair.Stop();
    EXPECT_EQ(1, write(socket, &byte, 1));
    EXPECT_EQ(-1, recv(socket, &byte, 1, MSG_DONTWAIT));
    pair.Continue();
    EXPECT_EQ(1, read(socket, &byte, 1));
    close(socket);
  });
  EXPECT_TRUE(outcome.passed()) << outcome.ToString();
}

}  // namespace
}  // namespace ipdl
