// See portal_handle.h.

#include "runtime/driver/portal_handle.h"

#include <atomic>
#include <utility>

namespace ipdl {
namespace {

std::atomic<decltype(IpczAPI::Close)> close_portal = nullptr;

void ClosePortal(intptr_t portal) {
  close_portal.load()(static_cast<IpczHandle>(portal), IPCZ_NO_FLAGS, nullptr);
}

}  // namespace

OwnedHandle MakePortalHandle(const IpczAPI& ipcz, IpczHandle portal) {
  if (portal == IPCZ_INVALID_HANDLE) return OwnedHandle();
  close_portal.store(ipcz.Close);
  OwnedHandle::SetPortalCloser(&ClosePortal);
  return OwnedHandle(OwnedHandle::Kind::kPortal, static_cast<intptr_t>(portal));
}

IpczHandle TakePortal(OwnedHandle handle) {
  if (handle.kind() != OwnedHandle::Kind::kPortal) return IPCZ_INVALID_HANDLE;
  return static_cast<IpczHandle>(handle.Release());
}

}  // namespace ipdl
