// See traps.h.

#include "runtime/portal/traps.h"

#include <utility>

namespace ipdl::portal {
namespace {

IpczTrapConditionFlags CauseFlag(const Turn& turn) {
  return turn.cause() == Cause::kApiCall ? IPCZ_TRAP_WITHIN_API_CALL : IPCZ_NO_FLAGS;
}

}  // namespace

IpczTrapConditionFlags TrapSet::Satisfied(const IpczTrapConditions& conditions,
                                          const IpczPortalStatus& status, bool writable) {
  IpczTrapConditionFlags holding = IPCZ_NO_FLAGS;
  if ((status.flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0) holding |= IPCZ_TRAP_PEER_CLOSED;
  if ((status.flags & IPCZ_PORTAL_STATUS_DEAD) != 0) holding |= IPCZ_TRAP_DEAD;
  if (status.num_local_parcels > conditions.min_local_parcels) {
    holding |= IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS;
  }
  if (status.num_local_bytes > conditions.min_local_bytes) {
    holding |= IPCZ_TRAP_ABOVE_MIN_LOCAL_BYTES;
  }
  if (writable) holding |= IPCZ_TRAP_WRITABLE;
  return holding & conditions.flags;
}

void TrapSet::Add(const IpczTrapConditions& conditions, IpczTrapEventHandler handler,
                  uintptr_t context) {
  if (traps_ == nullptr) traps_ = std::make_unique<std::vector<Trap>>();
  traps_->push_back({conditions, handler, context});
}

void TrapSet::StatusChanged(Turn& turn, const IpczPortalStatus& status, bool writable,
                            bool new_parcel) {
  if (traps_ == nullptr) return;
  size_t kept = 0;
  for (size_t i = 0; i < traps_->size(); ++i) {
    const Trap trap = (*traps_)[i];
    IpczTrapConditionFlags flags = Satisfied(trap.conditions, status, writable);
    if (new_parcel) flags |= trap.conditions.flags & IPCZ_TRAP_NEW_LOCAL_PARCEL;
    if (flags == IPCZ_NO_FLAGS) {
      (*traps_)[kept++] = trap;
    } else {
      turn.Fire({trap.handler, trap.context, flags | CauseFlag(turn), status});
    }
  }
  traps_->resize(kept);
  if (kept == 0) traps_ = nullptr;
}

void TrapSet::Remove(Turn& turn) {
  if (traps_ == nullptr) return;
  const std::unique_ptr<std::vector<Trap>> traps = std::move(traps_);
  for (const Trap& trap : *traps) {
    turn.Fire({trap.handler,
               trap.context,
               IPCZ_TRAP_REMOVED | CauseFlag(turn),
               {sizeof(IpczPortalStatus), IPCZ_NO_FLAGS, 0, 0}});
  }
}

}  // namespace ipdl::portal
