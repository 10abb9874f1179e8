// Death in the middle of nested calls: one side is killed at each step of a script, for all steps.
// The other's calls all end, and it is told once.

#include <signal.h>

#include "tests/actors/nest.h"
#include "tests/actors/process_ends.h"

namespace actors {
namespace {

using ipdl::SendResult;
using Lines = std::vector<std::string>;

constexpr uint32_t kDeepest = 5;

// Both sides call at once, and each handler calls back until the number is kDeepest.
template <typename Actor>
class Script {
 public:
  // `dies_at`: the step before which this process kills itself; 0: never.
  Script(NestSide<Actor>& side, int dies_at) : side_(side), left_(dies_at) {
    side.actor->on = [this](What what, uint32_t n, uint32_t*) {
      if (what == What::kNote) return other_is_done_ = true, ipdl::Ok();
      Step();
      if (what != What::kUrgent && n < kDeepest) Call(n + 1);
      Step();
      return ipdl::Ok();
    };
  }

  void Run() {
    Call(0);
    Step();
    left_ = 0;  // it has lived
    side_.actor->SendNote(0);
  }
  bool other_is_done() const { return other_is_done_; }

 private:
  void Step() {
    if (--left_ == 0) raise(SIGKILL);
  }

  void Call(uint32_t n) {
    Step();
    uint32_t answer = 0;
    SendResult result = SendResult::kOk;
    if constexpr (std::is_same_v<Actor, NestChild>) {
      if (n == 0) {
        result = side_.actor->SendPlain(n, &answer);
      } else {
        side_.actor->SendUrgent(n);
        Step();
        result = n >= kDeepest - 1 ? side_.actor->SendDeep(n, &answer)
                                   : side_.actor->SendInner(n, &answer);
      }
    } else {
      result = side_.actor->SendInner(n, &answer);
    }
    // Cancelled: the script goes less deep, from a deep handler to an inner call.
    EXPECT_TRUE(result || result == SendResult::kClosed || result == SendResult::kCancelled)
        << result.ToString();
    Step();
  }

  NestSide<Actor>& side_;
  int left_;
  bool other_is_done_ = false;
};

// True if the other side lived to the end of its script.
template <typename Here, typename There>
bool LivesWithDeathAt(int step) {
  ipdl::ProcessPair pair([step](int socket) {
    NestSide<There> side([socket] { return EndInChild(socket); }, ipdl::Limits());
    Script script(side, step);
    script.Run();
    side.RunToEnd();
  });
  NestSide<Here> side([&pair] { return EndInParent(pair.TakeSocket()); }, ipdl::Limits());
  Script script(side, 0);
  script.Run();
  side.RunUntil([&] { return script.other_is_done() || !side.actor->IsOpen(); });
  const bool lived = script.other_is_done();
  if (lived) {
    side.actor->Close();
  } else {
    side.RunToEnd();
    pair.Kill();  // takes note that it ended so
  }
  EXPECT_EQ((Lines{side.actor->name() + (lived ? ": normal shutdown" : ": abnormal shutdown")}),
            side.journal.Take());
  EXPECT_EQ("", side.actor->cut_off);
  uint32_t answer = 0;
  EXPECT_EQ(SendResult::kClosed, side.actor->SendInner(0, &answer).code());
  return lived;
}

template <typename Here, typename There>
void DieAtEachStep() {
  int step = 1;
  while (!LivesWithDeathAt<Here, There>(step)) ++step;
  EXPECT_LT(15, step);
}

FORKED_TEST(NestedDeath, OfTheChildAtEachStepEndsAllCallsOfTheParent) {
  DieAtEachStep<NestParent, NestChild>();
}

FORKED_TEST(NestedDeath, OfTheParentAtEachStepEndsAllCallsOfTheChild) {
  DieAtEachStep<NestChild, NestParent>();
}

}  // namespace
}  // namespace actors
