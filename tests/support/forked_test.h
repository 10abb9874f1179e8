// Tests that run in a process of their own, and must leave nothing behind.
//
// What it is: a runner. It forks, runs the test's body in the fork, and looks afterwards what the
// body left open. What it is not: a way to start another program. Used by the tests of all floors;
// knows nothing of ours.
//
// A test fails if its body fails (each failure is reported with its own file, line and message),
// if the process crashes or ends early, if it has not ended when the time is up (the whole process
// group is killed), or if descriptors, shared mappings, threads, child processes or shared-memory
// files are left. Under AddressSanitizer heap leaks of the body count too. The time limit is for
// hangs only: a test that needs it to pass is wrong.
//
// Inside the body, children that fork may use gtest's macros as well; their failures are reported
// the same way. fork() needs a program with one thread: tests that start threads do so inside the
// body.
//
//   FORKED_TEST(SocketChannelTest, SurvivesItsPeer) {
//     ipdl::ProcessPair pair([](int socket) { ... });
//     ...
//     EXPECT_EQ(1, closed);
//   }

#ifndef IPDL_TESTS_SUPPORT_FORKED_TEST_H_
#define IPDL_TESTS_SUPPORT_FORKED_TEST_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace ipdl {

// What became of a body that ran in a fork.
struct ForkedOutcome {
  // A gtest failure (or skip) of the body or of a process it forked.
  struct Part {
    testing::TestPartResult::Type type = testing::TestPartResult::kNonFatalFailure;
    std::string file;  // may be empty
    int line = 0;
    std::string message;
  };
  std::vector<Part> parts;
  std::vector<std::string> leaks;  // by name: "descriptor 7 -> memfd:pool"
  std::string end;                 // empty if the body ran to its end; else why it did not

  bool passed() const;
  bool skipped() const;
  std::string ToString() const;
};

// Long enough for the slowest sanitizer on a busy machine.
inline constexpr absl::Duration kForkedTimeout = absl::Seconds(180);

// How long what is left behind may take to go away by itself: a thread that ends when idle, the
// descriptors that it closes. A passing test does not wait for it.
inline constexpr absl::Duration kLeakGrace = absl::Seconds(3);

// What a test program does before each fork, such as ending threads of the library under test; may
// be null. Set before main.
extern void (*before_fork)();

// In the long profile of faults (call_fault.h), in which one test is thousands of scripts.
inline constexpr absl::Duration kLongForkedTimeout = absl::Hours(4);

// Runs `body` in a fork and returns what became of it. Reports nothing to gtest.
ForkedOutcome RunForked(absl::FunctionRef<void()> body, absl::Duration timeout = kForkedTimeout,
                        absl::Duration leak_grace = kLeakGrace);

// The same, and turns everything wrong into failures of the current test.
void RunForkedTest(absl::FunctionRef<void()> body);

}  // namespace ipdl

// Like TEST, with the body in a fork.
#define FORKED_TEST(suite, name)                              \
  static void suite##_##name##_InFork();                      \
  TEST(suite, name) {                                         \
    ::ipdl::RunForkedTest([] { suite##_##name##_InFork(); }); \
  }                                                           \
  static void suite##_##name##_InFork()

#endif  // IPDL_TESTS_SUPPORT_FORKED_TEST_H_
