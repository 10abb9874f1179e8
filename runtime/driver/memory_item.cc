// See memory_item.h.

#include "runtime/driver/memory_item.h"

#include <algorithm>
#include <cstring>

#include "absl/status/statusor.h"

namespace ipdl {

std::unique_ptr<MemoryItem> MemoryItem::New(size_t num_bytes) {
  if (num_bytes == 0) return nullptr;
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(num_bytes, "ipdl link");
  if (!memory.ok() || !memory->Seal(SharedMemory::kFixedSize).ok()) return nullptr;
  return std::unique_ptr<MemoryItem>(new MemoryItem(*std::move(memory)));
}

std::unique_ptr<MemoryItem> MemoryItem::Unpack(absl::Span<const uint8_t> bytes,
                                               OwnedHandle handle) {
  FileDescriptor descriptor;
  if (!FileDescriptor::From(std::move(handle), &descriptor) || bytes.size() != kPackedBytes) {
    return nullptr;
  }
  if (std::any_of(bytes.begin() + 1, bytes.begin() + 8, [](uint8_t byte) { return byte != 0; })) {
    return nullptr;
  }
  uint64_t size = 0;
  std::memcpy(&size, bytes.data() + 8, sizeof(size));
  absl::StatusOr<SharedMemory> memory = SharedMemory::Adopt(
      std::move(descriptor), static_cast<size_t>(size), SharedMemory::kFixedSize);
  if (!memory.ok()) return nullptr;
  return std::unique_ptr<MemoryItem>(new MemoryItem(*std::move(memory)));
}

std::unique_ptr<MemoryItem> MemoryItem::Duplicate() const {
  absl::StatusOr<FileDescriptor> descriptor = memory_.descriptor().Duplicate();
  if (!descriptor.ok()) return nullptr;
  absl::StatusOr<SharedMemory> memory =
      SharedMemory::Adopt(*std::move(descriptor), memory_.size(), SharedMemory::kFixedSize);
  if (!memory.ok()) return nullptr;
  return std::unique_ptr<MemoryItem>(new MemoryItem(*std::move(memory)));
}

void MemoryItem::Pack(uint8_t* bytes, std::vector<OwnedHandle>* handles) {
  const uint64_t size = memory_.size();
  std::memset(bytes, 0, kPackedBytes);
  bytes[0] = static_cast<uint8_t>(kKind);
  std::memcpy(bytes + 8, &size, sizeof(size));
  handles->push_back(std::move(memory_).TakeDescriptor().TakeOwned());
}

}  // namespace ipdl
