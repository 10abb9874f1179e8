// ManagedEndpoint<A>: the right to become the other side of a managed actor.
//
// What it is: a move-only value that a message of the same connection carries to the peer, who
// binds an actor of class A to it. So an actor can come into being as a part of any message, and in
// the reply to one, where a constructor is a message by itself. What it is not: an end of a new
// connection; that is Endpoint (glue/endpoint.h).
//
//   auto door = ipdl::MakeRef<DoorParent>();
//   ipdl::ManagedEndpoint<PDoorChild> end = house->OpenPDoorEndpoint(door);
//   house->SendRoom("kitchen", std::move(end));
//
//   Result RecvRoom(std::string name, ipdl::ManagedEndpoint<PDoorChild> end) {
//     auto door = ipdl::MakeRef<DoorChild>(name);
//     if (!BindPDoorEndpoint(std::move(end), door)) return BadMessage("end: not a door of this
//     house"); door->SendKnock();
//
// The opened actor is in its manager's list at once but cannot send (CanSend() is false) until the
// peer has bound its end; the peer's actor can send from the bind on. An endpoint that ends in any
// other way (dropped by either side, in a message that could not be sent, that was compressed away
// or that nobody was left to get) destroys the opened actor with kManagedEndpointDropped: on the
// side that opened it from the run loop, never from inside a send. It may also end with its manager
// before that.
//
// It is bound below the very manager whose peer opened it; BindPDoorEndpoint of any other actor, of
// this connection or another one, refuses it. An endpoint is sent once: what was received cannot be
// passed on.
//
// Threads: those of the connection's run loop.

#ifndef IPDL_GLUE_MANAGED_ENDPOINT_H_
#define IPDL_GLUE_MANAGED_ENDPOINT_H_

#include <cstdint>
#include <utility>

#include "glue/managed_endpoint_fwd.h"
#include "glue/protocol.h"
#include "glue/ref_ptr.h"
#include "runtime/param_traits.h"

namespace ipdl {

class Actor;
class ManagedEndpoints;
class MessageChannel;

// What does not depend on A.
class ManagedEndpointBase {
 public:
  ManagedEndpointBase();
  ManagedEndpointBase(ManagedEndpointBase&& other) noexcept;
  ManagedEndpointBase& operator=(ManagedEndpointBase&& other) noexcept;
  ~ManagedEndpointBase();

  // False if it is empty: never opened, moved from, bound. Its connection may have ended.
  bool valid() const { return id_ != 0; }
  explicit operator bool() const { return valid(); }

 protected:
  static void Write(Writer& out, ManagedEndpointBase&& end, const ProtocolInfo& protocol,
                    Side side);
  static bool Read(Reader& in, ManagedEndpointBase* end, const ProtocolInfo& protocol, Side side);

 private:
  friend class ManagedEndpoints;

  enum class Origin : bool { kOpenedHere, kReceived };
  ManagedEndpointBase(RefPtr<MessageChannel> channel, int32_t id, Origin origin);
  // The id, now for the caller to answer for.
  int32_t TakeId() { return std::exchange(id_, 0); }
  void Drop();

  RefPtr<MessageChannel> channel_;
  int32_t id_ = 0;
  Origin origin_ = Origin::kOpenedHere;
};

// Behind OpenPBarEndpoint: connects `made` below `manager`, waiting for the peer. If that fails the
// endpoint is empty, and `made` gets ActorDestroy(kFailedConstructor) unless it is null or not new.
ManagedEndpointBase OpenManagedEndpoint(Actor& manager, Actor* made);

// Behind BindPBarEndpoint: connects `actor` below `manager` as the other side of what the peer
// opened. False, and `actor` is unchanged: the endpoint is empty or was opened here, its actor does
// not belong below this manager, the manager cannot send, or the actor is null or not new. The
// endpoint is consumed in every case.
bool BindManagedEndpoint(Actor& manager, ManagedEndpointBase end, Actor* actor);

template <typename A>
class ManagedEndpoint : public ManagedEndpointBase {
 public:
  ManagedEndpoint() = default;
  explicit ManagedEndpoint(ManagedEndpointBase&& end) : ManagedEndpointBase(std::move(end)) {}

 private:
  template <typename, const ProtocolInfo&, Side>
  friend struct ManagedEndpointTraits;
};

template <typename A, const ProtocolInfo& protocol, Side side>
void ManagedEndpointTraits<A, protocol, side>::Write(Writer& out, ManagedEndpoint<A>&& end) {
  ManagedEndpoint<A>::Write(out, std::move(end), protocol, side);
}

template <typename A, const ProtocolInfo& protocol, Side side>
bool ManagedEndpointTraits<A, protocol, side>::Read(Reader& in, ManagedEndpoint<A>* end) {
  return ManagedEndpoint<A>::Read(in, end, protocol, side);
}

}  // namespace ipdl

#endif  // IPDL_GLUE_MANAGED_ENDPOINT_H_
