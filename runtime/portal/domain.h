// One lock for everything that can touch.
//
// What it is: the mutex of a node, its links and its portals. Each node begins with a domain of its
// own; when a portal of one node is put into, or merged with, a portal of another node of the same
// process, their domains become one and stay one, so that two portals that touch always share one
// lock. What it is not: held while anything of the application or the driver runs. Called by Turn.
//
// Domains that became one form a tree: each that was absorbed points towards the root, whose mutex
// is the one that counts.

#ifndef IPDL_RUNTIME_PORTAL_DOMAIN_H_
#define IPDL_RUNTIME_PORTAL_DOMAIN_H_

#include <atomic>

#include "runtime/portal/mutex.h"
#include "runtime/portal/ref.h"

namespace ipdl::portal {

class Domain : public RefCounted {
 public:
  Domain() = default;
  ~Domain();

  // Locks and returns the root. Unlock that one with UnlockRoot.
  Domain* LockRoot() ABSL_NO_THREAD_SAFETY_ANALYSIS;
  void UnlockRoot() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex_.Unlock(); }

  // Makes one domain of two. The caller holds no domain's lock.
  static void Unite(Domain* a, Domain* b);

  // Whether both have the same root.
  static bool AreOne(const Domain* a, const Domain* b) { return a->Root() == b->Root(); }

 private:
  const Domain* Root() const;

  Mutex mutex_;
  std::atomic<Domain*> absorbed_by_{nullptr};  // holds a reference
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_DOMAIN_H_
