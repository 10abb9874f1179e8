// How a proxy leaves its route. See router.h; docs/router.md draws it.
//
// The proxy Y between the routers X and Z takes the locks of both its hops, tells X "a router of
// node Z may come with this nonce" (offer) and Z "go to node X with this nonce" (bypass). Z makes a
// new hop to X's node (accept); X, when it has both, ends its sending to Y with Fin, continues on
// the new hop and says so (ready); Z then does the same. Y passes each Fin on behind the last
// parcel and is free when it has passed on both.

#include "runtime/portal/messages.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {

// --- The lock of a hop ---------------------------------------------------------------------------

bool Router::TryLock(Turn& turn) {
  RemoteLink* const link = current_.get();
  if (link->lock == Lock::kMine) return true;
  if (link->lock != Lock::kFree) return false;
  if (link->side_a) {
    if (!link->peer_settled) return false;
    link->lock = Lock::kMine;
    return true;
  }
  link->lock = Lock::kAsked;
  link->told_proxies = true;  // only a proxy asks
  link->node_link->SendControl(turn, MessageType::kLockAsk, link);
  return false;
}

void Router::ReleaseLock(Turn& turn) {
  RemoteLink* const link = current_.get();
  if (link == nullptr || link->lock != Lock::kMine || bypassing_) return;
  link->lock = Lock::kFree;
  if (link->side_a) {
    GrantIfAsked(turn);
  } else {
    link->node_link->SendControl(turn, MessageType::kLockRelease, link);
  }
}

void Router::GrantIfAsked(Turn& turn) {
  RemoteLink* const link = current_.get();
  if (link == nullptr || !link->peer_asks || link->lock != Lock::kFree || !is_settled()) return;
  link->peer_asks = false;
  link->lock = Lock::kTheirs;
  link->node_link->SendControl(turn, MessageType::kLockGrant, link);
}

void Router::OnLockAsked(Turn& turn, RemoteLink* link) {
  if (link == current_.get()) GrantIfAsked(turn);
}

void Router::OnLockGranted(Turn& turn, RemoteLink* link) {
  if (link != current_.get()) return;
  if (partner_) {
    Reduce(turn);
  } else {
    ReleaseLock(turn);
  }
}

void Router::OnPeerSettled(Turn& turn, RemoteLink* link) {
  if (link != current_.get()) return;
  if (partner_) Reduce(turn);
}

// This router has read all that came on its old link.
void Router::Settle(Turn& turn) {
  if (!current_) return FuseIfPossible(turn, partner_ ? Ref<Router>(this) : peer_);
  if (!current_->side_a) {
    current_->node_link->SendControl(turn, MessageType::kSettled, current_.get());
  }
  if (partner_) Reduce(turn);
  GrantIfAsked(turn);
}

// --- The proxy that leaves -----------------------------------------------------------------------

bool Router::WantsOut() const {
  for (const Router* half : {this, static_cast<const Router*>(partner_.get())}) {
    if (half->bypassing_ || !half->current_ || !half->is_settled() || half->in_end_ != End::kNone ||
        half->out_end_ != End::kNone || half->current_->received_end != End::kNone ||
        !half->current_->node_link->is_established()) {
      return false;
    }
  }
  return true;
}

void Router::Reduce(Turn& turn) {
  if (!WantsOut()) return;
  const Ref<Router> partner = partner_;
  NodeLink* const stays = current_->node_link.get();
  NodeLink* const goes = partner->current_->node_link.get();
  if (stays->node().IsDenied(stays->peer_name(), goes->peer_name())) {
    // Perhaps only now, while the locks were held for it.
    ReleaseLock(turn);
    partner->ReleaseLock(turn);
    return;
  }
  const bool mine = TryLock(turn);
  const bool partners = partner->TryLock(turn);
  if (!mine || !partners) return;
  switch (stays->node().Introduce(turn, stays, goes, Ref<Router>(this))) {
    case Introduced::kYes:
      break;
    case Introduced::kAsked:
      return;  // Reduce is called again
    case Introduced::kDenied:
      ReleaseLock(turn);
      partner->ReleaseLock(turn);
      return;
  }
  bypassing_ = partner->bypassing_ = true;
  stays->Trace(turn, IPCZ_TRACE_BYPASS_BEGUN, current_.get());
  const uint64_t nonce = stays->node().NewNonce();
  stays->SendTerms(turn, MessageType::kOffer, current_.get(), {goes->peer_name(), nonce});
  goes->SendTerms(turn, MessageType::kBypass, partner->current_.get(), {stays->peer_name(), nonce});
}

// --- The one who stays ---------------------------------------------------------------------------

namespace {

// Only who holds the hop's lock may have its neighbours connect past it.
bool PeerHoldsLock(const RemoteLink& link) {
  return link.side_a ? link.lock == Lock::kTheirs : link.lock != Lock::kMine;
}

}  // namespace

bool Router::OnOffer(Turn& turn, RemoteLink* link, const NodeName& node, uint64_t nonce) {
  if (link != current_.get() || !is_settled() || !PeerHoldsLock(*link) || link->offered ||
      link->told) {
    return false;
  }
  link->peer_proxies = true;
  link->offered = std::make_unique<BypassTerms>(BypassTerms{node, nonce});
  return link->node_link->node().AddOffer(turn, link);
}

void Router::Accept(Turn& turn, Ref<RemoteLink> link) {
  link->router = Ref<Router>(this);
  current_->offered = nullptr;
  SwitchTo(turn, link);
  link->told_proxies = is_proxy();
  link->node_link->SendFlag(turn, MessageType::kReady, link.get(), is_proxy());
  Pull(turn);
}

// Ends what is sent on the current hop and continues on `link`; the current one is read to its end.
void Router::SwitchTo(Turn& turn, Ref<RemoteLink> link) {
  current_->node_link->SendEnd(turn, current_.get(), End::kFin);
  old_ = std::exchange(current_, std::move(link));
  NodeLink* const leads = (current_ ? current_ : old_)->node_link.get();
  leads->Trace(turn, IPCZ_TRACE_BYPASS_TAKEN, current_.get());
}

// --- The one who goes there ----------------------------------------------------------------------

bool Router::OnBypass(Turn& turn, RemoteLink* link, const NodeName& node, uint64_t nonce) {
  if (link != current_.get() || !is_settled() || !PeerHoldsLock(*link) || link->offered ||
      link->told) {
    return false;
  }
  link->peer_proxies = true;
  link->told = std::make_unique<BypassTerms>(BypassTerms{node, nonce});
  Node& here = link->node_link->node();
  if (node != here.name()) {
    TryBypass(turn);
    return true;
  }
  // Both neighbours of the proxy are here; its offer came before this on the same connection. If
  // there is none, the other neighbour was closed, which the proxy will pass on.
  const Ref<RemoteLink> offered = here.TakeOffer(node, nonce);
  if (!offered) return true;
  const Ref<Router> stays = offered->router;
  if (offered->node_link != link->node_link || !stays || stays == this) return false;
  ConnectLocally(turn, stays.get());
  return true;
}

void Router::TryBypass(Turn& turn) {
  if (!current_ || !current_->told || next_ || attempt_failed_) return;
  Node& here = current_->node_link->node();
  const BypassTerms& terms = *current_->told;
  const Ref<NodeLink> there = here.FindLink(terms.node);
  if (!there) return here.AwaitLink(turn, current_.get());
  next_ = there->NewLink(HopMaker::kAccept);
  next_->router = Ref<Router>(this);
  there->SendAccept(turn, next_.get(), terms.nonce, is_proxy());
}

bool Router::OnReady(Turn& turn, RemoteLink* link) {
  if (link != next_.get()) return false;
  SwitchTo(turn, std::exchange(next_, nullptr));
  Pull(turn);
  return true;
}

void Router::OnAttemptLost(Turn& turn) {
  Detach(turn, next_);
  attempt_failed_ = true;
  Pull(turn);
}

void Router::ConnectLocally(Turn& turn, Router* stays) {
  stays->current_->offered = nullptr;
  if (stays == partner_.get()) {
    // A route that was joined to itself: it has no ends.
    Ended(turn, End::kLost);
    return;
  }
  SwitchTo(turn, nullptr);
  stays->SwitchTo(turn, nullptr);
  Pair(stays, this);
  const Ref<Router> other(stays);
  Pull(turn);
  other->Pull(turn);
}

bool Router::MayEndWithFin(const RemoteLink* link) const {
  if (link == old_.get()) return true;
  return link == current_.get() && (bypassing_ || (link->told && (next_ || attempt_failed_)));
}

}  // namespace ipdl::portal
