// The fixture of tests of portals within one node: a node and a pair.
//
// Used by api_local_test.cc, api_two_phase_test.cc and api_trap_test.cc only.

#ifndef IPDL_RUNTIME_PORTAL_LOCAL_FIXTURE_FOR_TEST_H_
#define IPDL_RUNTIME_PORTAL_LOCAL_FIXTURE_FOR_TEST_H_

#include "runtime/portal/portal_fixture_for_test.h"

namespace ipdl::portal {

class LocalFixture : public PortalFixture {
 protected:
  LocalFixture() : node_(NewBroker()), portals_(Open(node_)), a_(portals_.a), b_(portals_.b) {}
  ~LocalFixture() override {
    for (const IpczHandle handle : {a_, b_}) {
      if (handle != IPCZ_INVALID_HANDLE) {
        EXPECT_EQ(IPCZ_RESULT_OK, Close(handle));
      }
    }
  }

  IpczResult BeginPut(IpczHandle portal, size_t size, volatile void** data, size_t* room,
                      IpczTransaction* transaction) {
    *room = size;
    return ipcz().BeginPut(portal, IPCZ_NO_FLAGS, nullptr, data, room, transaction);
  }

  const IpczHandle node_;
  const Portals portals_;
  IpczHandle a_;
  IpczHandle b_;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_LOCAL_FIXTURE_FOR_TEST_H_
