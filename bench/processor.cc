#include "bench/processor.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

namespace ipdl::bench {
namespace {

int64_t ReadClock(clockid_t clock) {
  struct timespec now = {};
  clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

const char* Name(Placement placement) { return placement == Placement::kSame ? "same" : "cross"; }

std::vector<int> AllowedCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return {0};
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

int CpuFor(const std::vector<int>& allowed, Placement placement, int index) {
  if (placement == Placement::kSame) return allowed.back();
  return allowed[static_cast<size_t>(index) % allowed.size()];
}

void PinTo(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) {
    fprintf(stderr, "ipdl-bench: cannot pin to CPU %d: %s\n", cpu, strerror(errno));
    exit(1);
  }
}

int64_t NowNs() { return ReadClock(CLOCK_MONOTONIC); }

int64_t CpuNs() { return ReadClock(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace ipdl::bench
