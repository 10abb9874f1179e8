// See dump.h.
//
//     node 0123456789abcdef0123456789abcdef broker
//       link to 89ab... client, 2 hops
//         hop 0: portal, direct, sent 3 parcels (12 bytes), received 0 (0)
//         hop 16: proxy to hop 17 of 4567..., bypass under way, sent ...

#include "runtime/portal/dump.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <vector>

#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {
namespace {

std::string Text(const NodeName& name) {
  char text[40];
  std::snprintf(text, sizeof(text), "%016" PRIx64 "%016" PRIx64, name.high, name.low);
  return text;
}

std::string Text(const RemoteLink& link) {
  return std::string("hop ").append(std::to_string(link.id)) + " of " +
         Text(link.node_link->peer_name());
}

const char* Text(Role role) {
  switch (role) {
    case Role::kBroker:
      return "this node's broker";
    case Role::kClient:
      return "client";
    case Role::kOtherBroker:
      return "another network's broker";
    case Role::kEqual:
      return "node of the same rank";
    default:
      return "not greeted yet";
  }
}

std::vector<const RemoteLink*> SortedHops(const NodeLink& link) {
  std::vector<const RemoteLink*> hops;
  for (const auto& [number, hop] : link.hops()) hops.push_back(hop.get());
  std::sort(hops.begin(), hops.end(),
            [](const RemoteLink* a, const RemoteLink* b) { return a->id < b->id; });
  return hops;
}

// Where what comes by this hop goes.
std::string Destination(const Router& router) {
  const Router* const partner = router.partner();
  if (partner == nullptr) return "portal";
  if (partner->current() != nullptr)
    return std::string("proxy to ").append(Text(*partner->current()));
  return "proxy to a portal of this node";
}

// How far the hop is from being the whole route.
std::string Progress(const RemoteLink& hop) {
  const Router* const router = hop.router.get();
  if (router == nullptr) return hop.parked_nonce != 0 ? "accepted before it was offered" : "ending";
  if (router->next() == &hop) return "bypass: accepted by nobody yet";
  if (router->old() == &hop) return "old: read to its end";
  if (!router->is_settled() && router->old() != nullptr)
    return std::string("new: behind ").append(Text(*router->old()));
  if (hop.offered) return std::string("bypass: ").append(Text(hop.offered->node)) + " may come";
  if (hop.told) return std::string("bypass: goes to ").append(Text(hop.told->node));
  if (hop.lock == Lock::kMine && router->is_proxy()) return "bypass: lock held";
  if (hop.lock == Lock::kAsked) return "bypass: lock asked for";
  if (router->IsDirectRemote()) return "direct, length 1";
  return hop.peer_proxies ? "length 2 or more" : "length 1";
}

std::string Counters(const Traffic& traffic) {
  return std::string("sent ").append(std::to_string(traffic.parcels_sent)) + " parcels (" +
         std::to_string(traffic.bytes_sent) + " bytes), received " +
         std::to_string(traffic.parcels_received) + " (" + std::to_string(traffic.bytes_received) +
         ")";
}

}  // namespace

std::string DumpText(const Node& node) {
  std::string text =
      std::string("node ").append(Text(node.name())) + (node.is_broker() ? " broker\n" : "\n");
  for (const Ref<NodeLink>& link : node.SortedLinks()) {
    text += std::string("  link to ").append(Text(link->peer_name())) + " " + Text(link->role()) +
            ", " + std::to_string(link->num_hops()) + " hops\n";
    for (const RemoteLink* hop : SortedHops(*link)) {
      text += std::string("    hop ").append(std::to_string(hop->id)) + ": ";
      if (hop->router) text += Destination(*hop->router) + ", ";
      text += Progress(*hop) + ", " + Counters(hop->traffic) + "\n";
    }
  }
  return text;
}

// Each router is a vertex numbered in the order of its first hop, so that the text does not depend
// on addresses.
std::string DumpDot(const Node& node) {
  std::vector<const Router*> routers;
  const auto number = [&](const Router* router) {
    const auto known = std::find(routers.begin(), routers.end(), router);
    if (known != routers.end()) return std::to_string(known - routers.begin());
    routers.push_back(router);
    return std::to_string(routers.size() - 1);
  };
  std::string text =
      std::string("graph routes {\n  label=\"node ").append(Text(node.name())) + "\";\n";
  for (const Ref<NodeLink>& link : node.SortedLinks()) {
    const std::string peer = std::string("\"").append(Text(link->peer_name())) + "\"";
    text += std::string("  ").append(peer) + " [shape=box];\n";
    for (const RemoteLink* hop : SortedHops(*link)) {
      const Router* const router = hop->router.get();
      if (router == nullptr) continue;
      text += std::string("  r").append(number(router)) + " -- " + peer + " [label=\"hop " +
              std::to_string(hop->id) + "\\n" + Progress(*hop) + "\"];\n";
    }
  }
  for (size_t i = 0; i < routers.size(); ++i) {
    const Router* const partner = routers[i]->partner();
    text += std::string("  r").append(std::to_string(i)) + " [label=\"" +
            (partner ? "proxy" : "portal") + "\"];\n";
    if (partner == nullptr) continue;
    const auto known = std::find(routers.begin(), routers.end(), partner);
    const size_t other = static_cast<size_t>(known - routers.begin());
    if (known == routers.end() || other > i) {
      text += std::string("  r").append(std::to_string(i)) + " -- " +
              (known == routers.end() ? std::string("here")
                                      : std::string("r").append(std::to_string(other))) +
              " [style=dashed];\n";
    }
  }
  return text + "}\n";
}

}  // namespace ipdl::portal
