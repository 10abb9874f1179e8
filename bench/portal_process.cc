#include "bench/portal_process.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/driver/driver.h"

namespace ipdl::bench {
namespace {

void Check(IpczResult result, const char* call) {
  if (result == IPCZ_RESULT_OK) return;
  fprintf(stderr, "ipdl-bench: %s: result %d\n", call, result);
  exit(1);
}

}  // namespace

PortalProcess::PortalProcess(IpczCreateNodeFlags flags) : loop_(*RunLoop::Create()) {
  extended_.api.size = sizeof(extended_);
  Check(IpczGetAPI(&extended_.api), "IpczGetAPI");
  Check(ipcz_.CreateNode(&PortalDriver(), flags, nullptr, &node_), "CreateNode");
}

PortalProcess::~PortalProcess() {
  ipcz_.Close(node_, 0, nullptr);
  while (CountDriverObjects() > 0) loop_->Turn(absl::InfiniteDuration());
}

IpczHandle PortalProcess::Connect(FileDescriptor socket, IpczConnectNodeFlags flags) {
  PeerLabel label;
  const bool is_broker = (flags & IPCZ_CONNECT_NODE_TO_BROKER) != 0;
  label.kind = is_broker ? "launcher" : "child";
  label.trust = is_broker ? PeerTrust::kLauncher : PeerTrust::kUntrusted;
  IpczHandle portal = IPCZ_INVALID_HANDLE;
  Check(ipcz_.ConnectNode(
            node_, NewSocketTransport(std::move(socket), loop_.get(), DefaultLinkPolicy(), label),
            1, flags, nullptr, &portal),
        "ConnectNode");
  return portal;
}

std::pair<IpczHandle, IpczHandle> PortalProcess::Open() {
  std::pair<IpczHandle, IpczHandle> pair;
  Check(ipcz_.OpenPortals(node_, 0, nullptr, &pair.first, &pair.second), "OpenPortals");
  return pair;
}

void PortalProcess::Put(IpczHandle portal, const void* data, size_t size,
                        std::vector<IpczHandle> handles) {
  Check(ipcz_.Put(portal, data, size, handles.data(), handles.size(), 0, nullptr), "Put");
}

bool PortalProcess::Get(IpczHandle portal, void* data, size_t* size, IpczHandle* handle) {
  size_t num_handles = handle == nullptr ? 0 : 1;
  if (handle != nullptr) *handle = IPCZ_INVALID_HANDLE;
  const IpczResult result =
      ipcz_.Get(portal, 0, nullptr, data, size, handle, &num_handles, nullptr);
  if (result == IPCZ_RESULT_UNAVAILABLE) return false;
  Check(result, "Get");
  return true;
}

bool PortalProcess::Skim(IpczHandle portal, size_t* size) {
  const volatile void* data = nullptr;
  IpczTransaction transaction = 0;
  const IpczResult result =
      ipcz_.BeginGet(portal, 0, nullptr, &data, size, nullptr, nullptr, &transaction);
  if (result == IPCZ_RESULT_UNAVAILABLE) return false;
  Check(result, "BeginGet");
  Check(ipcz_.EndGet(portal, transaction, 0, nullptr, nullptr), "EndGet");
  return true;
}

void PortalProcess::OnTrap(const IpczTrapEvent* event) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
  PortalProcess& self = *reinterpret_cast<PortalProcess*>(event->context);
  self.armed_ = false;
  if ((event->condition_flags & (IPCZ_TRAP_REMOVED | IPCZ_TRAP_DEAD)) == 0) self.Arm();
}

void PortalProcess::Arm() {
  const IpczTrapConditions conditions = {sizeof(conditions),
                                         IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS | IPCZ_TRAP_DEAD, 0, 0};
  while (!armed_ && on_parcels_ != nullptr) {
    IpczTrapConditionFlags holds = 0;
    armed_ = true;
    const IpczResult result =
        ipcz_.Trap(listening_to_, &conditions, &OnTrap, reinterpret_cast<uintptr_t>(this), 0,
                   nullptr, &holds, nullptr);
    if (result == IPCZ_RESULT_OK) return;
    armed_ = false;
    if ((holds & IPCZ_TRAP_DEAD) != 0) return;
    on_parcels_();
  }
}

void PortalProcess::Listen(IpczHandle portal, std::function<void()> on_parcels) {
  listening_to_ = portal;
  on_parcels_ = std::move(on_parcels);
  Arm();
}

bool PortalProcess::IsDead(IpczHandle portal) const {
  IpczPortalStatus status = {sizeof(status), 0, 0, 0};
  return ipcz_.QueryPortalStatus(portal, 0, nullptr, &status) != IPCZ_RESULT_OK ||
         (status.flags & IPCZ_PORTAL_STATUS_DEAD) != 0;
}

bool PortalProcess::IsSettled(IpczHandle portal) const {
  const auto nobody = [](IpczDriverHandle, uintptr_t) {};
  return extended_.QueryPeer(portal, nobody, 0, 0, nullptr) == IPCZ_RESULT_OK;
}

void PortalProcess::RunUntil(const std::function<bool()>& condition) {
  while (!condition()) loop_->Turn(absl::InfiniteDuration());
}

size_t PortalProcess::WaitToGet(IpczHandle portal, void* data, size_t room, IpczHandle* handle) {
  size_t size = room;
  RunUntil([&] {
    size = room;
    return Get(portal, data, &size, handle);
  });
  return size;
}

void PortalProcess::Close(IpczHandle handle) { Check(ipcz_.Close(handle, 0, nullptr), "Close"); }

size_t HeapBytes() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

}  // namespace ipdl::bench
