// Handles between processes: many in one message, and what stands behind them.

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "runtime/foreign_close.h"
#include "tests/actors/tree_sides.h"

namespace actors {
namespace {

// Room for 500 descriptors and those the kernel wants to see free while it hands them over.
void RaiseDescriptorLimit() {
  rlimit limit{};
  ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
}

FORKED_TEST(Handles, FiveHundredInOneMessageArriveInOrder) {
  RaiseDescriptorLimit();
  TreeSides both(Sides::kProcesses, [](ChildSide& side) {
    std::vector<ipdl::FileDescriptor> fds;
    for (int i = 0; i < 500; ++i) {
      fds.emplace_back(memfd_create("numbered", MFD_CLOEXEC));
      ASSERT_EQ(static_cast<ssize_t>(sizeof(i)), write(fds.back().get(), &i, sizeof(i)));
    }
    EXPECT_TRUE(side.child->SendNote(1));
    EXPECT_TRUE(side.child->SendTake(std::move(fds)));
    EXPECT_TRUE(side.child->SendNote(2));
    int32_t sum = 0;
    EXPECT_TRUE(side.child->SendAdd(1, 1, &sum));
  });
  size_t taken = 0;
  both.parent->on_take = [&](std::vector<ipdl::FileDescriptor> fds) {
    both.journal.Add("take");
    taken = fds.size();
    for (int i = 0; i < static_cast<int>(fds.size()); ++i) {
      int number = -1;
      EXPECT_EQ(static_cast<ssize_t>(sizeof(number)),
                pread(fds[i].get(), &number, sizeof(number), 0));
      EXPECT_EQ(i, number);
    }
    return ipdl::Ok();
  };
  both.RunParent();
  EXPECT_EQ(500u, taken);
  EXPECT_EQ((std::vector<std::string>{"note 1", "take", "note 2", "parent: normal shutdown"}),
            both.journal.Take());
  ipdl::DrainForForeignClose();
}

FORKED_TEST(Handles, MoreThanTheLimitAreRefusedAndClosed) {
  RaiseDescriptorLimit();
  TreeSides both(Sides::kProcesses, [](ChildSide& side) {
    const auto many = [](size_t n) {
      std::vector<ipdl::FileDescriptor> fds;
      for (size_t i = 0; i < n; ++i) fds.emplace_back(dup(0));
      return fds;
    };
    const ipdl::Limits limits;
    EXPECT_EQ(ipdl::SendResult::kRefused,
              side.child->SendTake(many(limits.message_handles + 1)).code());
    EXPECT_TRUE(side.child->SendTake(many(limits.message_handles)));
    int32_t sum = 0;
    EXPECT_TRUE(side.child->SendAdd(1, 1, &sum));
    EXPECT_TRUE(side.child->SendTake(many(limits.message_handles - 1)));
  });
  std::vector<size_t> taken;
  both.parent->on_take = [&](std::vector<ipdl::FileDescriptor> fds) {
    taken.push_back(fds.size());
    return ipdl::Ok();
  };
  both.RunParent();
  EXPECT_EQ((std::vector<size_t>{512, 511}), taken);
  ipdl::DrainForForeignClose();
}

FORKED_TEST(Handles, AnEventSignalsBetweenTheProcesses) {
  TreeSides both(Sides::kProcesses, [](ChildSide& side) {
    std::vector<ipdl::FileDescriptor> fds;
    const int event = eventfd(0, EFD_CLOEXEC);
    fds.emplace_back(dup(event));
    EXPECT_TRUE(side.child->SendTake(std::move(fds)));
    EXPECT_TRUE(side.child->Flush());
    eventfd_t value = 0;
    EXPECT_EQ(0, eventfd_read(event, &value));  // waits for the other process
    EXPECT_EQ(5u, value);
    close(event);
  });
  both.parent->on_take = [](std::vector<ipdl::FileDescriptor> fds) {
    EXPECT_EQ(0, eventfd_write(fds[0].get(), 5));
    return ipdl::Ok();
  };
  both.RunParent();
  ipdl::DrainForForeignClose();
}

}  // namespace
}  // namespace actors
