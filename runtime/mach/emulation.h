// What the emulated kernel on Linux can do and Darwin cannot: strictness, reports, watching.
//
// What it is: the control surface for tests and for the run loop. What it is not: part of the Mach
// API; code that is to run on macOS as well uses it in files for Linux only. Any thread.

#ifndef IPDL_RUNTIME_MACH_EMULATION_H_
#define IPDL_RUNTIME_MACH_EMULATION_H_

#include <mach/mach.h>

#include <cstdint>
#include <string>

#include "runtime/handle.h"

namespace ipdl::mach {

// With `on`, misuse of a right that macOS answers by ending the program (releasing a name that is
// none, an inexistent right in a message body, a wrong guard) ends this one too, with a text that
// tells the call, the name and what became of it before. For the whole task.
void SetStrict(bool on);

// Closes the calling thread's connection; its next call opens another. Names belong to the task and
// stay.
void DisconnectThread();

// Connects if need be, and tells whether there is a machd.
bool IsConnected();

// The names this task still holds, one per line, without those it was born with. Empty: none.
std::string LeakReport();

// How many boosts a task holds: one for each voucher with importance that it received and still
// has, and one for each waiting message that carries such a voucher to a port which takes it.
kern_return_t ImportanceCount(mach_port_t task, uint32_t* count);

// A descriptor that is readable exactly while the port or set has messages, and reports a hang-up
// when the receive right or set goes away. Only poll it.
kern_return_t WatchPort(mach_port_name_t name, FileDescriptor* readable);

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_EMULATION_H_
