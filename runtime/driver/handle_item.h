// A handle of any kind as an item of the driver: what applications put into boxes, and what every
// other item turns into for its way through a channel.
//
// Called by driver.cc and the transports.

#ifndef IPDL_RUNTIME_DRIVER_HANDLE_ITEM_H_
#define IPDL_RUNTIME_DRIVER_HANDLE_ITEM_H_

#include <utility>
#include <vector>

#include "runtime/driver/driver_item.h"
#include "runtime/handle.h"

namespace ipdl {

class HandleItem final : public DriverItem {
 public:
  static constexpr ItemKind kKind = ItemKind::kHandle;

  explicit HandleItem(OwnedHandle handle) : DriverItem(kKind), handle_(std::move(handle)) {}

  const OwnedHandle& handle() const { return handle_; }
  OwnedHandle TakeHandle() { return std::move(handle_); }

  // The kind of the item, then the kind of the handle.
  static constexpr size_t kPackedBytes = 2;
  bool CanTravel() const override { return handle_.valid(); }
  size_t packed_bytes() const override { return kPackedBytes; }
  size_t packed_handles() const override { return 1; }
  void Pack(uint8_t* bytes, std::vector<OwnedHandle>* handles) override {
    bytes[0] = static_cast<uint8_t>(kKind);
    bytes[1] = static_cast<uint8_t>(handle_.kind());
    handles->push_back(std::move(handle_));
  }

 private:
  OwnedHandle handle_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_HANDLE_ITEM_H_
