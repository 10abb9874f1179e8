// Who is at the other end of a socket: asked of the system, never of the peer.

#ifndef IPDL_RUNTIME_MACH_MACHD_PROCESS_H_
#define IPDL_RUNTIME_MACH_MACHD_PROCESS_H_

#include <sys/types.h>

#include "runtime/mach/machd/file.h"
#include "runtime/mach/machd/task_identity.h"

namespace ipdl::machd {

// A pidfd of the process that connected `socket`, and who that is; empty if it is gone.
File PeerProcess(const File& socket, TaskIdentity* identity);

// The parent of a process, 0 if that cannot be known.
pid_t ParentOf(pid_t pid);

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_PROCESS_H_
