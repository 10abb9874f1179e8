// Life of a connection, and its hops. See node_link.h.

#include "runtime/portal/node_link.h"

#include <utility>

#include "runtime/portal/limits.h"
#include "runtime/portal/node.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {

RemoteLink::RemoteLink(Ref<NodeLink> node_link, uint64_t id, bool side_a)
    : node_link(std::move(node_link)), id(id), side_a(side_a) {}
RemoteLink::~RemoteLink() = default;

NodeLink::NodeLink(Ref<Node> node, Role role, bool side_a)
    : node_(std::move(node)), driver_(node_->driver()), role_(role), side_a_(side_a) {}
NodeLink::~NodeLink() = default;

void NodeLink::Establish(Turn& turn, Role role, const NodeName& peer, bool side_a,
                         size_t num_portals) {
  role_ = role;
  peer_name_ = peer;
  side_a_ = side_a;
  std::vector<Ref<RemoteLink>> excess;
  std::vector<Ref<Router>> routers;
  for (auto& [number, link] : hops_) {
    link->side_a = side_a;
    link->peer_settled = true;
    if (number >= num_portals) {
      link->received_end = link->sent_end = End::kLost;
      excess.push_back(link);
    }
    if (link->router) routers.push_back(link->router);
  }
  for (const Ref<RemoteLink>& link : excess) {
    hops_.erase(link->id);
    if (link->router) Ref<Router>(link->router)->Pull(turn);
  }
  for (const Ref<Router>& router : routers) {
    if (router->is_proxy()) router->Reduce(turn);
  }
  turn.Flush(this);
}

void NodeLink::MoveHopsTo(NodeLink* other) {
  for (auto& [number, link] : hops_) link->node_link = Ref<NodeLink>(other);
  other->hops_ = std::exchange(hops_, {});
  other->queue_ = std::exchange(queue_, {});
}

void NodeLink::Disconnect(Turn& turn) {
  if (dead_) return;
  dead_ = true;
  const Ref<NodeLink> self(this);
  node_->ForgetLink(turn, this);
  const auto hops = std::exchange(hops_, {});
  const auto parked = std::exchange(parked_, {});
  for (const auto& [number, link] : hops) {
    if (link->received_end == End::kNone) link->received_end = End::kLost;
    if (link->sent_end == End::kNone) link->sent_end = End::kLost;
  }
  for (const auto& [number, link] : hops) {
    const Ref<Router> router = link->router;
    if (!router) continue;
    if (router->next() == link.get()) {
      router->OnAttemptLost(turn);
    } else {
      router->Pull(turn);
    }
  }
  for (Outgoing& outgoing : queue_) {
    if (outgoing.parcel != nullptr) turn.Discard(std::move(outgoing.parcel));
  }
  // What is left in the queue are objects of the driver, and those are closed without the lock.
  turn.Later([queue = std::exchange(queue_, {}), transport = std::exchange(transport_, nullptr)] {
    if (transport) transport->Deactivate();
  });
}

// --- Hops ----------------------------------------------------------------------------------------

Ref<RemoteLink> NodeLink::AddInitialHop(uint64_t number) {
  Ref<RemoteLink> link = MakeRef<RemoteLink>(Ref<NodeLink>(this), number, side_a_);
  link->peer_settled = true;
  hops_.emplace(number, link);
  return link;
}

Ref<RemoteLink> NodeLink::NewLink(Turn& /*turn*/) {
  const uint64_t number = next_hop_++ << 1 | (side_a_ ? 0 : 1);
  Ref<RemoteLink> link = MakeRef<RemoteLink>(Ref<NodeLink>(this), number, true);
  if (dead_) {
    link->received_end = link->sent_end = End::kLost;
  } else {
    hops_.emplace(number, link);
  }
  return link;
}

Ref<RemoteLink> NodeLink::AddPeerHop(uint64_t number) {
  const uint64_t peer_bit = side_a_ ? 1 : 0;
  if ((number & 1) != peer_bit || number >> 1 < next_peer_hop_ ||
      hops_.size() >= kLimits.routes_per_link) {
    return nullptr;
  }
  next_peer_hop_ = (number >> 1) + 1;
  Ref<RemoteLink> link = MakeRef<RemoteLink>(Ref<NodeLink>(this), number, false);
  hops_.emplace(number, link);
  return link;
}

void NodeLink::Detach(Turn& turn, RemoteLink* link) {
  const Ref<RemoteLink> kept(link);
  turn.Discard(&link->pending);
  if (link->offered) node_->DropOffer(link);
  if (link->awaits_node) node_->DropAwaiting(link);
  if (Ref<Router> router = std::exchange(link->router, nullptr)) {
    turn.Release(std::move(router));
  }
  ForgetIfOver(link);
}

void NodeLink::ForgetIfOver(RemoteLink* link) {
  if (link->router || link->sent_end == End::kNone || link->received_end == End::kNone) return;
  const auto found = hops_.find(link->id);
  if (found != hops_.end() && found->second == link) hops_.erase(found);
}

Ref<RemoteLink> NodeLink::TakeParked(uint64_t nonce) {
  const auto found = parked_.find(nonce);
  if (found == parked_.end()) return nullptr;
  Ref<RemoteLink> link = std::move(found->second);
  parked_.erase(found);
  link->parked_nonce = 0;
  return link;
}

}  // namespace ipdl::portal
