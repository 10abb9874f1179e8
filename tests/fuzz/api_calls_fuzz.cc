// Any sequence of the calls of both C tables, with any handles, also stale ones and those of other
// kinds, from inside trap handlers and serializers too, while a driver fails.
//
// The first bytes of the input choose how transports deliver and how many nodes there are; each
// further one is a call. Every result is checked against what holds for any; at the end everything
// is closed, and no handle, object of the driver or of the application is left.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "runtime/portal/handle_table.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/small_rings_for_test.h"
#include "runtime/portal/test_drivers/test_network.h"
#include "tests/fuzz/fuzz_input.h"

namespace fuzz {
namespace {

using ipdl::portal::Delivery;
using ipdl::portal::HandleTable;
using ipdl::portal::TestNetwork;

constexpr int kMostCalls = 200;
constexpr int kMostDepth = 3;
constexpr size_t kMostHandles = 128;

int g_application_objects = 0;

class World {
 public:
  explicit World(Input& input)
      : input_(input), handles_before_(HandleTable::Get().size()), network_(OptionsFrom(input)) {
    table_.api.size = sizeof(table_);
    Check(IpczGetAPI(&table_.api) == IPCZ_RESULT_OK, "no table");
    const size_t clients = input.Below(4);
    const IpczHandle broker = NewNode(IPCZ_CREATE_NODE_AS_BROKER);
    for (size_t i = 0; i < clients; ++i) {
      Connect(broker, IPCZ_NO_FLAGS, NewNode(IPCZ_NO_FLAGS), IPCZ_CONNECT_NODE_TO_BROKER, 1);
    }
    current_ = this;
  }

  ~World() {
    depth_ = kMostDepth;  // handlers do nothing more
    network_.fail_transmits = network_.fail_activations = 0;
    network_.fail_allocations = network_.fail_maps = 0;
    // From the left: a node is closed before some of its portals.
    for (size_t i = 0; i < handles_.size(); ++i) table_.api.Close(handles_[i], 0, nullptr);
    network_.Settle();
    current_ = nullptr;
    Check(HandleTable::Get().size() == handles_before_, "a handle is left");
    Check(network_.live_objects() == 0, "an object of the driver is left");
    Check(g_application_objects == 0, "an object of the application is left");
  }

  void Run() {
    while (!input_.at_end() && calls_ < kMostCalls) Call();
  }

 private:
  static TestNetwork::Options OptionsFrom(Input& input) {
    const uint8_t byte = input.Byte();
    return {(byte & 1) != 0 ? Delivery::kStepped : Delivery::kSync, (byte & 2) != 0,
            uint64_t{byte} + 1};
  }

  // --- Handles -----------------------------------------------------------------------------------

  IpczHandle Handle() {
    const uint8_t which = input_.Byte();
    if (which == 255) return 0;
    if (which == 254) return network_.last_listener();
    if (which == 253) return input_.Number(8);
    return handles_.empty() ? 0 : handles_[handles_.size() - 1 - which % handles_.size()];
  }
  // A call gave it to us.
  void Keep(IpczHandle handle) {
    Check(handle != 0, "a handle is 0");
    handles_.push_back(handle);
    if (handles_.size() > kMostHandles) {
      table_.api.Close(handles_.front(), 0, nullptr);
      handles_.erase(handles_.begin());
    }
  }
  IpczHandle NewNode(IpczCreateNodeFlags flags) {
    IpczHandle node = 0;
    Check(table_.api.CreateNode(&TestNetwork::driver_with_timers(), flags, nullptr, &node) ==
              IPCZ_RESULT_OK,
          "no node");
    // A portal that is put into its own peer elsewhere goes round until a limit ends that.
    const IpczNodeLimits limits = {sizeof(limits), 128, 0, 0};
    table_.SetNodeLimits(node, &limits, 0, nullptr);
    Keep(node);
    return node;
  }

  void Connect(IpczHandle node0, IpczConnectNodeFlags flags0, IpczHandle node1,
               IpczConnectNodeFlags flags1, size_t num_portals) {
    const auto [end0, end1] = network_.NewTransports((input_.Byte() & 1) == 0);
    ConnectEnd(node0, end0, flags0, num_portals);
    ConnectEnd(node1, end1, flags1, 1);
  }
  void ConnectEnd(IpczHandle node, IpczDriverHandle end, IpczConnectNodeFlags flags,
                  size_t num_portals) {
    IpczHandle portals[16] = {};
    if (table_.api.ConnectNode(node, end, num_portals, flags, nullptr, portals) != IPCZ_RESULT_OK) {
      TestNetwork::CloseObject(end);
      return;
    }
    Check(num_portals >= 1 && num_portals <= 12, "too many initial portals");
    for (size_t i = 0; i < num_portals; ++i) Keep(portals[i]);
  }

  // --- Calls -------------------------------------------------------------------------------------

  // How many bytes: mostly few, sometimes more than a ring holds.
  size_t Size() {
    const uint8_t size = input_.Byte();
    return size < 240 ? size : size_t{size} * 40;
  }

  void Call() {
    ++calls_;
    const uint8_t call = input_.Byte();
    const uint32_t flags = call >= 128 ? input_.Byte() : 0;
    switch (call % 32) {
      case 0:
      case 1:
        Put(flags);
        break;
      case 2:
      case 3:
        Get(flags);
        break;
      case 4:
        table_.api.Close(Handle(), flags, nullptr);
        break;
      case 5:
      case 6:
        Open();
        break;
      case 7: {
        const IpczHandle first = Handle();
        table_.api.MergePortals(first, Handle(), flags, nullptr);
        break;
      }
      case 8:
        Query();
        break;
      case 9:
        BeginPut(flags);
        break;
      case 10:
        EndPut(flags);
        break;
      case 11:
        BeginGet(flags);
        break;
      case 12:
        EndGet(flags);
        break;
      case 13:
        Trap();
        break;
      case 14:
        table_.api.Reject(Handle(), 7, flags, nullptr);
        break;
      case 15:
        Box();
        break;
      case 16:
        Unbox(flags);
        break;
      case 17:
        NewNode(flags & 1);
        break;
      case 18: {
        const IpczHandle node = Handle();
        Connect(node, flags % 16, Handle(), static_cast<uint32_t>(input_.Below(16)),
                input_.Below(14));
        break;
      }
      case 19: {
        const IpczPortalLimits limits = {sizeof(limits), input_.Byte(), Size()};
        table_.SetPortalLimits(Handle(), &limits, flags, nullptr);
        break;
      }
      case 20: {
        const IpczNodeLimits limits = {sizeof(limits), input_.Byte(), Size(), input_.Byte()};
        table_.SetNodeLimits(Handle(), &limits, flags, nullptr);
        break;
      }
      case 21:
        Counters();
        break;
      case 22:
        Dump();
        break;
      case 23:
        table_.SetTracer(Handle(), (flags & 1) != 0 ? &World::OnTrace : nullptr,
                         reinterpret_cast<uintptr_t>(this), flags, nullptr);
        break;
      case 24:
        network_.fail_transmits = static_cast<int>(input_.Below(3));
        network_.fail_activations = static_cast<int>(input_.Below(2));
        break;
      case 25:
        network_.fail_allocations = static_cast<int>(input_.Below(3));
        network_.fail_maps = static_cast<int>(input_.Below(3));
        break;
      case 26:
        if (depth_ == 0) network_.FireTimers();
        break;
      default:
        // Delivery inside a handler would be two calls at a time for one listener.
        if (depth_ == 0) {
          for (size_t steps = input_.Below(8); steps > 0; --steps) network_.Step();
        }
        break;
    }
  }

  std::vector<IpczHandle> Attached() {
    std::vector<IpczHandle> handles;
    for (size_t count = input_.Below(4); count > 0; --count) handles.push_back(Handle());
    return handles;
  }

  void Put(uint32_t flags) {
    const IpczHandle portal = Handle();
    const std::vector<uint8_t> bytes(Size(), 'x');
    const std::vector<IpczHandle> handles = Attached();
    const bool null = (flags & 2) != 0;
    const IpczResult result =
        table_.api.Put(portal, null ? nullptr : bytes.data(), bytes.size(),
                       null ? nullptr : handles.data(), handles.size(), flags, nullptr);
    Check(!null || bytes.size() + handles.size() == 0 || result == IPCZ_RESULT_INVALID_ARGUMENT ||
              result == IPCZ_RESULT_NOT_FOUND,
          "a put took what is not there");
  }

  void Get(uint32_t flags) {
    const IpczHandle source = Handle();
    std::vector<uint8_t> bytes(Size());
    std::array<IpczHandle, 4> handles = {};
    size_t num_bytes = bytes.size();
    size_t num_handles = input_.Below(5);
    IpczHandle parcel = 0;
    const size_t room = num_handles;
    if (table_.api.Get(source, flags, nullptr, bytes.data(), &num_bytes, handles.data(),
                       &num_handles, (flags & 4) != 0 ? &parcel : nullptr) != IPCZ_RESULT_OK) {
      return;
    }
    Check(num_bytes <= bytes.size() && num_handles <= room, "a get gave more than there is room");
    for (size_t i = 0; i < num_handles; ++i) Keep(handles[i]);
    if ((flags & 4) != 0) Keep(parcel);
  }

  void Open() {
    IpczHandle portals[2] = {};
    if (table_.api.OpenPortals(Handle(), 0, nullptr, &portals[0], &portals[1]) == IPCZ_RESULT_OK) {
      Keep(portals[0]);
      Keep(portals[1]);
    }
  }

  void Query() {
    IpczPortalStatus status = {sizeof(status), 0, 0, 0};
    if (table_.api.QueryPortalStatus(Handle(), 0, nullptr, &status) != IPCZ_RESULT_OK) return;
    const bool closed = (status.flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0;
    const bool dead = (status.flags & IPCZ_PORTAL_STATUS_DEAD) != 0;
    Check(dead == (closed && status.num_local_parcels == 0), "dead is closed and empty");
    Check(status.num_local_parcels != 0 || status.num_local_bytes == 0, "bytes of no parcel");
  }

  void BeginPut(uint32_t flags) {
    const IpczHandle portal = Handle();
    volatile void* data = nullptr;
    // Not so much that filling memory is all that happens; or far too much.
    size_t size = (flags & 2) != 0 ? SIZE_MAX - Size() : Size();
    const size_t wanted = size;
    IpczTransaction transaction = 0;
    if (table_.api.BeginPut(portal, flags & ~uint32_t{IPCZ_BEGIN_PUT_ALLOW_PARTIAL}, nullptr, &data,
                            &size, &transaction) != IPCZ_RESULT_OK) {
      return;
    }
    Check(size == wanted, "a put has another room than it asked for");
    std::memset(const_cast<void*>(data), 'y', size);
    transactions_.push_back(transaction);
  }

  IpczTransaction Transaction() {
    return transactions_.empty() ? input_.Byte()
                                 : transactions_[input_.Below(transactions_.size() % 256)];
  }

  void EndPut(uint32_t flags) {
    const IpczHandle portal = Handle();
    const IpczTransaction transaction = Transaction();
    const size_t size = Size();
    const std::vector<IpczHandle> handles = Attached();
    table_.api.EndPut(portal, transaction, size, handles.data(), handles.size(), flags, nullptr);
  }

  void BeginGet(uint32_t flags) {
    const IpczHandle source = Handle();
    const volatile void* data = nullptr;
    size_t num_bytes = 0;
    std::array<IpczHandle, 4> handles = {};
    size_t num_handles = input_.Below(5);
    IpczTransaction transaction = 0;
    if (table_.api.BeginGet(source, flags, nullptr, &data, &num_bytes, handles.data(), &num_handles,
                            &transaction) != IPCZ_RESULT_OK) {
      return;
    }
    std::vector<uint8_t> copy(num_bytes);
    if (num_bytes > 0) std::memcpy(copy.data(), const_cast<const void*>(data), num_bytes);
    for (size_t i = 0; i < num_handles; ++i) Keep(handles[i]);
    transactions_.push_back(transaction);
  }

  void EndGet(uint32_t flags) {
    const IpczHandle source = Handle();
    const IpczTransaction transaction = Transaction();
    IpczHandle parcel = 0;
    if (table_.api.EndGet(source, transaction, flags, nullptr, &parcel) == IPCZ_RESULT_OK &&
        parcel != 0) {
      Keep(parcel);
    }
  }

  void Trap() {
    const IpczHandle portal = Handle();
    const IpczTrapConditions conditions = {sizeof(conditions), input_.Byte() * 0x201u & 0x103ffu,
                                           input_.Below(4), input_.Byte()};
    IpczTrapConditionFlags satisfied = 0;
    IpczPortalStatus status = {sizeof(status), 0, 0, 0};
    table_.api.Trap(portal, &conditions, &World::OnTrap, reinterpret_cast<uintptr_t>(this), 0,
                    nullptr, &satisfied, &status);
  }

  void Box() {
    IpczBoxContents contents = {};
    contents.size = sizeof(contents);
    const uint8_t what = input_.Byte();
    switch (what % 4) {
      case 0:
        contents.object.driver_object = network_.NewBlob(std::string(Size(), 'b'));
        break;
      case 1:
        contents.object.driver_object = network_.NewImmobile();
        break;
      case 2:
        contents.type = IPCZ_BOX_TYPE_APPLICATION_OBJECT;
        contents.object.application_object = what;
        if (what < 192) contents.serializer = &World::Serialize;
        contents.destructor = &World::Destroy;
        ++g_application_objects;
        break;
      default:
        contents.type = IPCZ_BOX_TYPE_SUBPARCEL;
        contents.object.subparcel = Handle();
        break;
    }
    IpczHandle box = 0;
    if (table_.api.Box(Handle(), &contents, 0, nullptr, &box) == IPCZ_RESULT_OK) {
      Keep(box);
    } else {
      Drop(contents);
    }
  }

  // The content is ours.
  void Drop(const IpczBoxContents& contents) {
    if (contents.type == IPCZ_BOX_TYPE_DRIVER_OBJECT) {
      TestNetwork::CloseObject(contents.object.driver_object);
    } else if (contents.type == IPCZ_BOX_TYPE_APPLICATION_OBJECT) {
      --g_application_objects;
    }
  }

  void Unbox(uint32_t flags) {
    IpczBoxContents contents = {};
    contents.size = sizeof(contents);
    if (table_.api.Unbox(Handle(), flags, nullptr, &contents) != IPCZ_RESULT_OK ||
        (flags & IPCZ_UNBOX_PEEK) != 0) {
      return;
    }
    if (contents.type == IPCZ_BOX_TYPE_SUBPARCEL) {
      Keep(contents.object.subparcel);
    } else {
      Drop(contents);
    }
  }

  void Counters() {
    IpczCounters counters = {};
    counters.size = sizeof(counters);
    table_.QueryCounters(Handle(), 0, nullptr, &counters);
  }

  void Dump() {
    std::vector<char> text(4096);
    size_t size = text.size();
    const IpczResult result =
        table_.Dump(Handle(), input_.Bool() ? IPCZ_DUMP_DOT : 0, nullptr, text.data(), &size);
    Check(result != IPCZ_RESULT_OK || size <= text.size(), "a dump is longer than its room");
  }

  // --- What is called back -----------------------------------------------------------------------

  void CallInside() {
    if (depth_ >= kMostDepth || calls_ >= kMostCalls || input_.at_end()) return;
    ++depth_;
    for (size_t count = input_.Below(3); count > 0; --count) Call();
    --depth_;
  }
  static void IPCZ_API OnTrap(const IpczTrapEvent* event) {
    Check(event->status != nullptr, "an event without status");
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
    reinterpret_cast<World*>(event->context)->CallInside();
  }
  static void IPCZ_API OnTrace(const IpczTraceEvent* event) {
    Check(event->kind != 0, "an event without kind");
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
    reinterpret_cast<World*>(event->context)->CallInside();
  }
  static void IPCZ_API Destroy(uintptr_t, uint32_t, const void*) { --g_application_objects; }
  // What becomes of an object, its low bits say: nothing, bytes, a failure.
  static IpczResult IPCZ_API Serialize(uintptr_t object, uint32_t, const void*, volatile void* data,
                                       size_t* num_bytes, IpczHandle*, size_t* num_handles) {
    if (object % 16 == 6) return IPCZ_RESULT_FAILED_PRECONDITION;
    if (object % 16 == 10) return num_bytes == nullptr ? IPCZ_RESULT_OK : IPCZ_RESULT_UNKNOWN;
    if (current_ != nullptr) current_->CallInside();
    const size_t needed = object % 16 == 2 ? 0 : object;
    const size_t room = num_bytes == nullptr ? 0 : *num_bytes;
    if (num_bytes != nullptr) *num_bytes = needed;
    if (num_handles != nullptr) *num_handles = 0;
    if (num_bytes != nullptr && room < needed) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
    if (data != nullptr) std::memset(const_cast<void*>(data), 'o', needed);
    return IPCZ_RESULT_OK;
  }

  static inline World* current_ = nullptr;

  Input& input_;
  const ipdl::portal::SmallRings rings_;
  const uint64_t handles_before_;
  TestNetwork network_;
  IpczExtendedAPI table_ = {};
  std::vector<IpczHandle> handles_;  // many of them closed or taken
  std::vector<IpczTransaction> transactions_;
  int calls_ = 0;
  int depth_ = 0;
};

}  // namespace
}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  fuzz::World(input).Run();
  return 0;
}
