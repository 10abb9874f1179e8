// The other process of a portal case: it does what orders that come by its portal say.
//
// What it is: a fork with a node of its own, and the orders. What it is not: a measurer; the case
// is. Used by portal_cases.cc.

#ifndef IPDL_BENCH_PORTAL_PEER_H_
#define IPDL_BENCH_PORTAL_PEER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "bench/forked_peer.h"
#include "runtime/handle.h"

namespace ipdl::bench {

struct PortalOrder {
  enum Kind : uint32_t {
    kEcho,   // `count` parcels are put back as they are
    kDrain,  // after every `every` of `count` parcels, and the last, one is put back
    kSkim,   // the same, and they are looked at where they are
    kClose,  // the portals in `count` parcels are closed; then one parcel is put back
    kKeep,   // they are kept; the parcel put back says how many heap bytes each one cost
    kPass,   // a portal of a new pair is put; when a parcel comes by the other, the one put back
             // says how many nanoseconds that took
    kMeet,   // of the portal in one parcel: once its peer is known to be one hop away, one is put
             // into it
  };
  Kind kind;
  uint32_t every;
  uint64_t count;
};

// Runs `body` with a socket to the caller.
class PortalPeer {
 public:
  PortalPeer(int cpu, const std::function<int(FileDescriptor)>& body);
  FileDescriptor TakeSocket() { return std::move(socket_); }
  int64_t CpuNs() const { return peer_->CpuNs(); }

 private:
  FileDescriptor socket_;
  std::unique_ptr<ForkedPeer> peer_;
};

// A client that obeys until its portal is closed.
int Obey(FileDescriptor socket);

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_PORTAL_PEER_H_
