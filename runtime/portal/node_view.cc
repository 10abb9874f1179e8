// A node's limits, and what can be seen of it from outside. See node.h.

#include <cstring>

#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/remote_link.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {

void Node::SetLimits(const IpczNodeLimits& limits) {
  const auto set = [](size_t* limit, uint64_t wanted, size_t otherwise) {
    *limit = wanted == 0 ? otherwise : wanted;
  };
  set(&limits_.routes_per_link, limits.routes_per_link, kLimits.routes_per_link);
  set(&limits_.held_bytes_per_link, limits.held_bytes_per_link, kLimits.held_bytes_per_link);
  set(&limits_.introductions_per_second, limits.introductions_per_second,
      kLimits.introductions_per_second);
}

void Node::QueryCounters(IpczCounters* counters) const {
  traffic_.Tell(counters);
  counters->num_links = links_.size();
  counters->num_hops = counters->num_proxies = 0;
  for (const auto& [name, link] : links_) {
    counters->num_hops += link->num_hops();
    for (const auto& [number, hop] : link->hops()) {
      if (hop->router && hop->router->current() == hop.get() && hop->router->is_proxy()) {
        ++counters->num_proxies;
      }
    }
  }
}

void Node::SetTracer(IpczTraceHandler handler, uintptr_t context) {
  tracer_ = handler;
  tracer_context_ = context;
}

void Node::Trace(Turn& turn, IpczTraceEventKind kind, const NodeName& peer, uint64_t hop) {
  if (tracer_ == nullptr) return;
  IpczTraceEvent event = {sizeof(event), tracer_context_, kind, 0, {}, hop};
  static_assert(sizeof(event.peer) == sizeof(peer));
  std::memcpy(event.peer, &peer, sizeof(peer));
  turn.Later([tracer = tracer_, event] { tracer(&event); });
}

}  // namespace ipdl::portal
