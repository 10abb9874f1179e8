// See link_memory.h.

#include "runtime/portal/link_memory.h"

namespace ipdl::portal {
namespace {

constexpr size_t kControlBytes = 4096;
static_assert(2 * sizeof(RingControl) <= kControlBytes);

}  // namespace

size_t LinkMemory::RegionSize(LinkMemoryShape shape, size_t capacity) {
  return kControlBytes + capacity * (shape == LinkMemoryShape::kBothDirections ? 2 : 1);
}

uint8_t* LinkMemory::Data(bool second) const {
  return address_ + kControlBytes + (second ? capacity_ : 0);
}

DriverObject LinkMemory::Allocate(const IpczDriver* driver, LinkMemoryShape shape,
                                  size_t capacity) {
  IpczDriverHandle memory = IPCZ_INVALID_DRIVER_HANDLE;
  const IpczResult result =
      driver->AllocateSharedMemory(RegionSize(shape, capacity), IPCZ_NO_FLAGS, nullptr, &memory);
  return result == IPCZ_RESULT_OK ? DriverObject(driver, memory) : DriverObject();
}

DriverObject LinkMemory::Duplicate(const DriverObject& memory) {
  IpczDriverHandle copy = IPCZ_INVALID_DRIVER_HANDLE;
  const IpczResult result =
      memory.driver()->DuplicateSharedMemory(memory.get(), IPCZ_NO_FLAGS, nullptr, &copy);
  return result == IPCZ_RESULT_OK ? DriverObject(memory.driver(), copy) : DriverObject();
}

void LinkMemory::AllocateForBoth(const IpczDriver* driver, std::vector<DriverObject>* a,
                                 std::vector<DriverObject>* b) {
  DriverObject memory = Allocate(driver, LinkMemoryShape::kBothDirections, initial_capacity());
  if (!memory.is_valid()) return;
  DriverObject copy = Duplicate(memory);
  if (!copy.is_valid()) return;
  a->push_back(std::move(memory));
  b->push_back(std::move(copy));
}

Ref<LinkMemory> LinkMemory::Map(const DriverObject& memory, LinkMemoryShape shape,
                                size_t capacity) {
  const IpczDriver* const driver = memory.driver();
  IpczSharedMemoryInfo info = {sizeof(info), 0};
  if (driver->GetSharedMemoryInfo(memory.get(), IPCZ_NO_FLAGS, nullptr, &info) != IPCZ_RESULT_OK ||
      info.region_num_bytes < RegionSize(shape, capacity)) {
    return nullptr;
  }
  volatile void* address = nullptr;
  IpczDriverHandle mapping = IPCZ_INVALID_DRIVER_HANDLE;
  if (driver->MapSharedMemory(memory.get(), IPCZ_NO_FLAGS, nullptr, &address, &mapping) !=
      IPCZ_RESULT_OK) {
    return nullptr;
  }
  DriverObject owned(driver, mapping);
  uint8_t* const bytes = static_cast<uint8_t*>(const_cast<void*>(address));
  if (bytes == nullptr || reinterpret_cast<uintptr_t>(bytes) % alignof(RingControl) != 0) {
    return nullptr;
  }
  return MakeRef<LinkMemory>(bytes, std::move(owned), shape, capacity);
}

}  // namespace ipdl::portal
