// How connections to other nodes begin. See node.h.
//
// Both ends of a new transport send a greeting at once and wait for the other's. Which one is sent
// and which is awaited follows from what the application said about the other node; from the
// greeting on, a NodeLink's role says what the other end may send.

#include <algorithm>
#include <utility>

#include "runtime/portal/limits.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {
namespace {

bool IsLegalCount(uint32_t num_portals) {
  return num_portals > 0 && num_portals <= Limits::kInitialPortals;
}

bool IsLegalGreeting(const ConnectBody& body) {
  return IsLegalCount(body.num_portals) && body.delegates <= 1 && body.reserved == 0;
}

// Nothing if the flags do not go together on such a node.
bool FindRole(bool is_broker, IpczConnectNodeFlags flags, Role* role) {
  const bool to_broker = (flags & IPCZ_CONNECT_NODE_TO_BROKER) != 0;
  const bool inherit = (flags & IPCZ_CONNECT_NODE_INHERIT_BROKER) != 0;
  const bool share = (flags & IPCZ_CONNECT_NODE_SHARE_BROKER) != 0;
  if (to_broker + inherit + share > 1) return false;
  if (is_broker) {
    if (inherit || share) return false;
    *role = to_broker ? Role::kOtherBrokerAwaited : Role::kClientAwaited;
    return true;
  }
  if (!to_broker && !inherit && !share) return false;
  *role = to_broker ? Role::kBrokerAwaited : inherit ? Role::kReferrerAwaited : Role::kReferring;
  return true;
}

}  // namespace

void Node::PrepareName() {
  NodeName name;
  if (MakeName(&name) != IPCZ_RESULT_OK) return;
  Turn turn(domain(), Cause::kTransport);
  prepared_names_.push_back(name);
}

IpczResult Node::Connect(DriverObject& transport, size_t num_portals, IpczConnectNodeFlags flags,
                         std::vector<Ref<Router>>* portals) {
  Role role;
  if (!FindRole(is_broker_, flags, &role)) return IPCZ_RESULT_INVALID_ARGUMENT;
  const uint32_t count = static_cast<uint32_t>(num_portals);
  const bool delegates = (flags & IPCZ_CONNECT_NODE_TO_ALLOCATION_DELEGATE) != 0 && !is_broker_ &&
                         role != Role::kReferring;
  const ConnectBody greeting = {kProtocolVersion, count, delegates ? 1u : 0u, 0};
  NodeName assigned;
  if (role == Role::kClientAwaited && MakeName(&assigned) != IPCZ_RESULT_OK) {
    return IPCZ_RESULT_UNKNOWN;
  }

  const Ref<Node> self(this);
  const Ref<NodeLink> link = MakeRef<NodeLink>(self, role, is_broker_);
  {
    Turn turn(domain(), Cause::kApiCall);
    if (closed_) return IPCZ_RESULT_INVALID_ARGUMENT;
    connecting_.push_back(link.get());
    if (delegates) {
      has_delegate_ = true;
      delegate_ = link;
    }
    if (assigned.is_valid()) assigned_[link.get()] = assigned;
    for (uint32_t i = 0; i < count; ++i) {
      portals->push_back(MakeRef<Router>(domain_));
      portals->back()->Attach(link->AddInitialHop(i));
    }
    if (role == Role::kReferring) {
      const uint64_t number = next_referral_++;
      referrals_[number] = {link, std::move(transport), num_portals};
      Refer(turn, link.get());
      return IPCZ_RESULT_OK;
    }
  }

  const Ref<Transport> in_use = MakeRef<Transport>(std::move(transport));
  link->SetTransport(in_use);
  IpczResult result = IPCZ_RESULT_OK;
  switch (role) {
    case Role::kClientAwaited:
      result = link->Greet(MessageType::kConnectFromBroker,
                           ConnectFromBrokerBody{name_, assigned, kProtocolVersion, count});
      break;
    case Role::kOtherBrokerAwaited:
      result = link->Greet(MessageType::kConnectBrokers,
                           ConnectBrokersBody{name_, kProtocolVersion, count});
      break;
    case Role::kBrokerAwaited:
      result = link->Greet(MessageType::kConnectToBroker, greeting);
      break;
    default:
      result = link->Greet(MessageType::kConnectToReferrer, greeting);
      break;
  }
  if (result == IPCZ_RESULT_OK) result = in_use->Activate(link);
  if (result == IPCZ_RESULT_OK) {
    link->AwaitGreeting();
    return IPCZ_RESULT_OK;
  }
  transport = in_use->TakeObject();
  Turn turn(domain(), Cause::kApiCall);
  for (Ref<Router>& portal : *portals) portal->Close(turn);
  portals->clear();
  link->Disconnect(turn);
  return IPCZ_RESULT_UNKNOWN;
}

void Node::AddLink(Turn& turn, const Ref<NodeLink>& link) {
  ForgetConnecting(link.get());
  assigned_.erase(link.get());
  const NodeName name = link->peer_name();
  if (const Ref<NodeLink> older = FindLink(name)) older->Disconnect(turn);
  links_[name] = link;
  denied_.clear();
  // To nodes that a broker introduces, it gives memory as well.
  if (link->role() != Role::kEqual && link->is_side_a()) link->OfferMemory(turn);
  link->ReduceProxies(turn);
  const auto waiting = awaiting_.find(name);
  if (waiting == awaiting_.end()) return;
  const std::vector<Ref<RemoteLink>> awake = std::move(waiting->second);
  awaiting_.erase(waiting);
  for (const Ref<RemoteLink>& told : awake) {
    told->awaits_node = false;
    if (const Ref<Router> router = told->router) router->TryBypass(turn);
  }
}

void Node::LoseBroker(Turn& turn) {
  broker_ = nullptr;
  name_ = {};
  linked_.clear();
  denied_.clear();
  asked_.clear();
  relays_awaited_.clear();
  for (auto& [key, early] : std::exchange(relays_early_, {})) {
    for (Ref<Object>& box : early.boxes) turn.Release(std::move(box));
  }
  if (closed_) return;  // each ends by itself
  std::vector<Ref<NodeLink>> all = SortedLinks();
  for (const auto& [number, referral] : referrals_) {
    if (!referral.transport.is_valid()) all.push_back(referral.link);
  }
  for (const Ref<NodeLink>& link : all) link->Disconnect(turn);
}

// --- Greetings between a broker and its clients --------------------------------------------------

bool Node::OnConnectToBroker(Turn& turn, const Ref<NodeLink>& link, const ConnectBody& body) {
  if (!IsLegalGreeting(body)) return false;
  const NodeName name = assigned_[link.get()];
  link->SetPeerDelegates(body.delegates != 0);
  link->Establish(turn, Role::kClient, name, true, body.num_portals);
  AddLink(turn, link);
  return true;
}

bool Node::OnConnectFromBroker(Turn& turn, const Ref<NodeLink>& link,
                               const ConnectFromBrokerBody& body) {
  if (!IsLegalCount(body.num_portals) || !body.broker.is_valid() || !body.yours.is_valid()) {
    return false;
  }
  if (const Ref<NodeLink> older = broker_) older->Disconnect(turn);
  name_ = body.yours;
  broker_ = link;
  link->Establish(turn, Role::kBroker, body.broker, false, body.num_portals);
  AddLink(turn, link);
  for (auto& [number, referral] : referrals_) Refer(turn, referral.link.get());
  return true;
}

bool Node::OnConnectBrokers(Turn& turn, const Ref<NodeLink>& link, const ConnectBrokersBody& body) {
  if (!IsLegalCount(body.num_portals) || !body.name.is_valid() || body.name == name_) return false;
  link->Establish(turn, Role::kOtherBroker, body.name, name_ > body.name, body.num_portals);
  AddLink(turn, link);
  return true;
}

// --- Referrals: a node vouches for another one ---------------------------------------------------

// Sends the transport to the broker, once there is one.
void Node::Refer(Turn& turn, NodeLink* link) {
  if (!broker_) return;
  for (auto& [number, referral] : referrals_) {
    if (referral.link != link || !referral.transport.is_valid()) continue;
    std::vector<DriverObject> transport;
    transport.push_back(std::move(referral.transport));
    broker_->SendMessage(turn, MessageType::kReferNode,
                         ReferNodeBody{number, static_cast<uint32_t>(referral.num_portals), 0},
                         std::move(transport));
    return;
  }
}

bool Node::OnReferNode(Turn& turn, const Ref<NodeLink>& link, const ReferNodeBody& body,
                       DriverObject transport) {
  size_t pending = 0;
  for (const Referred& referred : referred_) {
    if (referred.referrer == link) ++pending;
  }
  if (!is_broker_ || !IsLegalCount(body.num_portals) || body.reserved != 0 ||
      prepared_names_.empty() || pending >= kLimits.referrals_per_link) {
    turn.Later([closed = std::move(transport)] {});
    return false;
  }
  const Ref<NodeLink> newcomer = MakeRef<NodeLink>(Ref<Node>(this), Role::kReferredAwaited, true);
  connecting_.push_back(newcomer.get());
  assigned_[newcomer.get()] = prepared_names_.back();
  prepared_names_.pop_back();
  referred_.push_back({newcomer.get(), link, body.referral, body.num_portals});
  ActivateLater(turn, newcomer, std::move(transport));
  return true;
}

// The referred node spoke: it becomes a client, and gets a new transport to who referred it.
bool Node::OnConnectToReferrer(Turn& turn, const Ref<NodeLink>& link, const ConnectBody& body) {
  const auto found = FindReferred(link.get());
  if (!IsLegalGreeting(body) || found == referred_.end()) return false;
  const Referred referred = *found;
  referred_.erase(found);
  const NodeName name = assigned_[link.get()];
  turn.Later([this_node = Ref<Node>(this), link, referred, name, body] {
    Node& node = *this_node;
    const auto fail = [&] {
      Turn turn(node.domain(), Cause::kTransport);
      referred.referrer->SendMessage(turn, MessageType::kReferralFailed,
                                     ReferralFailedBody{referred.referral});
      link->Disconnect(turn);
    };
    const Ref<Transport> to_referrer = referred.referrer->transport();
    const Ref<Transport> to_newcomer = link->transport();
    if (!to_referrer || !to_newcomer) return fail();
    IpczDriverHandle ends[2] = {};
    if (node.driver_->CreateTransports(to_newcomer->handle(), to_referrer->handle(), IPCZ_NO_FLAGS,
                                       nullptr, &ends[0], &ends[1]) != IPCZ_RESULT_OK) {
      return fail();
    }
    std::vector<DriverObject> newcomers;
    std::vector<DriverObject> referrers;
    newcomers.emplace_back(node.driver_, ends[0]);
    referrers.emplace_back(node.driver_, ends[1]);
    LinkMemory::AllocateForBoth(node.driver_, &newcomers, &referrers);
    if (link->Greet(MessageType::kReferralAccepted,
                    ReferralAcceptedBody{node.name_, name, referred.referrer->peer_name(),
                                         kProtocolVersion, referred.num_portals},
                    std::move(newcomers)) != IPCZ_RESULT_OK) {
      return fail();
    }
    Turn turn(node.domain(), Cause::kTransport);
    if (link->is_dead() || !referred.referrer->is_established()) {
      link->Disconnect(turn);
      turn.Later([closed = std::move(referrers)] {});
      return;
    }
    node.linked_[Sorted(name, referred.referrer->peer_name())] = 0;
    link->Establish(turn, Role::kClient, name, true, 0);
    node.AddLink(turn, link);
    referred.referrer->SendMessage(
        turn, MessageType::kReferralDone,
        ReferralDoneBody{referred.referral, name, body.num_portals, body.delegates},
        std::move(referrers));
  });
  return true;
}

// To the newcomer: `link` was meant for the referrer and leads to the broker; the portals that it
// began with move to the connection that the broker made.
bool Node::OnReferralAccepted(Turn& turn, const Ref<NodeLink>& link,
                              const ReferralAcceptedBody& body, DriverObject transport,
                              DriverObject memory) {
  if (!IsLegalCount(body.num_portals) || !body.broker.is_valid() || !body.yours.is_valid() ||
      !body.referrer.is_valid() || broker_) {
    turn.Later([transport = std::move(transport), memory = std::move(memory)] {});
    return false;
  }
  name_ = body.yours;
  const Ref<NodeLink> referrer = MakeRef<NodeLink>(Ref<Node>(this), Role::kEqual, false);
  link->MoveHopsTo(referrer.get());
  if (delegate_ == link) delegate_ = referrer;
  broker_ = link;
  link->Establish(turn, Role::kBroker, body.broker, false, 0);
  AddLink(turn, link);
  referrer->Establish(turn, Role::kEqual, body.referrer, false, body.num_portals);
  AddLink(turn, referrer);
  ActivateLater(turn, referrer, std::move(transport), std::move(memory));
  for (auto& [number, referral] : referrals_) Refer(turn, referral.link.get());
  return true;
}

bool Node::OnReferralDone(Turn& turn, const ReferralDoneBody& body, DriverObject transport,
                          DriverObject memory) {
  const auto found = referrals_.find(body.referral);
  if (found == referrals_.end() || found->second.transport.is_valid() ||
      !IsLegalCount(body.num_portals) || body.delegates > 1 || !body.name.is_valid()) {
    turn.Later([transport = std::move(transport), memory = std::move(memory)] {});
    // The application may have closed the node's end meanwhile; only nonsense is illegal.
    return found == referrals_.end();
  }
  const Ref<NodeLink> link = found->second.link;
  referrals_.erase(found);
  link->SetPeerDelegates(body.delegates != 0);
  link->Establish(turn, Role::kEqual, body.name, true, body.num_portals);
  AddLink(turn, link);
  ActivateLater(turn, link, std::move(transport), std::move(memory));
  return true;
}

bool Node::OnReferralFailed(Turn& turn, const ReferralFailedBody& body) {
  const auto found = referrals_.find(body.referral);
  if (found == referrals_.end()) return true;
  const Ref<NodeLink> link = found->second.link;
  link->Disconnect(turn);
  return true;
}

// A transport for `link` came in a message: it is put to use when the lock is free.
void Node::ActivateLater(Turn& turn, const Ref<NodeLink>& link, DriverObject object,
                         DriverObject memory) {
  const Ref<Transport> transport = MakeRef<Transport>(std::move(object));
  link->SetTransport(transport);
  turn.Later([link, transport, memory = std::move(memory)] {
    if (memory.is_valid()) link->AdoptMemory(memory);
    if (transport->Activate(link) == IPCZ_RESULT_OK) return link->AwaitGreeting();
    Turn turn(link->node().domain(), Cause::kTransport);
    link->Disconnect(turn);
  });
}

}  // namespace ipdl::portal
