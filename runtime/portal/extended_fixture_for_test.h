// The fixture of tests of what goes beyond the plain C table.
//
// Used by flow_test.cc, limits_test.cc and view_test.cc only.

#ifndef IPDL_RUNTIME_PORTAL_EXTENDED_FIXTURE_FOR_TEST_H_
#define IPDL_RUNTIME_PORTAL_EXTENDED_FIXTURE_FOR_TEST_H_

#include <string>

#include "runtime/portal/portal_fixture_for_test.h"

namespace ipdl::portal {

// The table with additions.
inline const IpczExtendedAPI& Extended() {
  static const IpczExtendedAPI table = [] {
    IpczExtendedAPI filled = {};
    filled.api.size = sizeof(filled);
    IpczGetAPI(&filled.api);
    return filled;
  }();
  return table;
}

class ExtendedFixture : public PortalFixture {
 protected:
  explicit ExtendedFixture(const TestNetwork::Options& options = {}) : PortalFixture(options) {}

  static void SetLimits(IpczHandle portal, uint64_t max_parcels, uint64_t max_bytes) {
    const IpczPortalLimits limits = {sizeof(limits), max_parcels, max_bytes};
    EXPECT_EQ(IPCZ_RESULT_OK, Extended().SetPortalLimits(portal, &limits, 0, nullptr));
  }
  static IpczCounters Counters(IpczHandle handle) {
    IpczCounters counters = {};
    counters.size = sizeof(counters);
    EXPECT_EQ(IPCZ_RESULT_OK, Extended().QueryCounters(handle, 0, nullptr, &counters));
    return counters;
  }
  static std::string Dump(IpczHandle node, IpczDumpFlags flags = IPCZ_NO_FLAGS) {
    size_t size = 0;
    EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED,
              Extended().Dump(node, flags, nullptr, nullptr, &size));
    std::string text(size, '\0');
    EXPECT_EQ(IPCZ_RESULT_OK, Extended().Dump(node, flags, nullptr, text.data(), &size));
    return text;
  }
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_EXTENDED_FIXTURE_FOR_TEST_H_
