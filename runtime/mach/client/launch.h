// Finding machd, and starting one if there is none.
//
// A process that inherits the variable of call_format.h connects to the machd it names. Otherwise
// the first use makes a directory that only this user may enter, starts a machd there, and sets the
// variable, so that child processes find the same one.

#ifndef IPDL_RUNTIME_MACH_CLIENT_LAUNCH_H_
#define IPDL_RUNTIME_MACH_CLIENT_LAUNCH_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/handle.h"

namespace ipdl::mach {

// A new connection; empty if machd is gone or cannot be started (a line in the log says why).
FileDescriptor ConnectToMachd();

// A machd that a test started, to be ended by the test.
struct LaunchedMachd {
  pid_t pid = -1;
  FileDescriptor life_line;  // closing it ends machd
  std::string directory;     // removed by machd
};
// Starts one and sets the variable. `arguments` are added to its command line. False on failure.
bool LaunchMachd(const std::vector<std::string>& arguments, LaunchedMachd* launched);

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_CLIENT_LAUNCH_H_
