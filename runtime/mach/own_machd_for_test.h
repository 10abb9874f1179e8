// A machd of a test's own: for limits, attacks and its end.
//
// Its directory is in the environment while it lives. The destructor ends it and checks that it
// ended well: under AddressSanitizer that includes its leaks.

#ifndef IPDL_RUNTIME_MACH_OWN_MACHD_FOR_TEST_H_
#define IPDL_RUNTIME_MACH_OWN_MACHD_FOR_TEST_H_

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "runtime/mach/client/launch.h"
#include "runtime/mach/emulation.h"

namespace ipdl::mach_test {

class OwnMachd {
 public:
  explicit OwnMachd(const std::vector<std::string>& arguments = {}) {
    mach::DisconnectThread();
    EXPECT_TRUE(mach::LaunchMachd(arguments, &launched_));
  }
  OwnMachd(const OwnMachd&) = delete;
  OwnMachd& operator=(const OwnMachd&) = delete;
  ~OwnMachd() {
    mach::DisconnectThread();
    launched_.life_line.Reset();
    int status = 0;
    EXPECT_EQ(launched_.pid, waitpid(launched_.pid, &status, 0));
    EXPECT_TRUE(killed_ || status == 0) << status;
    // One that ends by itself has removed these already.
    unlink((launched_.directory + "/machd").c_str());
    rmdir(launched_.directory.c_str());
  }

  const std::string& directory() const { return launched_.directory; }

  void Kill() {
    killed_ = true;
    kill(launched_.pid, SIGKILL);
  }

 private:
  mach::LaunchedMachd launched_;
  bool killed_ = false;
};

}  // namespace ipdl::mach_test

#endif  // IPDL_RUNTIME_MACH_OWN_MACHD_FOR_TEST_H_
