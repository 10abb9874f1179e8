// The estimate of free descriptors against a real limit, each case in a process of its own: the
// estimate is one per process, and so is the limit.

#include "runtime/channel/descriptor_room.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "runtime/handle.h"
#include "tests/support/forked_test.h"

namespace ipdl {
namespace {

// Opens `count` descriptors at the lowest free numbers.
std::vector<FileDescriptor> Open(int count) {
  std::vector<FileDescriptor> opened;
  for (int i = 0; i < count; ++i) opened.emplace_back(fcntl(0, F_DUPFD_CLOEXEC, 0));
  EXPECT_TRUE(count == 0 || opened.back().valid());
  return opened;
}

// Sets the limit so that `free` more descriptors can be opened.
void LeaveFree(int free) {
  rlimit limit = {};
  ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
  int most = 0;
  for (int left = free; left > 0; ++most) left -= fcntl(most, F_GETFD) < 0;
  limit.rlim_cur = static_cast<rlim_t>(most);
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
  DescriptorRoom::Forget();
}

FORKED_TEST(DescriptorRoomTest, NeedsRoomForOneWholeRead) {
  LeaveFree(252);
  EXPECT_FALSE(DescriptorRoom::Enough());
  LeaveFree(253);
  EXPECT_TRUE(DescriptorRoom::Enough());
  LeaveFree(254);
  EXPECT_TRUE(DescriptorRoom::Enough());
}

FORKED_TEST(DescriptorRoomTest, NoticesWhatWasReceived) {
  LeaveFree(300);
  ASSERT_TRUE(DescriptorRoom::Enough());
  std::vector<FileDescriptor> received;
  while (DescriptorRoom::Enough()) {
    received.emplace_back(fcntl(0, F_DUPFD_CLOEXEC, 0));
    DescriptorRoom::Received(received.back().get(), 1);
    ASSERT_LE(received.size(), 48u);
  }
  EXPECT_EQ(48u, received.size());  // 252 are left
  // Once some are closed it goes on.
  received.pop_back();
  EXPECT_TRUE(DescriptorRoom::Enough());
}

FORKED_TEST(DescriptorRoomTest, NoticesByTheirNumbersWhatTheProgramOpened) {
  LeaveFree(1000);
  ASSERT_TRUE(DescriptorRoom::Enough());
  // The program itself uses up nearly everything; then one descriptor is received.
  std::vector<FileDescriptor> own = Open(800);
  std::vector<FileDescriptor> received = Open(1);
  DescriptorRoom::Received(received.back().get(), 1);
  EXPECT_FALSE(DescriptorRoom::Enough());
  own.clear();
  EXPECT_TRUE(DescriptorRoom::Enough());
}

FORKED_TEST(DescriptorRoomTest, SaysNoIfNotEvenCountingIsPossible) {
  rlimit before = {};
  ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &before));
  LeaveFree(0);
  EXPECT_FALSE(DescriptorRoom::Enough());
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
}

}  // namespace
}  // namespace ipdl
