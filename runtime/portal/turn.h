// One piece of work under a domain's lock, and what must follow once it is unlocked.
//
// What it is: the proof that the lock is held (functions that need it take a Turn&), and the list
// of everything that calls out: trap handlers, transmissions, objects to close. What it is not: a
// loop or a thread; it ends before the C function, or the driver's activity, that began it returns.
// Called by the C functions, the links and itself.
//
// What follows comes in this order: trap events, in the order in which they arose; bells;
// transmissions;
// other calls; then parcels that nobody will get are taken apart, which may lead to more of all.

#ifndef IPDL_RUNTIME_PORTAL_TURN_H_
#define IPDL_RUNTIME_PORTAL_TURN_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/any_invocable.h"
#include "runtime/portal/domain.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/parcel.h"
#include "runtime/portal/ref.h"

namespace ipdl::portal {

class NodeLink;
class Router;
class Transport;

// What set the work off; a trap's event tells it.
enum class Cause : uint8_t { kApiCall, kTransport };

struct PendingEvent {
  IpczTrapEventHandler handler;
  uintptr_t context;
  IpczTrapConditionFlags flags;
  IpczPortalStatus status;
};

class Turn {
 public:
  // The caller keeps `domain` alive for as long as the turn.
  Turn(Domain* domain, Cause cause);
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  Cause cause() const { return cause_; }

  // Unlocks before the end; what must follow still follows at the end. Nothing may be done with the
  // turn or under its lock any more.
  void Unlock();

  void Fire(const PendingEvent& event) { events_.push_back(event); }
  void Flush(NodeLink* link);
  // Wakes the other end of a connection, which finds what this turn wrote.
  void Ring(NodeLink* link, const Ref<Transport>& transport, uint32_t flags = IPCZ_NO_FLAGS);
  // Closes what is attached, then frees.
  void Discard(ParcelPtr parcel) { discarded_.Push(std::move(parcel)); }
  void Discard(ParcelQueue* queue) { discarded_.Append(queue); }
  // Drops a reference that may be the last one, of an object whose end calls out.
  void Release(Ref<Object> object) { released_.push_back(std::move(object)); }
  void Later(absl::AnyInvocable<void()> call) { calls_.push_back(std::move(call)); }

 private:
  struct Bell {
    Ref<NodeLink> link;
    Ref<Transport> transport;
    uint32_t flags;
  };

  void Lock(Domain* domain);
  bool RunAftermath();
  void TakeApart(ParcelPtr parcel);

  const Cause cause_;
  Domain* root_ = nullptr;  // while locked
  std::vector<PendingEvent> events_;
  absl::InlinedVector<Ref<NodeLink>, 1> flushes_;
  absl::InlinedVector<Bell, 1> bells_;
  std::vector<absl::AnyInvocable<void()>> calls_;
  absl::InlinedVector<Ref<Object>, 2> released_;
  ParcelQueue discarded_;
};

// Closes what is attached to a parcel that was never queued, or no longer is. No lock is held.
void CloseParcel(ParcelPtr parcel, Cause cause);

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_TURN_H_
