// Violations: who is told of them, who is killed for them, and who is not. With processes.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "tests/actors/crew.h"
#include "tests/support/forked_test.h"

namespace actors {
namespace {

using testing::HasSubstr;

// A line from here to a member, bound at both ends and direct.
ipdl::RefPtr<LineParent> LineTo(Crew& crew, const std::string& name) {
  ipdl::Endpoint<PLineParent> ours;
  ipdl::Endpoint<PLineChild> theirs;
  EXPECT_TRUE(PLine::CreateEndpoints(&ours, &theirs).ok());
  auto line = ipdl::MakeRef<LineParent>();
  EXPECT_TRUE(ours.Bind(line).ok());
  EXPECT_TRUE(crew[name].orders->SendHold(std::move(theirs)));
  EXPECT_TRUE(crew[name].orders->SendBind());
  crew.AwaitDid(name, "bound");
  return line;
}

// A line between two members, bound at both ends and direct.
void LineBetween(Crew& crew, const std::string& a, const std::string& b) {
  ipdl::Endpoint<PLineParent> first;
  ipdl::Endpoint<PLineChild> second;
  EXPECT_TRUE(PLine::CreateEndpoints(&first, &second).ok());
  EXPECT_TRUE(crew[a].orders->SendHoldParent(std::move(first)));
  EXPECT_TRUE(crew[a].orders->SendBind());
  EXPECT_TRUE(crew[b].orders->SendHold(std::move(second)));
  EXPECT_TRUE(crew[b].orders->SendBind());
  EXPECT_THAT(crew.AwaitPeer(a), HasSubstr("#" + b));
  EXPECT_THAT(crew.AwaitPeer(b), HasSubstr("#" + a));
}

// Still there, and does what it is told.
void ExpectServes(Crew& crew, const std::string& name) {
  EXPECT_EQ("", crew[name].exit);
  EXPECT_TRUE(crew[name].orders->SendDrop());
  crew.AwaitDid(name, "dropped");
}

FORKED_TEST(Violation, KillsTheChild) {
  Crew crew;
  crew.Launch("a");
  crew.Launch("b");
  const auto line = LineTo(crew, "a");
  EXPECT_TRUE(crew["a"].orders->SendSay(kNobodySays, 1));
  crew.RunUntil([&] { return !crew["a"].exit.empty(); });
  EXPECT_EQ("a parcel that it put was rejected: PLine::Msg_Say: n: nobody says that",
            crew["a"].violation);
  EXPECT_EQ("killed by signal 9 (Killed) after a violation: " + crew["a"].violation,
            crew["a"].exit);
  EXPECT_EQ("", crew["b"].violation);
  ExpectServes(crew, "b");
}

FORKED_TEST(Violation, IsOnlyToldIfTheLauncherWantsThat) {
  Crew crew;
  crew.Launch("a", {.when_violated = ipdl::LaunchOptions::WhenViolated::kTell});
  const auto line = LineTo(crew, "a");
  EXPECT_TRUE(crew["a"].orders->SendSay(kNobodySays, 1));
  crew.RunUntil([&] { return !crew["a"].violation.empty(); });
  EXPECT_THAT(crew["a"].violation, HasSubstr("PLine::Msg_Say"));
  crew.AwaitDid("a", "line: abnormal shutdown");
  ExpectServes(crew, "a");
  crew["a"].orders->Close();
  crew.RunUntil([&] { return !crew["a"].exit.empty(); });
  EXPECT_EQ("exited with 0 after a violation: " + crew["a"].violation, crew["a"].exit);
  EXPECT_FALSE(crew["a"].process->exit_status()->ok());
}

FORKED_TEST(Violation, IsToldToWhomAsksLater) {
  Crew crew;
  crew.Launch("a");
  const auto line = LineTo(crew, "a");
  EXPECT_TRUE(crew["a"].orders->SendSay(kNobodySays, 1));
  crew.RunUntil([&] { return !crew["a"].exit.empty(); });
  std::string again;
  crew["a"].process->OnViolation([&](std::string_view what) { again = what; });
  EXPECT_EQ("", again);  // never from inside the call
  crew.RunUntil([&] { return !again.empty(); });
  EXPECT_EQ(crew["a"].violation, again);
}

FORKED_TEST(Violation, AgainstAnotherChildIsReportedByAJudge) {
  Crew crew;
  crew.Launch("culprit");
  crew.Launch("judge", {.trusted_to_judge = true});
  LineBetween(crew, "culprit", "judge");
  EXPECT_TRUE(crew["culprit"].orders->SendSay(kNobodySays, 1));
  crew.RunUntil([&] { return !crew["culprit"].exit.empty(); });
  EXPECT_THAT(crew["culprit"].violation, HasSubstr("#judge"));
  EXPECT_THAT(crew["culprit"].violation,
              HasSubstr("rejected a parcel that it put: PLine::Msg_Say: n: nobody says that"));
  EXPECT_EQ("killed by signal 9 (Killed) after a violation: " + crew["culprit"].violation,
            crew["culprit"].exit);
  EXPECT_EQ("", crew["judge"].violation);
  ExpectServes(crew, "judge");
}

FORKED_TEST(Violation, OfAnotherChildIsNotBelievedWithoutTrust) {
  Crew crew;
  crew.Launch("framed");
  crew.Launch("liar");
  LineBetween(crew, "framed", "liar");
  // For the launcher the same as a lie.
  EXPECT_TRUE(crew["framed"].orders->SendSay(kNobodySays, 1));
  crew.RunUntil([&] { return crew.log().find("not trusted to judge") != std::string::npos; });
  EXPECT_THAT(crew.log(), HasSubstr("#liar"));
  EXPECT_THAT(crew.log(), HasSubstr("PLine::Msg_Say"));
  crew.AwaitDid("framed", "line: abnormal shutdown");
  ExpectServes(crew, "framed");
  ExpectServes(crew, "liar");
  EXPECT_EQ("", crew["framed"].violation);
  EXPECT_EQ("", crew["liar"].violation);
}

FORKED_TEST(Violation, AChildThatIsDetachedIsKilledAsWell) {
  Crew crew;
  crew.Launch("a", {.when_destroyed = ipdl::LaunchOptions::WhenDestroyed::kDetach});
  const auto line = LineTo(crew, "a");
  bool ended = false;
  line->on_end = [&](std::string_view) { ended = true; };
  const pid_t pid = static_cast<pid_t>(crew["a"].process->pid());
  crew["a"].process = nullptr;
  EXPECT_TRUE(crew["a"].orders->SendSay(kNobodySays, 1));
  crew.RunUntil([&] { return ended; });
  int status = 0;
  EXPECT_EQ(pid, waitpid(pid, &status, 0));
  EXPECT_TRUE(WIFSIGNALED(status));
}

}  // namespace
}  // namespace actors
