#include "bench/forked_peer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/processor.h"

namespace ipdl::bench {

ForkedPeer::ForkedPeer(int cpu, const std::function<int()>& body) {
  fflush(nullptr);
  pid_ = fork();
  if (pid_ < 0) {
    fprintf(stderr, "ipdl-bench: fork: %s\n", strerror(errno));
    exit(1);
  }
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  PinTo(cpu);
  const int code = body();
  fflush(nullptr);
  _exit(code);
}

ForkedPeer::~ForkedPeer() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

int64_t ForkedPeer::CpuNs() const {
  clockid_t clock = {};
  struct timespec used = {};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
  return int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

}  // namespace ipdl::bench
