// The table of functions, each of which finds its item and asks it. See driver.h.

#include "runtime/driver/driver.h"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#if defined(__APPLE__)
#include <sys/random.h>
#endif

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "runtime/driver/carrier.h"
#include "runtime/driver/channel_transport.h"
#include "runtime/driver/handle_item.h"
#include "runtime/driver/local_transport.h"
#include "runtime/driver/memory_item.h"

namespace ipdl {
namespace {

IpczResult IPCZ_API Close(IpczDriverHandle handle, uint32_t, const void*) {
  if (DriverItem::Take(handle) == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  return IPCZ_RESULT_OK;
}

// Sets the needed sizes; true if there is that much room.
bool Fits(size_t needed, size_t* room) {
  const size_t given = room == nullptr ? 0 : std::exchange(*room, needed);
  return given >= needed;
}

IpczResult IPCZ_API Serialize(IpczDriverHandle handle, IpczDriverHandle transport, uint32_t,
                              const void*, volatile void* data, size_t* num_bytes,
                              IpczDriverHandle* handles, size_t* num_handles) {
  DriverItem* const item = DriverItem::Get(handle);
  if (item == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  const auto* const over = DriverItem::GetAs<TransportItem>(transport);
  if (transport != IPCZ_INVALID_DRIVER_HANDLE && over == nullptr) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  const bool as_it_is = over != nullptr && over->is_local();
  if (!as_it_is && !item->CanTravel()) {
    // A local end might still cross a local transport.
    const bool might = over == nullptr && item->kind() != ItemKind::kMapping;
    return might ? IPCZ_RESULT_ABORTED : IPCZ_RESULT_INVALID_ARGUMENT;
  }
  const size_t byte_count = as_it_is ? 0 : item->packed_bytes();
  const size_t handle_count = as_it_is ? 1 : item->packed_handles();
  const bool bytes_fit = Fits(byte_count, num_bytes);
  if (!Fits(handle_count, num_handles) || !bytes_fit) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  if (as_it_is) {
    handles[0] = handle;
    return IPCZ_RESULT_OK;
  }
  const std::unique_ptr<DriverItem> taken = DriverItem::Take(handle);
  absl::InlinedVector<uint8_t, 64> bytes(byte_count);
  std::vector<OwnedHandle> owned;
  taken->Pack(bytes.data(), &owned);
  std::copy(bytes.begin(), bytes.end(), static_cast<volatile uint8_t*>(data));
  for (size_t i = 0; i < owned.size(); ++i) handles[i] = NewDriverHandle(std::move(owned[i]));
  return IPCZ_RESULT_OK;
}

std::unique_ptr<DriverItem> Unpack(absl::Span<const uint8_t> bytes, absl::Span<OwnedHandle> handles,
                                   const ChannelTransport& over) {
  if (bytes.empty()) return nullptr;
  switch (static_cast<ItemKind>(bytes[0])) {
    case ItemKind::kTransport:
      return ChannelTransport::Unpack(bytes, handles, over);
    case ItemKind::kMemory:
      if (handles.size() != 1) return nullptr;
      return MemoryItem::Unpack(bytes, std::move(handles[0]));
    case ItemKind::kHandle:
      if (handles.size() != 1 || bytes.size() != HandleItem::kPackedBytes) return nullptr;
      if (static_cast<OwnedHandle::Kind>(bytes[1]) != handles[0].kind()) return nullptr;
      return std::make_unique<HandleItem>(std::move(handles[0]));
    case ItemKind::kMapping:
      break;
  }
  return nullptr;
}

IpczResult IPCZ_API Deserialize(const volatile void* data, size_t num_bytes,
                                const IpczDriverHandle* driver_handles, size_t num_driver_handles,
                                IpczDriverHandle transport, uint32_t, const void*,
                                IpczDriverHandle* handle) {
  absl::InlinedVector<std::unique_ptr<DriverItem>, 2> items;
  for (size_t i = 0; i < num_driver_handles; ++i) {
    items.push_back(DriverItem::Take(driver_handles[i]));
  }
  const auto* const over = DriverItem::GetAs<TransportItem>(transport);
  if (over == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  if (over->is_local()) {
    if (num_bytes != 0 || items.size() != 1) return IPCZ_RESULT_INVALID_ARGUMENT;
    if (items[0]->kind() == ItemKind::kTransport) {
      static_cast<TransportItem&>(*items[0]).MoveTo(over->loop());
    }
    *handle = DriverItem::Give(std::move(items[0]));
    return IPCZ_RESULT_OK;
  }
  const volatile uint8_t* const begin = static_cast<const volatile uint8_t*>(data);
  const absl::InlinedVector<uint8_t, 64> bytes(begin, begin + num_bytes);
  absl::InlinedVector<OwnedHandle, 2> handles;
  for (const std::unique_ptr<DriverItem>& item : items) {
    // The channel makes nothing else of what it receives.
    if (item->kind() != HandleItem::kKind) return IPCZ_RESULT_INVALID_ARGUMENT;
    handles.push_back(static_cast<HandleItem&>(*item).TakeHandle());
  }
  std::unique_ptr<DriverItem> item =
      Unpack(bytes, absl::MakeSpan(handles), static_cast<const ChannelTransport&>(*over));
  if (item == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  *handle = DriverItem::Give(std::move(item));
  return IPCZ_RESULT_OK;
}

const ChannelTransport* AsChannel(const TransportItem* transport) {
  if (transport == nullptr || transport->is_local()) return nullptr;
  return static_cast<const ChannelTransport*>(transport);
}

IpczResult IPCZ_API CreateTransports(IpczDriverHandle transport0, IpczDriverHandle transport1,
                                     uint32_t, const void*, IpczDriverHandle* new_transport0,
                                     IpczDriverHandle* new_transport1) {
  const auto* const over0 = DriverItem::GetAs<TransportItem>(transport0);
  const auto* const over1 = DriverItem::GetAs<TransportItem>(transport1);
  const ChannelTransport* const channel0 = AsChannel(over0);
  const ChannelTransport* const channel1 = AsChannel(over1);
  if (channel0 == nullptr && channel1 == nullptr) {
    // All within this process. An end that is not sent stays where the other one comes from.
    RunLoop* const loop0 = over0 != nullptr ? over0->loop() : nullptr;
    RunLoop* const loop1 = over1 != nullptr ? over1->loop() : loop0;
    const auto* const model = static_cast<const LocalTransport*>(over0 != nullptr ? over0 : over1);
    auto pair = LocalTransport::NewPair(
        over0 != nullptr ? loop0 : loop1, loop1,
        model != nullptr ? model->hears() : LocalTransport::Hears::kFromLoop);
    *new_transport0 = DriverItem::Give(std::move(pair.first));
    *new_transport1 = DriverItem::Give(std::move(pair.second));
    return IPCZ_RESULT_OK;
  }
  auto pair = ChannelTransport::NewPair(channel0, channel1);
  if (!pair.ok()) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  *new_transport0 = DriverItem::Give(std::move(pair->first));
  *new_transport1 = DriverItem::Give(std::move(pair->second));
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API ActivateTransport(IpczDriverHandle transport, IpczHandle listener,
                                      IpczTransportActivityHandler handler, uint32_t, const void*) {
  auto* const item = DriverItem::GetAs<TransportItem>(transport);
  if (item == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  return item->Activate({listener, handler});
}

IpczResult IPCZ_API DeactivateTransport(IpczDriverHandle transport, uint32_t, const void*) {
  auto* const item = DriverItem::GetAs<TransportItem>(transport);
  if (item == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  item->Deactivate();
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API Transmit(IpczDriverHandle transport, const void* data, size_t num_bytes,
                             const IpczDriverHandle* driver_handles, size_t num_driver_handles,
                             uint32_t, const void*) {
  const absl::Span<const IpczDriverHandle> items(driver_handles, num_driver_handles);
  auto* const item = DriverItem::GetAs<TransportItem>(transport);
  if (item == nullptr) {
    for (const IpczDriverHandle handle : items) DriverItem::Take(handle);
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  return item->Transmit({static_cast<const uint8_t*>(data), num_bytes}, items);
}

IpczResult IPCZ_API ReportBadTransportActivity(IpczDriverHandle transport, uintptr_t context,
                                               uint32_t flags, const void* options) {
  auto* const item = DriverItem::GetAs<TransportItem>(transport);
  if (item == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  // Null from a router that was given the plain part of the table.
  const auto* const given = static_cast<const IpczAccusation*>(options);
  const IpczAccusation accusation =
      given != nullptr && given->size >= sizeof(*given) ? *given : IpczAccusation{};
  const TransportItem* accuser = nullptr;
  if ((flags & IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_ACCUSED) != 0) {
    accuser = DriverItem::GetAs<TransportItem>(accusation.accuser);
    if (accuser == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  const std::string_view reason =
      accusation.reason == nullptr
          ? std::string_view()
          : std::string_view(accusation.reason, accusation.num_reason_bytes);
  item->ReportBadActivity(context, flags, accuser, reason);
  return IPCZ_RESULT_OK;
}

// Both ends of what stays in this process are this process; its launcher may do anything with it.
IpczResult IPCZ_API QueryTrust(IpczDriverHandle transport, uint32_t, const void*,
                               IpczTrust* trust) {
  const auto* const item = DriverItem::GetAs<TransportItem>(transport);
  if (item == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  const ChannelTransport* const channel = AsChannel(item);
  *trust = channel == nullptr || channel->peer().trust != PeerTrust::kUntrusted ? IPCZ_TRUST_FULL
                                                                                : IPCZ_TRUST_NONE;
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API RingDoorbell(IpczDriverHandle transport, uint32_t flags, const void*) {
  auto* const item = DriverItem::GetAs<TransportItem>(transport);
  if (item == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  return item->RingDoorbell((flags & IPCZ_RING_DOORBELL_AT_ONCE) != 0);
}

IpczResult IPCZ_API SetTimer(IpczDriverHandle transport, uint64_t delay_us, uintptr_t context,
                             uint32_t, const void*) {
  auto* const item = DriverItem::GetAs<TransportItem>(transport);
  if (item == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  return item->SetTimer(delay_us, context);
}

IpczResult IPCZ_API AllocateSharedMemory(size_t num_bytes, uint32_t, const void*,
                                         IpczDriverHandle* driver_memory) {
  std::unique_ptr<MemoryItem> memory = MemoryItem::New(num_bytes);
  if (memory == nullptr) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  *driver_memory = DriverItem::Give(std::move(memory));
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API GetSharedMemoryInfo(IpczDriverHandle driver_memory, uint32_t, const void*,
                                        IpczSharedMemoryInfo* info) {
  const auto* const memory = DriverItem::GetAs<MemoryItem>(driver_memory);
  if (memory == nullptr || info == nullptr || info->size < sizeof(*info)) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  info->region_num_bytes = memory->memory().size();
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API DuplicateSharedMemory(IpczDriverHandle driver_memory, uint32_t, const void*,
                                          IpczDriverHandle* new_driver_memory) {
  const auto* const memory = DriverItem::GetAs<MemoryItem>(driver_memory);
  if (memory == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  std::unique_ptr<MemoryItem> duplicate = memory->Duplicate();
  if (duplicate == nullptr) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  *new_driver_memory = DriverItem::Give(std::move(duplicate));
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API MapSharedMemory(IpczDriverHandle driver_memory, uint32_t, const void*,
                                    volatile void** address, IpczDriverHandle* driver_mapping) {
  const auto* const memory = DriverItem::GetAs<MemoryItem>(driver_memory);
  if (memory == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  absl::StatusOr<MemoryMapping> mapping = memory->memory().MapReadWrite();
  if (!mapping.ok()) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  auto item = std::make_unique<MappingItem>(*std::move(mapping));
  *address = item->address();
  *driver_mapping = DriverItem::Give(std::move(item));
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API GenerateRandomBytes(size_t num_bytes, uint32_t, const void*, void* buffer) {
  constexpr size_t kMost = 256;  // getentropy(3) gives no more at once
  uint8_t* out = static_cast<uint8_t*>(buffer);
  while (num_bytes > 0) {
    const size_t now = std::min(num_bytes, kMost);
    if (getentropy(out, now) != 0) return IPCZ_RESULT_UNKNOWN;
    out += now;
    num_bytes -= now;
  }
  return IPCZ_RESULT_OK;
}

}  // namespace

const IpczDriver& PortalDriver() {
  static const IpczExtendedDriver extended = {
      {
          sizeof(IpczExtendedDriver),
          &Close,
          &Serialize,
          &Deserialize,
          &CreateTransports,
          &ActivateTransport,
          &DeactivateTransport,
          &Transmit,
          &ReportBadTransportActivity,
          &AllocateSharedMemory,
          &GetSharedMemoryInfo,
          &DuplicateSharedMemory,
          &MapSharedMemory,
          &GenerateRandomBytes,
      },
      &RingDoorbell,
      &SetTimer,
      &QueryTrust,
  };
  return extended.driver;
}

std::shared_ptr<const LinkPolicy> DefaultLinkPolicy() {
  LinkPolicy policy;
  policy.limits.message_bytes = 64 * 1024 * 1024;
  policy.limits.message_handles = 4096;
  policy.limits.queued_bytes = std::numeric_limits<uint64_t>::max();
  policy.limits.queued_handles = std::numeric_limits<uint32_t>::max();
  return std::make_shared<const LinkPolicy>(std::move(policy));
}

IpczDriverHandle NewSocketTransport(FileDescriptor socket, RunLoop* loop,
                                    std::shared_ptr<const LinkPolicy> policy, PeerLabel peer) {
  Carrier::End end;
  end.push_back(std::move(socket).TakeOwned());
  return DriverItem::Give(std::make_unique<ChannelTransport>(&SocketCarrier(), std::move(end), loop,
                                                             std::move(policy), std::move(peer)));
}

std::pair<IpczDriverHandle, IpczDriverHandle> NewLocalTransports(RunLoop* loop0, RunLoop* loop1) {
  auto pair = LocalTransport::NewPair(loop0, loop1, LocalTransport::Hears::kFromLoop);
  return {DriverItem::Give(std::move(pair.first)), DriverItem::Give(std::move(pair.second))};
}

std::pair<IpczDriverHandle, IpczDriverHandle> NewImmediateTransports(RunLoop* loop0,
                                                                     RunLoop* loop1) {
  auto pair = LocalTransport::NewPair(loop0, loop1, LocalTransport::Hears::kAtOnce);
  return {DriverItem::Give(std::move(pair.first)), DriverItem::Give(std::move(pair.second))};
}

IpczDriverHandle NewDriverHandle(OwnedHandle handle) {
  return DriverItem::Give(std::make_unique<HandleItem>(std::move(handle)));
}

bool TakeDriverHandle(IpczDriverHandle object, OwnedHandle* handle) {
  const std::unique_ptr<DriverItem> item = DriverItem::Take(object);
  if (item == nullptr || item->kind() != HandleItem::kKind) return false;
  *handle = static_cast<HandleItem&>(*item).TakeHandle();
  return handle->valid();
}

const PeerLabel* PeerOf(IpczDriverHandle transport) {
  const ChannelTransport* const channel = AsChannel(DriverItem::GetAs<TransportItem>(transport));
  return channel == nullptr ? nullptr : &channel->peer();
}

RunLoop* LoopOf(IpczDriverHandle transport) {
  const auto* const item = DriverItem::GetAs<TransportItem>(transport);
  return item == nullptr ? nullptr : item->loop();
}

size_t CountDriverObjects() { return DriverItem::count(); }

}  // namespace ipdl
