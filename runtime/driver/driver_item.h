// What a driver handle of ours points to: a transport, shared memory, a mapping, or a handle that
// an application put into a box.
//
// What it is: the base of the items, their count, and the form in which one travels: bytes that
// begin with its kind, and handles. What it is not: shared; an item belongs to whoever holds its
// driver handle, the application or the router. Called by driver.cc, which is the table of
// functions; implemented by transport_item.h, memory_item.h and handle_item.h.

#ifndef IPDL_RUNTIME_DRIVER_DRIVER_ITEM_H_
#define IPDL_RUNTIME_DRIVER_DRIVER_ITEM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/handle.h"
#include "runtime/portal/include/ipcz/ipcz.h"

namespace ipdl {

// The first byte of what stands for an item in a message. Never renumber.
enum class ItemKind : uint8_t {
  kTransport = 1,
  kMemory = 2,
  kHandle = 3,
  kMapping = 4,  // never travels
};

class DriverItem {
 public:
  explicit DriverItem(ItemKind kind);
  virtual ~DriverItem();
  DriverItem(const DriverItem&) = delete;
  DriverItem& operator=(const DriverItem&) = delete;

  ItemKind kind() const { return kind_; }

  // Whether the item can be sent now, and then what Pack needs room for.
  virtual bool CanTravel() const = 0;
  virtual size_t packed_bytes() const = 0;
  virtual size_t packed_handles() const = 0;
  // Writes packed_bytes() bytes, and appends packed_handles() handles, which leave this item.
  virtual void Pack(uint8_t* bytes, std::vector<OwnedHandle>* handles) = 0;

  // The handle for an item, and back. A handle is only ever made here.
  static IpczDriverHandle Give(std::unique_ptr<DriverItem> item) {
    return reinterpret_cast<IpczDriverHandle>(item.release());
  }
  static DriverItem* Get(IpczDriverHandle handle) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a driver's handle is an integer in the interface.
    return reinterpret_cast<DriverItem*>(handle);
  }
  static std::unique_ptr<DriverItem> Take(IpczDriverHandle handle) {
    return std::unique_ptr<DriverItem>(Get(handle));
  }
  // Null if it is an item of another kind, or none.
  template <typename T>
  static T* GetAs(IpczDriverHandle handle) {
    DriverItem* const item = Get(handle);
    return item != nullptr && item->kind() == T::kKind ? static_cast<T*>(item) : nullptr;
  }

  // Items of this process that exist now. Any thread.
  static size_t count();

 private:
  const ItemKind kind_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_DRIVER_ITEM_H_
