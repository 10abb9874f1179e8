// See reserved_handles.h.

#include "runtime/portal/reserved_handles.h"

namespace ipdl::portal {

ReservedHandles::ReservedHandles(const IpczHandle* handles, size_t count, uint32_t kinds) {
  if (count == 0) return;
  if (handles == nullptr) {
    ok_ = false;
    return;
  }
  HandleTable& table = HandleTable::Get();
  slots_.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    HandleTable::Slot* const slot = table.Reserve(handles[i], kinds);
    if (slot == nullptr) {
      ok_ = false;
      return;
    }
    slots_.push_back(slot);
  }
}

ReservedHandles::~ReservedHandles() {
  for (HandleTable::Slot* slot : slots_) HandleTable::Get().GiveBack(slot);
}

std::vector<Ref<Object>> ReservedHandles::Take() {
  std::vector<Ref<Object>> objects;
  objects.reserve(slots_.size());
  for (HandleTable::Slot* slot : slots_) objects.push_back(HandleTable::Get().TakeReserved(slot));
  slots_.clear();
  return objects;
}

}  // namespace ipdl::portal
