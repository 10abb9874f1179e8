// An object of the driver, with the duty to close it.
//
// What it is: a driver handle with its driver's table, move-only. What it is not: a reference to a
// transport in use (Transport is). Called by boxes, links and introductions. Closing calls the
// driver, so none may die while a domain is locked: they are handed to Turn::Release instead.

#ifndef IPDL_RUNTIME_PORTAL_DRIVER_OBJECT_H_
#define IPDL_RUNTIME_PORTAL_DRIVER_OBJECT_H_

#include <utility>

#include "runtime/portal/include/ipcz/ipcz.h"

namespace ipdl::portal {

class DriverObject {
 public:
  DriverObject() = default;
  DriverObject(const IpczDriver* driver, IpczDriverHandle handle)
      : driver_(driver), handle_(handle) {}
  DriverObject(DriverObject&& other) noexcept
      : driver_(other.driver_), handle_(std::exchange(other.handle_, IPCZ_INVALID_DRIVER_HANDLE)) {}
  DriverObject& operator=(DriverObject&& other) noexcept {
    std::swap(driver_, other.driver_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~DriverObject() {
    if (is_valid()) driver_->Close(handle_, IPCZ_NO_FLAGS, nullptr);
  }

  bool is_valid() const { return handle_ != IPCZ_INVALID_DRIVER_HANDLE; }
  const IpczDriver* driver() const { return driver_; }
  IpczDriverHandle get() const { return handle_; }
  [[nodiscard]] IpczDriverHandle release() {
    return std::exchange(handle_, IPCZ_INVALID_DRIVER_HANDLE);
  }

 private:
  const IpczDriver* driver_ = nullptr;
  IpczDriverHandle handle_ = IPCZ_INVALID_DRIVER_HANDLE;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_DRIVER_OBJECT_H_
