// One end of one hop of a route: a portal, or half of a proxy.
//
// What it is: what lies between an outward side (its peer in the same node, or links to a router of
// another node) and an inward side, which is either the application (then this is a portal) or a
// partner (then both together forward between their outward sides, and are a proxy).
//
//     portal                      proxy
//     application                 partner  <------>  partner
//        |                           |                  |
//     [Router]                    [Router]           [Router]
//        |  outward                  |  outward         |  outward
//
// What it is not: a knower of nodes; only its links lead to one. Called by the C functions, by
// links and by Turn, always under its domain's lock. docs/router.md tells the whole story.
//
// The outward side is a short chain of links that are read one after the other: first `old_` until
// its end, then `current_`. Everything is sent on `current_`. `next_` is a link that has been
// offered to the router at its other end and not yet been accepted.

#ifndef IPDL_RUNTIME_PORTAL_ROUTER_H_
#define IPDL_RUNTIME_PORTAL_ROUTER_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "runtime/portal/held_parcel.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/object.h"
#include "runtime/portal/parcel.h"
#include "runtime/portal/remote_link.h"
#include "runtime/portal/transport.h"
#include "runtime/portal/traps.h"
#include "runtime/portal/turn.h"

namespace ipdl::portal {

class NodeLink;
class ReservedHandles;

class Router : public Object {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kPortal;

  explicit Router(Ref<Domain> domain) : Object(kKind), domain_(std::move(domain)) {}

  Domain* domain() const { return domain_.get(); }

  // --- The application's side (router_application.cc) -------------------------------------------

  IpczPortalStatus Status() const;
  // Attaches the handles to the parcel and sends it, or changes nothing.
  IpczResult Put(Turn& turn, ParcelPtr& parcel, ReservedHandles& handles);
  // Puts a parcel without attachments straight into shared memory. False: nothing was done, and Put
  // will say why, or finds another way.
  bool PutAtOnce(Turn& turn, absl::Span<const uint8_t> bytes);
  IpczResult BeginPut(ParcelPtr parcel, volatile void** data, IpczTransaction* transaction);
  IpczResult EndPut(Turn& turn, IpczTransaction transaction, size_t num_bytes,
                    ReservedHandles& handles);
  IpczResult AbortPut(Turn& turn, IpczTransaction transaction);
  // Takes the parcel out if `room` (its counts only) allows it; the caller copies.
  IpczResult Get(Turn& turn, IpczGetFlags flags, const GetRoom& room, ParcelPtr* parcel);
  IpczResult BeginGet(Turn& turn, IpczBeginGetFlags flags, const volatile void** data,
                      size_t* num_bytes, IpczHandle* handles, size_t* num_handles,
                      IpczTransaction* transaction);
  IpczResult EndGet(Turn& turn, IpczTransaction transaction, IpczEndGetFlags flags,
                    ParcelPtr* parcel);
  IpczResult Trap(const IpczTrapConditions& conditions, IpczTrapEventHandler handler,
                  uintptr_t context, IpczTrapConditionFlags* satisfied, IpczPortalStatus* status);
  // See IpczExtendedAPI.SetPortalLimits.
  IpczResult SetLimits(Turn& turn, uint64_t parcels, uint64_t bytes);
  // See IpczExtendedAPI.HoldOrigin. Null: there is none.
  ParcelPtr Origin() const;
  // The peer is gone.
  bool is_closed() const { return !peer_ && !current_ && !partner_; }
  // What the parcel that was last got with REMEMBER_ORIGIN came over; unless `any`, only if it came
  // from the node at the other end and nobody else. May be null.
  Ref<Transport> LastSource(bool any) const {
    return any || got_directly_ ? got_from_ : Ref<Transport>();
  }
  // The application has no part in it any more: it was sent, merged or closed. Any number of times.
  void LeaveApplication(Turn& turn);
  // The application, or the parcel that it was in, lets go of it.
  void Close(Turn& turn);

  // --- Routes (router_route.cc) ------------------------------------------------------------------

  // Makes two new portals each other's peers.
  static void Pair(Router* a, Router* b);
  // Joins the routes of two portals that nobody holds any more; see MergePortals.
  static void Join(Turn& turn, Ref<Router> a, Ref<Router> b);
  static IpczResult Merge(Turn& turn, Router* a, Router* b, ReservedHandles& handles);
  // A portal leaves for the node at the other end of `link`, whose new router it becomes the proxy
  // of (or its peer, if that was here, becomes the direct peer). Returns the new hop.
  static Ref<RemoteLink> Depart(Turn& turn, Ref<Router> portal, NodeLink* node_link);
  // A new router begins with this link.
  void Attach(Ref<RemoteLink> link);

  bool is_proxy() const { return partner_.get() != nullptr; }
  bool HasLocalPeer(const Router* other) const { return peer_ == other; }
  // Whether what is put here goes to another node.
  bool LeadsElsewhere() const { return current_.get() != nullptr; }
  bool is_settled() const { return !old_ && !next_; }

  // The link has something new to read, or ended.
  void Pull(Turn& turn);

  // As if the link had it to read, and it were pulled. False: it is not this router's turn to read
  // it.
  bool DeliverAtOnce(Turn& turn, RemoteLink* link, ParcelPtr& parcel);

  // --- Limits (router_flow.cc) -------------------------------------------------------------------

  struct Amounts {
    uint64_t parcels = 0;
    uint64_t bytes = 0;
  };
  // The other side wants to hear when that much was got here.
  void OnWatch(Turn& turn, const Amounts& window);
  // The other side got that much.
  void OnRead(Turn& turn, const Amounts& amounts);

  // --- Shortening of routes (router_reduce.cc) ---------------------------------------------------

  // Does whatever can be done now to get this proxy out of its route.
  void Reduce(Turn& turn);
  void OnLockAsked(Turn& turn, RemoteLink* link);
  void OnLockGranted(Turn& turn, RemoteLink* link);
  void OnPeerSettled(Turn& turn, RemoteLink* link);
  // As the one who stays: a proxy says that another node may come in its place.
  bool OnOffer(Turn& turn, RemoteLink* link, const NodeName& node, uint64_t nonce);
  // As the one who goes there: a proxy says whom to connect to in its place.
  bool OnBypass(Turn& turn, RemoteLink* link, const NodeName& node, uint64_t nonce);
  // A link to the node that OnBypass named exists (now).
  void TryBypass(Turn& turn);
  // The one who stays accepts the new link.
  void Accept(Turn& turn, Ref<RemoteLink> link);
  bool OnReady(Turn& turn, RemoteLink* link);
  // `next_` was lost before it was ready.
  void OnAttemptLost(Turn& turn);
  // Whether an end of this kind may come on this link now.
  bool MayEndWithFin(const RemoteLink* link) const;

  // --- For tests and the dump --------------------------------------------------------------------

  bool IsDirectRemote() const;
  bool IsDirectLocal(const Router* other) const;
  const RemoteLink* current() const { return current_.get(); }
  const RemoteLink* old() const { return old_.get(); }
  const RemoteLink* next() const { return next_.get(); }
  const Router* partner() const { return partner_.get(); }
  const Router* peer() const { return peer_.get(); }

 private:
  // What is open between Begin and End. Most portals never have any.
  struct TwoPhase {
    struct Open {
      IpczTransaction transaction;
      ParcelPtr parcel;
    };
    std::vector<Open> puts;
    std::vector<Open> overlapped_gets;
    IpczTransaction exclusive_get = 0;  // of the head of the queue; 0: none
    IpczTransaction last = 0;           // numbers are not used twice
  };

  // What the peer in the same node sent while `old_` had not ended.
  struct Held {
    ParcelQueue parcels;
    End end = End::kNone;
  };

  // Of a portal with limits: what was put and, as far as is known, not got.
  struct Flow {
    uint64_t max_parcels;
    uint64_t max_bytes;
    uint64_t parcels = 0;
    uint64_t bytes = 0;
  };

  // Of a portal whose peer has limits: what was got and not yet told.
  struct Watch {
    Amounts window;
    Amounts read;
  };

  TwoPhase& two_phase();
  bool MayPut(size_t num_bytes) const;
  void CountPut(size_t num_bytes);
  bool IsWritable() const;
  void CountRead(Turn& turn, const Parcel& parcel);
  void TellRead(Turn& turn);
  std::unique_ptr<Amounts> EndFlow(Turn& turn);
  void SendWatch(Turn& turn, const Amounts& window);
  void SendRead(Turn& turn, const Amounts& amounts);
  IpczResult CheckAttachments(const ReservedHandles& handles) const;
  void UpdateTraps(Turn& turn, bool new_parcel);
  ParcelPtr TakeHead(Turn& turn);
  void RememberOrigin(Turn& turn, const Parcel& parcel);

  void CountSent(size_t num_bytes);
  void CountReceived(RemoteLink* link, size_t num_bytes);
  void SendOut(Turn& turn, ParcelPtr parcel);
  void SendEnd(Turn& turn, End end);
  void ReceiveFromPeer(Turn& turn, ParcelPtr parcel);
  void ReceiveEndFromPeer(Turn& turn, End end);
  void Deliver(Turn& turn, ParcelPtr parcel);
  bool Enclose(Parcel* parcel);
  static void SetContainer(absl::Span<const Ref<Object>> objects, Router* container);
  ParcelPtr PopInbound();
  void Ended(Turn& turn, End end);
  void Dissolve();
  void Detach(Turn& turn, Ref<RemoteLink>& link);
  void DropOldLink(Turn& turn);
  bool CanFuse() const { return partner_ && peer_ && !old_ && !peer_->old_; }
  static void FuseIfPossible(Turn& turn, const Ref<Router>& router);
  void Fuse(Turn& turn);
  void TakeOutward(Turn& turn, Router* from);
  void TellForwarding(Turn& turn);

  void Settle(Turn& turn);
  bool WantsOut() const;
  bool TryLock(Turn& turn);
  void ReleaseLock(Turn& turn);
  void GrantIfAsked(Turn& turn);
  void ConnectLocally(Turn& turn, Router* stays);
  void SwitchTo(Turn& turn, Ref<RemoteLink> link);

  const Ref<Domain> domain_;
  ParcelQueue inbound_;
  Router* container_ = nullptr;  // in whose `inbound_` this portal lies; null: in none
  TrapSet traps_;
  std::unique_ptr<TwoPhase> two_phase_;
  Ref<Router> partner_;
  Ref<Router> peer_;
  Ref<RemoteLink> old_;
  Ref<RemoteLink> current_;
  Ref<RemoteLink> next_;
  std::unique_ptr<Held> held_;
  std::unique_ptr<Flow> flow_;
  std::unique_ptr<Watch> watch_;
  Ref<Transport> got_from_;   // as Parcel::source, of what was got last with REMEMBER_ORIGIN
  End in_end_ = End::kNone;   // how what comes from outward ended, once all before it was delivered
  End out_end_ = End::kNone;  // what was sent outward last
  bool used_ = false;         // a parcel was put or got: it can no longer be merged
  bool got_directly_ = false;  // as Parcel::came_directly, of the same
  bool closed_ = false;        // nobody wants what still arrives
  bool bypassing_ = false;     // as a proxy: both neighbours were told of each other
  bool attempt_failed_ = false;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_ROUTER_H_
