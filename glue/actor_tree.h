// ActorTree: the actors of one connection, by id and by manager, and how subtrees of them end.
//
// What it is: the table that incoming messages are routed by, the rules for ids, and the order of
// destruction that actor.h promises. What it is not: the connection; it sends nothing. Owned and
// called by MessageChannel; calls ActorDestroy and the reject callbacks of the author.
//
// Ids: each side counts up from 1 in its own sign, and messages arrive in order, so an id from the
// peer must be larger than all before it. One comparison therefore proves that it was never used,
// and tells for any unknown id whether it existed once (a message that crossed a __delete__) or
// never did (a lie).

#ifndef IPDL_GLUE_ACTOR_TREE_H_
#define IPDL_GLUE_ACTOR_TREE_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "glue/actor.h"
#include "glue/ref_ptr.h"

namespace ipdl {

class ReplyTable;
class RunLoop;

// Ids from here on, in either sign, are those of ManagedEndpoints, which are counted by themselves:
// a constructor that is being written when one is opened is sent after it.
inline constexpr int32_t kFirstEndpointId = 1 << 30;

class ActorTree {
 public:
  // `top` is the actor of id 0; the tree holds it, and all others, until they are destroyed.
  ActorTree(MessageChannel* channel, RefPtr<Actor> top, ReplyTable* replies, RunLoop* loop);
  ActorTree(const ActorTree&) = delete;
  ActorTree& operator=(const ActorTree&) = delete;

  // The connected or doomed actor of this id; null if there is none.
  Actor* Find(int32_t id) {
    if (id == 0) return top_.get();
    if (id == last_found_id_) return last_found_;
    return FindSlow(id);
  }

  // The next id of ours; 0 once all are used.
  int32_t NewId();
  // The same for an actor that the peer is to bind (ManagedEndpoint).
  int32_t NewEndpointId();
  // Takes note of an id that the peer gave to an actor of its making. False: it has the wrong sign
  // or is not new. True also if the actor will not come to be: the id is used up.
  bool NotePeerId(int32_t id);
  // The same for a constructor that waits to be handled while later ones may not: its id is used up
  // now, in the order in which the peer chose it. NotePeerId then accepts it once, at any time.
  void PromisePeerId(int32_t id);
  bool has_promised() const { return !promised_.empty(); }
  bool IsPromised(int32_t id) const { return promised_.contains(id); }
  // The same for the id of a ManagedEndpoint; those count by themselves.
  bool NotePeerEndpointId(int32_t id);
  // True if the peer opened a ManagedEndpoint of this id.
  bool WasPeerEndpoint(int32_t id) const;
  // True if an actor of this id exists or existed.
  bool WasUsed(int32_t id) const;

  // `actor` must be inactive, `manager` connected.
  void Connect(Actor& actor, Actor& manager, int32_t id, bool made_by_peer);
  // The same for an actor of ours that the peer is to bind; then that it has.
  void Offer(Actor& actor, Actor& manager, int32_t id);
  static void ConfirmOffered(Actor& actor);
  // Actors alive that were made by the peer or by us, without the top-level one.
  uint32_t made_by_peer() const { return made_by_peer_; }
  uint32_t made_by_us() const { return made_by_us_; }

  // Dooms `root` for `reason` and all below it for `below`, then destroys them, unless a
  // destruction is running already, which then does it in its turn. Does nothing to actors that
  // are doomed already. `root` must be of this tree.
  void Destroy(Actor& root, DestroyReason reason, DestroyReason below);

  // Its __delete__ was sent. Does nothing if it is not connected any more.
  static void Delete(Actor& actor);
  // Its constructor could not be sent: kFailedConstructor, also if it was never connected below
  // `manager`.
  static void FailConstructor(Actor& actor, Actor& manager);

 private:
  Actor* FindSlow(int32_t id);
  void Doom(Actor& root, DestroyReason reason, DestroyReason below);
  void DestroySubtree(Actor& root);
  void DestroyOne(Actor& actor);
  static void Link(Actor& actor, Actor& manager);
  static void Unlink(Actor& actor);

  MessageChannel* channel_;
  RefPtr<Actor> top_;
  ReplyTable* replies_;
  RunLoop* loop_;
  const int32_t our_sign_;
  int32_t our_last_endpoint_ = kFirstEndpointId - 1;
  int32_t peer_last_endpoint_ = kFirstEndpointId - 1;
  int32_t our_last_ = 0;   // absolute value of the last id we gave
  int32_t peer_last_ = 0;  // absolute value of the largest id the peer gave
  absl::flat_hash_set<int32_t> promised_;
  absl::flat_hash_map<int32_t, RefPtr<Actor>> actors_;
  // Most messages go to the actor that the last one went to.
  int32_t last_found_id_ = 0;
  Actor* last_found_ = nullptr;
  uint32_t made_by_peer_ = 0;
  uint32_t made_by_us_ = 0;
  std::vector<RefPtr<Actor>> doomed_roots_;  // still to be destroyed
  bool destroying_ = false;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_ACTOR_TREE_H_
