// See transport.h.

#include "runtime/portal/transport.h"

#include <cstddef>
#include <cstring>
#include <utility>

#include "runtime/portal/handle_table.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/turn.h"

namespace ipdl::portal {
namespace {

// Null unless the driver's table goes on behind that function.
const IpczExtendedDriver* FindExtension(const IpczDriver& driver, size_t end_of_function) {
  return driver.size >= end_of_function ? reinterpret_cast<const IpczExtendedDriver*>(&driver)
                                        : nullptr;
}

}  // namespace

Transport::Transport(DriverObject object) : Object(kKind), object_(std::move(object)) {}
Transport::~Transport() = default;

IpczResult Transport::Activate(Ref<NodeLink> link) {
  link_ = std::move(link);
  const IpczExtendedDriver* const extended = FindExtension(*driver(), sizeof(IpczExtendedDriver));
  IpczTrust trust = IPCZ_TRUST_NONE;
  trusted_ = extended != nullptr && extended->QueryTrust != nullptr &&
             extended->QueryTrust(handle(), IPCZ_NO_FLAGS, nullptr, &trust) == IPCZ_RESULT_OK &&
             trust == IPCZ_TRUST_FULL;
  listener_ = HandleTable::Get().Add(Ref<Object>(this));
  active_.store(true, std::memory_order_release);
  const IpczResult result =
      driver()->ActivateTransport(handle(), listener_, &OnActivity, IPCZ_NO_FLAGS, nullptr);
  if (result != IPCZ_RESULT_OK && active_.exchange(false)) {
    HandleTable::Get().Take(listener_, HandleTable::KindBit(kKind));
    link_ = nullptr;
  }
  return result;
}

void Transport::Deactivate() {
  if (active_.exchange(false, std::memory_order_acq_rel)) {
    driver()->DeactivateTransport(handle(), IPCZ_NO_FLAGS, nullptr);
  }
}

IpczResult Transport::Transmit(absl::Span<const uint8_t> data,
                               absl::Span<const IpczDriverHandle> handles) const {
  return driver()->Transmit(handle(), data.data(), data.size(), handles.data(), handles.size(),
                            IPCZ_NO_FLAGS, nullptr);
}

IpczResult Transport::RingDoorbell(uint32_t flags) const {
  const IpczExtendedDriver* const extended =
      FindExtension(*driver(), offsetof(IpczExtendedDriver, SetTimer));
  if (extended == nullptr || extended->RingDoorbell == nullptr) {
    return flags == IPCZ_NO_FLAGS ? Transmit({}, {}) : IPCZ_RESULT_OK;
  }
  return extended->RingDoorbell(handle(), flags, nullptr);
}

bool Transport::has_timers() const {
  const IpczExtendedDriver* const extended =
      FindExtension(*driver(), offsetof(IpczExtendedDriver, QueryTrust));
  return extended != nullptr && extended->SetTimer != nullptr;
}

bool Transport::SetTimer(uint64_t delay_us, uintptr_t context) const {
  return has_timers() &&
         FindExtension(*driver(), offsetof(IpczExtendedDriver, QueryTrust))
                 ->SetTimer(handle(), delay_us, context, IPCZ_NO_FLAGS, nullptr) == IPCZ_RESULT_OK;
}

IpczResult Transport::ReportBadActivity(uintptr_t context, std::string_view reason,
                                        bool forwarded) const {
  if (driver()->ReportBadTransportActivity == nullptr) return IPCZ_RESULT_UNIMPLEMENTED;
  if (driver()->size == sizeof(IpczDriver)) {
    driver()->ReportBadTransportActivity(handle(), context, IPCZ_NO_FLAGS, nullptr);
    return IPCZ_RESULT_OK;
  }
  const IpczAccusation accusation = {sizeof(accusation), IPCZ_INVALID_DRIVER_HANDLE, reason.data(),
                                     reason.size()};
  const uint32_t flags = forwarded ? IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_FORWARDED : IPCZ_NO_FLAGS;
  driver()->ReportBadTransportActivity(handle(), context, flags, &accusation);
  return IPCZ_RESULT_OK;
}

void Transport::ReportAccused(uintptr_t context, std::string_view reason, bool forwarded,
                              const Transport& accuser) const {
  if (driver()->ReportBadTransportActivity == nullptr || driver()->size == sizeof(IpczDriver)) {
    return;
  }
  const IpczAccusation accusation = {sizeof(accusation), accuser.handle(), reason.data(),
                                     reason.size()};
  const uint32_t flags = IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_ACCUSED |
                         (forwarded ? IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_FORWARDED : IPCZ_NO_FLAGS);
  driver()->ReportBadTransportActivity(handle(), context, flags, &accusation);
}

void Transport::SetPeer(const Ref<Node>& node, const NodeName& peer) {
  node_ = node;
  peer_ = peer;
}

void Transport::Accuse(uintptr_t context, std::string_view reason, bool forwarded) const {
  Turn turn(node_->domain(), Cause::kApiCall);
  node_->Accuse(turn, peer_, context, reason, forwarded);
}

IpczResult Transport::OnActivity(IpczHandle listener, const void* data, size_t num_bytes,
                                 const IpczDriverHandle* handles, size_t num_handles,
                                 IpczTransportActivityFlags flags, const void* /*options*/) {
  Pinned<Transport> transport(listener);
  if (!transport) return IPCZ_RESULT_INVALID_ARGUMENT;
  const Ref<NodeLink> link = transport->link_;
  if ((flags & IPCZ_TRANSPORT_ACTIVITY_DEACTIVATED) != 0) {
    // The last call: nothing of the router's is reachable through this handle any more.
    HandleTable::Get().Take(listener, HandleTable::KindBit(kKind));
    transport->link_ = nullptr;
    link->OnTransportError(transport.get());
    return IPCZ_RESULT_OK;
  }
  if ((flags & IPCZ_TRANSPORT_ACTIVITY_ERROR) != 0) {
    link->OnTransportError(transport.get());
    return IPCZ_RESULT_OK;
  }
  if ((flags & IPCZ_TRANSPORT_ACTIVITY_TIMER) != 0) {
    uintptr_t context = 0;
    if (num_bytes == sizeof(context)) std::memcpy(&context, data, sizeof(context));
    link->OnTimer(transport.get(), context);
    return IPCZ_RESULT_OK;
  }
  return link->OnMessage(transport.get(),
                         absl::MakeSpan(static_cast<const uint8_t*>(data), num_bytes),
                         absl::MakeSpan(handles, num_handles))
             ? IPCZ_RESULT_OK
             : IPCZ_RESULT_INVALID_ARGUMENT;
}

}  // namespace ipdl::portal
