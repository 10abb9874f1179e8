// The sandbox of a content process: from now on it can draw, and nothing else.
//
// A content process decodes files of any origin with a C library. Should one of them take it over,
// it is to find itself with its channel, its textures and the processor, and without files,
// networks, other processes or new code. On Linux a seccomp filter sees to that: every system call
// that is not on the list in sandbox_linux.cc kills the process. docs/demo.md explains the list.
//
// Called once by content.cc, after the channel is open and before the first message is read.

#ifndef DEMO_DRAW_SANDBOX_H_
#define DEMO_DRAW_SANDBOX_H_

#include "absl/status/status.h"

namespace ipdl::demo {

// For ever, for the calling thread and the threads that it starts. Error: the kernel has no
// seccomp, or the processor is none that the list was made for; the process is as free as before
// then. Under AddressSanitizer and ThreadSanitizer, which need more system calls than drawing does,
// it does nothing and answers ok.
absl::Status EnterSandbox();

}  // namespace ipdl::demo

#endif  // DEMO_DRAW_SANDBOX_H_
