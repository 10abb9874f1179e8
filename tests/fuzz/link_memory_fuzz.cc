// What a hostile node may do to memory that it shares: any index and any byte, changed before it is
// looked at and while it is.
//
// The node under attack is a broker; the attacker is its client and has both rings' memory. Each
// byte of the input is a step: it writes frames, legal or not, changes what stands in the memory,
// now or at the n-th access of the reader, and rings the bell, while an application puts and gets.
// Another client is served afterwards, and no handle or object of the driver is left.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "runtime/portal/driver_object.h"
#include "runtime/portal/handle_table.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/link_memory.h"
#include "runtime/portal/messages.h"
#include "runtime/portal/small_rings_for_test.h"
#include "runtime/portal/test_drivers/test_network.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/link_attacker.h"
#include "tests/fuzz/watched_memory.h"

namespace fuzz {
namespace {

using ipdl::portal::DriverObject;
using ipdl::portal::HandleTable;
using ipdl::portal::LinkMemory;
using ipdl::portal::LinkMemoryShape;
using ipdl::portal::MessageHeader;
using ipdl::portal::MessageType;
using ipdl::portal::Ref;
using ipdl::portal::RingControl;
using ipdl::portal::TestNetwork;

constexpr size_t kCapacity = LinkMemory::kMinCapacity;
constexpr size_t kMostSteps = 100;

// Something that the attacker writes over a word of the memory.
struct Change {
  size_t accesses;  // before it: how many of the router's
  size_t offset;    // of four bytes
  uint32_t value;
};

class World {
 public:
  explicit World(bool timers)
      : handles_before_(HandleTable::Get().size()),
        network_({}),
        driver_(timers ? TestNetwork::driver_with_timers() : TestNetwork::driver()) {
    ipcz_.size = sizeof(ipcz_);
    IpczGetAPI(&ipcz_);
    ipcz_.CreateNode(&driver_, IPCZ_CREATE_NODE_AS_BROKER, nullptr, &broker_);
    ipcz_.CreateNode(&driver_, IPCZ_NO_FLAGS, nullptr, &client_);
    const auto [end0, end1] = network_.NewTransports();
    ipcz_.ConnectNode(broker_, end0, 1, IPCZ_NO_FLAGS, nullptr, &honest_[0]);
    ipcz_.ConnectNode(client_, end1, 1, IPCZ_CONNECT_NODE_TO_BROKER, nullptr, &honest_[1]);
    const auto [end, raw] = network_.NewTransports();
    raw_ = raw;
    ipcz_.ConnectNode(broker_, end, 1, IPCZ_NO_FLAGS, nullptr, &portals_[0]);
    BeginRings();
  }

  ~World() {
    size_t num_bytes = 1;
    char byte = 0;
    ipcz_.Put(honest_[0], "x", 1, nullptr, 0, 0, nullptr);
    Check(ipcz_.Get(honest_[1], 0, nullptr, &byte, &num_bytes, nullptr, nullptr, nullptr) ==
              IPCZ_RESULT_OK,
          "an honest client is not served");
    for (const IpczHandle portal : portals_) ipcz_.Close(portal, 0, nullptr);
    for (const IpczHandle portal : honest_) ipcz_.Close(portal, 0, nullptr);
    TestNetwork::CloseObject(raw_);
    ipcz_.Close(client_, 0, nullptr);
    ipcz_.Close(broker_, 0, nullptr);
    memory_ = nullptr;
    Check(HandleTable::Get().size() == handles_before_, "a handle is left");
    Check(network_.live_objects() == 0, "an object of the driver is left");
  }

  void Step(Input& input) {
    const uint8_t step = input.Byte();
    switch (step % 12) {
      case 0:
      case 1: {
        Bytes parcel = Message(MessageType::kParcel, PlainParcel(input.Byte()));
        Write(parcel, step >= 128 ? 8 + step / 2 : SIZE_MAX);
        break;
      }
      case 2: {
        size_t objects = 0;
        Write(attacker_.Message(input, sequence_++, &objects), step >= 128 ? 40 : SIZE_MAX);
        break;
      }
      case 3:
        Make(NextChange(input));
        break;
      case 4: {
        for (size_t count = 1 + step / 64; count > 0; --count)
          changes_.push_back(NextChange(input));
        break;
      }
      case 5:
        ReadAll();
        break;
      case 6: {
        size_t objects = 0;
        const Bytes message = attacker_.Message(input, sequence_++, &objects);
        Watched([&] { TestNetwork::TransmitRaw(raw_, message); });
        break;
      }
      case 7: {
        const Bytes bytes(size_t{input.Byte()} * (step >= 128 ? 16 : 1));
        Watched(
            [&] { ipcz_.Put(portals_[0], bytes.data(), bytes.size(), nullptr, 0, 0, nullptr); });
        break;
      }
      case 8:
        Get();
        break;
      case 9:
        sequence_ += step >= 128 ? 1 : UINT64_MAX;
        break;
      case 10:
        Watched([&] { network_.FireTimers(); });
        break;
      default:
        Watched([&] { TestNetwork::TransmitRaw(raw_, {}); });
        break;
    }
  }

 private:
  // As an honest client does: greets, takes the memory that it is offered, and has its own messages
  // in the ring from then on.
  void BeginRings() {
    Transmit(MessageType::kConnectToBroker, Body(ipdl::portal::ConnectBody{1, 1}));
    std::vector<IpczDriverHandle> handles;
    while (handles.empty()) {
      const Bytes message = TestNetwork::TakeRaw(raw_, &handles);
      Check(!message.empty(), "no memory was offered");
      attacker_.Learn(message);
    }
    const DriverObject memory(&driver_, handles[0]);
    memory_ = LinkMemory::Map(memory, LinkMemoryShape::kBothDirections, kCapacity);
    Check(memory_ != nullptr, "the memory cannot be mapped");
    written_ = memory_->Writer(true);
    read_ = memory_->Reader(false);
    volatile void* address = nullptr;
    IpczDriverHandle mapping = 0;
    driver_.MapSharedMemory(memory.get(), 0, nullptr, &address, &mapping);
    driver_.Close(mapping, 0, nullptr);
    address_ = static_cast<uint8_t*>(const_cast<void*>(address));
    Transmit(MessageType::kRingReady, Body(ipdl::portal::RingReadyBody{1, {}}));
    Transmit(MessageType::kSwitchRing, Body(ipdl::portal::SwitchRingBody{}));
  }

  template <typename T>
  static Bytes Body(const T& body) {
    const auto* const begin = reinterpret_cast<const uint8_t*>(&body);
    return Bytes(begin, begin + sizeof(body));
  }
  static Bytes PlainParcel(size_t size) {
    Bytes bytes = Body(ipdl::portal::ParcelBody{0, 0, 1, 0});
    const Bytes section = Body(ipdl::portal::SectionHeader{size, 0, 0});
    bytes.insert(bytes.end(), section.begin(), section.end());
    bytes.resize(bytes.size() + size, 'p');
    return bytes;
  }
  Bytes Message(MessageType type, const Bytes& body) {
    Bytes bytes = Body(MessageHeader{
        static_cast<uint32_t>(sizeof(MessageHeader) + body.size()), type, {}, sequence_++});
    bytes.insert(bytes.end(), body.begin(), body.end());
    return bytes;
  }
  void Transmit(MessageType type, const Bytes& body) {
    TestNetwork::TransmitRaw(raw_, Message(type, body));
  }

  // As one frame, or as frames of `piece` bytes; not more than there is room for.
  void Write(const Bytes& message, size_t piece) {
    for (size_t done = 0; done < message.size();) {
      const size_t size = std::min(piece, message.size() - done);
      if (!written_.HasRoom(ipdl::portal::FrameSpace(size))) break;
      written_.Write(absl::MakeSpan(message).subspan(done, size), {}, done + size < message.size());
      done += size;
    }
    written_.Publish();
  }

  // Reads what the router wrote, as an honest client does.
  void ReadAll() {
    ipdl::portal::FrameHeader frame;
    for (int i = 0; i < 100; ++i) {
      if (read_.Peek(&frame) != ipdl::portal::RingReader::Found::kFrame) break;
      read_.Consume(frame);
    }
    read_.Release();
  }

  void Get() {
    for (size_t at = 0, before = portals_.size(); at < before; ++at) {
      Bytes bytes(64);
      IpczHandle handles[2] = {};
      size_t num_bytes = bytes.size();
      size_t num_handles = 2;
      if (ipcz_.Get(portals_[at], IPCZ_GET_PARTIAL, nullptr, bytes.data(), &num_bytes, handles,
                    &num_handles, nullptr) != IPCZ_RESULT_OK) {
        continue;
      }
      portals_.insert(portals_.end(), handles, handles + num_handles);
    }
  }

  // Half of the places are indices and flags, the others the first part of the attacker's ring.
  Change NextChange(Input& input) {
    const uint8_t where = input.Byte();
    Change change = {input.Byte(), 0, 0};
    if (where < 128) {
      constexpr size_t kFields[] = {offsetof(RingControl, written), offsetof(RingControl, read),
                                    offsetof(RingControl, writer_waits),
                                    offsetof(RingControl, reader_sleeps)};
      change.offset = (where & 1u) * sizeof(RingControl) + kFields[where / 2 % 4];
      if (where >= 64) change.offset += 4;
    } else {
      change.offset = 4096 + kCapacity + 4 * (where - 128u);
    }
    change.value = static_cast<uint32_t>(attacker_.Word(input));
    return change;
  }
  void Make(const Change& change) const {
    std::memcpy(address_ + change.offset, &change.value, sizeof(change.value));
  }

  // With the changes that wait, each at its access.
  template <typename Action>
  void Watched(Action action) {
    if (changes_.empty()) return action();
    size_t accesses = 0;
    const WatchedMemory watched(address_, LinkMemory::RegionSize(memory_->shape(), kCapacity), [&] {
      for (const Change& change : changes_) {
        if (change.accesses == accesses) Make(change);
      }
      ++accesses;
    });
    action();
    changes_.clear();
  }

  const ipdl::portal::SmallRings rings_;
  const uint64_t handles_before_;
  TestNetwork network_;
  const IpczDriver& driver_;
  IpczAPI ipcz_ = {};
  LinkAttacker attacker_;
  IpczHandle broker_ = 0;
  IpczHandle client_ = 0;
  IpczHandle honest_[2] = {};
  std::vector<IpczHandle> portals_ = {0};  // of the attacker's connection
  IpczDriverHandle raw_ = 0;
  uint64_t sequence_ = 0;
  Ref<LinkMemory> memory_;
  ipdl::portal::RingWriter written_;
  ipdl::portal::RingReader read_;
  uint8_t* address_ = nullptr;
  std::vector<Change> changes_;
};

}  // namespace
}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  fuzz::World world(input.Bool());
  for (size_t steps = 0; steps < fuzz::kMostSteps && !input.at_end(); ++steps) world.Step(input);
  return 0;
}
