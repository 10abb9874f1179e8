// Calls somebody before every access to a piece of memory: a peer who changes it while it is read,
// but at a moment that can be repeated.
//
// What it is: the pages are made inaccessible; an access is a fault, whose handler opens them,
// calls, lets the one instruction run and closes them again. What it is not: a thread, or for more
// than one. Only on Linux with x86-64; elsewhere nothing is watched. Used by link_memory_fuzz.cc.

#ifndef IPDL_TESTS_FUZZ_WATCHED_MEMORY_H_
#define IPDL_TESTS_FUZZ_WATCHED_MEMORY_H_

#include <cstddef>
#include <functional>

namespace fuzz {

// For as long as it lives; one at a time. `address` and `size` are multiples of 4096.
class WatchedMemory {
 public:
  // `before_access` runs in a signal handler of the accessing thread, which is inside an ordinary
  // instruction; it may access the memory itself.
  WatchedMemory(void* address, size_t size, std::function<void()> before_access);
  ~WatchedMemory();
  WatchedMemory(const WatchedMemory&) = delete;
  WatchedMemory& operator=(const WatchedMemory&) = delete;
};

}  // namespace fuzz

#endif  // IPDL_TESTS_FUZZ_WATCHED_MEMORY_H_
