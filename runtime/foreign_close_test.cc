// Tests that no descriptor a peer sends can make its close block us.

#include "runtime/foreign_close.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/userfaultfd.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <vector>

#include "runtime/handle.h"
#include "runtime/handle_account.h"
#include "runtime/lingering_socket_for_test.h"
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

TEST(ForeignCloseTest, MemoryAndEventsCloseAtOnce) {
  const HandleAccount::Ref peer = HandleAccount::New();
  DrainForForeignClose();
  for (int fd : {memfd_create("foreign", MFD_CLOEXEC), eventfd(0, EFD_CLOEXEC)}) {
    ASSERT_TRUE(IsOpen(fd));
    CloseForeign(fd, peer);
    EXPECT_FALSE(IsOpen(fd));
  }
  EXPECT_EQ(0u, peer->closing());
}

TEST(ForeignCloseTest, EverythingElseIsClosedBySomebodyElse) {
  const HandleAccount::Ref peer = HandleAccount::New();
  const int before = OpenDescriptors();
  int ends[2];
  ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
  CloseForeign(ends[0], peer);
  CloseForeign(ends[1], peer);
  CloseForeign(open("/proc/self/status", O_RDONLY | O_CLOEXEC), peer);
  CloseForeign(open("/dev/null", O_RDONLY | O_CLOEXEC), peer);
  DrainForForeignClose();
  EXPECT_EQ(before, OpenDescriptors());
}

TEST(ForeignCloseTest, ALingeringSocketHoldsNobodyUp) {
  FileDescriptor receiver;
  FileDescriptor sender = LingeringSocket(&receiver);
  if (!sender.valid()) GTEST_SKIP() << "no loopback network here";
  OwnedHandle foreign = std::move(sender).TakeOwned();
  foreign.MarkForeign(HandleAccount::New().get());

  const auto start = std::chrono::steady_clock::now();
  foreign.Reset();
  const auto taken = std::chrono::steady_clock::now() - start;
  // Half of what the close itself waits for.
  EXPECT_GT(std::chrono::milliseconds(2500), taken);

  // Reading everything lets the close end before its five seconds.
  ReadToTheEnd(receiver);
  DrainForForeignClose();
}

TEST(ForeignCloseTest, ACloseThatHangsHoldsUpOnlyWhatTheSamePeerSent) {
  FileDescriptor receiver;
  FileDescriptor sender = LingeringSocket(&receiver);
  if (!sender.valid()) GTEST_SKIP() << "no loopback network here";
  const HandleAccount::Ref hostile = HandleAccount::New();
  const HandleAccount::Ref honest = HandleAccount::New();
  CloseForeign(sender.Release(), hostile);
  CloseForeign(open("/dev/null", O_RDONLY | O_CLOEXEC), hostile);
  CloseForeign(open("/dev/null", O_RDONLY | O_CLOEXEC), honest);
  while (honest->closing() != 0) std::this_thread::yield();
  EXPECT_LE(1u, hostile->closing());

  ReadToTheEnd(receiver);
  DrainForForeignClose();
  EXPECT_EQ(0u, hostile->closing());
}

// A page that whoever touches it waits for, until Fill.
class PageThatIsWaitedFor {
 public:
  PageThatIsWaitedFor() : fault_(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC))) {
    page_ = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uffdio_api api = {};
    api.api = UFFD_API;
    uffdio_register range = {};
    range.range = {reinterpret_cast<uintptr_t>(page_), kSize};
    range.mode = UFFDIO_REGISTER_MODE_MISSING;
    usable_ = fault_.valid() && ioctl(fault_.get(), UFFDIO_API, &api) == 0 &&
              ioctl(fault_.get(), UFFDIO_REGISTER, &range) == 0;
  }
  ~PageThatIsWaitedFor() { munmap(page_, kSize); }

  bool usable() const { return usable_; }
  void* address() const { return page_; }
  void WaitUntilTouched() const {
    uffd_msg event;
    EXPECT_EQ(ssize_t{sizeof(event)}, read(fault_.get(), &event, sizeof(event)));
  }
  void Fill() const {
    uffdio_zeropage zero = {};
    zero.range = {reinterpret_cast<uintptr_t>(page_), kSize};
    EXPECT_EQ(0, ioctl(fault_.get(), UFFDIO_ZEROPAGE, &zero));
  }

 private:
  static constexpr size_t kSize = 4096;

  const FileDescriptor fault_;
  void* page_;
  bool usable_;
};

TEST(ForeignCloseTest, APipeWhoseReaderNeverEndsHoldsNobodyUp) {
  const PageThatIsWaitedFor page;
  if (!page.usable()) GTEST_SKIP() << "this user may not handle page faults of the kernel";
  int ends[2];
  ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));
  ASSERT_EQ(1, write(ends[1], "x", 1));
  // Reading copies into the page under the pipe's lock, which a close takes too.
  std::thread reader([&] { EXPECT_EQ(1, read(ends[0], page.address(), 1)); });
  page.WaitUntilTouched();
  const HandleAccount::Ref peer = HandleAccount::New();
  CloseForeign(ends[1], peer);
  EXPECT_EQ(1u, peer->closing());  // and we are here
  page.Fill();
  reader.join();
  DrainForForeignClose();
  EXPECT_EQ(0u, peer->closing());
  close(ends[0]);
}

TEST(ForeignCloseTest, ManyThreadsMayDropAtOnce) {
  const HandleAccount::Ref peer = HandleAccount::New();
  const int before = OpenDescriptors();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&peer] {
      for (int k = 0; k < 200; ++k) CloseForeign(open("/dev/null", O_RDONLY | O_CLOEXEC), peer);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(before, OpenDescriptors());
}

TEST(ForeignCloseTest, ManyClosesDoNotTakeManyThreads) {
  const HandleAccount::Ref peer = HandleAccount::New();
  DrainForForeignClose();
  const int before = Threads();
  for (int k = 0; k < 50; ++k) {
    CloseForeign(open("/dev/null", O_RDONLY | O_CLOEXEC), peer);
    EXPECT_GE(before + 2, Threads());  // one, and perhaps one that is just ending
  }
  DrainForForeignClose();
}

}  // namespace
}  // namespace ipdl
