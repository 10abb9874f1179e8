// What a hostile node may send over its connections: messages and handles, in any state of them,
// while the applications at the other end put, get, move, merge and close portals.
//
// The first two bytes of the input choose what the attacker is to the node under attack and how
// they were connected; each further one is a step. Whatever was sent, another client of the same
// broker is served afterwards, and no handle or object of the driver is left.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "runtime/portal/handle_table.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/messages.h"
#include "runtime/portal/small_rings_for_test.h"
#include "runtime/portal/test_drivers/test_network.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/link_attacker.h"

namespace fuzz {
namespace {

using ipdl::portal::HandleTable;
using ipdl::portal::TestNetwork;

enum class Attacker : uint8_t { kClient, kBroker, kOtherBroker, kReferrer, kReferred };
constexpr size_t kAttackers = 5;
constexpr size_t kMostSteps = 200;
constexpr size_t kMostHandles = 64;

class World {
 public:
  World(Attacker attacker, uint8_t options)
      : handles_before_(HandleTable::Get().size()),
        network_({}),
        driver_((options & 1) != 0 ? TestNetwork::driver_with_timers() : TestNetwork::driver()) {
    ipcz_.size = sizeof(ipcz_);
    IpczGetAPI(&ipcz_);
    Connect(attacker, 1 + (options >> 1) % 4,
            (options & 8) != 0 ? IPCZ_CONNECT_NODE_TO_ALLOCATION_DELEGATE : IPCZ_NO_FLAGS);
  }

  ~World() {
    if (honest_[0] != 0) CheckService();
    for (const auto* handles : {&handles_[0], &handles_[1], &honest_, &way_}) {
      for (const IpczHandle handle : *handles) ipcz_.Close(handle, 0, nullptr);
    }
    Listen();
    for (const Wire& wire : wires_) TestNetwork::CloseObject(wire.end);
    for (const IpczHandle node : nodes_) ipcz_.Close(node, 0, nullptr);
    Check(HandleTable::Get().size() == handles_before_, "a handle is left");
    Check(network_.live_objects() == 0, "an object of the driver is left");
  }

  void Step(Input& input) {
    const uint8_t step = input.Byte();
    const size_t where = step / 128;  // the node under attack, or the other one
    switch (step % 16) {
      case 0:
        Put(input, where);
        break;
      case 1:
        Get(Handle(input, where), where);
        break;
      case 2:
        ipcz_.Close(Handle(input, where), 0, nullptr);
        break;
      case 3: {
        IpczHandle portals[2] = {};
        ipcz_.OpenPortals(nodes_[0], 0, nullptr, &portals[0], &portals[1]);
        for (const IpczHandle portal : portals) Keep(portal, 0);
        break;
      }
      case 4: {
        const IpczHandle first = Handle(input, where);
        ipcz_.MergePortals(first, Handle(input, where), 0, nullptr);
        break;
      }
      case 5: {
        // To the other node: routes get proxies, which leave.
        const IpczHandle portal = Handle(input, where);
        if (ipcz_.Put(way_[where], nullptr, 0, &portal, 1, 0, nullptr) == IPCZ_RESULT_OK) {
          Get(way_[1 - where], 1 - where);
        }
        break;
      }
      case 6:
        network_.FireTimers();
        break;
      case 7: {
        Wire& wire = wires_[input.Below(wires_.size())];
        TestNetwork::TransmitRaw(wire.end, input.Bytes(input.Below(64)));
        break;
      }
      default:
        Send(input);
        break;
    }
    Listen();
  }

 private:
  // An end of a transport that the attacker has.
  struct Wire {
    IpczDriverHandle end;
    uint64_t sequence = 0;
  };

  IpczHandle NewNode(IpczCreateNodeFlags flags) {
    IpczHandle node = 0;
    ipcz_.CreateNode(&driver_, flags, nullptr, &node);
    nodes_.push_back(node);
    return node;
  }

  // nodes_[0] is the one under attack.
  void Connect(Attacker attacker, size_t num_portals, IpczConnectNodeFlags delegate) {
    const bool is_broker = attacker == Attacker::kClient || attacker == Attacker::kOtherBroker;
    const IpczHandle node = NewNode(is_broker ? IPCZ_CREATE_NODE_AS_BROKER : IPCZ_NO_FLAGS);
    IpczConnectNodeFlags flags = IPCZ_NO_FLAGS;
    if (attacker == Attacker::kBroker || attacker == Attacker::kOtherBroker) {
      flags = IPCZ_CONNECT_NODE_TO_BROKER;
    }
    if (attacker == Attacker::kReferrer) flags = IPCZ_CONNECT_NODE_INHERIT_BROKER;
    if (attacker == Attacker::kReferred) {
      flags = IPCZ_CONNECT_NODE_SHARE_BROKER;
      ConnectHonestly(NewNode(IPCZ_CREATE_NODE_AS_BROKER), node);
    } else if (is_broker) {
      ConnectHonestly(node, NewNode(IPCZ_NO_FLAGS));
    }
    const auto [end, raw] = network_.NewTransports();
    IpczHandle portals[4] = {};
    wires_.push_back({raw});
    Check(ipcz_.ConnectNode(node, end, num_portals, flags | delegate, nullptr, portals) ==
              IPCZ_RESULT_OK,
          "no connection to the attacker");
    for (size_t i = 0; i < num_portals; ++i) Keep(portals[i], 0);
    Listen();
  }

  // The first of each pair of portals is of the node under attack.
  void ConnectHonestly(IpczHandle broker, IpczHandle client) {
    const auto [end0, end1] = network_.NewTransports();
    IpczHandle portals[4] = {};
    ipcz_.ConnectNode(broker, end0, 2, IPCZ_NO_FLAGS, nullptr, portals);
    ipcz_.ConnectNode(client, end1, 2, IPCZ_CONNECT_NODE_TO_BROKER, nullptr, portals + 2);
    const size_t attacked = broker == nodes_[0] ? 0 : 2;
    honest_ = {portals[attacked], portals[2 - attacked]};
    way_ = {portals[attacked + 1], portals[3 - attacked]};
  }

  void CheckService() {
    size_t num_bytes = 1;
    char byte = 0;
    Check(ipcz_.Put(honest_[0], "x", 1, nullptr, 0, 0, nullptr) == IPCZ_RESULT_OK,
          "an honest client cannot be reached");
    Check(ipcz_.Get(honest_[1], 0, nullptr, &byte, &num_bytes, nullptr, nullptr, nullptr) ==
              IPCZ_RESULT_OK,
          "an honest client is not served");
  }

  // Of one node: an application has no others, and could put a portal into its own peer.
  IpczHandle Handle(Input& input, size_t where) const {
    const std::vector<IpczHandle>& handles = handles_[where];
    return handles.empty() ? 0 : handles[input.Below(handles.size())];
  }
  void Keep(IpczHandle handle, size_t where) {
    if (handles_[where].size() < kMostHandles) {
      handles_[where].push_back(handle);
    } else {
      ipcz_.Close(handle, 0, nullptr);
    }
  }

  void Put(Input& input, size_t where) {
    const IpczHandle portal = Handle(input, where);
    const uint8_t what = input.Byte();
    const Bytes bytes(what % 16 == 0 ? 5000 : what);
    IpczHandle attached = 0;
    if (what >= 192) {
      attached = Handle(input, where);
    } else if (what >= 128) {
      IpczBoxContents contents = {};
      contents.size = sizeof(contents);
      contents.object.driver_object = network_.NewBlob("blob");
      ipcz_.Box(nodes_[0], &contents, 0, nullptr, &attached);
      Keep(attached, where);
    }
    ipcz_.Put(portal, bytes.data(), bytes.size(), &attached, attached == 0 ? 0 : 1, 0, nullptr);
  }

  void Get(IpczHandle source, size_t where) {
    Bytes bytes(64);
    IpczHandle handles[4] = {};
    size_t num_bytes = bytes.size();
    size_t num_handles = 4;
    if (ipcz_.Get(source, IPCZ_GET_PARTIAL, nullptr, bytes.data(), &num_bytes, handles,
                  &num_handles, nullptr) != IPCZ_RESULT_OK) {
      return;
    }
    for (size_t i = 0; i < num_handles; ++i) Keep(handles[i], where);
  }

  // What came for the attacker: words to use, transports to talk over.
  void Listen() {
    for (size_t i = 0; i < wires_.size(); ++i) {
      while (true) {
        std::vector<IpczDriverHandle> handles;
        const Bytes message = TestNetwork::TakeRaw(wires_[i].end, &handles);
        if (message.empty() && handles.empty()) break;
        attacker_.Learn(message);
        for (const IpczDriverHandle handle : handles) {
          IpczSharedMemoryInfo info = {sizeof(info), 0};
          if (driver_.GetSharedMemoryInfo(handle, 0, nullptr, &info) == IPCZ_RESULT_OK) {
            TestNetwork::CloseObject(handle);
          } else {
            wires_.push_back({handle});
          }
        }
      }
    }
  }

  IpczDriverHandle NewObject(Input& input) {
    switch (input.Below(4)) {
      case 0:
        return network_.NewBlob("stowaway");
      case 1: {
        IpczDriverHandle memory = 0;
        driver_.AllocateSharedMemory(size_t{4096} << input.Below(6), 0, nullptr, &memory);
        return memory;
      }
      default: {
        const auto [given, kept] = network_.NewTransports();
        wires_.push_back({kept});
        return given;
      }
    }
  }

  void Send(Input& input) {
    const size_t at = input.Below(wires_.size());
    const uint64_t sequence = wires_[at].sequence++;
    size_t most_objects = 0;
    Bytes message = attacker_.Message(input, sequence, &most_objects);
    std::vector<IpczDriverHandle> handles;
    if (most_objects > 0) {
      const size_t count = input.Below(4);
      Append(uint64_t{count}, &message);
      for (size_t i = 0; i < count; ++i) {
        Append(ipdl::portal::ObjectRecord{0, 1}, &message);
        handles.push_back(NewObject(input));
      }
      const auto size = static_cast<uint32_t>(message.size());
      std::memcpy(message.data(), &size, sizeof(size));
    } else if (input.Byte() >= 224) {
      handles.push_back(NewObject(input));
    }
    TestNetwork::TransmitRaw(wires_[at].end, message, handles);
  }

  template <typename T>
  static void Append(const T& value, Bytes* bytes) {
    const auto* const begin = reinterpret_cast<const uint8_t*>(&value);
    bytes->insert(bytes->end(), begin, begin + sizeof(value));
  }

  const ipdl::portal::SmallRings rings_;
  const uint64_t handles_before_;
  TestNetwork network_;
  const IpczDriver& driver_;
  IpczAPI ipcz_ = {};
  LinkAttacker attacker_;
  std::vector<IpczHandle> nodes_;
  std::vector<IpczHandle> handles_[2];  // by node; some of them closed or taken
  std::vector<Wire> wires_;
  std::vector<IpczHandle> honest_ = {0, 0};  // of a connection that must go on
  std::vector<IpczHandle> way_ = {0, 0};     // of the same
};

}  // namespace
}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const auto attacker = static_cast<fuzz::Attacker>(input.Below(fuzz::kAttackers));
  fuzz::World world(attacker, input.Byte());
  for (size_t steps = 0; steps < fuzz::kMostSteps && !input.at_end(); ++steps) world.Step(input);
  return 0;
}
