// Endpoints that are bound on another loop than the one they came to, or whose other end was sent
// from: in either order, direct in the end, and without the first loop.

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <thread>

#include "tests/actors/crew.h"
#include "tests/support/forked_test.h"

namespace actors {
namespace {

using testing::ElementsAre;

// A thread with a loop, which does what it is told until it goes.
class LoopThread {
 public:
  LoopThread() {
    std::promise<ipdl::RunLoop*> made;
    auto loop = made.get_future();
    thread_ = std::thread([this, made = std::move(made)]() mutable {
      auto own = *ipdl::RunLoop::Create();
      made.set_value(own.get());
      while (!done_) own->Turn(absl::InfiniteDuration());
    });
    loop_ = loop.get();
  }
  ~LoopThread() {
    Do([this] { done_ = true; });
    thread_.join();
  }
  // Waits until it is done. Meanwhile this thread's loop does not turn.
  void Do(std::function<void()> task) {
    std::promise<void> ran;
    loop_->Post([&] {
      task();
      ran.set_value();
    });
    ran.get_future().wait();
  }

 private:
  ipdl::RunLoop* loop_ = nullptr;
  bool done_ = false;  // on the thread
  std::thread thread_;
};

// A line of which this process has the parent's end on another thread.
struct FarLine {
  ipdl::RefPtr<LineParent> line;  // of the thread
  std::atomic<uint32_t> heard = 0;
  std::atomic<bool> ended = false;

  void Bind(ipdl::Endpoint<PLineParent> end) {
    line = ipdl::MakeRef<LineParent>();
    line->on_say = [this](uint32_t n) {
      EXPECT_EQ(heard, n);  // from 0, one after the other
      ++heard;
    };
    line->on_end = [this](std::string_view) { ended = true; };
    EXPECT_TRUE(end.Bind(line).ok());
  }
  // "child#a (pid 7)" once the line is direct.
  std::string Peer() const { return line->peer().process_id == 0 ? "" : line->peer().ToString(); }
};

enum class Order { kBoundFirst, kSentFirst };

void WithLineToA(Order order, const std::function<void(Crew&, LoopThread&, FarLine&)>& body) {
  Crew crew;
  crew.Launch("a");
  LoopThread other;
  FarLine far;
  ipdl::Endpoint<PLineParent> ours;
  ipdl::Endpoint<PLineChild> theirs;
  ASSERT_TRUE(PLine::CreateEndpoints(&ours, &theirs).ok());
  if (order == Order::kBoundFirst) other.Do([&] { far.Bind(std::move(ours)); });
  EXPECT_TRUE(crew["a"].orders->SendHold(std::move(theirs)));
  crew.AwaitDid("a", "holds");
  if (order == Order::kSentFirst) other.Do([&] { far.Bind(std::move(ours)); });
  EXPECT_TRUE(crew["a"].orders->SendBind());
  crew.AwaitDid("a", "bound");
  body(crew, other, far);
  other.Do([&] {
    far.line->Close();
    far.line = nullptr;
  });
}

FORKED_TEST(CrewLoops, ALineOfAnotherLoopBecomesIndependentOfTheFirst) {
  for (const Order order : {Order::kBoundFirst, Order::kSentFirst}) {
    WithLineToA(order, [](Crew& crew, LoopThread& other, FarLine& far) {
      // Turns until the thread's node talks to the member itself.
      const std::string expected = crew["a"].process->label().ToString();
      std::string found;
      while (found != expected) {
        other.Do([&] { found = far.Peer(); });
        crew.AwaitPeer("a");
      }
      // From here on this loop stands still.
      EXPECT_TRUE(crew["a"].orders->SendSay(0, 3));
      EXPECT_TRUE(crew["a"].orders->Flush());
      other.Do([&] { EXPECT_TRUE(far.line->SendSay(7)); });
      while (far.heard != 3) std::this_thread::yield();
      // And now it looks what the member has heard.
      crew.RunUntil([&] { return !crew["a"].orders->heard.empty(); });
      EXPECT_THAT(crew["a"].orders->heard, ElementsAre(7));
    });
  }
}

FORKED_TEST(CrewLoops, NothingIsLostOrTurnedRoundWhileTheRouteBecomesShort) {
  for (const Order order : {Order::kBoundFirst, Order::kSentFirst}) {
    WithLineToA(order, [](Crew& crew, LoopThread& other, FarLine& far) {
      EXPECT_TRUE(crew["a"].orders->SendSay(0, 500));
      for (uint32_t n = 0; n < 500; n += 10) {
        other.Do([&] {
          for (uint32_t i = 0; i < 10; ++i) EXPECT_TRUE(far.line->SendSay(n + i));
        });
        crew.loop().Turn(absl::ZeroDuration());
      }
      crew.RunUntil([&] { return crew["a"].orders->heard.size() == 500; });
      for (uint32_t n = 0; n < 500; ++n) ASSERT_EQ(n, crew["a"].orders->heard[n]);
      while (far.heard != 500) crew.loop().Turn(absl::Milliseconds(1));
    });
  }
}

FORKED_TEST(CrewLoops, TheMemberSeesThePeersEndOnce) {
  for (const Order order : {Order::kBoundFirst, Order::kSentFirst}) {
    WithLineToA(order, [](Crew& crew, LoopThread& other, FarLine& far) {
      other.Do([&] {
        EXPECT_TRUE(far.line->SendSay(1));
        far.line->Close();
      });
      crew.AwaitDid("a", "line: normal shutdown");
      EXPECT_THAT(crew["a"].orders->heard, ElementsAre(1));
      EXPECT_THAT(crew["a"].orders->did,
                  ElementsAre("serves", "holds", "bound", "line: normal shutdown"));
    });
  }
}

}  // namespace
}  // namespace actors
