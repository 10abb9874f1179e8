// A portal as a handle among others: what an endpoint holds, and what a portal channel carries.
//
// What it is: the only maker of handles of Kind::kPortal, which says how they are closed. What it
// is not: a box; a portal travels in a parcel as it is. Called by portal_channel.cc and glue/.
//
// A portal is its own account: it holds nothing of the kernel's, and nodes count their routes.

#ifndef IPDL_RUNTIME_DRIVER_PORTAL_HANDLE_H_
#define IPDL_RUNTIME_DRIVER_PORTAL_HANDLE_H_

#include "runtime/handle.h"
#include "runtime/portal/include/ipcz/ipcz.h"

namespace ipdl {

// Takes `portal`. All portals of a process are of one router: `ipcz` must be its table.
OwnedHandle MakePortalHandle(const IpczAPI& ipcz, IpczHandle portal);

// Gives the portal up to the caller. IPCZ_INVALID_HANDLE if it is a handle of another kind; then it
// is closed.
IpczHandle TakePortal(OwnedHandle handle);

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_PORTAL_HANDLE_H_
