// One side of a session of actors dies before or after each message that it sends or receives, or
// has its system calls fail: the other side is told once, of the whole tree, and owns nothing of it
// afterwards. See session.h for the script, tests/support/call_fault.h for how many calls a run
// tries.

#include "tests/actors/session.h"

#include <sys/wait.h>

#include <cerrno>
#include <memory>
#include <optional>

#include "glue/process.h"
#include "gtest/gtest.h"
#include "runtime/foreign_close.h"
#include "runtime/log.h"
#include "tests/support/call_fault.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace actors {
namespace {

using ipdl::CallFault;
using Kind = CallFault::Kind;

// More than a side sends and receives: these are all tried in every profile.
constexpr size_t kAllMessages = 1000;

enum class Victim : uint8_t { kParent, kChild };

// How the child ended is judged where its parent lives.
void JudgeExit(const ipdl::ExitStatus& how, bool died) {
  EXPECT_EQ(died ? "killed by signal 9 (Killed)" : "exited with 0", how.ToString());
}

// The parent's side, in a fork.
void PlayParent(Victim victim, const CallFault& fault, const ipdl::SharedTally& tally) {
  const bool fault_here = victim == Victim::kParent;
  const bool must_finish = fault.at == 0 || fault.is_passing();
  ipdl::SetLogSink([](std::string_view) {});
  SessionBook book;
  std::optional<ipdl::CallFaultScope> scope;
  if (fault_here) scope.emplace(fault, *tally);
  [&] {
    auto loop = ipdl::RunLoop::Create();
    if (!loop.ok()) return;
    auto child = ipdl::ChildProcess::Launch(
        {.program = SESSION_CHILD,
         .arguments = {tally.path(), std::to_string(static_cast<int>(fault.kind)),
                       std::to_string(fault.error), std::to_string(fault.at),
                       fault_here ? "0" : "1"}});
    if (!child.ok()) return;
    auto root = ipdl::MakeRef<SessionParent>(&book);
    if ((*child)->TakeEndpoint<PSessionParent>().Bind(root).ok()) {
      PlaySession(**loop, *root, !fault.is_death());
    }
    root = nullptr;
    RunSessionLoop(**loop, "the child's exit", [&] { return (*child)->exit_status().has_value(); });
    if (const auto& how = (*child)->exit_status(); how.has_value()) {
      JudgeExit(*how, !fault_here && fault.is_death() && tally->befell);
    }
  }();
  scope.reset();
  ipdl::DrainForForeignClose();
  book.Check();
  if (must_finish) {
    EXPECT_TRUE(book.finished && book.other_finished);
  }
  ipdl::SetLogSink(nullptr);
}

struct Outcome {
  uint64_t calls;
  bool befell;
};

Outcome RunOnce(Victim victim, const CallFault& fault) {
  const ipdl::SharedTally tally;
  {
    ipdl::ProcessPair parent([&](int) { PlayParent(victim, fault, tally); });
    if (victim == Victim::kParent && fault.is_death()) {
      const bool died = parent.WaitForDeath();
      EXPECT_EQ(tally->befell.load(), died);
    }
  }
  // A child that has lost its parent is ours.
  int status = 0;
  while (waitpid(-1, &status, 0) > 0) {
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "child's status " << status;
  }
  return {tally->calls, tally->befell};
}

void TryEveryCall(CallFault fault, size_t most) {
  for (const Victim victim : {Victim::kParent, Victim::kChild}) {
    fault.at = 0;
    const Outcome counted = RunOnce(victim, fault);
    ASSERT_LT(0u, counted.calls);
    fault.at = 1;
    std::string what = victim == Victim::kParent ? "parent, " : "child, ";
    what += fault.ToString();
    uint64_t befell = 0;
    ipdl::ForCalls(what.substr(0, what.rfind(" at call")), counted.calls, most, [&](uint64_t k) {
      fault.at = k;
      befell += RunOnce(victim, fault).befell ? 1 : 0;
    });
    EXPECT_LT(0u, befell);
  }
}

FORKED_TEST(ActorSession, WorksWithoutAFault) { RunOnce(Victim::kChild, {}); }

FORKED_TEST(ActorSessionDeath, BeforeEachMessageIsToldToTheOtherSide) {
  TryEveryCall({Kind::kDeathBeforeMessage}, kAllMessages);
}

FORKED_TEST(ActorSessionDeath, AfterEachMessageIsToldToTheOtherSide) {
  TryEveryCall({Kind::kDeathAfterMessage}, kAllMessages);
}

FORKED_TEST(ActorSessionDeath, BeforeAnyOtherCallIsToldToTheOtherSide) {
  TryEveryCall({Kind::kDeath}, 10);
}

class ActorSessionError : public testing::TestWithParam<int> {};

TEST_P(ActorSessionError, IsSurvivedAtEveryCall) {
  ipdl::RunForkedTest([&] { TryEveryCall({.kind = Kind::kError, .error = GetParam()}, 4); });
}

INSTANTIATE_TEST_SUITE_P(Errors, ActorSessionError,
                         testing::Values(EINTR, EAGAIN, ENOBUFS, EMFILE, ENOMEM),
                         [](const auto& info) { return std::string(strerrorname_np(info.param)); });

FORKED_TEST(ActorSessionShortSend, LosesNothing) { TryEveryCall({Kind::kShortSend}, 5); }

}  // namespace
}  // namespace actors
