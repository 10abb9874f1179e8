// The traps set on one portal.
//
// What it is: a list in the order of installation; each is checked after every change of the
// portal's status, and fires once. What it is not: a caller of handlers; it hands events to the
// Turn. Called by Router, under the domain's lock.

#ifndef IPDL_RUNTIME_PORTAL_TRAPS_H_
#define IPDL_RUNTIME_PORTAL_TRAPS_H_

#include <memory>
#include <vector>

#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/turn.h"

namespace ipdl::portal {

class TrapSet {
 public:
  // The level conditions among those asked for that hold now.
  static IpczTrapConditionFlags Satisfied(const IpczTrapConditions& conditions,
                                          const IpczPortalStatus& status, bool writable);

  void Add(const IpczTrapConditions& conditions, IpczTrapEventHandler handler, uintptr_t context);

  // Fires those that `status` satisfies; `new_parcel`: one can be got that could not before.
  void StatusChanged(Turn& turn, const IpczPortalStatus& status, bool writable, bool new_parcel);

  // Fires all that are left, with REMOVED.
  void Remove(Turn& turn);

  bool empty() const { return traps_ == nullptr; }

 private:
  struct Trap {
    IpczTrapConditions conditions;
    IpczTrapEventHandler handler;
    uintptr_t context;
  };

  // Most portals have none: one pointer then.
  std::unique_ptr<std::vector<Trap>> traps_;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_TRAPS_H_
