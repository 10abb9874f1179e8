// One thread, one loop, its actors: several of them in one process, talking to each other.

#include <thread>

#include "PSide.h"
#include "SideChild.h"
#include "SideParent.h"
#include "gtest/gtest.h"
#include "runtime/run_loop.h"
#include "tests/actors/actor_pair.h"
#include "tests/support/forked_test.h"

namespace actors {
namespace {

using Lines = std::vector<std::string>;

// A thread with a SideChild of its own, which it makes and loses there.
std::thread ChildThread(ipdl::Endpoint<PSideChild> end,
                        std::function<void(SideChild&, ipdl::RunLoop&)> body) {
  return std::thread([end = std::move(end), body = std::move(body)]() mutable {
    Journal journal;
    auto loop = *ipdl::RunLoop::Create();
    auto child = ipdl::MakeRef<SideChild>(&journal, "side");
    EXPECT_TRUE(end.Bind(child).ok());
    EXPECT_EQ(loop.get(), child->loop());
    body(*child, *loop);
    child->Close();
  });
}

FORKED_TEST(Threads, SyncCallsFromSeveralThreadsAtOnce) {
  Journal journal;
  auto loop = *ipdl::RunLoop::Create();
  std::vector<ipdl::RefPtr<SideParent>> parents;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    ipdl::Endpoint<PSideParent> ours;
    ipdl::Endpoint<PSideChild> theirs;
    ASSERT_TRUE(PSide::CreateEndpoints(&ours, &theirs).ok());
    parents.push_back(ipdl::MakeRef<SideParent>(&journal, "side"));
    parents.back()->on_ping = [](uint32_t) { return ipdl::Ok(); };
    ASSERT_TRUE(ours.Bind(parents.back()).ok());
    threads.push_back(ChildThread(std::move(theirs), [](SideChild& child, ipdl::RunLoop&) {
      for (uint32_t n = 0; n < 200; ++n) {
        uint32_t seven = 0;
        EXPECT_TRUE(child.SendPing(n));
        EXPECT_TRUE(child.SendGet(&seven));
        EXPECT_EQ(7u, seven);
      }
    }));
  }
  while (journal.lines.size() < 4) loop->Turn(absl::InfiniteDuration());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Lines(4, "side: normal shutdown"), journal.Take());
}

FORKED_TEST(Threads, AnEndpointIsBoundOnAThreadThatItWasHandedTo) {
  Journal journal;
  auto loop = *ipdl::RunLoop::Create();
  ipdl::Endpoint<PSideParent> ours;
  ipdl::Endpoint<PSideChild> theirs;
  ASSERT_TRUE(PSide::CreateEndpoints(&ours, &theirs).ok());
  auto parent = ipdl::MakeRef<SideParent>(&journal, "side");
  ASSERT_TRUE(ours.Bind(parent).ok());
  // Sent before the other end is bound anywhere.
  for (uint32_t n = 0; n < 3; ++n) EXPECT_TRUE(parent->SendPing(n));
  EXPECT_TRUE(parent->Flush());
  std::thread thread =
      ChildThread(std::move(theirs), [](SideChild& child, ipdl::RunLoop& child_loop) {
        uint32_t next = 0;
        child.on_ping = [&](uint32_t n) {
          EXPECT_EQ(next++, n);
          EXPECT_TRUE(child.SendPing(10 * n));
          return ipdl::Ok();
        };
        while (next < 3) child_loop.Turn(absl::InfiniteDuration());
      });
  while (journal.lines.size() < 4) loop->Turn(absl::InfiniteDuration());
  thread.join();
  EXPECT_EQ((Lines{"side ping 0", "side ping 10", "side ping 20", "side: normal shutdown"}),
            journal.Take());
}

FORKED_TEST(Threads, AThreadWithoutALoopCannotBind) {
  ipdl::Endpoint<PSideParent> ours;
  ipdl::Endpoint<PSideChild> theirs;
  ASSERT_TRUE(PSide::CreateEndpoints(&ours, &theirs).ok());
  Journal journal;
  const absl::Status bound = ours.Bind(ipdl::MakeRef<SideParent>(&journal, "side"));
  EXPECT_EQ("the endpoint for PSide was bound on a thread that has no RunLoop",
            std::string(bound.message()));
}

}  // namespace
}  // namespace actors
