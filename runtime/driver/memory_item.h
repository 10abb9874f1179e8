// Shared memory for the router: regions whose size nobody can change any more, and their mappings.
//
// What it is: SharedMemory and MemoryMapping as items of the driver. What it is not: an allocator.
// A region that comes from a peer is verified (its size and its seals) before this process can map
// it; its contents are the peer's to change at any time. Called by driver.cc.

#ifndef IPDL_RUNTIME_DRIVER_MEMORY_ITEM_H_
#define IPDL_RUNTIME_DRIVER_MEMORY_ITEM_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "runtime/driver/driver_item.h"
#include "runtime/handle.h"
#include "runtime/shared_memory.h"

namespace ipdl {

class MemoryItem final : public DriverItem {
 public:
  static constexpr ItemKind kKind = ItemKind::kMemory;

  // A new region of zeros. Null: no memory or descriptors are left, or `num_bytes` is 0.
  static std::unique_ptr<MemoryItem> New(size_t num_bytes);
  // The region that Pack described. Null: it is not what it says, or not sealed.
  static std::unique_ptr<MemoryItem> Unpack(absl::Span<const uint8_t> bytes, OwnedHandle handle);

  // Another item for the same region. Null: no descriptors are left.
  std::unique_ptr<MemoryItem> Duplicate() const;

  const SharedMemory& memory() const { return memory_; }

  // The kind of the item, seven zeros, the size.
  static constexpr size_t kPackedBytes = 16;
  bool CanTravel() const override { return memory_.valid(); }
  size_t packed_bytes() const override { return kPackedBytes; }
  size_t packed_handles() const override { return 1; }
  void Pack(uint8_t* bytes, std::vector<OwnedHandle>* handles) override;

 private:
  explicit MemoryItem(SharedMemory memory) : DriverItem(kKind), memory_(std::move(memory)) {}

  SharedMemory memory_;
};

class MappingItem final : public DriverItem {
 public:
  static constexpr ItemKind kKind = ItemKind::kMapping;

  explicit MappingItem(MemoryMapping mapping) : DriverItem(kKind), mapping_(std::move(mapping)) {}

  uint8_t* address() const { return mapping_.mutable_bytes().data(); }

  bool CanTravel() const override { return false; }
  size_t packed_bytes() const override { return 0; }
  size_t packed_handles() const override { return 0; }
  void Pack(uint8_t*, std::vector<OwnedHandle>*) override {}

 private:
  MemoryMapping mapping_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_MEMORY_ITEM_H_
