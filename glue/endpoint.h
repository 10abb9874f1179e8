// Endpoint<A>: the right to become one side of a connection of its own.
//
// What it is: a move-only value, made in pairs, that any message can carry to any process, where
// someone binds it to an actor of class A. What it is not: an actor, nor anything that reads or
// writes; until Bind it only holds the connection's end, a portal. Where the two ends are bound,
// and through which processes they came there, makes no difference: from then on both talk
// directly.
//
//   ipdl::Endpoint<PEyeParent> ours;
//   ipdl::Endpoint<PEyeChild> theirs;
//   absl::Status made = PEye::CreateEndpoints(&ours, &theirs);    // out of descriptors, or ok
//   foo->SendTake(std::move(theirs));                             // theirs is empty now
//   absl::Status bound = ours.Bind(ipdl::MakeRef<EyeParent>());   // on this thread's RunLoop
//
// Messages may be sent right after Bind; they wait until the other end is bound, wherever that is.
// An endpoint that is dropped unbound closes: the other end's actor gets ActorDestroy.
//
// The sides of a protocol live in the kinds of process that [ParentProc] and [ChildProc] name, or
// both in one process of any kind. Bind refuses an actor whose own process is of another kind. A
// peer of another kind, by what the launchers know, is cut off before a message of its is handled;
// nothing is handled until it is known who that is.
//
// An endpoint may be bound on any loop of the process, not only the one whose message it came in.
// It takes a few turns of that one until the connection no longer depends on it; a loop that ends
// gives them that, for a second.

#ifndef IPDL_GLUE_ENDPOINT_H_
#define IPDL_GLUE_ENDPOINT_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "glue/endpoint_fwd.h"
#include "glue/pair_places.h"
#include "glue/protocol.h"
#include "glue/ref_ptr.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/param_traits.h"
#include "runtime/peer.h"

namespace ipdl {

class RunLoop;
class ToplevelActor;

// What does not depend on A.
class EndpointBase {
 public:
  EndpointBase() = default;
  EndpointBase(EndpointBase&&) noexcept = default;
  EndpointBase& operator=(EndpointBase&&) noexcept = default;

  bool valid() const { return portal_.valid(); }
  explicit operator bool() const { return valid(); }

  // Says who the other end is; for launchers and brokers, who know. Without it the peer is unknown
  // and untrusted.
  void set_peer(PeerLabel peer) { peer_ = std::make_unique<PeerLabel>(std::move(peer)); }

  // For launched processes (glue/process.h): once the connection has ended other than by our own
  // Close, and every ActorDestroy has run, this process exits.
  void set_exit_when_closed() { exit_when_closed_ = true; }

  // For what makes endpoints of its own: a portal as an end, and the end's portal, empty
  // afterwards. `places`, of which this is `end`: see there.
  explicit EndpointBase(OwnedHandle portal) : portal_(std::move(portal)) {}
  EndpointBase(OwnedHandle portal, std::shared_ptr<PairPlaces> places, int end)
      : portal_(std::move(portal)), places_(std::move(places)), end_(end) {}
  OwnedHandle TakePortal() && { return std::move(portal_); }

 protected:
  absl::Status BindTo(RefPtr<ToplevelActor> actor, RunLoop* loop, const Limits& limits);
  static void Write(Writer& out, EndpointBase&& end, const ProtocolInfo& protocol, Side side);
  static bool Read(Reader& in, EndpointBase* end, const ProtocolInfo& protocol, Side side);

 private:
  friend absl::Status CreateEndpointPair(EndpointBase* a, EndpointBase* b);

  // The portal to use on this loop, from here on. Error: the loop can have no node.
  absl::StatusOr<OwnedHandle> Use(RunLoop* loop, PairPlaces::Use use);

  OwnedHandle portal_;
  std::shared_ptr<PairPlaces> places_;  // null: the other end was never in this process
  int end_ = 0;
  std::unique_ptr<PeerLabel> peer_;
  bool exit_when_closed_ = false;
};

// Behind PFoo::CreateEndpoints.
absl::Status CreateEndpointPair(EndpointBase* a, EndpointBase* b);

template <typename A>
class Endpoint : public EndpointBase {
 public:
  Endpoint() = default;
  explicit Endpoint(EndpointBase&& end) : EndpointBase(std::move(end)) {}

  // Connects `actor`, which must be new, on `loop` (null: RunLoop::Current()), whose thread must be
  // the calling one. The connection holds a reference to the actor while it lives. `limits` should
  // be the same at both ends. Consumes the endpoint in every case; on error `actor` is unchanged
  // and the other end sees a close. Errors: the endpoint is empty, the actor was bound before,
  // this process is of the wrong kind, there is no loop, or no memory.
  absl::Status Bind(RefPtr<A> actor, RunLoop* loop = nullptr, const Limits& limits = Limits()) && {
    return BindTo(std::move(actor), loop, limits);
  }
  absl::Status Bind(RefPtr<A> actor, RunLoop* loop = nullptr, const Limits& limits = Limits()) & {
    return std::move(*this).Bind(std::move(actor), loop, limits);
  }

 private:
  template <typename, const ProtocolInfo&, Side>
  friend struct EndpointTraits;
};

template <typename A, const ProtocolInfo& protocol, Side side>
void EndpointTraits<A, protocol, side>::Write(Writer& out, Endpoint<A>&& end) {
  Endpoint<A>::Write(out, std::move(end), protocol, side);
}

template <typename A, const ProtocolInfo& protocol, Side side>
bool EndpointTraits<A, protocol, side>::Read(Reader& in, Endpoint<A>* end) {
  return Endpoint<A>::Read(in, end, protocol, side);
}

template <typename Parent, typename Child>
absl::Status EndpointMaker<Parent, Child>::operator()(Endpoint<Parent>* parent,
                                                      Endpoint<Child>* child) const {
  return CreateEndpointPair(parent, child);
}

}  // namespace ipdl

#endif  // IPDL_GLUE_ENDPOINT_H_
