#include "glue/actor_tree.h"

#include <cstdlib>
#include <limits>
#include <utility>

#include "absl/base/optimization.h"
#include "glue/message_channel.h"
#include "glue/reply_table.h"

namespace ipdl {

ActorTree::ActorTree(MessageChannel* channel, RefPtr<Actor> top, ReplyTable* replies, RunLoop* loop)
    : channel_(channel),
      top_(std::move(top)),
      replies_(replies),
      loop_(loop),
      our_sign_(top_->side() == Side::kParent ? 1 : -1) {
  top_->channel_ = channel_;
  top_->status_ = LinkStatus::kConnected;
}

Actor* ActorTree::FindSlow(int32_t id) {
  auto found = actors_.find(id);
  if (found == actors_.end()) return nullptr;
  last_found_id_ = id;
  last_found_ = found->second.get();
  return last_found_;
}

int32_t ActorTree::NewId() {
  if (our_last_ == kFirstEndpointId - 1) return 0;
  return ++our_last_ * our_sign_;
}

int32_t ActorTree::NewEndpointId() {
  if (our_last_endpoint_ == std::numeric_limits<int32_t>::max()) return 0;
  return ++our_last_endpoint_ * our_sign_;
}

bool ActorTree::NotePeerEndpointId(int32_t id) {
  if (id == 0 || id == std::numeric_limits<int32_t>::min()) return false;
  if ((id > 0) == (our_sign_ > 0)) return false;
  if (std::abs(id) <= peer_last_endpoint_) return false;
  peer_last_endpoint_ = std::abs(id);
  return true;
}

bool ActorTree::WasPeerEndpoint(int32_t id) const {
  if (id == 0 || id == std::numeric_limits<int32_t>::min()) return false;
  if ((id > 0) == (our_sign_ > 0)) return false;
  return std::abs(id) >= kFirstEndpointId && std::abs(id) <= peer_last_endpoint_;
}

bool ActorTree::NotePeerId(int32_t id) {
  if (ABSL_PREDICT_FALSE(!promised_.empty()) && promised_.erase(id) != 0) return true;
  // The most negative value has no positive counterpart; nobody counts that far.
  if (id == 0 || id == std::numeric_limits<int32_t>::min()) return false;
  if ((id > 0) == (our_sign_ > 0)) return false;
  if (std::abs(id) <= peer_last_ || std::abs(id) >= kFirstEndpointId) return false;
  peer_last_ = std::abs(id);
  return true;
}

void ActorTree::PromisePeerId(int32_t id) {
  // Of one that is wrong no note is taken: that is found when the constructor is handled.
  if (NotePeerId(id)) promised_.insert(id);
}

bool ActorTree::WasUsed(int32_t id) const {
  if (id == 0) return true;
  if (id == std::numeric_limits<int32_t>::min()) return false;
  const bool ours = (id > 0) == (our_sign_ > 0);
  if (std::abs(id) >= kFirstEndpointId) {
    return std::abs(id) <= (ours ? our_last_endpoint_ : peer_last_endpoint_);
  }
  return std::abs(id) <= (ours ? our_last_ : peer_last_);
}

void ActorTree::Connect(Actor& actor, Actor& manager, int32_t id, bool made_by_peer) {
  actor.id_ = id;
  actor.channel_ = channel_;
  actor.status_ = LinkStatus::kConnected;
  actor.made_by_peer_ = made_by_peer;
  ++(made_by_peer ? made_by_peer_ : made_by_us_);
  Link(actor, manager);
  actors_.emplace(id, RefPtr<Actor>(&actor));
}

void ActorTree::Offer(Actor& actor, Actor& manager, int32_t id) {
  Connect(actor, manager, id, /*made_by_peer=*/false);
  actor.status_ = LinkStatus::kOffered;
}

void ActorTree::ConfirmOffered(Actor& actor) { actor.status_ = LinkStatus::kConnected; }

void ActorTree::Link(Actor& actor, Actor& manager) {
  actor.manager_ = &manager;
  actor.previous_managed_ = manager.last_managed_;
  if (manager.last_managed_ != nullptr) {
    manager.last_managed_->next_managed_ = &actor;
  } else {
    manager.first_managed_ = &actor;
  }
  manager.last_managed_ = &actor;
}

void ActorTree::Unlink(Actor& actor) {
  Actor* manager = std::exchange(actor.manager_, nullptr);
  if (manager == nullptr) return;
  Actor* previous = std::exchange(actor.previous_managed_, nullptr);
  Actor* next = std::exchange(actor.next_managed_, nullptr);
  (previous != nullptr ? previous->next_managed_ : manager->first_managed_) = next;
  (next != nullptr ? next->previous_managed_ : manager->last_managed_) = previous;
}

void ActorTree::Destroy(Actor& root, DestroyReason reason, DestroyReason below) {
  Doom(root, reason, below);
  if (destroying_) return;
  destroying_ = true;
  // In the order of the requests; the vector grows while callbacks run.
  for (size_t i = 0; i < doomed_roots_.size(); ++i) {
    const RefPtr<Actor> next = std::move(doomed_roots_[i]);
    DestroySubtree(*next);
  }
  doomed_roots_.clear();
  destroying_ = false;
}

// Marks the whole subtree, without recursion: the peer decides how deep it is. Runs no code of
// the author.
void ActorTree::Doom(Actor& root, DestroyReason reason, DestroyReason below) {
  Actor* actor = &root;
  bool any = false;
  while (true) {
    if (actor->status_ == LinkStatus::kConnected || actor->status_ == LinkStatus::kOffered) {
      actor->status_ = LinkStatus::kDoomed;
      actor->reason_ = actor == &root ? reason : below;
      any = true;
    }
    if (actor->first_managed_ != nullptr) {
      actor = actor->first_managed_;
      continue;
    }
    while (actor != &root && actor->next_managed_ == nullptr) actor = actor->manager_;
    if (actor == &root) break;
    actor = actor->next_managed_;
  }
  if (any) doomed_roots_.push_back(RefPtr<Actor>(&root));
}

void ActorTree::DestroySubtree(Actor& root) {
  if (root.status_ != LinkStatus::kDoomed) return;
  // Each step destroys one leaf, and nothing can be connected below a doomed actor, so this ends.
  // From each leaf the search goes on at its manager: a chain may be as long as the peer likes.
  Actor* from = &root;
  while (true) {
    Actor* leaf = from;
    while (leaf->first_managed_ != nullptr) leaf = leaf->first_managed_;
    from = leaf->manager_;
    const bool last = leaf == &root;
    DestroyOne(*leaf);
    if (last) return;
  }
}

void ActorTree::Delete(Actor& actor) {
  if (actor.channel_ == nullptr) return;
  actor.channel_->tree().Destroy(actor, DestroyReason::kDeletion, DestroyReason::kAncestorDeletion);
}

void ActorTree::FailConstructor(Actor& actor, Actor& manager) {
  if (actor.channel_ != nullptr) {
    actor.channel_->tree().Destroy(actor, DestroyReason::kFailedConstructor,
                                   DestroyReason::kAncestorDeletion);
  } else if (actor.status_ == LinkStatus::kInactive) {
    const RefPtr<Actor> keep(&actor);
    actor.status_ = LinkStatus::kDoomed;
    actor.reason_ = DestroyReason::kFailedConstructor;
    actor.ActorDestroy(DestroyReason::kFailedConstructor);
    actor.status_ = LinkStatus::kDestroyed;
    if (actor.class_->manual_dealloc) actor.freed_by_ = RefPtr<Actor>(&manager);
  }
}

void ActorTree::DestroyOne(Actor& actor) {
  const RefPtr<Actor> keep(&actor);
  replies_->RejectAll(actor,
                      actor.reason_ == DestroyReason::kNormalShutdown ||
                              actor.reason_ == DestroyReason::kAbnormalShutdown
                          ? RejectReason::kChannelClosed
                          : RejectReason::kActorDestroyed,
                      *loop_);
  actor.ActorDestroy(actor.reason_);
  replies_->ForgetQuestions(actor);
  actor.status_ = LinkStatus::kDestroyed;
  actor.channel_ = nullptr;
  if (actor.class_->manual_dealloc) actor.freed_by_ = RefPtr<Actor>(actor.manager_);
  Unlink(actor);
  if (last_found_ == &actor) {
    last_found_id_ = 0;
    last_found_ = nullptr;
  }
  if (actor.id_ != 0) {
    --(actor.made_by_peer_ ? made_by_peer_ : made_by_us_);
    actors_.erase(actor.id_);
  } else {
    top_ = nullptr;
    channel_->OnTreeEnded(actor.reason_);
  }
}

}  // namespace ipdl
