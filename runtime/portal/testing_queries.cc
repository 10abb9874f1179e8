// Two questions for whoever tests from outside that routes become short.
//
// What it is: the functions that the library portal_testing exports besides IpczGetAPI. What it is
// not: part of the installed library. Answers are non-zero for yes; a handle that is no portal: no.

#include "runtime/portal/handle_table.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/router.h"
#include "runtime/portal/turn.h"

// The portal's route is one settled hop to another node.
extern "C" IPCZ_EXPORT int IPCZ_API IpczTestIsDirectRemote(IpczHandle portal);
// The two are each other's peers within this process, and settled.
extern "C" IPCZ_EXPORT int IPCZ_API IpczTestIsDirectLocal(IpczHandle a, IpczHandle b);

int IpczTestIsDirectRemote(IpczHandle portal) {
  const ipdl::portal::Pinned<ipdl::portal::Router> router(portal);
  if (!router) return 0;
  ipdl::portal::Turn turn(router->domain(), ipdl::portal::Cause::kApiCall);
  return router->IsDirectRemote() ? 1 : 0;
}

int IpczTestIsDirectLocal(IpczHandle a, IpczHandle b) {
  const ipdl::portal::Pinned<ipdl::portal::Router> first(a);
  const ipdl::portal::Pinned<ipdl::portal::Router> second(b);
  if (!first || !second) return 0;
  ipdl::portal::Domain::Unite(first->domain(), second->domain());
  ipdl::portal::Turn turn(first->domain(), ipdl::portal::Cause::kApiCall);
  return first->IsDirectLocal(second.get()) ? 1 : 0;
}
