// The handles that a put would attach, kept off other threads until it is decided.
//
// What it is: all of the caller's handles, checked and reserved, or none. Unless Take is called
// they are the application's again when this dies. What it is not: the attachments themselves.
// Called by the C functions and Router.

#ifndef IPDL_RUNTIME_PORTAL_RESERVED_HANDLES_H_
#define IPDL_RUNTIME_PORTAL_RESERVED_HANDLES_H_

#include <cstddef>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "runtime/portal/handle_table.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/object.h"

namespace ipdl::portal {

class ReservedHandles {
 public:
  // Nothing reserved, and ok() false, if one is not of `kinds` (HandleTable::KindBit) or is given
  // twice.
  ReservedHandles(const IpczHandle* handles, size_t count, uint32_t kinds);
  ~ReservedHandles();
  ReservedHandles(const ReservedHandles&) = delete;
  ReservedHandles& operator=(const ReservedHandles&) = delete;

  bool ok() const { return ok_; }
  size_t size() const { return slots_.size(); }
  Object* at(size_t i) const { return slots_[i]->object; }

  // The handles are gone; their objects are the caller's.
  std::vector<Ref<Object>> Take();

  static constexpr uint32_t kAttachable =
      HandleTable::KindBit(ObjectKind::kPortal) | HandleTable::KindBit(ObjectKind::kBox);

 private:
  absl::InlinedVector<HandleTable::Slot*, 4> slots_;
  bool ok_ = true;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_RESERVED_HANDLES_H_
