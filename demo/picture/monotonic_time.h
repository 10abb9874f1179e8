// The system's monotonic clock, which is the same in all processes of one machine.

#ifndef DEMO_PICTURE_MONOTONIC_TIME_H_
#define DEMO_PICTURE_MONOTONIC_TIME_H_

#include <cstdint>
#include <ctime>

namespace ipdl::demo {

// Nanoseconds since an arbitrary point in the past.
inline uint64_t MonotonicNanoseconds() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_MONOTONIC_TIME_H_
