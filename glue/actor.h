// Actor: the base class of every generated actor class.
//
// What it is: identity, life cycle and place in the tree of managers. What it is not: a connection;
// ToplevelActor (glue/toplevel.h) has one, and the actors below it share it. Authors derive from
// the generated PFooParent / PFooChild; generated code derives from this.
//
// Life: kInactive -> kConnected -> kDoomed -> kDestroyed. A managed actor is connected by the send
// or the receipt of its constructor or through a ManagedEndpoint, a top-level actor by
// Endpoint::Bind. While it is connected the connection holds one reference, so an author need not
// keep it. It ends by __delete__ of itself or of a manager above it, by Close() of the top-level
// actor on either side, or by loss of the peer:
//   1. the whole subtree is doomed: no message can be sent from or to any actor of it;
//   2. for each actor, children before parents: its unanswered replies are rejected with
//      kActorDestroyed, then ActorDestroy(reason) runs, exactly once;
//   3. it leaves its manager's list, and the connection drops its reference.
// Inside ActorDestroy, manager() is valid and the manager still lists the actor. Whatever
// ActorDestroy deletes or closes is doomed at once and told after the present subtree is done, so
// ActorDestroy is never entered from inside another one. Actors are not used again.
//
// Actors of a [ManualDealloc] protocol are not deleted when nobody refers to them any more. What
// the author allocated is the author's until it is given to a constructor. From then on the
// connection has it, and calls DeallocPBarParent on its manager exactly once: after ActorDestroy,
// as soon as no message of it is being handled and no RefPtr to it is left; also if the constructor
// failed.
//
// Threads: an actor, its references and everything that it hands out belong to the thread of the
// run loop that it is bound to.

#ifndef IPDL_GLUE_ACTOR_H_
#define IPDL_GLUE_ACTOR_H_

#include <cstddef>
#include <cstdint>

#include "glue/protocol.h"
#include "glue/ref_ptr.h"
#include "glue/result.h"
#include "glue/side.h"

namespace ipdl {

class MessageChannel;
class PendingReply;
class Shmem;
class ToplevelActor;

enum class DestroyReason : uint8_t {
  kDeletion,                // it was named in __delete__, by either side
  kAncestorDeletion,        // a manager above it was
  kNormalShutdown,          // either side closed the connection
  kAbnormalShutdown,        // the peer died, was cut off, or cut us off
  kFailedConstructor,       // its constructor could not be sent, or its handler failed
  kManagedEndpointDropped,  // it was to be bound by the peer, who dropped it instead
};

const char* DestroyReasonName(DestroyReason reason);

enum class LinkStatus : uint8_t {
  kInactive,
  kOffered,  // below its manager, until the peer binds the ManagedEndpoint
             // (glue/managed_endpoint.h)
  kConnected,
  kDoomed,
  kDestroyed,
};

class Actor {
 public:
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  // Not thread-safe. Use RefPtr.
  void AddRef() const { ++references_; }
  void Release() const {
    if (--references_ == 0) Unreferenced();
  }
  // For tests.
  uint32_t reference_count() const { return references_; }

  // 0 for a top-level actor and before an actor is connected; positive if the parent side made it,
  // negative if the child side did. Never used twice on one connection.
  int32_t id() const { return id_; }
  Side side() const { return class_->side; }
  const ActorClass& actor_class() const { return *class_; }
  const char* protocol_name() const { return class_->protocol->name; }
  LinkStatus link_status() const { return status_; }

  // True from being connected until being doomed, or until the connection is closed or lost,
  // whichever comes first. A message sent while false answers SendResult::kClosed.
  bool CanSend() const;

  // Null for a top-level actor, before the actor is connected and after ActorDestroy has returned.
  // Generated classes have a typed Manager().
  Actor* manager() const { return manager_; }
  // The actor at the root of the tree; itself for a top-level actor; null when manager() is null.
  ToplevelActor* toplevel();

  // Actors directly managed by this one, oldest first: first_managed(), then next_managed() of
  // each. Generated classes have typed snapshots (ManagedPBarParent()).
  Actor* first_managed() const { return first_managed_; }
  Actor* next_managed() const { return next_managed_; }

  // Memory for the peer, safe or unsafe: see glue/shmem.h. 1 <= bytes <= Limits::shmem_bytes.
  // False, and `*shmem` is empty: the actor cannot send, or the reason is logged.
  bool AllocShmem(size_t bytes, Shmem* shmem);
  bool AllocUnsafeShmem(size_t bytes, Shmem* shmem);
  // Ends the access of this process through `shmem` and all its copies. False if there was none.
  bool DeallocShmem(Shmem& shmem);

 protected:
  explicit Actor(const ActorClass& actor_class) : class_(&actor_class) {}
  virtual ~Actor();

  // Told once, when an actor that was connected (or whose constructor failed) ends; see above.
  // Override to let go of what belongs to the connection. Must not block.
  virtual void ActorDestroy(DestroyReason) {}

 private:
  friend class ActorTree;
  friend class MessageChannel;
  friend class Outgoing;
  friend class OutgoingConstructor;
  friend class ReplyTable;

  bool AllocShmemOf(size_t bytes, bool safe, Shmem* shmem);
  // Deletes it, or has it freed if it ended and is for its manager to free.
  void Unreferenced() const;

  const ActorClass* class_;
  mutable uint32_t references_ = 0;
  int32_t id_ = 0;
  LinkStatus status_ = LinkStatus::kInactive;
  DestroyReason reason_ = DestroyReason::kDeletion;  // valid once doomed
  bool made_by_peer_ = false;                        // counts against Limits::actors
  uint32_t unanswered_ = 0;                          // resolvers alive here for this actor
  MessageChannel* channel_ = nullptr;                // from being connected until destroyed
  Actor* manager_ = nullptr;
  Actor* first_managed_ = nullptr;
  Actor* last_managed_ = nullptr;
  Actor* previous_managed_ = nullptr;  // among the actors of the same manager
  Actor* next_managed_ = nullptr;
  PendingReply* pending_ = nullptr;  // list of replies that this actor waits for
  // The manager that frees it. Set when it has ended, if it is of a [ManualDealloc] class.
  mutable RefPtr<Actor> freed_by_;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_ACTOR_H_
