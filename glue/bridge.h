// Bridge: the way for portals between two nodes of this process.
//
// What it is: a pair of portals, one of each node. A portal that is put in at one end belongs to
// the other node from then on: the router sees that it moved, and makes its route short again. What
// it is not: a way for messages. Called by node.cc on any thread; calls the router.
//
//   before:  X ---- node 1 [portal]                 the loop of node 1 reads and writes
//   moved:   X ---- node 1 ---- node 2 [portal]     both
//   soon:    X ---- node 2 [portal]                 that of node 2

#ifndef IPDL_GLUE_BRIDGE_H_
#define IPDL_GLUE_BRIDGE_H_

#include <cstdint>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "runtime/handle.h"
#include "runtime/mutex.h"
#include "runtime/portal/include/ipcz/ipcz.h"

namespace ipdl {

class Bridge {
 public:
  enum End : uint8_t { kUpper, kLower };

  // Of the two portals of a connection between nodes of this process.
  Bridge(const IpczAPI* ipcz, OwnedHandle upper, OwnedHandle lower);
  ~Bridge();
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  // Moves `portal` from the node at one end to that at the other, and returns the portal to use
  // from now on, at once: what is put into it follows. If the bridge is broken, `portal` itself. If
  // it breaks on the way, the result's peer is closed.
  OwnedHandle Cross(End from, OwnedHandle portal);

 private:
  struct Shore;

  static void Await(const std::shared_ptr<Shore>& shore);
  static void IPCZ_API OnArrival(const IpczTrapEvent* event);
  static bool Land(Shore& shore);

  const IpczAPI* const ipcz_;
  const std::shared_ptr<Shore> shores_[2];
};

}  // namespace ipdl

#endif  // IPDL_GLUE_BRIDGE_H_
