// A piece of memory that the two ends of a connection share, with one ring or one for each
// direction in it.
//
// What it is: a mapping, and where in it the rings are. What it is not: an allocator; the driver
// is, here or in another node. Called by NodeLink and Node, without lock: mapping and unmapping
// call the driver. Whoever drops the last reference under a lock hands it to Turn::Later.
//
//   one page: RingControl of A to B (or of the only ring), RingControl of B to A
//   `capacity` bytes of the first ring; then, if there are two, of the second
//
// The driver sees to it that memory from another process can be neither shrunk nor grown once it
// is mapped; the router, that it is as large as was said.

#ifndef IPDL_RUNTIME_PORTAL_LINK_MEMORY_H_
#define IPDL_RUNTIME_PORTAL_LINK_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/portal/driver_object.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/ref.h"
#include "runtime/portal/ring.h"

namespace ipdl::portal {

enum class LinkMemoryShape : uint8_t { kBothDirections = 1, kOneDirection = 2 };

class LinkMemory : public RefCounted {
 public:
  // Of a ring, in bytes; a power of two.
  static constexpr size_t kMinCapacity = 4096;
  static constexpr size_t kMaxCapacity = size_t{4} << 20;
  static bool IsLegalCapacity(uint64_t capacity) {
    return capacity >= kMinCapacity && capacity <= kMaxCapacity && (capacity & (capacity - 1)) == 0;
  }
  // Of what two nodes begin with. Tests choose another one for all nodes of the process.
  static size_t initial_capacity() { return initial_capacity_.load(std::memory_order_relaxed); }
  static void SetInitialCapacityForTest(size_t capacity) { initial_capacity_ = capacity; }
  static size_t RegionSize(LinkMemoryShape shape, size_t capacity);

  // Not valid if the driver has no memory.
  static DriverObject Allocate(const IpczDriver* driver, LinkMemoryShape shape, size_t capacity);
  // Another handle of the same memory; not valid if the driver cannot.
  static DriverObject Duplicate(const DriverObject& memory);
  // What two nodes that a broker introduces begin with: a handle behind each one's objects. Without
  // memory both get none.
  static void AllocateForBoth(const IpczDriver* driver, std::vector<DriverObject>* a,
                              std::vector<DriverObject>* b);
  // Null if the driver refuses to map it, or it is too small. The caller keeps `memory`.
  static Ref<LinkMemory> Map(const DriverObject& memory, LinkMemoryShape shape, size_t capacity);

  LinkMemory(uint8_t* address, DriverObject mapping, LinkMemoryShape shape, size_t capacity)
      : address_(address), mapping_(std::move(mapping)), shape_(shape), capacity_(capacity) {}

  LinkMemoryShape shape() const { return shape_; }
  size_t capacity() const { return capacity_; }
  // `second`: of B to A, where there are two.
  RingWriter Writer(bool second) const {
    return RingWriter(Control(second), Data(second), capacity_);
  }
  RingReader Reader(bool second) const {
    return RingReader(Control(second), Data(second), capacity_);
  }

 private:
  RingControl* Control(bool second) const {
    return reinterpret_cast<RingControl*>(address_) + (second ? 1 : 0);
  }
  uint8_t* Data(bool second) const;

  static inline std::atomic<size_t> initial_capacity_{size_t{64} << 10};

  uint8_t* const address_;
  const DriverObject mapping_;
  const LinkMemoryShape shape_;
  const size_t capacity_;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_LINK_MEMORY_H_
