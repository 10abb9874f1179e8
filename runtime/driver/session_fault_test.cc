// One process of a session dies, or its system calls fail, at every call. See session_for_test.h
// for the session and its rules, and tests/support/call_fault.h for how many calls a run tries.

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "runtime/driver/session_for_test.h"
#include "tests/support/forked_test.h"

namespace ipdl {
namespace {

using Kind = CallFault::Kind;

void TryEveryCall(int victim, CallFault fault, size_t most) {
  fault.at = 0;
  const SessionOutcome counted = RunSession(victim, fault);
  ASSERT_LT(0u, counted.calls);
  uint64_t befell = 0;
  fault.at = 1;
  std::string what = "process " + std::to_string(victim) + ", " + fault.ToString();
  ForCalls(what.substr(0, what.rfind(" at call")), counted.calls, most, [&](uint64_t k) {
    fault.at = k;
    befell += RunSession(victim, fault).befell ? 1 : 0;
  });
  EXPECT_LT(0u, befell);
}

FORKED_TEST(SessionTest, WorksWithoutAFault) {
  for (int i = 0; i < 3; ++i) RunSession(-1, {});
}

FORKED_TEST(SessionDeathTest, OfTheBrokerClosesEverything) { TryEveryCall(0, {Kind::kDeath}, 15); }

FORKED_TEST(SessionDeathTest, OfOneNodeLeavesTheOthersServing) {
  for (int victim = 1; victim < kSessionProcesses; ++victim) {
    TryEveryCall(victim, {Kind::kDeath}, 15);
  }
}

class SessionErrorTest : public testing::TestWithParam<int> {};

TEST_P(SessionErrorTest, IsSurvivedAtEveryCall) {
  RunForkedTest([&] {
    for (int victim = 0; victim < kSessionProcesses; ++victim) {
      TryEveryCall(victim, {.kind = Kind::kError, .error = GetParam()}, 3);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Errors, SessionErrorTest,
                         testing::Values(EINTR, EAGAIN, ENOBUFS, EMFILE, ENOMEM),
                         [](const auto& info) { return std::string(strerrorname_np(info.param)); });

FORKED_TEST(SessionShortSendTest, LosesNothing) {
  for (int victim = 0; victim < kSessionProcesses; ++victim) {
    TryEveryCall(victim, {Kind::kShortSend}, 5);
  }
}

}  // namespace
}  // namespace ipdl
