// What one task may make machd hold.
//
// Every client is taken for hostile: without these one test could starve all others of memory,
// names or descriptors. Each can be set at start (`machd --limit names=100`), which is how tests
// reach them. Included by quota.h and main.cc; docs/mach.md has the table.

#ifndef IPDL_RUNTIME_MACH_MACHD_LIMITS_H_
#define IPDL_RUNTIME_MACH_MACHD_LIMITS_H_

#include <cstdint>

namespace ipdl::machd {

struct Limits {
  // Names in one task's name space: as many as a leaking test makes before somebody notices.
  uint64_t names = 65'536;
  // Messages that a task has sent and nobody has received.
  uint64_t messages = 16'384;
  // Bytes of those messages with their out-of-line memory: a few of the longest legal ones.
  uint64_t bytes = uint64_t{256} << 20;
  // Descriptors held for a task: in messages, fileports, memory entries and watches.
  uint64_t descriptors = 1'024;
  // Connections, one for each thread that uses ports.
  uint64_t connections = 512;
  // Services and vouchers that a task made and that are still there.
  uint64_t objects = 4'096;
};

// Of one message, as Darwin has them.
inline constexpr uint32_t kMostMessageBytes = (uint32_t{48} << 20) - 68;
inline constexpr uint32_t kMostPortsPerMessage = 16'383;
// References of one send right or dead name (16 bits in Darwin).
inline constexpr uint32_t kMostUserReferences = 0xffff;
inline constexpr uint32_t kMostServiceNameBytes = 127;
inline constexpr uint32_t kMostRecipeBytes = 5'120;

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_LIMITS_H_
