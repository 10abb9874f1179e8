// See bridge.h.
//
// Whoever moves a portal leaves one of a new pair at the other shore and gets the other one of it:
// when the portal lands there, the two are merged. Nothing of the router is called under a lock,
// because calls may deliver what arrives at either shore.

#include "glue/bridge.h"

#include <cstring>
#include <utility>

#include "glue/node.h"
#include "runtime/driver/portal_handle.h"

namespace ipdl {

struct Bridge::Shore {
  Shore(const IpczAPI* api, OwnedHandle own)
      : ipcz(api), handle(static_cast<IpczHandle>(own.value())), portal(std::move(own)) {}

  const IpczAPI* const ipcz;
  const IpczHandle handle;
  const OwnedHandle portal;

  Mutex mutex;
  bool broken ABSL_GUARDED_BY(mutex) = false;
  uint64_t last_token ABSL_GUARDED_BY(mutex) = 0;
  std::map<uint64_t, OwnedHandle> expected ABSL_GUARDED_BY(mutex);
};

Bridge::Bridge(const IpczAPI* ipcz, OwnedHandle upper, OwnedHandle lower)
    : ipcz_(ipcz),
      shores_{std::make_shared<Shore>(ipcz, std::move(upper)),
              std::make_shared<Shore>(ipcz, std::move(lower))} {
  for (const std::shared_ptr<Shore>& shore : shores_) Await(shore);
}

Bridge::~Bridge() = default;

OwnedHandle Bridge::Cross(End from, OwnedHandle portal) {
  Shore& here = *shores_[from];
  Shore& there = *shores_[1 - from];
  std::pair<OwnedHandle, OwnedHandle> ends = Node::OpenPair();
  if (!ends.first.valid()) return portal;
  uint64_t token;
  {
    MutexLock lock(&there.mutex);
    if (there.broken) return portal;
    token = ++there.last_token;
    there.expected.emplace(token, std::move(ends.second));
  }
  const IpczHandle crossing = TakePortal(std::move(portal));
  if (ipcz_->Put(here.handle, &token, sizeof(token), &crossing, 1, IPCZ_NO_FLAGS, nullptr) ==
      IPCZ_RESULT_OK) {
    return std::move(ends.first);
  }
  std::map<uint64_t, OwnedHandle>::node_type nobody;  // closed without the lock
  {
    MutexLock lock(&there.mutex);
    nobody = there.expected.extract(token);
  }
  return MakePortalHandle(*ipcz_, crossing);
}

// Has OnArrival called once; now, if there is something already.
void Bridge::Await(const std::shared_ptr<Shore>& shore) {
  const IpczTrapConditions conditions = {sizeof(conditions),
                                         IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS | IPCZ_TRAP_DEAD, 0, 0};
  while (true) {
    // The trap does not keep the shore, which has the portal that the trap is set on.
    auto* const context = new std::weak_ptr<Shore>(shore);
    const IpczResult result = shore->ipcz->Trap(shore->handle, &conditions, &OnArrival,
                                                reinterpret_cast<uintptr_t>(context), IPCZ_NO_FLAGS,
                                                nullptr, nullptr, nullptr);
    if (result == IPCZ_RESULT_OK) return;
    delete context;
    if (result != IPCZ_RESULT_FAILED_PRECONDITION || !Land(*shore)) return;
  }
}

void Bridge::OnArrival(const IpczTrapEvent* event) {
  const std::unique_ptr<std::weak_ptr<Shore>> context(
      // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
      reinterpret_cast<std::weak_ptr<Shore>*>(event->context));
  if ((event->condition_flags & IPCZ_TRAP_REMOVED) != 0) return;
  const std::shared_ptr<Shore> shore = context->lock();
  if (shore != nullptr && Land(*shore)) Await(shore);
}

// Merges what has arrived with what was promised for it. False: nothing more can come.
bool Bridge::Land(Shore& shore) {
  while (true) {
    uint64_t token = 0;
    size_t num_bytes = sizeof(token);
    IpczHandle arrived = IPCZ_INVALID_HANDLE;
    size_t num_handles = 1;
    const IpczResult result = shore.ipcz->Get(shore.handle, IPCZ_NO_FLAGS, nullptr, &token,
                                              &num_bytes, &arrived, &num_handles, nullptr);
    if (result == IPCZ_RESULT_UNAVAILABLE) return true;
    std::map<uint64_t, OwnedHandle> lost;
    OwnedHandle promised;
    {
      MutexLock lock(&shore.mutex);
      if (result != IPCZ_RESULT_OK) {
        shore.broken = true;
        lost.swap(shore.expected);
      } else if (const auto found = shore.expected.find(token); found != shore.expected.end()) {
        promised = std::move(found->second);
        shore.expected.erase(found);
      }
    }
    if (result != IPCZ_RESULT_OK) return false;  // and closes what was lost, without the lock
    OwnedHandle landed = MakePortalHandle(*shore.ipcz, arrived);
    if (promised.valid()) {
      shore.ipcz->MergePortals(TakePortal(std::move(promised)), TakePortal(std::move(landed)),
                               IPCZ_NO_FLAGS, nullptr);
    }
  }
}

}  // namespace ipdl
