// A session of portals between four real processes, one of which a fault befalls.
//
// What it is: a broker and three nodes that connect, are introduced, talk over portals that travel
// (twice, both ends, over others), merge routes, send descriptors and big parcels, and close. Then
// the survivors are probed: the broker gives each pair of them a fresh pair of portals. In the end
// each looks whether anything is left. What it is not: a simulation; the processes are forks, the
// links are sockets and shared memory. Used by session_fault_test.cc.

#ifndef IPDL_RUNTIME_DRIVER_SESSION_FOR_TEST_H_
#define IPDL_RUNTIME_DRIVER_SESSION_FOR_TEST_H_

#include <cstdint>

#include "tests/support/call_fault.h"

namespace ipdl {

// Of the session; the first is the broker.
inline constexpr int kSessionProcesses = 4;

struct SessionOutcome {
  uint64_t calls = 0;   // of the victim, as the kind of fault counts them
  bool befell = false;  // the fault did
};

// Fails the test unless all others keep the rules, and what the fault is no excuse for works. Call
// it in a FORKED_TEST.
SessionOutcome RunSession(int victim, const CallFault& fault);

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_SESSION_FOR_TEST_H_
