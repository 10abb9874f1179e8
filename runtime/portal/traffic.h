// What went over something in each direction.
//
// What it is: four counters of a hop or a node. What it is not: a limit. Called by Router under the
// domain's lock.

#ifndef IPDL_RUNTIME_PORTAL_TRAFFIC_H_
#define IPDL_RUNTIME_PORTAL_TRAFFIC_H_

#include <cstddef>
#include <cstdint>

#include "runtime/portal/include/ipcz/ipcz.h"

namespace ipdl::portal {

struct Traffic {
  void CountSent(size_t num_bytes) {
    ++parcels_sent;
    bytes_sent += num_bytes;
  }
  void CountReceived(size_t num_bytes) {
    ++parcels_received;
    bytes_received += num_bytes;
  }
  void Tell(IpczCounters* counters) const {
    counters->parcels_sent = parcels_sent;
    counters->bytes_sent = bytes_sent;
    counters->parcels_received = parcels_received;
    counters->bytes_received = bytes_received;
  }

  uint64_t parcels_sent = 0;
  uint64_t bytes_sent = 0;
  uint64_t parcels_received = 0;
  uint64_t bytes_received = 0;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_TRAFFIC_H_
