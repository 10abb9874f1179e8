// See turn.h.
//
// Parcels are taken apart in a loop, not by recursion: a portal in a parcel of a portal in a parcel
// may be nested as deep as somebody likes.

#include "runtime/portal/turn.h"

#include <utility>

#include "runtime/portal/node_link.h"
#include "runtime/portal/router.h"
#include "runtime/portal/transport.h"

namespace ipdl::portal {

Turn::Turn(Domain* domain, Cause cause) : cause_(cause) { Lock(domain); }

Turn::~Turn() {
  if (root_ != nullptr) Unlock();
  while (RunAftermath()) {
  }
}

void Turn::Lock(Domain* domain) ABSL_NO_THREAD_SAFETY_ANALYSIS { root_ = domain->LockRoot(); }

void Turn::Unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { std::exchange(root_, nullptr)->UnlockRoot(); }

void Turn::Flush(NodeLink* link) {
  for (const Ref<NodeLink>& known : flushes_) {
    if (known == link) return;
  }
  flushes_.emplace_back(link);
}

void Turn::Ring(NodeLink* link, const Ref<Transport>& transport, uint32_t flags) {
  bells_.push_back({Ref<NodeLink>(link), transport, flags});
}

// Returns whether there was anything to do.
bool Turn::RunAftermath() {
  if (!events_.empty()) {
    const auto events = std::move(events_);
    events_.clear();
    for (const PendingEvent& pending : events) {
      const IpczTrapEvent event = {sizeof(event), pending.context, pending.flags, &pending.status};
      pending.handler(&event);
    }
    return true;
  }
  if (!bells_.empty()) {
    const auto bells = std::move(bells_);
    bells_.clear();
    for (const auto& [link, transport, flags] : bells) {
      if (transport->RingDoorbell(flags) != IPCZ_RESULT_OK) link->OnSendFailed(transport.get());
    }
    return true;
  }
  if (!flushes_.empty()) {
    const auto flushes = std::move(flushes_);
    flushes_.clear();
    for (const Ref<NodeLink>& link : flushes) link->Flush(cause_);
    return true;
  }
  if (!calls_.empty()) {
    auto calls = std::move(calls_);
    calls_.clear();
    for (absl::AnyInvocable<void()>& call : calls) call();
    return true;
  }
  if (!released_.empty()) {
    released_.clear();
    return true;
  }
  if (discarded_.empty()) return false;
  TakeApart(discarded_.Pop());
  return true;
}

void Turn::TakeApart(ParcelPtr parcel) {
  for (const Ref<Object>& object : parcel->attachments) {
    // Null: it was refused before all that is attached had come.
    if (!object || object->kind() != ObjectKind::kPortal) continue;
    Router* const router = static_cast<Router*>(object.get());
    Lock(router->domain());
    router->Close(*this);
    Unlock();
  }
}

void CloseParcel(ParcelPtr parcel, Cause cause) {
  if (parcel == nullptr || parcel->attachments.empty()) return;
  // Any domain will do: each portal is closed under its own.
  const Ref<Domain> domain = MakeRef<Domain>();
  Turn turn(domain.get(), cause);
  turn.Discard(std::move(parcel));
}

}  // namespace ipdl::portal
