// A thread's connection to machd, and what a process knows about it.
//
// What it is: asking one question and waiting for the answer; finding or starting machd on the
// first one. What it is not: any Mach call (those stand in the other files here, one file for each
// subject). Each thread has its own connection, closed when the thread ends. After a fork the child
// is another task: it drops what it inherited and connects anew. If machd is gone, every call fails
// with kNoKernel, for good.

#ifndef IPDL_RUNTIME_MACH_CLIENT_SESSION_H_
#define IPDL_RUNTIME_MACH_CLIENT_SESSION_H_

#include <mach/mach.h>

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/handle.h"
#include "runtime/mach/call_format.h"

namespace ipdl::mach {

// What calls return when there is no machd: the code that Darwin has for a kernel in trouble.
inline constexpr kern_return_t kNoKernel = KERN_ABORTED;

struct Question {
  CallRequest head = {};
  std::string payload;
  std::vector<int> descriptors;  // borrowed
};

struct Reply {
  CallReply head = {};
  std::string payload;
  std::vector<FileDescriptor> descriptors;
};

// The names that a task has from the start.
struct OwnNames {
  mach_port_t self = MACH_PORT_NULL;
  mach_port_t host = MACH_PORT_NULL;
  mach_port_t bootstrap = MACH_PORT_NULL;
};
const OwnNames& GetOwnNames();
// The one that may be replaced (bootstrap_port is a variable).
mach_port_t* BootstrapVariable();

// Asks and waits. False if there is no machd. If machd calls the question a misuse, the program is
// ended with its text. With `interruptible` a signal makes machd cut the call short.
bool Ask(Question& question, Reply* reply, bool interruptible = false);

// The same for calls that answer with a result alone.
kern_return_t AskForResult(Question& question);
kern_return_t AskForName(Question& question, mach_port_name_t* name);

Question About(Call call, mach_port_t task, mach_port_name_t name = MACH_PORT_NULL);

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_CLIENT_SESSION_H_
