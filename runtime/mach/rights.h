// Port rights as move-only values: each object owns one right and releases it when it dies.
//
// What they are: names with an owner, so that every right has exactly one at any time. What they
// are not: messages (message.h). A released right is gone in the way its kind needs: one reference
// of a send right, a send-once right (whose unused death is announced), a receive right with its
// port and queue, a set without its members. Any thread, one at a time.
//
//   absl::StatusOr<ipdl::mach::ReceiveRight> port = ipdl::mach::ReceiveRight::Create();
//   ipdl::mach::SendRight send = port->MakeSend();

#ifndef IPDL_RUNTIME_MACH_RIGHTS_H_
#define IPDL_RUNTIME_MACH_RIGHTS_H_

#include <mach/mach.h>

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ipdl::mach {

// A failed call as a Status: its name and the result's. KERN_SUCCESS gives Ok.
absl::Status ToStatus(const char* call, kern_return_t result);

// Owns what `name` stands for in the way that `kDrop` ends it. Null and dead names are empty.
template <void (*kDrop)(mach_port_t)>
class OwnedName {
 public:
  OwnedName() = default;
  // Takes over one right under `name`.
  explicit OwnedName(mach_port_t name) : name_(MACH_PORT_VALID(name) ? name : MACH_PORT_NULL) {}
  OwnedName(OwnedName&& other) noexcept : name_(other.Release()) {}
  OwnedName& operator=(OwnedName&& other) noexcept {
    if (this != &other) {
      Reset();
      name_ = other.Release();
    }
    return *this;
  }
  ~OwnedName() { Reset(); }

  bool valid() const { return name_ != MACH_PORT_NULL; }
  explicit operator bool() const { return valid(); }
  // Still owned by this object.
  mach_port_t get() const { return name_; }
  // The caller's from now on.
  [[nodiscard]] mach_port_t Release() {
    return std::exchange(name_, static_cast<mach_port_t>(MACH_PORT_NULL));
  }
  void Reset() {
    if (valid()) kDrop(Release());
  }

 private:
  mach_port_t name_ = MACH_PORT_NULL;
};

namespace internal {
void DropReference(mach_port_t name);
void DropReceive(mach_port_t name);
void DropSet(mach_port_t name);
}  // namespace internal

class SendRight : public OwnedName<internal::DropReference> {
 public:
  using OwnedName::OwnedName;
  // A second one to the same port. Fails if the port is dead.
  absl::StatusOr<SendRight> Copy() const;
};

// To be used once, or announced to the port as unused.
class SendOnceRight : public OwnedName<internal::DropReference> {
 public:
  using OwnedName::OwnedName;
};

class ReceiveRight : public OwnedName<internal::DropReceive> {
 public:
  using OwnedName::OwnedName;
  // A new port. `queue_limit`: messages that may wait, at most MACH_PORT_QLIMIT_MAX.
  static absl::StatusOr<ReceiveRight> Create(uint32_t queue_limit = MACH_PORT_QLIMIT_DEFAULT);

  // Empty only if this is, or if the task may have no more names.
  SendRight MakeSend() const;
  SendOnceRight MakeSendOnce() const;
  absl::Status SetQueueLimit(uint32_t limit) const;
};

class PortSet : public OwnedName<internal::DropSet> {
 public:
  using OwnedName::OwnedName;
  static absl::StatusOr<PortSet> Create();
  // The right stays the caller's, and leaves the set by itself when it goes.
  absl::Status Add(const ReceiveRight& member) const;
  absl::Status Remove(const ReceiveRight& member) const;
};

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_RIGHTS_H_
