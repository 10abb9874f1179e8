// What was said reaches the other process although this one does not turn its loop any more; and
// loops within loops.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "tests/actors/crew.h"
#include "tests/support/forked_test.h"

namespace actors {
namespace {

using testing::ElementsAre;

// Without a turn, and leaves the status to whoever asks for it next.
int AwaitExitCode(const ipdl::ChildProcess& process) {
  siginfo_t info{};
  EXPECT_EQ(0, waitid(P_PID, static_cast<id_t>(process.pid()), &info, WEXITED | WNOWAIT));
  EXPECT_EQ(CLD_EXITED, info.si_code);
  return info.si_status;
}

FORKED_TEST(CrewBlock, ALauncherMaySendCloseAndBlockOnceTheChildHasAnswered) {
  Crew crew;
  Crew::Member& member = crew.Start("a");
  EXPECT_TRUE(member.orders->SendDrop());
  EXPECT_TRUE(member.orders->SendExit(7));
  EXPECT_TRUE(member.process->AwaitAnswer(absl::InfiniteDuration()));
  member.orders->Close();
  EXPECT_EQ(7, AwaitExitCode(*member.process));
}

FORKED_TEST(CrewBlock, WhatWasSentBeforeTheAnswerAndACloseArrives) {
  Crew crew;
  Crew::Member& member = crew.Start("a");
  EXPECT_TRUE(member.orders->SendDrop());
  member.orders->Close();
  EXPECT_TRUE(member.process->AwaitAnswer(absl::InfiniteDuration()));
  EXPECT_EQ(0, AwaitExitCode(*member.process));  // a normal shutdown: the goodbye came
}

FORKED_TEST(CrewBlock, AChildThatHasEndedIsNotAwaited) {
  Crew crew;
  Crew::Member& member = crew.Start("a");
  member.process->Kill();
  // Perhaps it was faster; in any case this returns.
  static_cast<void>(member.process->AwaitAnswer(absl::InfiniteDuration()));
  crew.RunUntil([&] { return !member.exit.empty(); });
  EXPECT_FALSE(member.process->AwaitAnswer(absl::InfiniteDuration()));
}

FORKED_TEST(CrewBlock, AChildMaySendCloseAndBlock) {
  Crew crew;
  Crew::Member& member = crew.Start("a", {.arguments = {"blocks"}});
  crew.RunUntil([&] { return member.orders->Has("gone: normal shutdown"); });
  EXPECT_THAT(member.orders->did, ElementsAre("serves", "gone: normal shutdown"));
}

FORKED_TEST(CrewBlock, ALoopWithinALoopHasItsOwnLine) {
  Crew crew;
  crew.Launch("a");
  ipdl::Endpoint<PLineParent> ours;
  ipdl::Endpoint<PLineChild> theirs;
  ASSERT_TRUE(PLine::CreateEndpoints(&ours, &theirs).ok());
  EXPECT_TRUE(crew["a"].orders->SendHold(std::move(theirs)));
  EXPECT_TRUE(crew["a"].orders->SendBind());
  crew.AwaitDid("a", "bound");

  auto inner = *ipdl::RunLoop::Create();
  auto line = ipdl::MakeRef<LineParent>();
  std::vector<uint32_t> heard;
  line->on_say = [&](uint32_t n) { heard.push_back(n); };
  ASSERT_TRUE(ours.Bind(line, inner.get()).ok());
  // Both turn until the line needs the outer one no longer.
  while (line->OtherPid() != crew["a"].process->pid()) {
    inner->Turn(absl::ZeroDuration());
    crew.loop().Turn(absl::Milliseconds(1));
  }
  EXPECT_TRUE(crew["a"].orders->SendSay(0, 3));
  EXPECT_TRUE(crew["a"].orders->Flush());
  while (heard.size() < 3) inner->Turn(absl::InfiniteDuration());
  EXPECT_THAT(heard, ElementsAre(0, 1, 2));
  line->Close();
  inner = nullptr;
  crew.AwaitDid("a", "line: normal shutdown");
}

}  // namespace
}  // namespace actors
