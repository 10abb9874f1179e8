// The run loop inside another: in a host's loop, through its descriptor, and in a sync call, which
// serves transports only.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "runtime/run_loop.h"
#include "runtime/run_loop_for_test.h"

namespace ipdl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// --- Inside a host loop

TEST_F(RunLoopTest, ItsDescriptorIsReadableWhenThereIsWork) {
  FakeTransport transport;
  ASSERT_TRUE(loop_->AddTransport(&transport, kReadable).ok());
  const int fd = loop_->fd();
  EXPECT_FALSE(IsReadable(fd));

  loop_->Post([] {});
  EXPECT_TRUE(IsReadable(fd));
  EXPECT_TRUE(loop_->Turn(kNow));
  EXPECT_FALSE(IsReadable(fd));

  loop_->MarkDirty(&transport);
  EXPECT_TRUE(IsReadable(fd));
  loop_->Turn(kNow);
  EXPECT_EQ(1, transport.flushes);
  EXPECT_FALSE(IsReadable(fd));

  loop_->PostDelayed(kNow, [] {});
  EXPECT_TRUE(IsReadable(fd));
  EXPECT_TRUE(loop_->Turn(kNow));
  EXPECT_FALSE(IsReadable(fd));

  loop_->SetTransportDeadline(&transport, kNow);
  EXPECT_TRUE(IsReadable(fd));
  loop_->SetTransportDeadline(&transport, kNow);
  EXPECT_TRUE(loop_->Turn(kNow));
  EXPECT_FALSE(IsReadable(fd));

  transport.wire.Write();
  EXPECT_TRUE(IsReadable(fd));
  EXPECT_TRUE(loop_->Turn(kNow));

  loop_->Quit();
  EXPECT_TRUE(IsReadable(fd));
  loop_->Turn(kNow);
  EXPECT_FALSE(IsReadable(fd));
}

TEST_F(RunLoopTest, ItsDescriptorStaysReadableForWhatATurnLeavesBehind) {
  const int fd = loop_->fd();
  loop_->Post([&] { loop_->Post([] {}); });
  loop_->Turn(kNow);
  EXPECT_TRUE(IsReadable(fd));
  loop_->Turn(kNow);
  EXPECT_FALSE(IsReadable(fd));

  loop_->Post([&] { loop_->PostDelayed(kNow, [] {}); });
  loop_->Turn(kNow);
  EXPECT_TRUE(IsReadable(fd));
  loop_->Turn(kNow);
  EXPECT_FALSE(IsReadable(fd));
}

TEST_F(RunLoopTest, ATimerMadeBeforeTheHostAskedForTheDescriptorCounts) {
  loop_->PostDelayed(absl::Milliseconds(1), Note("timer"));
  pollfd one = {loop_->fd(), POLLIN, 0};
  ASSERT_EQ(1, poll(&one, 1, -1));
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("timer"));
  EXPECT_FALSE(IsReadable(one.fd));
}

TEST_F(RunLoopTest, LivesInAPollLoopOfTheHost) {
  // A chain that needs every source of work: task, timer, descriptor, another thread.
  Wire wire;
  bool done = false;
  std::vector<std::thread> threads;
  auto watch = loop_->WatchFd(wire.here.get(), kReadable, [&](FdReady) {
    wire.Read();
    seen_.push_back("descriptor");
    threads.emplace_back([&] {
      loop_->Post([&] {
        seen_.push_back("other thread");
        done = true;
      });
    });
  });
  loop_->Post([&] {
    seen_.push_back("task");
    loop_->PostDelayed(absl::Milliseconds(1), [&] {
      seen_.push_back("timer");
      wire.Write();
    });
  });
  while (!done) {
    pollfd one = {loop_->fd(), POLLIN, 0};
    ASSERT_EQ(1, poll(&one, 1, -1));
    loop_->Turn(kNow);
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(seen_, ElementsAre("task", "timer", "descriptor", "other thread"));
}

TEST_F(RunLoopTest, AnEmbeddedLoopCanStillRunByItself) {
  loop_->fd();
  loop_->PostDelayed(absl::Milliseconds(1), Note("timer"));
  // The host's timer fires during Run as well; that must not keep the loop awake for ever.
  loop_->PostDelayed(absl::Milliseconds(20), [&] { loop_->Quit(); });
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre("timer"));
}

// --- The wait of a sync call

class WaitTransportsTest : public RunLoopTest {
 protected:
  WaitTransportsTest() {
    EXPECT_TRUE(loop_->AddTransport(&transport_, kReadable).ok());
    transport_.on_ready = [this](FdReady) {
      transport_.wire.Read();
      seen_.push_back("ready");
    };
  }
  absl::Time Soon() { return absl::Now() + absl::Milliseconds(5); }

  FakeTransport transport_;
};

TEST_F(WaitTransportsTest, FlushesFirstAndServesTheAnswer) {
  transport_.on_flush = [&] { transport_.wire.Write(); };
  loop_->MarkDirty(&transport_);
  EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  EXPECT_THAT(seen_, ElementsAre("ready"));
}

TEST_F(WaitTransportsTest, AnswersFalseAtTheDeadline) {
  EXPECT_FALSE(loop_->WaitTransports(Soon()));
  EXPECT_FALSE(loop_->WaitTransports(absl::InfinitePast()));
}

TEST_F(WaitTransportsTest, AnswersFalseIfNothingCanHappen) {
  EXPECT_TRUE(loop_->SetTransportInterest(&transport_, {}).ok());
  EXPECT_FALSE(loop_->WaitTransports(absl::InfiniteFuture()));
}

TEST_F(WaitTransportsTest, RunsNeitherTasksNorTimersNorWatches) {
  Wire wire;
  wire.Write();
  auto watch =
      loop_->WatchFd(wire.here.get(), kReadable, [&](FdReady) { seen_.push_back("watch"); });
  loop_->Post(Note("task"));
  loop_->PostDelayed(kNow, Note("timer"));
  EXPECT_FALSE(loop_->WaitTransports(Soon()));
  EXPECT_THAT(seen_, IsEmpty());
  watch->reset();
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("timer", "task"));
}

TEST_F(WaitTransportsTest, ServesNodeWatches) {
  Wire wire;
  wire.Write();
  auto watch = loop_->WatchNodeFd(wire.here.get(), kReadable, [&](FdReady ready) {
    EXPECT_TRUE(ready.readable);
    wire.Read();
    seen_.push_back("node");
  });
  EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  EXPECT_THAT(seen_, ElementsAre("node"));
}

TEST_F(WaitTransportsTest, ServesTransportsDeadlines) {
  transport_.on_deadline = Note("deadline");
  loop_->SetTransportDeadline(&transport_, absl::Milliseconds(1));
  EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  EXPECT_THAT(seen_, ElementsAre("deadline"));
}

TEST_F(WaitTransportsTest, ServesInputThatTheKernelNoLongerHas) {
  transport_.input = true;
  transport_.on_ready = [&](FdReady ready) {
    EXPECT_TRUE(ready.readable);
    transport_.input = false;
    seen_.push_back("input");
  };
  EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  EXPECT_THAT(seen_, ElementsAre("input"));
}

TEST_F(WaitTransportsTest, ATurnInsideACallbackServesSuchInputToo) {
  transport_.on_ready = [&](FdReady) {
    if (std::exchange(transport_.input, false)) {
      seen_.push_back("input");
      return;
    }
    transport_.wire.Read();
    transport_.input = true;
    seen_.push_back("outer");
    loop_->Turn(absl::InfiniteDuration());
  };
  transport_.wire.Write();
  loop_->Turn(kNow);
  EXPECT_THAT(seen_, ElementsAre("outer", "input"));
}

TEST_F(WaitTransportsTest, WorksInsideCallbacksOfAllKindsAndInsideItself) {
  const auto wait = [&] {
    transport_.wire.Write();
    EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  };
  loop_->Post([&] {
    wait();
    seen_.push_back("task");
  });
  loop_->PostDelayed(kNow, [&] {
    wait();
    seen_.push_back("timer");
  });
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("ready", "timer", "ready", "task"));

  seen_.clear();
  int depth = 0;
  transport_.on_ready = [&](FdReady) {
    transport_.wire.Read();
    if (++depth < 3) wait();
    seen_.push_back("depth " + std::to_string(depth--));
  };
  wait();
  EXPECT_THAT(seen_, ElementsAre("depth 3", "depth 2", "depth 1"));
}

TEST_F(WaitTransportsTest, OutsideATurnWhatItLeavesMakesTheDescriptorReadable) {
  const int fd = loop_->fd();
  transport_.on_ready = [&](FdReady) {
    transport_.wire.Read();
    loop_->Post(Note("task"));
    loop_->MarkDirty(&transport_);
  };
  transport_.wire.Write();
  EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  EXPECT_EQ(0, transport_.flushes);
  EXPECT_TRUE(IsReadable(fd));
  RunUntilIdle();
  EXPECT_EQ(1, transport_.flushes);
  EXPECT_THAT(seen_, ElementsAre("task"));
}

TEST_F(WaitTransportsTest, ATransportDestroyedByAnotherIsNotServed) {
  auto second = std::make_unique<FakeTransport>();
  ASSERT_TRUE(loop_->AddTransport(second.get(), kReadable).ok());
  second->on_ready = [&](FdReady) { seen_.push_back("second"); };
  transport_.on_ready = [&](FdReady) {
    seen_.push_back("first");
    second.reset();
  };
  transport_.wire.Write();
  second->wire.Write();
  EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  EXPECT_THAT(seen_, ElementsAre("first"));
}

TEST_F(WaitTransportsTest, SaysOnceOfADescriptorThatNobodyReads) {
  transport_.on_ready = [&](FdReady) { seen_.push_back("ready"); };
  for (int i = 0; i < 2; ++i) {
    transport_.wire.Write();
    EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
    EXPECT_FALSE(loop_->WaitTransports(absl::InfinitePast()));
  }
  transport_.wire.Write();
  RunUntilIdle();
  EXPECT_FALSE(loop_->WaitTransports(absl::InfinitePast()));
  EXPECT_THAT(seen_, ElementsAre("ready", "ready", "ready"));
}

TEST_F(WaitTransportsTest, ServesWhatTheTurnAroundItHadFetched) {
  FakeTransport other;
  ASSERT_TRUE(loop_->AddTransport(&other, kReadable).ok());
  other.on_ready = [&](FdReady) { seen_.push_back("other"); };
  transport_.on_ready = [&](FdReady) {
    seen_.push_back("waits");
    EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
    seen_.push_back("waited");
  };
  transport_.wire.Write();
  other.wire.Write();
  loop_->Turn(kNow);
  EXPECT_THAT(seen_, ElementsAre("waits", "other", "waited"));
}

TEST_F(WaitTransportsTest, AWatchThatIsReadyMeanwhileIsServedBehindIt) {
  Wire wire;
  const auto watch = loop_->WatchFd(wire.here.get(), kReadable, [&](FdReady) {
    wire.Read();
    seen_.push_back("watch");
  });
  ASSERT_TRUE(watch.ok());
  const auto wait = [&](FdReady) {
    wire.Write();
    // Neither call spins on it.
    EXPECT_FALSE(loop_->WaitTransports(Soon()));
    EXPECT_FALSE(loop_->WaitTransports(Soon()));
    seen_.push_back("waited");
  };
  wait({});
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("waited", "watch"));
  // Also of one that the turn had fetched, and inside a turn nested in the wait.
  seen_.clear();
  transport_.on_ready = [&](FdReady) {
    EXPECT_FALSE(loop_->WaitTransports(Soon()));
    seen_.push_back("waited");
  };
  transport_.wire.Write();
  wire.Write();
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("waited", "watch"));
  seen_.clear();
  transport_.on_ready = [&](FdReady) {
    wire.Write();
    EXPECT_FALSE(loop_->WaitTransports(Soon()));
    loop_->Turn(kNow);
    seen_.push_back("turned");
  };
  transport_.wire.Write();
  EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  EXPECT_THAT(seen_, ElementsAre("watch", "turned"));
}

// --- What other threads post to the node

TEST_F(RunLoopTest, ASyncWaitRunsWhatIsPostedToTheNodeAndNoOtherTask) {
  FakeTransport transport;
  ASSERT_TRUE(loop_->AddTransport(&transport, kReadable).ok());
  std::thread other([&] {
    loop_->Post(Note("task"));
    loop_->PostToNode(Note("for the node"));
    loop_->Post(Note("another task"));
  });
  while (seen_.empty()) EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  other.join();
  EXPECT_THAT(seen_, ElementsAre("for the node"));
  EXPECT_FALSE(loop_->WaitTransports(absl::Now()));
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("for the node", "task", "another task"));
}

TEST_F(RunLoopTest, ATurnRunsWhatIsPostedToTheNode) {
  loop_->PostToNode(Note("for the node"));
  EXPECT_TRUE(loop_->Turn(kNow));
  EXPECT_THAT(seen_, ElementsAre("for the node"));
  std::thread other([&] { loop_->PostToNode(Note("wakes it")); });
  while (seen_.size() < 2) loop_->Turn(absl::InfiniteDuration());
  other.join();
  EXPECT_TRUE(IsReadable(loop_->fd()) || !loop_->Turn(kNow));
}

TEST_F(RunLoopTest, AWaitInsideATaskRunsWhatWasPostedToTheNodeBefore) {
  FakeTransport transport;
  ASSERT_TRUE(loop_->AddTransport(&transport, kReadable).ok());
  loop_->Post([&] {
    loop_->PostToNode([&] {
      seen_.push_back("first");
      while (seen_.size() < 2) loop_->WaitTransports(absl::InfiniteFuture());
    });
    loop_->PostToNode(Note("second, inside the first"));
    while (seen_.empty()) loop_->WaitTransports(absl::InfiniteFuture());
    seen_.push_back("task");
  });
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("first", "second, inside the first", "task"));
}

TEST_F(RunLoopTest, AWaitGivesUpUnlessSomebodyMayPostToTheNode) {
  EXPECT_FALSE(loop_->WaitTransports(absl::InfiniteFuture()));
  loop_->ExpectPostsToNode(1);
  std::thread other([&] { loop_->PostToNode(Note("for the node")); });
  EXPECT_TRUE(loop_->WaitTransports(absl::InfiniteFuture()));
  other.join();
  EXPECT_THAT(seen_, ElementsAre("for the node"));
  loop_->ExpectPostsToNode(-1);
  EXPECT_FALSE(loop_->WaitTransports(absl::InfiniteFuture()));
}

TEST_F(RunLoopTest, ThreadsPostToTheNodeWhileItWaits) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 1000;
  loop_->ExpectPostsToNode(1);
  int ran = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kPosts; ++i) {
        loop_->PostToNode([&] { ++ran; });
        loop_->Post([] {});
      }
    });
  }
  while (ran < kThreads * kPosts) loop_->WaitTransports(absl::InfiniteFuture());
  for (std::thread& thread : threads) thread.join();
  loop_->ExpectPostsToNode(-1);
}

TEST_F(RunLoopTest, WhatATaskOfTheNodePostsToTheNodeIsNotSleptOver) {
  loop_->PostToNode([&] { loop_->PostToNode(Note("second")); });
  loop_->Turn(kNow);
  // Would sleep for ever.
  loop_->Turn(absl::InfiniteDuration());
  EXPECT_THAT(seen_, ElementsAre("second"));
}

}  // namespace
}  // namespace ipdl
