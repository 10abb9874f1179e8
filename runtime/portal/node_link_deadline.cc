// What a connection waits for has an end. See node_link.h.
//
// The router has no clock: a driver with SetTimer lets it look at what waits, every kWaitSeconds,
// and what was there at the last look already is given up. So a wait lasts between once and twice
// as long. A driver without timers leaves the caps in limits.h.

#include <algorithm>
#include <vector>

#include "runtime/portal/limits.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {
namespace {

constexpr uint64_t kMicroseconds = 1000000;

}  // namespace

void NodeLink::BeginWait(Turn& turn) {
  if (waits_timed_ || !transport_) return;
  waits_timed_ = true;
  turn.Later([transport = transport_] {
    transport->SetTimer(Limits::kWaitSeconds * kMicroseconds, kGiveUpWaits);
  });
}

void NodeLink::GiveUpWaits(Turn& turn) {
  waits_timed_ = false;
  const uint64_t last_look = look_++;
  std::vector<Ref<RemoteLink>> expired;
  for (const auto& [nonce, link] : parked_) {
    if (link->parked_at_look < last_look) expired.push_back(link);
  }
  std::sort(expired.begin(), expired.end(),
            [](const Ref<RemoteLink>& a, const Ref<RemoteLink>& b) { return a->id < b->id; });
  for (const Ref<RemoteLink>& link : expired) {
    // Refused: who accepted stays where it is.
    parked_.erase(link->parked_nonce);
    SendEnd(turn, link.get(), End::kClosed);
  }
  bool waits = !parked_.empty();
  for (const Ref<RemoteLink>& link : SortedHops()) {
    const Parcel* const first = link->pending.front();
    if (first == nullptr || first->awaited == nullptr) continue;
    waits = true;
    // What it waits for does not come, and nothing behind it may pass it.
    if (first->awaited->at_look < last_look) return Disconnect(turn);
  }
  if (node_->GiveUpEarlyRelays(turn, peer_name_)) waits = true;
  if (node_->GiveUpMemoryRequests(turn, this)) waits = true;
  if (waits) BeginWait(turn);
}

void NodeLink::AwaitGreeting() {
  Turn turn(node_->domain(), Cause::kApiCall);
  // A referrer may itself be waiting for a broker.
  if (is_established() || dead_ || !transport_ || role_ == Role::kReferrerAwaited) return;
  turn.Later([transport = transport_] {
    transport->SetTimer(Limits::kGreetingSeconds * kMicroseconds, kGreetInTime);
  });
}

bool NodeLink::TakePermit(Turn& turn) {
  if (!is_limited()) return true;
  if (permits_used_ >= node_->limits().introductions_per_second) return false;
  TimePermits(turn);
  ++permits_used_;
  return true;
}

bool NodeLink::TakeAccusationPermit(Turn& turn) {
  if (accusation_permits_used_ >= Limits::kAccusationsPerSecond) return false;
  TimePermits(turn);
  ++accusation_permits_used_;
  return true;
}

// Before a permit is used: all are given back a second after the first.
void NodeLink::TimePermits(Turn& turn) {
  if (permits_used_ + accusation_permits_used_ != 0 || !transport_) return;
  turn.Later([transport = transport_] { transport->SetTimer(kMicroseconds, kGivePermits); });
}

void NodeLink::OnDeadline(Transport* transport, uintptr_t context) {
  Turn turn(node_->domain(), Cause::kTransport);
  if (dead_ || transport_ != transport) return;
  if (context == kGreetInTime && !is_established()) Disconnect(turn);
  if (context == kGivePermits) permits_used_ = accusation_permits_used_ = 0;
  if (context == kGiveUpWaits) GiveUpWaits(turn);
}

}  // namespace ipdl::portal
