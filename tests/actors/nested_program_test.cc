// Many random programs of nested calls, each run by two processes at once and judged by the rules.
// That they end at all is the proof that none of their schedules deadlocks.
//
// IPDL_NESTED_PROGRAMS: how many (default 400). IPDL_NESTED_SEED: only that one.

#include "tests/actors/nested_program.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

#include "gtest/gtest.h"
#include "tests/actors/nested_model.h"
#include "tests/support/forked_test.h"

namespace actors {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Survives the processes that fill it.
struct Shared {
  ProgramRecord record;
  uint64_t seed;
  JudgeCounts counts;
};

void RunSeeds(Shared& shared, uint64_t first, uint64_t count) {
  for (uint64_t seed = first; seed < first + count; ++seed) {
    shared.seed = seed;
    const Program program(seed);
    RunProgram(program, shared.record);
    const std::string wrong = Judge(program, shared.record);
    EXPECT_EQ("", wrong) << program.ToString() << ToString(shared.record);
    if (testing::Test::HasFailure()) return;
  }
  shared.counts = Counts();
}

TEST(NestedProgram, EveryProgramEndsAndKeepsTheRules) {
  const uint64_t only = FromEnvironment("IPDL_NESTED_SEED", 0);
  const uint64_t count = only != 0 ? 1 : FromEnvironment("IPDL_NESTED_PROGRAMS", 400);
  const uint64_t first = only != 0 ? only : 1;
  // In one piece with the test's process, so that a hang still tells its seed.
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(MAP_FAILED, memory);
  Shared& shared = *new (memory) Shared();
  constexpr uint64_t kAtOnce = 100;
  JudgeCounts sum;
  for (uint64_t done = 0; done < count; done += kAtOnce) {
    const ipdl::ForkedOutcome outcome =
        ipdl::RunForked([&] { RunSeeds(shared, first + done, std::min(kAtOnce, count - done)); });
    EXPECT_TRUE(outcome.passed()) << outcome.ToString()
                                  << "\nwith IPDL_NESTED_SEED=" << shared.seed;
    if (HasFailure()) break;
    sum.inside_calls += shared.counts.inside_calls;
    sum.cancelled += shared.counts.cancelled;
    sum.crossed += shared.counts.crossed;
  }
  std::printf(
      "%llu programs: %llu messages inside calls, %llu of them yielded to, %llu cancelled\n",
      static_cast<unsigned long long>(count), static_cast<unsigned long long>(sum.inside_calls),
      static_cast<unsigned long long>(sum.crossed), static_cast<unsigned long long>(sum.cancelled));
  if (only == 0 && !HasFailure()) {
    // The programs exercise what they are for.
    EXPECT_LT(0u, sum.crossed);
    EXPECT_LT(0u, sum.cancelled);
  }
  munmap(memory, sizeof(Shared));
}

}  // namespace
}  // namespace actors
