// One hop of one route between two nodes, as one of the two ends sees it.
//
// What it is: the state of a numbered hop on a NodeLink: what was received and not yet read, how
// each direction ended, and who may shorten the route here. What it is not: a sender; NodeLink is.
// Called by Router and NodeLink under the domain's lock.
//
// Each direction ends exactly once, with the last message that goes in it: Fin (the route goes
// another way from here on), or Closed. When both directions ended, the number is forgotten.
//
// The lock: of two neighbouring proxies only one may leave the route at a time. Side A, who made
// the hop, owns the lock and keeps its state to itself; side B asks. It can be taken only when both
// ends have read all that came on the hop's predecessor ("settled").

#ifndef IPDL_RUNTIME_PORTAL_REMOTE_LINK_H_
#define IPDL_RUNTIME_PORTAL_REMOTE_LINK_H_

#include <cstdint>
#include <memory>

#include "runtime/portal/node_name.h"
#include "runtime/portal/parcel.h"
#include "runtime/portal/ref.h"
#include "runtime/portal/traffic.h"

namespace ipdl::portal {

class NodeLink;
class Router;

enum class End : uint8_t {
  kNone,
  kFin,     // continues elsewhere
  kClosed,  // a portal was closed; everything before it has been sent
  kLost,    // a node or connection died; something may be missing
};

// What a proxy told one of its neighbours: who is beyond it, and the word that proves it.
struct BypassTerms {
  NodeName node;
  uint64_t nonce = 0;
};

enum class Lock : uint8_t { kFree, kMine, kTheirs, kAsked };

class RemoteLink : public RefCounted {
 public:
  RemoteLink(Ref<NodeLink> node_link, uint64_t id, bool side_a);
  ~RemoteLink();

  Ref<NodeLink> node_link;  // changes only when a referral moves the initial hops
  const uint64_t id;
  bool side_a;  // of an initial hop known once the greetings are exchanged

  Ref<Router> router;  // who reads it; null once nobody does
  ParcelQueue pending;
  End received_end = End::kNone;
  End sent_end = End::kNone;

  // Side A: free, mine, theirs. Side B: free (not asked for), asked, mine.
  Lock lock = Lock::kFree;
  bool peer_asks = false;     // side A only
  bool peer_settled = false;  // side A only
  bool peer_proxies = false;  // the other end forwards, as far as it told
  bool told_proxies = false;  // what this end told
  bool awaits_node = false;   // told of a node to which there is no connection yet

  // The terms that the other end offered (this router stays), or told (this router goes there).
  std::unique_ptr<BypassTerms> offered;
  std::unique_ptr<BypassTerms> told;
  Traffic traffic;
  // Accepted by the node at the other end before it was offered here: no router yet.
  uint64_t parked_nonce = 0;
  uint64_t parked_at_look = 0;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_REMOTE_LINK_H_
