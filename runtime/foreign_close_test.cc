// Tests that no descriptor a peer sends can make its close block us.

#include "runtime/foreign_close.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

#include "runtime/handle.h"
#include "runtime/open_descriptors_for_test.h"

namespace ipdl {
namespace {

int Threads() {
  int count = 0;
  DIR* directory = opendir("/proc/self/task");
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

TEST(ForeignCloseTest, MemoryPipesAndEventsCloseAtOnce) {
  DrainForForeignClose();
  std::vector<int> fds = {memfd_create("foreign", MFD_CLOEXEC), eventfd(0, EFD_CLOEXEC)};
  int pipe_ends[2];
  ASSERT_EQ(0, pipe2(pipe_ends, O_CLOEXEC));
  fds.insert(fds.end(), {pipe_ends[0], pipe_ends[1]});
  for (int fd : fds) {
    ASSERT_TRUE(IsOpen(fd));
    CloseForeign(fd);
    EXPECT_FALSE(IsOpen(fd));
  }
}

TEST(ForeignCloseTest, EverythingElseIsClosedBySomebodyElse) {
  const int before = OpenDescriptors();
  int ends[2];
  ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
  CloseForeign(ends[0]);
  CloseForeign(ends[1]);
  CloseForeign(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  CloseForeign(open("/dev/null", O_RDONLY | O_CLOEXEC));
  DrainForForeignClose();
  EXPECT_EQ(before, OpenDescriptors());
}

// Loopback TCP: the descriptor's close waits until the other end has read everything, or five
// seconds. `receiver` is that other end.
FileDescriptor LingeringSocket(FileDescriptor* receiver) {
  const FileDescriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  FileDescriptor sender(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      listen(listener.get(), 1) != 0 ||
      getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
      connect(sender.get(), reinterpret_cast<sockaddr*>(&address), length) != 0) {
    return FileDescriptor();
  }
  *receiver = FileDescriptor(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const linger linger_option = {1, 5};
  setsockopt(sender.get(), SOL_SOCKET, SO_LINGER, &linger_option, sizeof(linger_option));
  const std::vector<char> bytes(1 << 16);
  while (send(sender.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
  }
  return sender;
}

TEST(ForeignCloseTest, ALingeringSocketHoldsNobodyUp) {
  FileDescriptor receiver;
  FileDescriptor sender = LingeringSocket(&receiver);
  if (!sender.valid()) GTEST_SKIP() << "no loopback network here";
  OwnedHandle foreign = std::move(sender).TakeOwned();
  foreign.MarkForeign();

  const auto start = std::chrono::steady_clock::now();
  foreign.Reset();
  const auto taken = std::chrono::steady_clock::now() - start;
  // Half of what the close itself waits for.
  EXPECT_GT(std::chrono::milliseconds(2500), taken);

  // Reading everything lets the close end before its five seconds.
  std::vector<char> bytes(1 << 20);
  while (read(receiver.get(), bytes.data(), bytes.size()) > 0) {
  }
  DrainForForeignClose();
}

TEST(ForeignCloseTest, ManyThreadsMayDropAtOnce) {
  const int before = OpenDescriptors();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int k = 0; k < 200; ++k) CloseForeign(open("/dev/null", O_RDONLY | O_CLOEXEC));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(before, OpenDescriptors());
}

TEST(ForeignCloseTest, ManyClosesDoNotTakeManyThreads) {
  DrainForForeignClose();
  const int before = Threads();
  for (int k = 0; k < 50; ++k) {
    CloseForeign(open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_GE(before + 2, Threads());  // one, and perhaps one that is just ending
  }
  DrainForForeignClose();
}

}  // namespace
}  // namespace ipdl
