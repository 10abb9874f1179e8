// What stands behind a port that the kernel itself receives from.
//
// A send right to such a port is a capability: to a task, the host, the name service, an open file,
// memory, or a voucher. The last three go when nobody holds a send right any more.

#ifndef IPDL_RUNTIME_MACH_MACHD_KERNEL_OBJECT_H_
#define IPDL_RUNTIME_MACH_MACHD_KERNEL_OBJECT_H_

#include <cstdint>
#include <map>
#include <string>

#include "runtime/mach/machd/file.h"
#include "runtime/mach/machd/importance.h"
#include "runtime/mach/machd/quota.h"

namespace ipdl::machd {

class Task;

struct KernelObject {
  enum class Kind : uint8_t { kTask, kHost, kBootstrap, kFile, kMemory, kVoucher };

  Kind kind;
  Task* task = nullptr;                             // kTask; null when it has ended
  File file = File();                               // kFile, kMemory
  uint64_t size = 0;                                // kMemory
  bool writable = false;                            // kMemory
  std::map<uint32_t, std::string> attributes = {};  // kVoucher, by key
  Boost boost = Boost();                            // kVoucher that a receiver got
  Charge charge = Charge();

  bool ends_without_senders() const {
    return kind == Kind::kFile || kind == Kind::kMemory || kind == Kind::kVoucher;
  }
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_KERNEL_OBJECT_H_
