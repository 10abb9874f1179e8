// The run loop alone: tasks, timers, watches, and the order of things in a turn.

#include "runtime/run_loop.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "runtime/handle.h"
#include "runtime/run_loop_for_test.h"

namespace ipdl {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// --- Current

TEST(RunLoopCurrentTest, IsTheLastLoopThatLivesOnThisThread) {
  EXPECT_EQ(nullptr, RunLoop::Current());
  std::unique_ptr<RunLoop> first = MakeLoop();
  EXPECT_EQ(first.get(), RunLoop::Current());
  std::unique_ptr<RunLoop> second = MakeLoop();
  std::unique_ptr<RunLoop> third = MakeLoop();
  EXPECT_EQ(third.get(), RunLoop::Current());
  second.reset();
  EXPECT_EQ(third.get(), RunLoop::Current());
  third.reset();
  EXPECT_EQ(first.get(), RunLoop::Current());
  std::thread([] { EXPECT_EQ(nullptr, RunLoop::Current()); }).join();
  first.reset();
  EXPECT_EQ(nullptr, RunLoop::Current());
}

TEST(RunLoopCurrentTest, IsTheLoopWhoseTurnItIs) {
  std::unique_ptr<RunLoop> outer = MakeLoop();
  std::unique_ptr<RunLoop> inner = MakeLoop();
  std::vector<RunLoop*> seen;
  inner->Post([&] { seen.push_back(RunLoop::Current()); });
  outer->Post([&] {
    seen.push_back(RunLoop::Current());
    inner->Turn(kNow);
    seen.push_back(RunLoop::Current());
  });
  outer->Turn(kNow);
  EXPECT_THAT(seen, ElementsAre(outer.get(), inner.get(), outer.get()));
}

// --- Tasks

TEST_F(RunLoopTest, RunsTasksInTheOrderOfTheirPosting) {
  loop_->Post(Note("a"));
  loop_->Post(Note("b"));
  EXPECT_THAT(seen_, IsEmpty());
  EXPECT_TRUE(loop_->Turn(absl::InfiniteDuration()));
  EXPECT_THAT(seen_, ElementsAre("a", "b"));
  EXPECT_FALSE(loop_->Turn(kNow));
}

TEST_F(RunLoopTest, LeavesTasksPostedByTasksToTheNextTurn) {
  loop_->Post([&] {
    seen_.push_back("a");
    loop_->Post(Note("b"));
  });
  EXPECT_TRUE(loop_->Turn(kNow));
  EXPECT_THAT(seen_, ElementsAre("a"));
  EXPECT_TRUE(loop_->Turn(absl::InfiniteDuration()));
  EXPECT_THAT(seen_, ElementsAre("a", "b"));
}

TEST_F(RunLoopTest, ATurnInsideATaskGoesOnWithTheRest) {
  loop_->Post([&] {
    seen_.push_back("a");
    loop_->Turn(kNow);
    seen_.push_back("a ends");
  });
  loop_->Post([&] {
    seen_.push_back("b");
    loop_->Post(Note("d"));
  });
  loop_->Post(Note("c"));
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("a", "b", "c", "a ends", "d"));
}

TEST_F(RunLoopTest, DestroysATaskAfterItRanAndBeforeTheNext) {
  struct OnDestruction {
    std::vector<std::string>* seen;
    ~OnDestruction() { seen->push_back("destroyed"); }
  };
  loop_->Post([guard = std::make_unique<OnDestruction>(OnDestruction{&seen_}), this] {
    (void)guard;
    seen_.push_back("ran");
  });
  seen_.clear();  // of the temporary
  loop_->Post(Note("next"));
  loop_->Turn(kNow);
  EXPECT_THAT(seen_, ElementsAre("ran", "destroyed", "next"));
}

TEST_F(RunLoopTest, DestroysWithTheLoopWhatNeverRan) {
  auto shared = std::make_shared<int>(0);
  RunLoop* const loop = loop_.get();
  struct Poster {
    RunLoop* loop;
    std::shared_ptr<int> shared;
    ~Poster() {
      if (shared) loop->Post([shared = shared] {});  // into a loop that is going away
    }
    Poster(RunLoop* loop, std::shared_ptr<int> shared) : loop(loop), shared(std::move(shared)) {}
    Poster(Poster&&) = default;
  };
  loop_->Post([poster = Poster(loop, shared)] { (void)poster; });
  loop_->PostDelayed(absl::Hours(1), [poster = Poster(loop, shared)] { (void)poster; });
  loop_.reset();
  EXPECT_EQ(1, shared.use_count());
}

TEST_F(RunLoopTest, WakesForATaskFromAnotherThread) {
  std::thread poster([&] { loop_->Post([&] { loop_->Quit(); }); });
  loop_->Run();
  poster.join();
}

TEST_F(RunLoopTest, RunsEveryTaskOfManyThreadsOnceAndEachThreadsInOrder) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 20000;
  std::vector<int> next(kThreads, 0);
  int left = kThreads;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        loop_->Post([&, t, i] {
          EXPECT_EQ(i, next[t]);
          ++next[t];
          if (next[t] == kTasks && --left == 0) loop_->Quit();
        });
      }
    });
  }
  loop_->Run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(next, ElementsAre(kTasks, kTasks, kTasks, kTasks));
}

TEST(RunLoopLifeTest, MayEndWhileTheLastPosterIsOnItsWayOut) {
  for (int i = 0; i < 300; ++i) {
    std::unique_ptr<RunLoop> loop = MakeLoop();
    std::thread poster([quit = loop.get()] { quit->Quit(); });
    loop->Run();
    loop.reset();
    poster.join();
  }
}

// --- Quit

TEST_F(RunLoopTest, QuitBeforeRunMakesItOneTurn) {
  loop_->Quit();
  loop_->Quit();
  loop_->Post(Note("ran"));
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre("ran"));
  // Used up: the next Run needs a Quit of its own.
  loop_->Post([&] { loop_->Post([&] { loop_->Quit(); }); });
  loop_->Run();
}

TEST_F(RunLoopTest, QuitEndsTheInnermostRunOnly) {
  loop_->Post([&] {
    seen_.push_back("outer begins");
    loop_->Post([&] {
      seen_.push_back("inner quits");
      loop_->Quit();
    });
    loop_->Run();
    seen_.push_back("inner ended");
    loop_->Post([&] { loop_->Quit(); });
  });
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre("outer begins", "inner quits", "inner ended"));
}

TEST_F(RunLoopTest, QuitFinishesTheTurn) {
  loop_->Post([&] { loop_->Quit(); });
  loop_->Post(Note("still ran"));
  loop_->Run();
  EXPECT_THAT(seen_, ElementsAre("still ran"));
}

// --- Timers

TEST_F(RunLoopTest, RunsTimersEarliestFirstAndEqualOnesInOrder) {
  loop_->PostDelayed(absl::Hours(1), Note("late"));
  loop_->PostDelayed(-absl::Hours(1), Note("first"));
  loop_->PostDelayed(kNow, Note("second"));
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("first", "second"));
}

TEST_F(RunLoopTest, NeverRunsATimerEarly) {
  const absl::Time before = absl::Now();
  loop_->PostDelayed(absl::Milliseconds(20), [&] { loop_->Quit(); });
  loop_->Run();
  EXPECT_GE(absl::Now() - before, absl::Milliseconds(19));
}

TEST_F(RunLoopTest, CancelsATimerAlsoFromATimerOfTheSameTurn) {
  RunLoop::TimerId second = RunLoop::TimerId::kNone;
  RunLoop::TimerId first = RunLoop::TimerId::kNone;
  first = loop_->PostDelayed(kNow, [&] {
    seen_.push_back("first");
    loop_->Cancel(second);
    loop_->Cancel(first);  // itself: too late, and harmless
  });
  second = loop_->PostDelayed(kNow, Note("second"));
  const RunLoop::TimerId third = loop_->PostDelayed(kNow, Note("third"));
  loop_->Cancel(third);
  loop_->Cancel(third);
  loop_->Cancel(RunLoop::TimerId::kNone);
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("first"));
}

TEST_F(RunLoopTest, CancelDestroysTheTaskAtOnce) {
  auto shared = std::make_shared<int>(0);
  const RunLoop::TimerId timer = loop_->PostDelayed(absl::Hours(1), [shared] {});
  EXPECT_EQ(2, shared.use_count());
  loop_->Cancel(timer);
  EXPECT_EQ(1, shared.use_count());
}

TEST_F(RunLoopTest, LeavesTimersMadeByTimersToTheNextTurn) {
  int rounds = 0;
  std::function<void()> again = [&] {
    ++rounds;
    loop_->PostDelayed(kNow, again);
  };
  loop_->PostDelayed(kNow, again);
  loop_->Turn(kNow);
  EXPECT_EQ(1, rounds);
  loop_->Turn(kNow);
  EXPECT_EQ(2, rounds);
}

TEST_F(RunLoopTest, AnEndlessDelayNeverComes) {
  loop_->PostDelayed(absl::InfiniteDuration(), Note("never"));
  loop_->PostDelayed(absl::Milliseconds(1), [&] { loop_->Quit(); });
  loop_->Run();
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(RunLoopTest, ATurnWaitsNoLongerThanItMay) {
  loop_->PostDelayed(absl::Hours(1), Note("never"));
  EXPECT_FALSE(loop_->Turn(absl::Milliseconds(5)));
  EXPECT_FALSE(loop_->Turn(-absl::Milliseconds(5)));
}

// --- Watches

TEST_F(RunLoopTest, ReportsReadinessAsLongAsItLasts) {
  Wire wire;
  int calls = 0;
  auto watch = loop_->WatchFd(wire.here.get(), kReadable, [&](FdReady ready) {
    EXPECT_TRUE(ready.readable);
    EXPECT_FALSE(ready.writable);
    EXPECT_FALSE(ready.hangup);
    ++calls;
  });
  ASSERT_TRUE(watch.ok());
  EXPECT_FALSE(loop_->Turn(kNow));
  wire.Write();
  EXPECT_TRUE(loop_->Turn(absl::InfiniteDuration()));
  EXPECT_TRUE(loop_->Turn(absl::InfiniteDuration()));
  EXPECT_EQ(2, calls);
  wire.Read();
  EXPECT_FALSE(loop_->Turn(kNow));
}

TEST_F(RunLoopTest, ReportsWritableAndHangup) {
  Wire wire;
  FdReady last;
  auto watch = loop_->WatchFd(wire.here.get(), {.readable = true, .writable = true},
                              [&](FdReady ready) { last = ready; });
  ASSERT_TRUE(watch.ok());
  EXPECT_TRUE(loop_->Turn(kNow));
  EXPECT_TRUE(last.writable);
  EXPECT_FALSE(last.hangup);
  wire.there.Reset();
  EXPECT_TRUE(loop_->Turn(kNow));
  EXPECT_TRUE(last.hangup);
  // An empty interest silences even that.
  EXPECT_TRUE((*watch)->SetInterest({}).ok());
  EXPECT_FALSE(loop_->Turn(kNow));
  EXPECT_TRUE((*watch)->SetInterest(kReadable).ok());
  EXPECT_TRUE(loop_->Turn(kNow));
}

TEST_F(RunLoopTest, AWatchMayDestroyItselfInItsCallback) {
  Wire wire;
  wire.Write();
  auto shared = std::make_shared<int>(0);
  std::unique_ptr<RunLoop::Watch> watch;
  watch = *loop_->WatchFd(wire.here.get(), kReadable, [&, shared](FdReady) {
    watch.reset();
    EXPECT_EQ(2, shared.use_count());  // the callback lives until it returns
    seen_.push_back("once");
  });
  RunUntilIdle();
  EXPECT_THAT(seen_, ElementsAre("once"));
  EXPECT_EQ(1, shared.use_count());
}

TEST_F(RunLoopTest, AWatchDestroyedInTheSameTurnIsNotCalled) {
  Wire wires[2];
  std::unique_ptr<RunLoop::Watch> watches[2];
  Wire fresh;  // what takes over the slot of the destroyed watch has nothing to read
  std::unique_ptr<RunLoop::Watch> newcomer;
  int calls = 0;
  for (int i = 0; i < 2; ++i) {
    watches[i] = *loop_->WatchFd(wires[i].here.get(), kReadable, [&, i](FdReady) {
      ++calls;
      watches[1 - i].reset();
      newcomer = *loop_->WatchFd(fresh.here.get(), kReadable,
                                 [&](FdReady) { seen_.push_back("newcomer"); });
      wires[i].Read();
    });
    wires[i].Write();
  }
  RunUntilIdle();
  EXPECT_EQ(1, calls);
  EXPECT_THAT(seen_, IsEmpty());
  fresh.Write();
  loop_->Turn(kNow);
  EXPECT_THAT(seen_, ElementsAre("newcomer"));
}

TEST_F(RunLoopTest, ASilencedWatchIsNotCalledInTheSameTurn) {
  Wire wires[2];
  std::unique_ptr<RunLoop::Watch> watches[2];
  int calls = 0;
  for (int i = 0; i < 2; ++i) {
    watches[i] = *loop_->WatchFd(wires[i].here.get(), kReadable, [&, i](FdReady) {
      ++calls;
      EXPECT_TRUE(watches[1 - i]->SetInterest({}).ok());
      EXPECT_TRUE(watches[i]->SetInterest({}).ok());
    });
    wires[i].Write();
  }
  RunUntilIdle();
  EXPECT_EQ(1, calls);
}

TEST_F(RunLoopTest, RefusesASecondWatchAndARegularFile) {
  Wire wire;
  auto first = loop_->WatchFd(wire.here.get(), kReadable, [](FdReady) {});
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(loop_->WatchFd(wire.here.get(), kReadable, [](FdReady) {}).ok());
  first->reset();
  EXPECT_TRUE(loop_->WatchFd(wire.here.get(), kReadable, [](FdReady) {}).ok());
  FileDescriptor file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(loop_->WatchFd(file.get(), kReadable, [](FdReady) {}).ok());
  EXPECT_FALSE(loop_->WatchFd(-1, kReadable, [](FdReady) {}).ok());
}

TEST_F(RunLoopTest, WatchesAndTransportsMayOutliveTheLoop) {
  Wire wire;
  FakeTransport transport;
  auto watch = loop_->WatchFd(wire.here.get(), kReadable, [](FdReady) {});
  ASSERT_TRUE(loop_->AddTransport(&transport, kReadable).ok());
  loop_->MarkDirty(&transport);
  loop_.reset();
  EXPECT_FALSE((*watch)->SetInterest({}).ok());
  EXPECT_EQ(0, transport.flushes);
}

// --- Order in a turn

TEST_F(RunLoopTest, ServesDescriptorsThenDeadlinesThenTimersThenTasksThenFlushes) {
  FakeTransport transport;
  transport.on_flush = Note("flush");
  transport.on_deadline = Note("deadline");
  transport.on_ready = [&](FdReady) {
    transport.wire.Read();
    seen_.push_back("ready");
    loop_->MarkDirty(&transport);
    loop_->MarkDirty(&transport);
  };
  ASSERT_TRUE(loop_->AddTransport(&transport, kReadable).ok());
  loop_->Post(Note("task"));
  loop_->PostDelayed(kNow, Note("timer"));
  loop_->SetTransportDeadline(&transport, kNow);
  transport.wire.Write();
  EXPECT_TRUE(loop_->Turn(absl::InfiniteDuration()));
  EXPECT_THAT(seen_, ElementsAre("ready", "deadline", "timer", "task", "flush"));
}

TEST_F(RunLoopTest, FlushesOncePerTurnHoweverManySends) {
  FakeTransport transport;
  ASSERT_TRUE(loop_->AddTransport(&transport, kReadable).ok());
  for (int i = 0; i < 10; ++i) loop_->Post([&] { loop_->MarkDirty(&transport); });
  loop_->Turn(kNow);
  EXPECT_EQ(1, transport.flushes);
}

TEST_F(RunLoopTest, FlushesBeforeSleepingWhatWasSentOutsideATurn) {
  FakeTransport transport;
  ASSERT_TRUE(loop_->AddTransport(&transport, kReadable).ok());
  transport.on_flush = [&] { transport.wire.Write(); };  // as if the peer answered
  transport.on_ready = [&](FdReady) { transport.wire.Read(); };
  loop_->MarkDirty(&transport);
  EXPECT_TRUE(loop_->Turn(absl::InfiniteDuration()));
  EXPECT_EQ(1, transport.flushes);
}

TEST_F(RunLoopTest, ForgetsADirtyTransportThatIsRemoved) {
  FakeTransport other;
  ASSERT_TRUE(loop_->AddTransport(&other, kReadable).ok());
  {
    FakeTransport transport;
    ASSERT_TRUE(loop_->AddTransport(&transport, kReadable).ok());
    loop_->SetTransportDeadline(&transport, kNow);
    loop_->MarkDirty(&transport);
    loop_->MarkDirty(&other);
  }
  RunUntilIdle();
  EXPECT_EQ(1, other.flushes);
}

TEST_F(RunLoopTest, ReportsATransportsReadinessOnce) {
  FakeTransport transport;
  int calls = 0;
  transport.on_ready = [&](FdReady) { ++calls; };
  ASSERT_TRUE(loop_->AddTransport(&transport, kReadable).ok());
  transport.wire.Write();
  RunUntilIdle();
  EXPECT_EQ(1, calls);
  // Asking anew reports anew.
  EXPECT_TRUE(loop_->SetTransportInterest(&transport, {}).ok());
  EXPECT_TRUE(loop_->SetTransportInterest(&transport, kReadable).ok());
  RunUntilIdle();
  EXPECT_EQ(2, calls);
}

TEST_F(RunLoopTest, ATransportsDeadlineIsReplacedAndTakenBack) {
  FakeTransport transport;
  transport.on_deadline = Note("deadline");
  ASSERT_TRUE(loop_->AddTransport(&transport, kReadable).ok());
  loop_->SetTransportDeadline(&transport, absl::Hours(1));
  EXPECT_FALSE(loop_->Turn(kNow));
  loop_->SetTransportDeadline(&transport, absl::Milliseconds(1));
  EXPECT_TRUE(loop_->Turn(absl::InfiniteDuration()));
  EXPECT_THAT(seen_, ElementsAre("deadline"));
  loop_->SetTransportDeadline(&transport, kNow);
  loop_->SetTransportDeadline(&transport, absl::InfiniteDuration());
  EXPECT_FALSE(loop_->Turn(kNow));
}

TEST_F(RunLoopTest, ATransportMayDieInItsCallbacks) {
  auto transport = std::make_unique<FakeTransport>();
  ASSERT_TRUE(loop_->AddTransport(transport.get(), kReadable).ok());
  transport->on_ready = [&](FdReady) { transport.reset(); };
  transport->wire.Write();
  RunUntilIdle();
  EXPECT_EQ(nullptr, transport);
  transport = std::make_unique<FakeTransport>();
  ASSERT_TRUE(loop_->AddTransport(transport.get(), kReadable).ok());
  transport->on_deadline = [&] { transport.reset(); };
  loop_->SetTransportDeadline(transport.get(), kNow);
  RunUntilIdle();
  EXPECT_EQ(nullptr, transport);
}

TEST_F(RunLoopTest, AFloodOnOneDescriptorDoesNotStarveTasksAndTimers) {
  Wire wire;
  wire.Write();
  auto watch = loop_->WatchFd(wire.here.get(), kReadable, [](FdReady) {});  // never read
  ASSERT_TRUE(watch.ok());
  loop_->PostDelayed(kNow, Note("timer"));
  loop_->Post(Note("task"));
  loop_->Turn(kNow);
  EXPECT_THAT(seen_, ElementsAre("timer", "task"));
}

}  // namespace
}  // namespace ipdl
