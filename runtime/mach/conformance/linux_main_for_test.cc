// The conformance tests' ground on Linux: one machd for the whole program, started by main.
//
// See mach_for_test.h. Each test body runs in a fork, which is a task of its own; machd is strict
// with it, and its leak report must be empty at the end.

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "runtime/mach/client/launch.h"
#include "runtime/mach/conformance/mach_for_test.h"
#include "runtime/mach/emulation.h"
#include "tests/support/forked_test.h"

namespace ipdl::mach_test {

void RunMachTest(absl::FunctionRef<void()> body) {
  RunForkedTest([body] {
    mach::SetStrict(true);
    ASSERT_TRUE(mach::IsConnected());
    body();
    EXPECT_EQ("", mach::LeakReport()) << "rights are left";
    mach::DisconnectThread();
  });
}

void AllowMisuse() { mach::SetStrict(false); }

}  // namespace ipdl::mach_test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  setenv("IPDL_MACHD_PROGRAM", MACHD_FOR_TEST, 1);
  ipdl::mach::LaunchedMachd machd;
  if (!ipdl::mach::LaunchMachd({}, &machd)) {
    std::fputs("machd does not start\n", stderr);
    return 1;
  }
  const int failures = RUN_ALL_TESTS();
  machd.life_line.Reset();
  int status = 0;
  while (waitpid(machd.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) std::fprintf(stderr, "machd ended with status %d\n", status);
  return failures != 0 || status != 0 ? 1 : 0;
}
