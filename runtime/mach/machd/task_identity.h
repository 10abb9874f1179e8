// Which process a task is: what the system says of it, and nothing that it says of itself.

#ifndef IPDL_RUNTIME_MACH_MACHD_TASK_IDENTITY_H_
#define IPDL_RUNTIME_MACH_MACHD_TASK_IDENTITY_H_

#include <sys/types.h>

#include <compare>
#include <cstdint>

namespace ipdl::machd {

struct TaskIdentity {
  pid_t pid = 0;
  // Of the pidfd: tells processes with the same pid apart.
  uint32_t pid_version = 0;
  uid_t uid = 0;
  gid_t gid = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): it takes the comparison with 0 for a pointer.
  auto operator<=>(const TaskIdentity&) const = default;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_TASK_IDENTITY_H_
