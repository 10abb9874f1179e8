// Life of a connection, and its hops. See node_link.h.

#include "runtime/portal/node_link.h"

#include <algorithm>
#include <utility>

#include "runtime/portal/limits.h"
#include "runtime/portal/link_rings.h"
#include "runtime/portal/node.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {

RemoteLink::RemoteLink(Ref<NodeLink> node_link, uint64_t id, bool side_a)
    : node_link(std::move(node_link)), id(id), side_a(side_a) {}
RemoteLink::~RemoteLink() = default;

NodeLink::NodeLink(Ref<Node> node, Role role, bool side_a)
    : node_(std::move(node)), driver_(node_->driver()), role_(role), side_a_(side_a) {}
NodeLink::~NodeLink() = default;

// In the order of their numbers, so that what happens does not depend on a table's layout.
std::vector<Ref<RemoteLink>> NodeLink::SortedHops() const {
  std::vector<Ref<RemoteLink>> hops;
  hops.reserve(hops_.size());
  for (const auto& [number, link] : hops_) hops.push_back(link);
  std::sort(hops.begin(), hops.end(),
            [](const Ref<RemoteLink>& a, const Ref<RemoteLink>& b) { return a->id < b->id; });
  return hops;
}

void NodeLink::SetTransport(Ref<Transport> transport) {
  transport_ = std::move(transport);
  if (is_established()) transport_->SetPeer(node_, peer_name_);
}

void NodeLink::Establish(Turn& turn, Role role, const NodeName& peer, bool side_a,
                         size_t num_portals) {
  role_ = role;
  peer_name_ = peer;
  side_a_ = side_a;
  if (transport_) {
    transport_->SetPeer(node_, peer);
    turn.Later([transport = transport_] { transport->SetTimer(UINT64_MAX, kGreetInTime); });
  }
  unclaimed_begin_ = hops_.size();
  unclaimed_end_ = num_portals;
  for (const Ref<RemoteLink>& link : SortedHops()) {
    link->side_a = side_a;
    link->peer_settled = true;
    if (link->id < num_portals) continue;
    link->received_end = link->sent_end = End::kLost;
    hops_.erase(link->id);
    if (link->router) Ref<Router>(link->router)->Pull(turn);
  }
  Trace(turn, IPCZ_TRACE_LINK_UP);
  turn.Flush(this);
}

void NodeLink::ReduceProxies(Turn& turn) {
  for (const Ref<RemoteLink>& link : SortedHops()) {
    const Ref<Router> router = link->router;
    if (router && router->is_proxy()) router->Reduce(turn);
  }
}

void NodeLink::Trace(Turn& turn, IpczTraceEventKind kind, const RemoteLink* link) {
  node_->Trace(turn, kind, peer_name_, link == nullptr ? 0 : link->id);
}

void NodeLink::MoveHopsTo(NodeLink* other) {
  for (auto& [number, link] : hops_) link->node_link = Ref<NodeLink>(other);
  other->hops_ = std::exchange(hops_, {});
  other->queue_ = std::exchange(queue_, {});
}

namespace {

// What waits for objects from the broker will wait for ever, and nothing behind it may pass it.
void DropIncomplete(Turn& turn, RemoteLink* link) {
  ParcelQueue whole;
  while (!link->pending.empty() && link->pending.front()->awaited == nullptr) {
    whole.Push(link->pending.Pop());
  }
  if (!link->pending.empty()) link->received_end = End::kLost;
  turn.Discard(&link->pending);
  link->pending = std::move(whole);
}

}  // namespace

void NodeLink::Disconnect(Turn& turn) {
  if (dead_) return;
  dead_ = true;
  const Ref<NodeLink> self(this);
  if ((RoleBit(role_) & kEstablished) != 0) Trace(turn, IPCZ_TRACE_LINK_DOWN);
  node_->ForgetLink(turn, this);
  const std::vector<Ref<RemoteLink>> hops = SortedHops();
  hops_.clear();
  parked_.clear();
  for (const Ref<RemoteLink>& link : hops) {
    if (link->received_end == End::kNone) link->received_end = End::kLost;
    DropIncomplete(turn, link.get());
    if (link->sent_end == End::kNone) link->sent_end = End::kLost;
  }
  for (const Ref<RemoteLink>& link : hops) {
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
  // Objects of the driver, in the queue and as memory, are closed without the lock.
  turn.Later([queue = std::exchange(queue_, {}), rings = std::exchange(rings_, nullptr),
              transport = std::exchange(transport_, nullptr)] {
    if (transport) transport->Deactivate();
  });
}

void NodeLink::Finish(Turn& turn) {
  finishing_ = true;
  if (!MayTransmit()) return Disconnect(turn);
  // What finds no room in the ring goes by the transport, which takes what it can hold.
  if (rings_ != nullptr && rings_->out.memory && !flushing_) FlushRing(turn);
  if (rings_ != nullptr) turn.Later([former = std::exchange(rings_->out, {})] {});
  turn.Flush(this);
}

// --- Hops ----------------------------------------------------------------------------------------

Ref<RemoteLink> NodeLink::AddInitialHop(uint64_t number) {
  Ref<RemoteLink> link = MakeRef<RemoteLink>(Ref<NodeLink>(this), number, side_a_);
  link->peer_settled = true;
  hops_.emplace(number, link);
  return link;
}

Ref<RemoteLink> NodeLink::NewLink(HopMaker maker) {
  const uint64_t made_by = static_cast<uint64_t>(maker);
  const uint64_t number = next_hop_[made_by]++ << 2 | made_by << 1 | (side_a_ ? 0 : 1);
  Ref<RemoteLink> link = MakeRef<RemoteLink>(Ref<NodeLink>(this), number, true);
  if (dead_) {
    link->received_end = link->sent_end = End::kLost;
  } else {
    hops_.emplace(number, link);
  }
  return link;
}

Ref<RemoteLink> NodeLink::AddPeerHop(uint64_t number, HopMaker maker) {
  const uint64_t made_by = static_cast<uint64_t>(maker);
  const uint64_t low_bits = made_by << 1 | (side_a_ ? 1 : 0);
  if ((number & 3) != low_bits || number >> 2 < next_peer_hop_[made_by] ||
      (is_limited() && hops_.size() >= node_->limits().routes_per_link)) {
    return nullptr;
  }
  next_peer_hop_[made_by] = (number >> 2) + 1;
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
