// How parcels and ends pass through a router, and how routers are joined. See router.h.
//
// Order is kept without numbers on parcels: a hop keeps the order, what came on the old link is
// read to its end before what came on the current one, and a proxy sends in the order in which it
// reads. An end (Fin, Closed, Lost) stands in line like a parcel, so it cannot overtake one.

#include <cstddef>

#include "runtime/portal/limits.h"
#include "runtime/portal/messages.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/reserved_handles.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {

// --- Outward -------------------------------------------------------------------------------------

void Router::CountSent(size_t num_bytes) {
  current_->traffic.CountSent(num_bytes);
  current_->node_link->node().CountSent(num_bytes);
}

void Router::SendOut(Turn& turn, ParcelPtr parcel) {
  if (out_end_ != End::kNone) {  // NOLINT(bugprone-branch-clone): the order matters
    turn.Discard(std::move(parcel));
  } else if (peer_) {
    peer_->ReceiveFromPeer(turn, std::move(parcel));
  } else if (current_) {
    CountSent(parcel->size());
    current_->node_link->Send(turn, current_.get(), std::move(parcel));
  } else {
    turn.Discard(std::move(parcel));
  }
}

// The last thing outward. Fin leaves the links to be read further; anything else means that nobody
// here reads them any more.
void Router::SendEnd(Turn& turn, End end) {
  const bool may_send = out_end_ == End::kNone;
  if (may_send) out_end_ = end;
  if (end == End::kFin) {
    if (may_send && current_) current_->node_link->SendEnd(turn, current_.get(), end);
    return;
  }
  if (peer_) {
    const Ref<Router> peer = std::exchange(peer_, nullptr);
    peer->peer_ = nullptr;
    peer->ReceiveEndFromPeer(turn, end);
  }
  if (old_) Detach(turn, old_);
  if (next_) {
    next_->node_link->SendEnd(turn, next_.get(), End::kClosed);
    Detach(turn, next_);
  }
  if (current_) {
    if (may_send) current_->node_link->SendEnd(turn, current_.get(), end);
    Detach(turn, current_);
  }
  if (held_ != nullptr) {
    turn.Discard(&held_->parcels);
    held_ = nullptr;
  }
}

// Nobody reads the link any more; it lives on in its NodeLink until both ends have ended it.
void Router::Detach(Turn& turn, Ref<RemoteLink>& link) {
  const Ref<RemoteLink> detached = std::exchange(link, nullptr);
  detached->node_link->Detach(turn, detached.get());
}

// --- Inward --------------------------------------------------------------------------------------

void Router::ReceiveFromPeer(Turn& turn, ParcelPtr parcel) {
  if (!old_) return Deliver(turn, std::move(parcel));
  if (held_ == nullptr) held_ = std::make_unique<Held>();
  held_->parcels.Push(std::move(parcel));
}

void Router::ReceiveEndFromPeer(Turn& turn, End end) {
  if (!old_) return Ended(turn, end);
  if (held_ == nullptr) held_ = std::make_unique<Held>();
  held_->end = end;
}

void Router::Deliver(Turn& turn, ParcelPtr parcel) {
  if (partner_) {
    if (!parcel->attachments.empty() && ++parcel->forwardings > Limits::kForwardings) {
      // A portal inside follows a route that leads through itself.
      turn.Discard(std::move(parcel));
      return Ended(turn, End::kLost);
    }
    partner_->SendOut(turn, std::move(parcel));
  } else if (closed_) {
    turn.Discard(std::move(parcel));
  } else {
    if (!Enclose(parcel.get())) return turn.Discard(std::move(parcel));
    inbound_.Push(std::move(parcel));
    UpdateTraps(turn, true);
  }
}

// The portals in `parcel` lie in this one's queue from now on. False if this one lies in one of
// them, perhaps in a portal within a portal: nobody could ever get any of them.
bool Router::Enclose(Parcel* parcel) {
  if (parcel->attachments.empty()) return true;
  for (const Router* router = this; router != nullptr; router = router->container_) {
    for (const Ref<Object>& object : parcel->attachments) {
      if (object.get() == router) return false;
    }
  }
  SetContainer(parcel->attachments, this);
  return true;
}

void Router::SetContainer(absl::Span<const Ref<Object>> objects, Router* container) {
  for (const Ref<Object>& object : objects) {
    if (object && object->kind() == ObjectKind::kPortal) {
      static_cast<Router*>(object.get())->container_ = container;
    }
  }
}

ParcelPtr Router::PopInbound() {
  ParcelPtr parcel = inbound_.Pop();
  if (parcel != nullptr) SetContainer(parcel->attachments, nullptr);
  return parcel;
}

void Router::CountReceived(RemoteLink* link, size_t num_bytes) {
  link->traffic.CountReceived(num_bytes);
  link->node_link->node().CountReceived(num_bytes);
}

bool Router::DeliverAtOnce(Turn& turn, RemoteLink* link, ParcelPtr& parcel) {
  if (current_ != link || old_ || partner_ || closed_ || in_end_ != End::kNone ||
      !link->pending.empty()) {
    return false;
  }
  parcel->came_directly = IsDirectRemote();
  CountReceived(link, parcel->size());
  Deliver(turn, std::move(parcel));
  return true;
}

void Router::Pull(Turn& turn) {
  while (in_end_ == End::kNone) {
    const Ref<RemoteLink> link = old_ ? old_ : current_;
    if (!link) return;
    while (!link->pending.empty() && link->pending.front()->awaited == nullptr) {
      ParcelPtr parcel = link->pending.Pop();
      if (link != current_ || !IsDirectRemote()) parcel->came_directly = false;
      CountReceived(link.get(), parcel->size());
      Deliver(turn, std::move(parcel));
    }
    if (!link->pending.empty() || link->received_end == End::kNone) return;
    if (link->received_end != End::kFin) return Ended(turn, link->received_end);
    if (link == old_) {
      DropOldLink(turn);
      continue;
    }
    // The neighbour that this router will have instead has not said yet that it is ready.
    if (next_) return;
    return Ended(turn, attempt_failed_ ? End::kLost : End::kFin);
  }
}

// All that came on the old link was read: the current one is the whole outward side from now on.
void Router::DropOldLink(Turn& turn) {
  Detach(turn, old_);
  if (held_ != nullptr) {
    const std::unique_ptr<Held> held = std::move(held_);
    while (!held->parcels.empty()) Deliver(turn, held->parcels.Pop());
    if (held->end != End::kNone) return Ended(turn, held->end);
  }
  Settle(turn);
}

// Everything from outward was read, and this is how it ended.
void Router::Ended(Turn& turn, End end) {
  if (in_end_ != End::kNone) return;
  in_end_ = end;
  if (end == End::kFin) {
    // A proxy that is being bypassed: its neighbours are already connected past it.
    const Ref<Router> partner = partner_;
    if (!partner) return;
    partner->SendEnd(turn, End::kFin);
    if (partner->in_end_ != End::kFin) return;
    for (Router* half : {this, partner.get()}) {
      if (half->current_)
        half->current_->node_link->Trace(turn, IPCZ_TRACE_PROXY_GONE, half->current_.get());
      if (half->current_) half->Detach(turn, half->current_);
    }
    Dissolve();
    return;
  }
  if (partner_) {
    const Ref<Router> partner = partner_;
    Dissolve();
    SendEnd(turn, End::kClosed);
    partner->SendEnd(turn, end);
    return;
  }
  SendEnd(turn, End::kClosed);
  if (!closed_) UpdateTraps(turn, false);
}

// --- Joining -------------------------------------------------------------------------------------

void Router::Pair(Router* a, Router* b) {
  a->peer_ = Ref<Router>(b);
  b->peer_ = Ref<Router>(a);
}

void Router::Attach(Ref<RemoteLink> link) {
  link->router = Ref<Router>(this);
  current_ = std::move(link);
}

IpczResult Router::Merge(Turn& turn, Router* a, Router* b, ReservedHandles& handles) {
  if (a == b || a->HasLocalPeer(b) || a->is_proxy() || b->is_proxy() || a->closed_ || b->closed_) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  if (a->used_ || b->used_) return IPCZ_RESULT_FAILED_PRECONDITION;
  std::vector<Ref<Object>> taken = handles.Take();
  for (Ref<Object>& reference : taken) turn.Release(std::move(reference));
  a->LeaveApplication(turn);
  b->LeaveApplication(turn);
  const std::unique_ptr<Amounts> from_a = a->EndFlow(turn);
  const std::unique_ptr<Amounts> from_b = b->EndFlow(turn);
  // What a's peer wants to know, b's peer can tell from now on.
  if (from_a) b->SendWatch(turn, *from_a);
  if (from_b) a->SendWatch(turn, *from_b);
  Join(turn, Ref<Router>(a), Ref<Router>(b));
  return IPCZ_RESULT_OK;
}

void Router::Join(Turn& turn, Ref<Router> a, Ref<Router> b) {
  a->partner_ = b;
  b->partner_ = a;
  // What waits in each was on its way to the other's peer, and goes before anything else.
  while (!a->inbound_.empty()) b->SendOut(turn, a->PopInbound());
  while (!b->inbound_.empty()) a->SendOut(turn, b->PopInbound());
  for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
    if (from->in_end_ == End::kNone) continue;
    from->Dissolve();
    to->SendEnd(turn, from->in_end_);
    return;
  }
  FuseIfPossible(turn, a);
  if (!a->partner_) return;
  a->TellForwarding(turn);
  b->TellForwarding(turn);
  a->Reduce(turn);
}

// Whoever is at the other end of the current link hears whether this end forwards.
void Router::TellForwarding(Turn& turn) {
  RemoteLink* const link = current_.get();
  if (link == nullptr || link->sent_end != End::kNone || link->told_proxies == is_proxy()) return;
  link->told_proxies = is_proxy();
  link->node_link->SendFlag(turn, MessageType::kForwarding, link, is_proxy());
}

Ref<RemoteLink> Router::Depart(Turn& turn, Ref<Router> portal, NodeLink* node_link) {
  Ref<RemoteLink> link = node_link->NewLink(HopMaker::kParcel);
  const Ref<Router> away = MakeRef<Router>(portal->domain_);
  away->closed_ = true;  // nothing waits in it for an application
  away->Attach(link);
  link->peer_settled = true;
  // The descriptor tells it: a peer that is here takes the new hop over, otherwise this forwards.
  link->told_proxies =
      !(portal->peer_ && !portal->old_ && !portal->peer_->old_ && !portal->peer_->partner_);
  portal->LeaveApplication(turn);
  portal->closed_ = true;
  // Before any parcel goes there, lest it be got uncounted.
  if (const std::unique_ptr<Amounts> watch = portal->EndFlow(turn)) {
    node_link->SendAmounts(turn, MessageType::kWatch, link.get(), watch->parcels, watch->bytes);
  }
  Join(turn, portal, away);
  node_link->Trace(turn, IPCZ_TRACE_PORTAL_SENT, link.get());
  return link;
}

// Neither half of a proxy holds the other any longer, and nothing that arrives is wanted.
void Router::Dissolve() {
  const Ref<Router> partner = std::exchange(partner_, nullptr);
  partner->partner_ = nullptr;
  partner->closed_ = true;
  closed_ = true;
}

// A proxy with a peer in the same node is none: the peer takes over the other half's outward side.
void Router::FuseIfPossible(Turn& turn, const Ref<Router>& router) {
  const Ref<Router> partner = router->partner_;
  if (router->CanFuse()) {
    router->Fuse(turn);
  } else if (partner && partner->CanFuse()) {
    partner->Fuse(turn);
  }
}

void Router::Fuse(Turn& turn) {
  const Ref<Router> peer = std::exchange(peer_, nullptr);
  const Ref<Router> partner = partner_;
  Dissolve();
  peer->peer_ = nullptr;
  peer->TakeOutward(turn, partner.get());
  // The route may have become one within the node from end to end.
  if (peer->partner_ || (peer->peer_ && peer->peer_->partner_)) {
    FuseIfPossible(turn, peer->partner_ ? peer : peer->peer_);
  }
  if (peer->partner_) peer->Reduce(turn);
}

// What `from` was to its neighbours, this router is now. Nothing was read from this router's own
// outward side that is not delivered.
void Router::TakeOutward(Turn& turn, Router* from) {
  peer_ = std::exchange(from->peer_, nullptr);
  if (peer_) peer_->peer_ = Ref<Router>(this);
  old_ = std::exchange(from->old_, nullptr);
  current_ = std::exchange(from->current_, nullptr);
  next_ = std::exchange(from->next_, nullptr);
  for (const Ref<RemoteLink>& link : {old_, current_, next_}) {
    if (link) link->router = Ref<Router>(this);
  }
  held_ = std::move(from->held_);
  attempt_failed_ = from->attempt_failed_;
  out_end_ = std::exchange(from->out_end_, End::kClosed);
  if (partner_) return;
  ReleaseLock(turn);
  TellForwarding(turn);
}

// --- For tests -----------------------------------------------------------------------------------

bool Router::IsDirectRemote() const {
  return !is_proxy() && current_ && is_settled() && !current_->peer_proxies &&
         current_->sent_end == End::kNone && current_->received_end == End::kNone &&
         current_->node_link->is_established();
}

bool Router::IsDirectLocal(const Router* other) const {
  return !is_proxy() && !other->is_proxy() && is_settled() && other->is_settled() && peer_ == other;
}

}  // namespace ipdl::portal
