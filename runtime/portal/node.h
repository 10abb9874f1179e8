// A participant: its name, its connections, and what it knows of others.
//
// What it is: the place where connections are made (node_connect.cc) and introduced
// (node_introduce.cc), where the two halves of a bypass meet, and where objects relayed by the
// broker wait for their parcels (node.cc). What it is not: a carrier of parcels; NodeLink is.
// Called by the C functions, NodeLink and Router, under the domain's lock unless said otherwise.
//
// What is walked through from end to end has an order that does not depend on addresses or hashes,
// so that a seed of the simulator always leads to the same calls.

#ifndef IPDL_RUNTIME_PORTAL_NODE_H_
#define IPDL_RUNTIME_PORTAL_NODE_H_

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "runtime/portal/domain.h"
#include "runtime/portal/driver_object.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/limits.h"
#include "runtime/portal/messages.h"
#include "runtime/portal/node_name.h"
#include "runtime/portal/nonce.h"
#include "runtime/portal/object.h"
#include "runtime/portal/remote_link.h"
#include "runtime/portal/traffic.h"
#include "runtime/portal/turn.h"

namespace ipdl::portal {

class NodeLink;
class Router;

// Whether two other nodes are connected to each other.
enum class Introduced : uint8_t { kYes, kAsked, kDenied };

class Node : public Object {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kNode;

  Node(const IpczDriver* driver, bool is_broker, bool memory_may_grow);
  ~Node() override;

  // Without lock, before anything else: takes a name and a key from the driver.
  IpczResult Begin();

  const IpczDriver* driver() const { return driver_; }
  bool is_broker() const { return is_broker_; }
  Domain* domain() const { return domain_.get(); }
  // Not valid while this node has no broker.
  const NodeName& name() const { return name_; }
  // Ends all connections, and makes no new ones.
  void Close(Turn& turn);

  // Null unless there is an established connection to that node.
  Ref<NodeLink> FindLink(const NodeName& name) const;
  // The connection is over.
  void ForgetLink(Turn& turn, NodeLink* link);

  // --- Connections (node_connect.cc) -------------------------------------------------------------

  // Without lock. On success `transport` is the node's.
  IpczResult Connect(DriverObject& transport, size_t num_portals, IpczConnectNodeFlags flags,
                     std::vector<Ref<Router>>* portals);
  // Without lock: has a name ready for OnReferNode.
  void PrepareName();

  bool OnConnectToBroker(Turn& turn, const Ref<NodeLink>& link, const ConnectBody& body);
  bool OnConnectFromBroker(Turn& turn, const Ref<NodeLink>& link,
                           const ConnectFromBrokerBody& body);
  bool OnConnectBrokers(Turn& turn, const Ref<NodeLink>& link, const ConnectBrokersBody& body);
  bool OnReferNode(Turn& turn, const Ref<NodeLink>& link, const ReferNodeBody& body,
                   DriverObject transport);
  bool OnConnectToReferrer(Turn& turn, const Ref<NodeLink>& link, const ConnectBody& body);
  // `memory`, here and below: of that connection; not valid if the broker gave none.
  bool OnReferralAccepted(Turn& turn, const Ref<NodeLink>& link, const ReferralAcceptedBody& body,
                          DriverObject transport, DriverObject memory);
  bool OnReferralDone(Turn& turn, const ReferralDoneBody& body, DriverObject transport,
                      DriverObject memory);
  bool OnReferralFailed(Turn& turn, const ReferralFailedBody& body);

  // --- Introductions (node_introduce.cc) ---------------------------------------------------------

  // Has the nodes at the other ends of `a` and `b` connected to each other. kAsked: proxy->Reduce
  // is called when it is done or denied.
  Introduced Introduce(Turn& turn, NodeLink* a, NodeLink* b, Ref<Router> proxy);
  // Whether there is room for one more thing that others say of nodes.
  bool CanRemember() const;
  bool IsDenied(const NodeName& a, const NodeName& b) const;
  bool OnIntroduce(Turn& turn, const Ref<NodeLink>& link, const IntroduceBody& body);
  bool OnIntroduction(Turn& turn, const Ref<NodeLink>& link, const IntroductionBody& body,
                      DriverObject transport, DriverObject memory);
  bool OnIntroduced(Turn& turn, const Ref<NodeLink>& link, const IntroducedBody& body);
  bool OnPassIntroduction(Turn& turn, const Ref<NodeLink>& link, const PassIntroductionBody& body,
                          DriverObject transport, DriverObject memory);
  bool OnLinkLost(Turn& turn, const Ref<NodeLink>& link, const LinkLostBody& body);

  // --- Bypasses ----------------------------------------------------------------------------------

  uint64_t NewNonce() { return nonces_.Next(); }
  // link->offered waits for the node that it names. False if there is such an offer already.
  bool AddOffer(Turn& turn, RemoteLink* link);
  void DropOffer(RemoteLink* link);
  // The offer to that node, with that nonce; it no longer waits.
  Ref<RemoteLink> TakeOffer(const NodeName& node, uint64_t nonce);
  // Calls TryBypass of link's router when there is a connection to the node in link->told.
  void AwaitLink(Turn& turn, RemoteLink* link);
  void DropAwaiting(RemoteLink* link);

  // --- Relayed objects ---------------------------------------------------------------------------

  // Sends objects through the broker; returns the number that their parcel must name.
  uint64_t Relay(Turn& turn, const NodeName& to, std::vector<DriverObject> objects);
  // `parcel`, about to be queued on `link`, waits for its objects, or has them at once.
  bool AwaitRelay(Turn& turn, RemoteLink* link, Parcel* parcel);
  // Closes objects whose parcels did not come in time. Whether some still wait.
  bool GiveUpEarlyRelays(Turn& turn, const NodeName& from);
  bool OnRelayObjects(Turn& turn, const Ref<NodeLink>& link, const RelayBody& body,
                      std::vector<DriverObject> objects);
  bool OnRelayedObjects(Turn& turn, NodeLink* link, const RelayBody& body,
                        std::vector<DriverObject> objects);
  bool OnRelayTaken(const NodeLink& link, const RelayTakenBody& body);

  // --- Accusations (node_introduce.cc) -----------------------------------------------------------

  // Tells this node's broker that a parcel from `node` was rejected.
  void Accuse(Turn& turn, const NodeName& node, uint64_t context, std::string_view reason,
              bool forwarded);
  bool OnAccuse(Turn& turn, const Ref<NodeLink>& link, const AccuseBody& body);

  // --- Memory ------------------------------------------------------------------------------------

  bool memory_may_grow() const { return memory_may_grow_; }
  // link->OnRingMemory is called with memory for one direction: by this node, or by its delegate if
  // it has one, which then alone allocates.
  void RequestMemory(Turn& turn, NodeLink* link, size_t capacity);
  bool OnProvideMemory(Turn& turn, NodeLink* from, const ProvideMemoryBody& body,
                       std::vector<DriverObject> objects);
  // Goes on without what that delegate did not give in time. Whether something is still waited for.
  bool GiveUpMemoryRequests(Turn& turn, NodeLink* delegate);

  // --- Limits and what can be seen of it (node_view.cc) ------------------------------------------

  const Limits& limits() const { return limits_; }
  void SetLimits(const IpczNodeLimits& limits);
  void CountSent(size_t num_bytes) { traffic_.CountSent(num_bytes); }
  void CountReceived(size_t num_bytes) { traffic_.CountReceived(num_bytes); }
  void QueryCounters(IpczCounters* counters) const;
  void SetTracer(IpczTraceHandler handler, uintptr_t context);
  void Trace(Turn& turn, IpczTraceEventKind kind, const NodeName& peer, uint64_t hop = 0);

  std::vector<Ref<NodeLink>> SortedLinks() const;

 private:
  using NamePair = std::pair<NodeName, NodeName>;
  using OfferKey = std::pair<NodeName, uint64_t>;

  static NamePair Sorted(const NodeName& a, const NodeName& b) {
    return a < b ? NamePair(a, b) : NamePair(b, a);
  }

  IpczResult MakeName(NodeName* name) const;
  // A connection is established: replaces an older one, and wakes who waited for it.
  void AddLink(Turn& turn, const Ref<NodeLink>& link);
  void LoseBroker(Turn& turn);
  void ForgetConnecting(NodeLink* link);
  void Refer(Turn& turn, NodeLink* link);
  void ActivateLater(Turn& turn, const Ref<NodeLink>& link, DriverObject transport,
                     DriverObject memory = {});

  Ref<NodeLink> LinkTowards(const NodeName& name) const;
  bool AreLinked(const NodeName& a, const NodeName& b) const;
  NodeName HomeOf(const NodeName& name) const;
  NodeName IntroducerOf(const NodeName& a, const NodeName& b) const;
  bool StartIntroduction(Turn& turn, const NodeName& a, const NodeName& b,
                         absl::AnyInvocable<void(Turn&, bool)> done);
  void SendIntroduction(Turn& turn, const NodeName& to, const IntroductionBody& body,
                        std::vector<DriverObject> transport_and_memory);
  void FinishAsked(Turn& turn, const NamePair& pair);
  void ForgetNode(const NodeName& name);

  const IpczDriver* const driver_;
  const bool is_broker_;
  const bool memory_may_grow_;
  const Ref<Domain> domain_;
  bool closed_ = false;
  NodeName name_;
  Limits limits_;
  Traffic traffic_;
  IpczTraceHandler tracer_ = nullptr;
  uintptr_t tracer_context_ = 0;
  NonceSource nonces_;

  absl::flat_hash_map<NodeName, Ref<NodeLink>> links_;
  // Without a name yet: greetings under way, and referrals.
  std::vector<NodeLink*> connecting_;
  Ref<NodeLink> broker_;

  // Names given by this broker to clients that have not greeted yet, and those ready for referrals.
  absl::flat_hash_map<NodeLink*, NodeName> assigned_;
  std::vector<NodeName> prepared_names_;

  // As a referrer: what is to be connected by the broker, by number. As a broker: who referred.
  struct Referral {
    Ref<NodeLink> link;
    DriverObject transport;  // until there is a broker to send it to
    size_t num_portals = 0;
  };
  std::map<uint64_t, Referral> referrals_;
  uint64_t next_referral_ = 1;
  struct Referred {
    NodeLink* newcomer;
    Ref<NodeLink> referrer;
    uint64_t referral;
    uint32_t num_portals;
  };
  std::vector<Referred> referred_;
  // The one of that newcomer; the end if there is none.
  std::vector<Referred>::iterator FindReferred(const NodeLink* newcomer);

  // As a broker: who is connected with whom. Otherwise: what the broker said.
  // With the number of the introduction; 0: a referral, or not this broker's business.
  absl::flat_hash_map<NamePair, uint64_t> linked_;
  absl::flat_hash_set<NamePair> denied_;
  absl::flat_hash_map<NamePair, std::vector<Ref<Router>>> asked_;
  // As a broker: the broker of a node of another network.
  absl::flat_hash_map<NodeName, NodeName> home_;

  absl::flat_hash_map<OfferKey, Ref<RemoteLink>> offers_;
  absl::flat_hash_map<NodeName, std::vector<Ref<RemoteLink>>> awaiting_;

  // Who allocates this node's memory; null with `has_delegate_`: gone, so nobody does.
  Ref<NodeLink> delegate_;
  bool has_delegate_ = false;
  struct MemoryRequest {
    Ref<NodeLink> link;
    size_t capacity;
    uint64_t at_look;  // of the connection to the delegate
  };
  std::map<uint64_t, MemoryRequest> memory_requests_;
  uint64_t next_memory_request_ = 1;

  // As a broker: objects that were passed on and not taken, by the connection that they came over
  // and by whom they are for.
  std::map<NamePair, size_t> relayed_;
  size_t CountRelayed(const NodeName& from) const;
  void DeliverRelay(Turn& turn, NodeLink& from, NodeLink& to, const RelayBody& body,
                    std::vector<DriverObject>* objects);

  uint64_t next_introduction_ = 1;
  uint64_t next_relay_ = 1;
  absl::flat_hash_map<OfferKey, Ref<RemoteLink>> relays_awaited_;
  struct EarlyRelay {
    std::vector<Ref<Object>> boxes;
    uint64_t at_look;  // of the connection to the sender
  };
  std::map<OfferKey, EarlyRelay> relays_early_;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_NODE_H_
