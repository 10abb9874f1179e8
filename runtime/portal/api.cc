// The C functions: their arguments are checked here, the work is done under one Turn.
//
// What it is: IpczGetAPI and the functions of its table. What it is not: any logic of portals or
// nodes. Called by applications, on any thread.

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string_view>
#include <utility>

#include "runtime/portal/api_additions.h"
#include "runtime/portal/box.h"
#include "runtime/portal/handle_table.h"
#include "runtime/portal/held_parcel.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/limits.h"
#include "runtime/portal/node.h"
#include "runtime/portal/reserved_handles.h"
#include "runtime/portal/router.h"
#include "runtime/portal/turn.h"

namespace ipdl::portal {
namespace {

constexpr uint32_t kPortalBit = HandleTable::KindBit(ObjectKind::kPortal);

// --- Nodes ---------------------------------------------------------------------------------------

bool IsComplete(const IpczDriver& driver) {
  return driver.size >= sizeof(IpczDriver) && driver.Close != nullptr &&
         driver.Serialize != nullptr && driver.Deserialize != nullptr &&
         driver.CreateTransports != nullptr && driver.ActivateTransport != nullptr &&
         driver.DeactivateTransport != nullptr && driver.Transmit != nullptr &&
         driver.AllocateSharedMemory != nullptr && driver.GetSharedMemoryInfo != nullptr &&
         driver.DuplicateSharedMemory != nullptr && driver.MapSharedMemory != nullptr &&
         driver.GenerateRandomBytes != nullptr;
}

IpczResult IPCZ_API CreateNode(const IpczDriver* driver, IpczCreateNodeFlags flags,
                               const IpczCreateNodeOptions* options, IpczHandle* node) {
  if (node == nullptr || driver == nullptr || !IsComplete(*driver) ||
      (options != nullptr && options->size < sizeof(IpczCreateNodeOptions))) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  if (!std::atomic<uint32_t>::is_always_lock_free || !std::atomic<uint64_t>::is_always_lock_free) {
    return IPCZ_RESULT_UNIMPLEMENTED;
  }
  const bool memory_may_grow =
      options == nullptr || (options->memory_flags & IPCZ_MEMORY_FIXED_PARCEL_CAPACITY) == 0;
  Ref<Node> made =
      MakeRef<Node>(driver, (flags & IPCZ_CREATE_NODE_AS_BROKER) != 0, memory_may_grow);
  const IpczResult result = made->Begin();
  if (result != IPCZ_RESULT_OK) return result;
  *node = HandleTable::Get().Add(std::move(made));
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API ConnectNode(IpczHandle node, IpczDriverHandle transport,
                                size_t num_initial_portals, IpczConnectNodeFlags flags,
                                const void* /*options*/, IpczHandle* initial_portals) {
  const Pinned<Node> pinned(node);
  if (!pinned || transport == IPCZ_INVALID_DRIVER_HANDLE || num_initial_portals == 0 ||
      initial_portals == nullptr) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  if (num_initial_portals > Limits::kInitialPortals) return IPCZ_RESULT_OUT_OF_RANGE;
  DriverObject object(pinned->driver(), transport);
  std::vector<Ref<Router>> portals;
  const IpczResult result = pinned->Connect(object, num_initial_portals, flags, &portals);
  if (result != IPCZ_RESULT_OK) {
    (void)object.release();  // still the caller's
    return result;
  }
  for (size_t i = 0; i < portals.size(); ++i) {
    initial_portals[i] = HandleTable::Get().Add(std::move(portals[i]));
  }
  return IPCZ_RESULT_OK;
}

IpczResult IPCZ_API OpenPortals(IpczHandle node, uint32_t /*flags*/, const void* /*options*/,
                                IpczHandle* portal0, IpczHandle* portal1) {
  const Pinned<Node> pinned(node);
  if (!pinned || portal0 == nullptr || portal1 == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  const Ref<Domain> domain(pinned->domain());
  Ref<Router> first = MakeRef<Router>(domain);
  Ref<Router> second = MakeRef<Router>(domain);
  // Nobody else knows them yet: no lock.
  Router::Pair(first.get(), second.get());
  *portal0 = HandleTable::Get().Add(std::move(first));
  *portal1 = HandleTable::Get().Add(std::move(second));
  return IPCZ_RESULT_OK;
}

// --- Any object ----------------------------------------------------------------------------------

IpczResult IPCZ_API Close(IpczHandle handle, uint32_t /*flags*/, const void* /*options*/) {
  // The driver's listeners are not the application's to close.
  constexpr uint32_t kClosable = kPortalBit | HandleTable::KindBit(ObjectKind::kNode) |
                                 HandleTable::KindBit(ObjectKind::kParcel) |
                                 HandleTable::KindBit(ObjectKind::kBox);
  const Ref<Object> object = HandleTable::Get().Take(handle, kClosable);
  if (!object) return IPCZ_RESULT_INVALID_ARGUMENT;
  switch (object->kind()) {
    case ObjectKind::kPortal: {
      Router& router = static_cast<Router&>(*object);
      Turn turn(router.domain(), Cause::kApiCall);
      router.Close(turn);
      break;
    }
    case ObjectKind::kNode: {
      Node& node = static_cast<Node&>(*object);
      Turn turn(node.domain(), Cause::kApiCall);
      node.Close(turn);
      break;
    }
    default:
      break;  // ends with its last reference
  }
  return IPCZ_RESULT_OK;
}

// --- Portals -------------------------------------------------------------------------------------

IpczResult IPCZ_API MergePortals(IpczHandle first, IpczHandle second, uint32_t /*flags*/,
                                 const void* /*options*/) {
  const IpczHandle both[] = {first, second};
  ReservedHandles handles(both, 2, kPortalBit);
  if (!handles.ok()) return IPCZ_RESULT_INVALID_ARGUMENT;
  Router* const a = static_cast<Router*>(handles.at(0));
  Router* const b = static_cast<Router*>(handles.at(1));
  Domain::Unite(a->domain(), b->domain());
  Turn turn(a->domain(), Cause::kApiCall);
  return Router::Merge(turn, a, b, handles);
}

IpczResult IPCZ_API QueryPortalStatus(IpczHandle portal, uint32_t /*flags*/,
                                      const void* /*options*/, IpczPortalStatus* status) {
  const Pinned<Router> router(portal);
  if (!router || status == nullptr || status->size < sizeof(IpczPortalStatus)) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  Turn turn(router->domain(), Cause::kApiCall);
  const IpczPortalStatus now = router->Status();
  status->flags = now.flags;
  status->num_local_parcels = now.num_local_parcels;
  status->num_local_bytes = now.num_local_bytes;
  return IPCZ_RESULT_OK;
}

// Whether everything could travel at all; asks the driver, so before the lock is taken.
bool AreAttachable(const ReservedHandles& handles, Router* to) {
  if (!handles.ok()) return false;
  for (size_t i = 0; i < handles.size(); ++i) {
    Object* const object = handles.at(i);
    if (object->kind() == ObjectKind::kBox) {
      if (!static_cast<Box*>(object)->CanBeSerialized()) return false;
    } else {
      // What lies in a portal's queue shares its lock.
      Domain::Unite(to->domain(), static_cast<Router*>(object)->domain());
    }
  }
  return true;
}

// Null: there is no memory for it.
ParcelPtr NewParcel(absl::Span<const uint8_t> bytes) {
  ParcelPtr parcel = Parcel::New(bytes.size());
  if (parcel != nullptr && !bytes.empty()) {
    std::memcpy(parcel->data(), bytes.data(), bytes.size());
  }
  return parcel;
}

// Up to this size a parcel is made, or written, under the lock: taking that twice costs more.
constexpr size_t kSmallPut = 1024;

IpczResult IPCZ_API Put(IpczHandle portal, const void* data, size_t num_bytes,
                        const IpczHandle* handles, size_t num_handles, uint32_t /*flags*/,
                        const void* /*options*/) {
  const Pinned<Router> router(portal);
  if (!router || (num_bytes > 0 && data == nullptr)) return IPCZ_RESULT_INVALID_ARGUMENT;
  ReservedHandles reserved(handles, num_handles, ReservedHandles::kAttachable);
  if (!AreAttachable(reserved, router.get())) return IPCZ_RESULT_INVALID_ARGUMENT;
  const absl::Span<const uint8_t> bytes(static_cast<const uint8_t*>(data), num_bytes);
  if (num_handles == 0) {
    Turn turn(router->domain(), Cause::kApiCall);
    if (router->PutAtOnce(turn, bytes)) return IPCZ_RESULT_OK;
    if (num_bytes <= kSmallPut) {
      ParcelPtr parcel = NewParcel(bytes);
      return parcel == nullptr ? IPCZ_RESULT_RESOURCE_EXHAUSTED
                               : router->Put(turn, parcel, reserved);
    }
  }
  ParcelPtr parcel = NewParcel(bytes);
  if (parcel == nullptr) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  Turn turn(router->domain(), Cause::kApiCall);
  return router->Put(turn, parcel, reserved);
}

IpczResult IPCZ_API BeginPut(IpczHandle portal, IpczBeginPutFlags flags, const void* /*options*/,
                             volatile void** data, size_t* num_bytes,
                             IpczTransaction* transaction) {
  const Pinned<Router> router(portal);
  if (!router || transaction == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  size_t room = num_bytes == nullptr ? 0 : *num_bytes;
  if ((flags & IPCZ_BEGIN_PUT_ALLOW_PARTIAL) != 0) room = std::min(room, Limits::kParcelBytes);
  ParcelPtr parcel = Parcel::New(room);
  if (parcel == nullptr) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  Turn turn(router->domain(), Cause::kApiCall);
  const IpczResult result = router->BeginPut(std::move(parcel), data, transaction);
  if (result == IPCZ_RESULT_OK && num_bytes != nullptr) *num_bytes = room;
  return result;
}

IpczResult IPCZ_API EndPut(IpczHandle portal, IpczTransaction transaction,
                           size_t num_bytes_produced, const IpczHandle* handles, size_t num_handles,
                           IpczEndPutFlags flags, const void* /*options*/) {
  const Pinned<Router> router(portal);
  if (!router) return IPCZ_RESULT_INVALID_ARGUMENT;
  if ((flags & IPCZ_END_PUT_ABORT) != 0) {
    Turn turn(router->domain(), Cause::kApiCall);
    return router->AbortPut(turn, transaction);
  }
  ReservedHandles reserved(handles, num_handles, ReservedHandles::kAttachable);
  if (!AreAttachable(reserved, router.get())) return IPCZ_RESULT_INVALID_ARGUMENT;
  Turn turn(router->domain(), Cause::kApiCall);
  return router->EndPut(turn, transaction, num_bytes_produced, reserved);
}

// Gives the application the parcel, or closes what is left of it.
void GiveParcel(ParcelPtr parcel, IpczHandle* handle) {
  if (parcel == nullptr) return;
  if (handle == nullptr) return CloseParcel(std::move(parcel), Cause::kApiCall);
  *handle = HandleTable::Get().Add(MakeRef<HeldParcel>(std::move(parcel)));
}

IpczResult IPCZ_API Get(IpczHandle source, IpczGetFlags flags, const void* /*options*/, void* data,
                        size_t* num_bytes, IpczHandle* handles, size_t* num_handles,
                        IpczHandle* parcel) {
  const GetRoom room(data, num_bytes, handles, num_handles);
  if (const Pinned<Router> router(source); router) {
    ParcelPtr taken;
    IpczResult result;
    {
      Turn turn(router->domain(), Cause::kApiCall);
      result = router->Get(turn, flags, room, &taken);
      if (result != IPCZ_RESULT_OK) return result;
      // Without the lock, for it may take long, and before anything that the get sets off: a trap's
      // handler may read this thread's buffers.
      turn.Unlock();
      room.Take(taken.get());
    }
    GiveParcel(std::move(taken), parcel);
    return IPCZ_RESULT_OK;
  }
  const Pinned<HeldParcel> held(source);
  if (!held) return IPCZ_RESULT_INVALID_ARGUMENT;
  const IpczResult result = held->Get(flags, room);
  if (result == IPCZ_RESULT_OK && parcel != nullptr) {
    *parcel = HandleTable::Get().Add(Ref<HeldParcel>(held.get()));
  }
  return result;
}

IpczResult IPCZ_API BeginGet(IpczHandle source, IpczBeginGetFlags flags, const void* /*options*/,
                             const volatile void** data, size_t* num_bytes, IpczHandle* handles,
                             size_t* num_handles, IpczTransaction* transaction) {
  if (transaction == nullptr ||
      (num_handles != nullptr && *num_handles > 0 && handles == nullptr)) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  if (const Pinned<Router> router(source); router) {
    Turn turn(router->domain(), Cause::kApiCall);
    return router->BeginGet(turn, flags, data, num_bytes, handles, num_handles, transaction);
  }
  const Pinned<HeldParcel> held(source);
  if (!held || (flags & IPCZ_BEGIN_GET_OVERLAPPED) != 0) return IPCZ_RESULT_INVALID_ARGUMENT;
  return held->BeginGet(flags, data, num_bytes, handles, num_handles, transaction);
}

IpczResult IPCZ_API EndGet(IpczHandle source, IpczTransaction transaction, IpczEndGetFlags flags,
                           const void* /*options*/, IpczHandle* parcel) {
  if (const Pinned<Router> router(source); router) {
    ParcelPtr taken;
    IpczResult result;
    {
      Turn turn(router->domain(), Cause::kApiCall);
      result = router->EndGet(turn, transaction, flags, &taken);
    }
    GiveParcel(std::move(taken), parcel);
    return result;
  }
  const Pinned<HeldParcel> held(source);
  if (!held) return IPCZ_RESULT_INVALID_ARGUMENT;
  const IpczResult result = held->EndGet(transaction);
  if (result == IPCZ_RESULT_OK && parcel != nullptr && (flags & IPCZ_END_GET_ABORT) == 0) {
    *parcel = HandleTable::Get().Add(Ref<HeldParcel>(held.get()));
  }
  return result;
}

IpczResult IPCZ_API Trap(IpczHandle portal, const IpczTrapConditions* conditions,
                         IpczTrapEventHandler handler, uintptr_t context, uint32_t /*flags*/,
                         const void* /*options*/, IpczTrapConditionFlags* satisfied,
                         IpczPortalStatus* status) {
  const Pinned<Router> router(portal);
  if (!router || conditions == nullptr || conditions->size < sizeof(IpczTrapConditions) ||
      handler == nullptr || (status != nullptr && status->size < sizeof(IpczPortalStatus))) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  Turn turn(router->domain(), Cause::kApiCall);
  return router->Trap(*conditions, handler, context, satisfied, status);
}

// --- Parcels and boxes ---------------------------------------------------------------------------

IpczResult IPCZ_API Reject(IpczHandle parcel, uintptr_t context, IpczRejectFlags flags,
                           const void* options) {
  const Pinned<HeldParcel> held(parcel);
  std::string_view reason;
  if ((flags & IPCZ_REJECT_REASON) != 0) {
    const auto* const why = static_cast<const IpczAccusation*>(options);
    if (why == nullptr || why->size < sizeof(*why)) return IPCZ_RESULT_INVALID_ARGUMENT;
    if (why->reason != nullptr) reason = {why->reason, why->num_reason_bytes};
  }
  return held ? held->Reject(context, reason, flags) : IPCZ_RESULT_INVALID_ARGUMENT;
}

IpczResult IPCZ_API MakeBox(IpczHandle node, const IpczBoxContents* contents, uint32_t /*flags*/,
                            const void* /*options*/, IpczHandle* handle) {
  const Pinned<Node> pinned(node);
  if (!pinned || contents == nullptr || contents->size < sizeof(IpczBoxContents) ||
      handle == nullptr) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  switch (contents->type) {
    case IPCZ_BOX_TYPE_DRIVER_OBJECT:
      if (contents->object.driver_object == IPCZ_INVALID_DRIVER_HANDLE) {
        return IPCZ_RESULT_INVALID_ARGUMENT;
      }
      *handle = HandleTable::Get().Add(
          MakeRef<Box>(DriverObject(pinned->driver(), contents->object.driver_object)));
      return IPCZ_RESULT_OK;
    case IPCZ_BOX_TYPE_APPLICATION_OBJECT:
      *handle = HandleTable::Get().Add(MakeRef<Box>(ApplicationObject{
          contents->object.application_object, contents->serializer, contents->destructor}));
      return IPCZ_RESULT_OK;
    default:
      return IPCZ_RESULT_UNIMPLEMENTED;
  }
}

IpczResult IPCZ_API Unbox(IpczHandle handle, IpczUnboxFlags flags, const void* /*options*/,
                          IpczBoxContents* contents) {
  if (contents == nullptr || contents->size < sizeof(IpczBoxContents)) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  if ((flags & IPCZ_UNBOX_PEEK) != 0) {
    const Pinned<Box> box(handle);
    if (!box) return IPCZ_RESULT_INVALID_ARGUMENT;
    box->Peek(contents);
    return IPCZ_RESULT_OK;
  }
  const Ref<Object> taken = HandleTable::Get().Take(handle, HandleTable::KindBit(ObjectKind::kBox));
  if (!taken) return IPCZ_RESULT_INVALID_ARGUMENT;
  static_cast<Box&>(*taken).Unbox(contents);
  return IPCZ_RESULT_OK;
}

}  // namespace
}  // namespace ipdl::portal

extern "C" IpczResult IPCZ_API IpczGetAPI(IpczAPI* api) {
  using namespace ipdl::portal;
  if (api == nullptr || api->size < sizeof(IpczAPI)) return IPCZ_RESULT_INVALID_ARGUMENT;
  const bool extended = api->size >= sizeof(IpczExtendedAPI);
  *api = {extended ? sizeof(IpczExtendedAPI) : sizeof(IpczAPI),
          &Close,
          &CreateNode,
          &ConnectNode,
          &OpenPortals,
          &MergePortals,
          &QueryPortalStatus,
          &Put,
          &BeginPut,
          &EndPut,
          &Get,
          &BeginGet,
          &EndGet,
          &Trap,
          &Reject,
          &MakeBox,
          &Unbox};
  if (extended) FillAdditions(reinterpret_cast<IpczExtendedAPI*>(api));
  return IPCZ_RESULT_OK;
}
