// A node's life, the meeting of offers, and relayed objects. See node.h.

#include "runtime/portal/node.h"

#include <algorithm>
#include <utility>

#include "runtime/portal/box.h"
#include "runtime/portal/limits.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {

Node::Node(const IpczDriver* driver, bool is_broker, bool memory_may_grow)
    : Object(kKind),
      driver_(driver),
      is_broker_(is_broker),
      memory_may_grow_(memory_may_grow),
      domain_(MakeRef<Domain>()) {}
Node::~Node() = default;

IpczResult Node::MakeName(NodeName* name) const {
  *name = {};
  while (!name->is_valid()) {
    const IpczResult result =
        driver_->GenerateRandomBytes(sizeof(*name), IPCZ_NO_FLAGS, nullptr, name);
    if (result != IPCZ_RESULT_OK) return result;
  }
  return IPCZ_RESULT_OK;
}

IpczResult Node::Begin() {
  SipKey key;
  const IpczResult result = driver_->GenerateRandomBytes(sizeof(key), IPCZ_NO_FLAGS, nullptr, &key);
  if (result != IPCZ_RESULT_OK) return result;
  nonces_.SetKey(key);
  return is_broker_ ? MakeName(&name_) : IPCZ_RESULT_OK;
}

// In the order of the names, so that what happens does not depend on a table's layout.
std::vector<Ref<NodeLink>> Node::SortedLinks() const {
  std::vector<Ref<NodeLink>> links;
  for (const auto& [name, link] : links_) links.push_back(link);
  std::sort(links.begin(), links.end(), [](const Ref<NodeLink>& a, const Ref<NodeLink>& b) {
    return a->peer_name() < b->peer_name();
  });
  return links;
}

void Node::Close(Turn& turn) {
  closed_ = true;
  std::vector<Ref<NodeLink>> all = SortedLinks();
  for (NodeLink* link : connecting_) all.emplace_back(link);
  for (const auto& [number, referral] : referrals_) all.push_back(referral.link);
  for (const Ref<NodeLink>& link : all) {
    if (link != broker_) link->Finish(turn);
  }
  // Last, for it carries objects that others' parcels need, and ends everything with it.
  turn.Later([this_domain = domain_, broker = broker_] {
    if (!broker) return;
    Turn later(this_domain.get(), Cause::kApiCall);
    broker->Finish(later);
  });
  asked_.clear();
}

Ref<NodeLink> Node::FindLink(const NodeName& name) const {
  const auto found = links_.find(name);
  return found == links_.end() ? nullptr : found->second;
}

void Node::ForgetConnecting(NodeLink* link) {
  connecting_.erase(std::remove(connecting_.begin(), connecting_.end(), link), connecting_.end());
}

std::vector<Node::Referred>::iterator Node::FindReferred(const NodeLink* newcomer) {
  return std::find_if(referred_.begin(), referred_.end(),
                      [&](const Referred& referred) { return referred.newcomer == newcomer; });
}

void Node::ForgetLink(Turn& turn, NodeLink* link) {
  const Ref<NodeLink> kept(link);
  ForgetConnecting(link);
  assigned_.erase(link);
  // What the delegate was asked for does not come any more; nor does a link that is over want it.
  std::erase_if(memory_requests_, [&](const auto& entry) {
    return link == delegate_.get() || entry.second.link == link;
  });
  if (link == delegate_.get()) delegate_ = nullptr;
  if (const auto referred = FindReferred(link); referred != referred_.end()) {
    referred->referrer->SendMessage(turn, MessageType::kReferralFailed,
                                    ReferralFailedBody{referred->referral});
    referred_.erase(referred);
  }
  for (auto it = referred_.begin(); it != referred_.end();) {
    const Ref<NodeLink> newcomer(it->newcomer);
    const bool orphaned = it->referrer == link;
    if (orphaned) {
      it = referred_.erase(it);
      turn.Later([this_domain = domain_, newcomer] {
        Turn later(this_domain.get(), Cause::kTransport);
        newcomer->Disconnect(later);
      });
    } else {
      ++it;
    }
  }
  for (auto it = referrals_.begin(); it != referrals_.end(); ++it) {
    if (it->second.link != link) continue;
    turn.Later([transport = std::move(it->second.transport)] {});
    referrals_.erase(it);
    break;
  }
  absl::erase_if(relays_awaited_,
                 [&](const auto& entry) { return entry.second->node_link == link; });
  const auto known = links_.find(link->peer_name());
  if (known == links_.end() || known->second != link) return;
  const NodeName name = known->first;
  links_.erase(known);
  // Objects that came before parcels which will not come now.
  for (auto early = relays_early_.begin(); early != relays_early_.end();) {
    if (early->first.first != name) {
      ++early;
      continue;
    }
    for (Ref<Object>& box : early->second.boxes) turn.Release(std::move(box));
    early = relays_early_.erase(early);
  }
  if (is_broker_) {
    ForgetNode(name);
  } else if (link == broker_.get()) {
    LoseBroker(turn);
  } else if (broker_) {
    linked_.clear();
    broker_->SendMessage(turn, MessageType::kLinkLost, LinkLostBody{name, link->introduction()});
  }
}

bool Node::GiveUpEarlyRelays(Turn& turn, const NodeName& from) {
  bool some_left = false;
  const Ref<NodeLink> link = FindLink(from);
  for (auto early = relays_early_.begin(); early != relays_early_.end();) {
    const bool expired = early->first.first == from && early->second.at_look + 1 < link->look();
    some_left = some_left || (early->first.first == from && !expired);
    if (!expired) {
      ++early;
      continue;
    }
    for (Ref<Object>& box : early->second.boxes) turn.Release(std::move(box));
    early = relays_early_.erase(early);
  }
  return some_left;
}

// --- Bypasses ------------------------------------------------------------------------------------

bool Node::AddOffer(Turn& turn, RemoteLink* link) {
  const OfferKey key(link->offered->node, link->offered->nonce);
  if (!offers_.emplace(key, Ref<RemoteLink>(link)).second) {
    link->offered = nullptr;
    return false;
  }
  const Ref<NodeLink> from = FindLink(key.first);
  if (!from) return true;
  const Ref<RemoteLink> parked = from->TakeParked(key.second);
  if (!parked) return true;
  offers_.erase(key);
  Ref<Router>(link->router)->Accept(turn, parked);
  return true;
}

void Node::DropOffer(RemoteLink* link) {
  const auto found = offers_.find(OfferKey(link->offered->node, link->offered->nonce));
  link->offered = nullptr;
  if (found != offers_.end() && found->second == link) offers_.erase(found);
}

Ref<RemoteLink> Node::TakeOffer(const NodeName& node, uint64_t nonce) {
  const auto found = offers_.find(OfferKey(node, nonce));
  if (found == offers_.end()) return nullptr;
  Ref<RemoteLink> link = std::move(found->second);
  offers_.erase(found);
  return link;
}

void Node::AwaitLink(Turn& /*turn*/, RemoteLink* link) {
  if (link->awaits_node) return;
  link->awaits_node = true;
  awaiting_[link->told->node].emplace_back(link);
}

void Node::DropAwaiting(RemoteLink* link) {
  link->awaits_node = false;
  const auto found = awaiting_.find(link->told->node);
  if (found == awaiting_.end()) return;
  std::vector<Ref<RemoteLink>>& waiting = found->second;
  waiting.erase(std::remove(waiting.begin(), waiting.end(), link), waiting.end());
  if (waiting.empty()) awaiting_.erase(found);
}

// --- Memory --------------------------------------------------------------------------------------

void Node::RequestMemory(Turn& turn, NodeLink* link, size_t capacity) {
  if (!has_delegate_) {
    turn.Later([asker = Ref<NodeLink>(link), driver = driver_, capacity] {
      asker->OnRingMemory(LinkMemory::Allocate(driver, LinkMemoryShape::kOneDirection, capacity),
                          capacity);
    });
    return;
  }
  if (!delegate_ || !delegate_->is_established()) return;
  const uint64_t number = next_memory_request_++;
  memory_requests_.emplace(number, MemoryRequest{Ref<NodeLink>(link), capacity, delegate_->look()});
  delegate_->BeginWait(turn);
  delegate_->SendFirst(turn, MessageType::kRequestMemory, RequestMemoryBody{number, capacity});
}

bool Node::OnProvideMemory(Turn& turn, NodeLink* from, const ProvideMemoryBody& body,
                           std::vector<DriverObject> objects) {
  const auto found = memory_requests_.find(body.request);
  const bool legal = from == delegate_.get() && objects.size() <= 1;
  if (!legal || found == memory_requests_.end()) {
    turn.Later([closed = std::move(objects)] {});
    return legal;  // whom it was for may be gone
  }
  const MemoryRequest request = std::move(found->second);
  memory_requests_.erase(found);
  turn.Later(
      [request, memory = objects.empty() ? DriverObject() : std::move(objects[0])]() mutable {
        request.link->OnRingMemory(std::move(memory), request.capacity);
      });
  return true;
}

bool Node::GiveUpMemoryRequests(Turn& turn, NodeLink* delegate) {
  if (delegate != delegate_.get()) return false;
  for (auto entry = memory_requests_.begin(); entry != memory_requests_.end();) {
    const MemoryRequest& request = entry->second;
    if (request.at_look + 1 >= delegate->look()) {
      ++entry;
      continue;
    }
    turn.Later([link = request.link, capacity = request.capacity] {
      link->OnRingMemory(DriverObject(), capacity);
    });
    entry = memory_requests_.erase(entry);
  }
  return !memory_requests_.empty();
}

// --- Relayed objects -----------------------------------------------------------------------------

uint64_t Node::Relay(Turn& turn, const NodeName& to, std::vector<DriverObject> objects) {
  const uint64_t number = next_relay_++;
  // A broker itself hands them to the broker of the other node.
  const Ref<NodeLink> carrier = is_broker_ ? LinkTowards(to) : broker_;
  if (carrier && carrier->peer_name() != to) {
    carrier->SendMessage(turn, MessageType::kRelayObjects, RelayBody{name_, to, number},
                         std::exchange(objects, {}));
  }
  turn.Later([closed = std::move(objects)] {});
  return number;
}

bool Node::AwaitRelay(Turn& turn, RemoteLink* link, Parcel* parcel) {
  const OfferKey key(link->node_link->peer_name(), parcel->awaited->relay_id);
  const auto early = relays_early_.find(key);
  if (early == relays_early_.end()) {
    if (relays_awaited_.size() >= kLimits.awaited_relays) return false;
    parcel->awaited->at_look = link->node_link->look();
    link->node_link->BeginWait(turn);
    return relays_awaited_.emplace(key, Ref<RemoteLink>(link)).second;
  }
  std::vector<Ref<Object>> boxes = std::move(early->second.boxes);
  relays_early_.erase(early);
  const bool complete = boxes.size() == parcel->awaited->places.size();
  for (size_t i = 0; complete && i < boxes.size(); ++i) {
    *parcel->awaited->places[i] = std::move(boxes[i]);
  }
  for (Ref<Object>& left : boxes) {
    if (left) turn.Release(std::move(left));
  }
  if (complete) {
    parcel->awaited = nullptr;
    return true;
  }
  // Perhaps whoever passes them on would not: nobody is known to have broken a rule.
  turn.Later([this_domain = domain_, lost = link->node_link] {
    Turn later(this_domain.get(), Cause::kTransport);
    lost->Disconnect(later);
  });
  return true;
}

bool Node::OnRelayObjects(Turn& turn, const Ref<NodeLink>& link, const RelayBody& body,
                          std::vector<DriverObject> objects) {
  const bool from_client = link->role() == Role::kClient;
  const bool legal = is_broker_ && (!from_client || body.from == link->peer_name());
  const Ref<NodeLink> towards = legal ? LinkTowards(body.to) : nullptr;
  if (towards && towards->peer_name() == body.to) {
    DeliverRelay(turn, *link, *towards, body, &objects);
  } else if (towards && from_client) {
    towards->SendMessage(turn, MessageType::kRelayObjects, body, std::exchange(objects, {}));
  }
  // To a node that is gone: nobody waits.
  turn.Later([closed = std::move(objects)] {});
  return legal;
}

size_t Node::CountRelayed(const NodeName& from) const {
  size_t count = 0;
  for (auto entry = relayed_.lower_bound({from, {}});
       entry != relayed_.end() && entry->first.first == from; ++entry) {
    count += entry->second;
  }
  return count;
}

// To whom they are for. What is too much stays in `objects`: then their parcel is told so.
void Node::DeliverRelay(Turn& turn, NodeLink& from, NodeLink& to, const RelayBody& body,
                        std::vector<DriverObject>* objects) {
  std::vector<DriverObject> sent;
  if (!from.is_limited()) {
    sent = std::exchange(*objects, {});
  } else if (CountRelayed(from.peer_name()) + objects->size() <= Limits::kRelayedObjectsPerLink) {
    sent = std::exchange(*objects, {});
    relayed_[{from.peer_name(), to.peer_name()}] += sent.size();
  }
  to.SendMessage(turn, MessageType::kRelayedObjects, body, std::move(sent));
}

// More than was passed on is nothing: whoever it was for may have been counted out before.
bool Node::OnRelayTaken(const NodeLink& link, const RelayTakenBody& body) {
  if (!is_broker_) return false;
  const auto home = home_.find(body.from);
  const NodeName& from = home == home_.end() ? body.from : home->second;
  const auto entry = relayed_.find({from, link.peer_name()});
  if (entry == relayed_.end()) return true;
  entry->second -= std::min<uint64_t>(entry->second, body.objects);
  if (entry->second == 0) relayed_.erase(entry);
  return true;
}

bool Node::OnRelayedObjects(Turn& turn, NodeLink* carrier, const RelayBody& body,
                            std::vector<DriverObject> objects) {
  if (!objects.empty()) {
    carrier->SendMessage(turn, MessageType::kRelayTaken, RelayTakenBody{body.from, objects.size()});
  }
  std::vector<Ref<Object>> boxes;
  boxes.reserve(objects.size());
  for (DriverObject& object : objects) boxes.push_back(MakeRef<Box>(std::move(object)));
  const OfferKey key(body.from, body.relay_id);
  const auto awaited = relays_awaited_.find(key);
  if (awaited == relays_awaited_.end()) {
    const Ref<NodeLink> from = FindLink(body.from);
    if (from && relays_early_.size() < kLimits.early_relays) {
      relays_early_.emplace(key, EarlyRelay{std::exchange(boxes, {}), from->look()});
      from->BeginWait(turn);
    }
    for (Ref<Object>& left : boxes) turn.Release(std::move(left));
    return true;
  }
  const Ref<RemoteLink> link = std::move(awaited->second);
  relays_awaited_.erase(awaited);
  Parcel* const parcel = link->pending.FindAwaiting(body.relay_id);
  if (parcel != nullptr && boxes.size() == parcel->awaited->places.size()) {
    for (size_t i = 0; i < boxes.size(); ++i) *parcel->awaited->places[i] = std::move(boxes[i]);
    parcel->awaited = nullptr;
    if (link->router) Ref<Router>(link->router)->Pull(turn);
    return true;
  }
  for (Ref<Object>& left : boxes) turn.Release(std::move(left));
  // The parcel can never be whole: its sender did not keep its word, or the broker could not.
  if (parcel != nullptr) link->node_link->Disconnect(turn);
  return true;
}

}  // namespace ipdl::portal
