// Many schedules of the simulator. See simulation_for_test.h.
//
// IPDL_PORTAL_SCHEDULES: how many of each kind (default 5,000). IPDL_PORTAL_SEED: only that one.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "runtime/portal/handle_table.h"
#include "runtime/portal/simulation_for_test.h"

namespace ipdl::portal {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void RunSchedules(const char* name, bool crashes, bool breaks) {
  const uint64_t only = FromEnvironment("IPDL_PORTAL_SEED", 0);
  const uint64_t count = only != 0 ? 1 : FromEnvironment("IPDL_PORTAL_SCHEDULES", 5000);
  const uint64_t first = only != 0 ? only : 1;
  const uint64_t handles = HandleTable::Get().size();
  for (uint64_t seed = first; seed < first + count; ++seed) {
    {
      Simulation simulation({seed, 100 + static_cast<int>(seed % 5) * 150, crashes, breaks});
      ASSERT_EQ("", simulation.Run()) << "with IPDL_PORTAL_SEED=" << seed;
    }
    ASSERT_EQ(handles, HandleTable::Get().size()) << "with IPDL_PORTAL_SEED=" << seed;
  }
  std::printf("%llu schedules %s\n", static_cast<unsigned long long>(count), name);
}

TEST(SimulationTest, EverythingArrivesAndEveryRouteBecomesDirect) {
  RunSchedules("without crashes", false, false);
}

TEST(SimulationTest, WhenANodeDiesOthersGetABeginningAndThenClosure) {
  RunSchedules("with crashes", true, false);
}

// Many just when a bypass begins to use them: the route goes on the old way, or ends at both ends.
TEST(SimulationTest, WhenConnectionsBreakRoutesGoOnOrEnd) {
  RunSchedules("with broken connections", false, true);
}

}  // namespace
}  // namespace ipdl::portal
