// The seam under the system calls, and the fault at the k-th of them.

#include "tests/support/call_fault.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace ipdl {
namespace {

using Kind = CallFault::Kind;

struct Ends {
  Ends() { EXPECT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)); }
  ~Ends() {
    close(ends[0]);
    close(ends[1]);
  }
  ssize_t Send(const char* text) const { return send(ends[0], text, strlen(text), MSG_NOSIGNAL); }
  std::string Read() const {
    char text[64];
    const ssize_t size = recv(ends[1], text, sizeof(text), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(text, static_cast<size_t>(size));
  }
  int ends[2];
};

// Runs `body` in a fork and returns its status for waitpid's macros.
template <typename Body>
int StatusOf(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  EXPECT_EQ(child, waitpid(child, &status, 0));
  return status;
}

TEST(CallFaultTest, AnErrorBefallsTheCallWithThatNumberAndNoOther) {
  const Ends ends;
  SharedTally tally;
  {
    const CallFaultScope scope({.kind = Kind::kError, .error = ENOBUFS, .at = 2}, *tally);
    EXPECT_EQ(1, ends.Send("a"));
    EXPECT_EQ(0, fcntl(ends.ends[0], F_GETFD) & ~FD_CLOEXEC);  // cannot give it, is not counted
    EXPECT_EQ(-1, ends.Send("b"));
    EXPECT_EQ(ENOBUFS, errno);
    EXPECT_EQ(1, ends.Send("c"));
  }
  EXPECT_EQ(1, ends.Send("d"));
  EXPECT_EQ("acd", ends.Read());
  EXPECT_EQ(3u, tally->calls);
  EXPECT_TRUE(tally->befell);
  EXPECT_EQ(SystemCall::kSend, tally->where);
}

TEST(CallFaultTest, ASendIsCutToOneByte) {
  const Ends ends;
  SharedTally tally;
  const CallFaultScope scope({.kind = Kind::kShortSend, .error = 0, .at = 1}, *tally);
  EXPECT_EQ(1, ends.Send("abc"));
  EXPECT_EQ(2, ends.Send("bc"));
  EXPECT_EQ("abc", ends.Read());
}

TEST(CallFaultTest, DeathComesBeforeTheCallOrAfterIt) {
  struct Case {
    Kind kind;
    const char* arrives;
  };
  for (const Case& death : {Case{Kind::kDeath, ""}, Case{Kind::kDeathBeforeMessage, ""},
                            Case{Kind::kDeathAfterMessage, "a"}}) {
    const Ends ends;
    SharedTally tally;
    const int status = StatusOf([&] {
      const CallFaultScope scope({.kind = death.kind, .error = 0, .at = 1}, *tally);
      ends.Send("a");
    });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    EXPECT_TRUE(tally->befell);
    EXPECT_EQ(death.arrives, ends.Read());
  }
}

TEST(CallFaultTest, MessagesAreCountedByThemselves) {
  const Ends ends;
  SharedTally all;
  SharedTally messages;
  {
    const CallFaultScope scope({.kind = Kind::kDeath, .error = 0, .at = 0}, *all);
    ends.Send("a");
    close(dup(0));
  }
  {
    const CallFaultScope scope({.kind = Kind::kDeathAfterMessage, .error = 0, .at = 0}, *messages);
    ends.Send("a");
    close(dup(0));
  }
  EXPECT_EQ(2u, all->calls);
  EXPECT_EQ(1u, messages->calls);
  EXPECT_FALSE(all->befell);
}

TEST(CallFaultTest, AnInterruptedCloseHasClosed) {
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  SharedTally tally;
  const CallFaultScope scope({.kind = Kind::kError, .error = EINTR, .at = 1}, *tally);
  EXPECT_EQ(-1, close(fd));
  EXPECT_EQ(EINTR, errno);
  EXPECT_EQ(-1, fcntl(fd, F_GETFD));
}

TEST(CallFaultTest, AReceiverWithoutRoomLosesDescriptors) {
  const Ends ends;
  SharedTally tally;  // has a descriptor of its own
  const int lowest = dup(0);
  close(lowest);
  char byte = 'x';
  iovec part = {&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = 0;
  std::memcpy(CMSG_DATA(header), &fd, sizeof(fd));
  ASSERT_EQ(1, sendmsg(ends.ends[0], &message, 0));
  const CallFaultScope scope({.kind = Kind::kError, .error = EMFILE, .at = 1}, *tally);
  ASSERT_EQ(1, recvmsg(ends.ends[1], &message, MSG_CMSG_CLOEXEC));
  EXPECT_NE(0, message.msg_flags & MSG_CTRUNC);
  EXPECT_EQ(0u, message.msg_controllen);
  EXPECT_EQ(-1, fcntl(lowest, F_GETFD));
}

TEST(CallFaultTest, CallsThatReturnAPointerOrTheirErrorFailInTheirOwnWay) {
  SharedTally tally;
  {
    const CallFaultScope scope({.kind = Kind::kError, .error = ENOMEM, .at = 1}, *tally);
    EXPECT_EQ(MAP_FAILED, mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    EXPECT_EQ(ENOMEM, errno);
  }
  tally->calls = 0;
  const CallFaultScope scope({.kind = Kind::kError, .error = EAGAIN, .at = 1}, *tally);
  pthread_t thread;
  EXPECT_EQ(EAGAIN, pthread_create(
                        &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr));
}

TEST(CallFaultTest, TheNormalProfileSpreadsItsChoiceAndTheLongOneTakesAll) {
  setenv("IPDL_FAULT_PROFILE", "long", 1);
  const std::vector<uint64_t> all = CallsToTry(300, 10);
  setenv("IPDL_FAULT_PROFILE", "normal", 1);
  setenv("IPDL_FAULT_SEED", "5", 1);
  const std::vector<uint64_t> some = CallsToTry(300, 10);
  setenv("IPDL_FAULT_SEED", "6", 1);
  const std::vector<uint64_t> others = CallsToTry(300, 10);
  const std::vector<uint64_t> few = CallsToTry(3, 10);
  setenv("IPDL_FAULT_CALL", "77", 1);
  const std::vector<uint64_t> one = CallsToTry(300, 10);
  for (const char* name : {"IPDL_FAULT_PROFILE", "IPDL_FAULT_SEED", "IPDL_FAULT_CALL"}) {
    unsetenv(name);
  }
  EXPECT_EQ(300u, std::set<uint64_t>(all.begin(), all.end()).size());
  EXPECT_LE(10u, some.size());
  EXPECT_GE(11u, some.size());
  EXPECT_EQ(300u, some.back());
  EXPECT_NE(some, others);
  EXPECT_EQ((std::vector<uint64_t>{1, 2, 3}), few);
  EXPECT_EQ((std::vector<uint64_t>{77}), one);
}

}  // namespace
}  // namespace ipdl
