// PairPlaces: on which loops of this process the two ends of a connection were used.
//
// What it is: what Endpoint must know when an end is bound on one loop while the other end is sent
// from another one, or will be: so that the route does not lead through that loop for ever. What it
// is not: the route, which the router knows once there is one. Shared by the two ends of a pair
// that was made here. Any thread.

#ifndef IPDL_GLUE_PAIR_PLACES_H_
#define IPDL_GLUE_PAIR_PLACES_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "runtime/mutex.h"

namespace ipdl {

// A node of this process (glue/node.h); 0 is none. Numbers are not used twice.
using NodeNumber = uint64_t;

class PairPlaces {
 public:
  enum class Use : uint8_t { kBound, kSent };

  // An end, 0 or 1, is used on a node of this process. Returns the node that the route to the other
  // end leads through, if that is another one; 0: the route is as short as it can be.
  NodeNumber Note(int end, Use use, NodeNumber node) {
    MutexLock lock(&mutex_);
    places_[end] = {node, use};
    const Place& other = places_[1 - end];
    // Two ends that are both bound in this process are each other's peers, whatever their loops.
    const bool in_process = other.use == Use::kBound && use == Use::kBound;
    return in_process || other.node == node ? 0 : other.node;
  }

  // Whether that end may have left this process.
  bool WasSent(int end) {
    MutexLock lock(&mutex_);
    return places_[end].use == Use::kSent;
  }

 private:
  struct Place {
    NodeNumber node = 0;
    Use use = Use::kBound;
  };

  Mutex mutex_;
  Place places_[2] ABSL_GUARDED_BY(mutex_);
};

}  // namespace ipdl

#endif  // IPDL_GLUE_PAIR_PLACES_H_
