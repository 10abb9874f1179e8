// Memory that changes between two accesses of one thread, by the watcher that the fuzzer uses.

#include "tests/fuzz/watched_memory.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

namespace fuzz {
namespace {

TEST(WatchedMemoryTest, EveryAccessIsPrecededByACall) {
  constexpr size_t kSize = 8192;
  const std::unique_ptr<void, void (*)(void*)> owner(std::aligned_alloc(4096, kSize), &std::free);
  volatile int* const words = static_cast<int*>(owner.get());
  words[0] = 0;
  volatile int calls = 0;  // changed between two instructions
  {
    const WatchedMemory watched(owner.get(), kSize, [&] {
      calls = calls + 1;
      words[0] = calls;
    });
    if (calls == 0 && words[0] == 0) GTEST_SKIP() << "memory cannot be watched here";
    EXPECT_EQ(2, words[0]);
    words[1500] = 7;
    EXPECT_EQ(3, calls);
    EXPECT_EQ(4, words[0]);
  }
  EXPECT_EQ(4, words[0]);
  EXPECT_EQ(7, words[1500]);
}

}  // namespace
}  // namespace fuzz
