// See api_additions.h. Arguments are checked here; the work is done under one Turn.

#include "runtime/portal/api_additions.h"

#include <string>

#include "runtime/portal/dump.h"
#include "runtime/portal/handle_table.h"
#include "runtime/portal/held_parcel.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/router.h"
#include "runtime/portal/transport.h"
#include "runtime/portal/turn.h"

namespace ipdl::portal {
namespace {

IpczResult IPCZ_API SetPortalLimits(IpczHandle portal, const IpczPortalLimits* limits,
                                    uint32_t /*flags*/, const void* /*options*/) {
  const Pinned<Router> router(portal);
  if (!router || limits == nullptr || limits->size < sizeof(IpczPortalLimits)) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  Turn turn(router->domain(), Cause::kApiCall);
  return router->SetLimits(turn, limits->max_parcels, limits->max_bytes);
}

IpczResult IPCZ_API SetNodeLimits(IpczHandle node, const IpczNodeLimits* limits, uint32_t /*flags*/,
                                  const void* /*options*/) {
  const Pinned<Node> pinned(node);
  if (!pinned || limits == nullptr || limits->size < sizeof(IpczNodeLimits)) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  Turn turn(pinned->domain(), Cause::kApiCall);
  pinned->SetLimits(*limits);
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API QueryCounters(IpczHandle handle, uint32_t /*flags*/, const void* /*options*/,
                                  IpczCounters* counters) {
  if (counters == nullptr || counters->size < sizeof(IpczCounters)) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  if (const Pinned<Node> node(handle); node) {
    Turn turn(node->domain(), Cause::kApiCall);
    node->QueryCounters(counters);
    return IPCZ_RESULT_OK;
  }
  const Pinned<Router> router(handle);
  if (!router) return IPCZ_RESULT_INVALID_ARGUMENT;
  Turn turn(router->domain(), Cause::kApiCall);
  counters->num_links = counters->num_hops = counters->num_proxies = 0;
  const Traffic none;
  const RemoteLink* const hop = router->current();
  (hop == nullptr ? none : hop->traffic).Tell(counters);
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API Dump(IpczHandle node, IpczDumpFlags flags, const void* /*options*/, char* text,
                         size_t* num_bytes) {
  const Pinned<Node> pinned(node);
  if (!pinned || num_bytes == nullptr || (*num_bytes > 0 && text == nullptr)) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  std::string dump;
  {
    Turn turn(pinned->domain(), Cause::kApiCall);
    dump = (flags & IPCZ_DUMP_DOT) != 0 ? DumpDot(*pinned) : DumpText(*pinned);
  }
  const size_t room = *num_bytes;
  *num_bytes = dump.size();
  if (room < dump.size()) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  dump.copy(text, dump.size());
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API SetTracer(IpczHandle node, IpczTraceHandler handler, uintptr_t context,
                              uint32_t /*flags*/, const void* /*options*/) {
  const Pinned<Node> pinned(node);
  if (!pinned) return IPCZ_RESULT_INVALID_ARGUMENT;
  Turn turn(pinned->domain(), Cause::kApiCall);
  pinned->SetTracer(handler, context);
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API HoldOrigin(IpczHandle portal, uint32_t /*flags*/, const void* /*options*/,
                               IpczHandle* parcel) {
  const Pinned<Router> router(portal);
  if (!router || parcel == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  ParcelPtr origin;
  {
    Turn turn(router->domain(), Cause::kApiCall);
    origin = router->Origin();
  }
  if (origin == nullptr) return IPCZ_RESULT_FAILED_PRECONDITION;
  *parcel = HandleTable::Get().Add(MakeRef<HeldParcel>(std::move(origin)));
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API QueryPeer(IpczHandle portal, IpczPeerHandler handler, uintptr_t context,
                              IpczQueryPeerFlags flags, const void* /*options*/) {
  const Pinned<Router> router(portal);
  if (!router || handler == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  Ref<Transport> transport;
  {
    Turn turn(router->domain(), Cause::kApiCall);
    const bool any = (flags & IPCZ_QUERY_PEER_NEXT_HOP) != 0 && router->LeadsElsewhere();
    if (any || router->IsDirectRemote()) {
      transport = router->current()->node_link->transport();
    } else if (router->is_closed()) {
      transport = router->LastSource((flags & IPCZ_QUERY_PEER_NEXT_HOP) != 0);
    }
  }
  if (!transport) return IPCZ_RESULT_FAILED_PRECONDITION;
  handler(transport->handle(), context);
  return IPCZ_RESULT_OK;
}

}  // namespace

void FillAdditions(IpczExtendedAPI* table) {
  table->SetPortalLimits = &SetPortalLimits;
  table->SetNodeLimits = &SetNodeLimits;
  table->QueryCounters = &QueryCounters;
  table->Dump = &Dump;
  table->SetTracer = &SetTracer;
  table->HoldOrigin = &HoldOrigin;
  table->QueryPeer = &QueryPeer;
}

}  // namespace ipdl::portal
