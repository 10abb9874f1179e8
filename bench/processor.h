// Where a benchmark runs and what it uses: pinning to a CPU, wall time, CPU time.

#ifndef IPDL_BENCH_PROCESSOR_H_
#define IPDL_BENCH_PROCESSOR_H_

#include <cstdint>
#include <vector>

namespace ipdl::bench {

// Which CPUs the two processes of a case use. "Same" is pure software cost and the figure to
// steer by; "cross" adds the wake-up of a halted CPU, which no program that sleeps can avoid.
enum class Placement { kSame, kCross };

const char* Name(Placement placement);

// The CPUs this process may run on when the program starts (before any pinning).
std::vector<int> AllowedCpus();

// The CPU for process `index` (0 or 1) of a case, out of `allowed`.
int CpuFor(const std::vector<int>& allowed, Placement placement, int index);

// Pins the calling process. Failing to pin would make the figures lies, so it ends the program.
void PinTo(int cpu);

// Nanoseconds of a clock that only goes forward.
int64_t NowNs();

// CPU time (user and system) that this process has used, in nanoseconds.
int64_t CpuNs();

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_PROCESSOR_H_
