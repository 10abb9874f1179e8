// The driver handles of a datagram that have not found an owner yet.
//
// What it is: a queue of handles; whatever is left at its end is closed. What it is not: a decoder.
// Called by NodeLink and ParcelReader, without locks.

#ifndef IPDL_RUNTIME_PORTAL_INCOMING_HANDLES_H_
#define IPDL_RUNTIME_PORTAL_INCOMING_HANDLES_H_

#include <cstddef>

#include "absl/types/span.h"
#include "runtime/portal/driver_object.h"
#include "runtime/portal/include/ipcz/ipcz.h"

namespace ipdl::portal {

class IncomingHandles {
 public:
  IncomingHandles(const IpczDriver* driver, absl::Span<const IpczDriverHandle> handles)
      : driver_(driver), handles_(handles) {}
  ~IncomingHandles() {
    for (const IpczDriverHandle handle : handles_) {
      if (handle != IPCZ_INVALID_DRIVER_HANDLE) driver_->Close(handle, IPCZ_NO_FLAGS, nullptr);
    }
  }
  IncomingHandles(const IncomingHandles&) = delete;
  IncomingHandles& operator=(const IncomingHandles&) = delete;

  size_t size() const { return handles_.size(); }

  // Makes an object of `data` and the next `num_handles`. Not valid if the driver refuses, or if
  // there are not so many; the handles are gone in the first case.
  DriverObject Deserialize(absl::Span<const uint8_t> data, size_t num_handles,
                           IpczDriverHandle transport) {
    if (num_handles > handles_.size()) return {};
    const absl::Span<const IpczDriverHandle> taken = handles_.first(num_handles);
    handles_ = handles_.subspan(num_handles);
    IpczDriverHandle handle = IPCZ_INVALID_DRIVER_HANDLE;
    const IpczResult result =
        driver_->Deserialize(data.data(), data.size(), taken.data(), taken.size(), transport,
                             IPCZ_NO_FLAGS, nullptr, &handle);
    return result == IPCZ_RESULT_OK ? DriverObject(driver_, handle) : DriverObject();
  }

 private:
  const IpczDriver* const driver_;
  absl::Span<const IpczDriverHandle> handles_;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_INCOMING_HANDLES_H_
