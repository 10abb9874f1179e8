// What machd does for each call of call_format.h, apart from kMessage.
//
// Each function gets a Context and returns a kern_return_t; what goes back besides is put into the
// reply. None of them blocks. A call that fails has changed nothing, unless Darwin's does. Called
// by connection.cc through Perform; the functions stand in calls_*.cc by subject.

#ifndef IPDL_RUNTIME_MACH_MACHD_CALLS_H_
#define IPDL_RUNTIME_MACH_MACHD_CALLS_H_

#include <mach/mach.h>

#include <string>
#include <vector>

#include "runtime/mach/call_format.h"
#include "runtime/mach/machd/file.h"
#include "runtime/mach/machd/kernel.h"
#include "runtime/mach/machd/task.h"

namespace ipdl::machd {

struct CallReplyData {
  mach::CallReply head = {};
  std::string payload;
  std::vector<File> files;
};

struct Context {
  Kernel& kernel;
  Task& caller;
  // In whose name space the call acts.
  Task& target;
  const mach::CallRequest& request;
  const std::string& payload;
  std::vector<File>& files;
  CallReplyData& reply;

  NameSpace& names() { return target.names; }
};

// Does the call, and notes its result in `reply`. The caller settles the kernel afterwards.
void Perform(Kernel& kernel, Task& caller, const mach::CallRequest& request,
             const std::string& payload, std::vector<File>& files, CallReplyData& reply);

// Of a call, for texts about misuse; "?" for a number that is none.
const char* CallName(mach::Call call);

// The object of a certain kind behind the caller's send right `name`, or null.
KernelObject* FindObject(Task& caller, uint32_t name, KernelObject::Kind kind);

// --- calls_names.cc
// ---------------------------------------------------------------------------------
kern_return_t Allocate(Context& c);
kern_return_t Construct(Context& c);
kern_return_t Destruct(Context& c);
kern_return_t Destroy(Context& c);
kern_return_t Deallocate(Context& c);
kern_return_t ModRefs(Context& c);
kern_return_t GetRefs(Context& c);
kern_return_t Type(Context& c);
kern_return_t Names(Context& c);
kern_return_t InsertRight(Context& c);
kern_return_t ExtractRight(Context& c);
kern_return_t RequestNotification(Context& c);
kern_return_t Leaks(Context& c);

// --- calls_ports.cc
// ---------------------------------------------------------------------------------
kern_return_t GetStatus(Context& c);
kern_return_t SetLimit(Context& c);
kern_return_t SetImportance(Context& c);
kern_return_t SetMakeSendCount(Context& c);
kern_return_t GetContext(Context& c);
kern_return_t SetContext(Context& c);
kern_return_t Guard(Context& c);
kern_return_t Unguard(Context& c);
kern_return_t InsertMember(Context& c);
kern_return_t ExtractMember(Context& c);
kern_return_t MoveMember(Context& c);
kern_return_t SetStatus(Context& c);
kern_return_t Watch(Context& c);

// --- calls_services.cc
// ------------------------------------------------------------------------------
kern_return_t CheckIn(Context& c);
kern_return_t LookUp(Context& c);
kern_return_t Register(Context& c);
kern_return_t PidForTask(Context& c);
kern_return_t GetSpecialPort(Context& c);
kern_return_t SetSpecialPort(Context& c);
kern_return_t RegisterPorts(Context& c);
kern_return_t LookUpPorts(Context& c);
kern_return_t ImportanceOf(Context& c);

// --- calls_objects.cc
// -------------------------------------------------------------------------------
kern_return_t MakeFilePort(Context& c);
kern_return_t MakeFile(Context& c);
kern_return_t MakeMemoryEntry(Context& c);
kern_return_t MapMemoryEntry(Context& c);

// --- calls_vouchers.cc
// ------------------------------------------------------------------------------
kern_return_t CreateVoucher(Context& c);
kern_return_t ExtractVoucher(Context& c);

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_CALLS_H_
