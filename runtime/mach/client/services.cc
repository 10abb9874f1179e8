// Services by name, tasks, fileports and audit tokens on Linux. See <servers/bootstrap.h>,
// <mach/mach.h>, <sys/fileport.h> and <bsm/libbsm.h>.

#include <bsm/libbsm.h>
#include <mach/mach.h>
#include <servers/bootstrap.h>
#include <sys/fileport.h>

#include <cerrno>
#include <cstring>

#include "runtime/mach/client/memory.h"
#include "runtime/mach/client/session.h"

using ipdl::mach::About;
using ipdl::mach::AskForName;
using ipdl::mach::AskForResult;
using ipdl::mach::Call;
using ipdl::mach::kNoKernel;
using ipdl::mach::Question;
using ipdl::mach::Reply;

namespace {

Question AboutService(Call call, mach_port_t bp, const char* name) {
  Question question = About(call, mach_task_self(), bp);
  question.payload = name;
  return question;
}

}  // namespace

kern_return_t bootstrap_check_in(mach_port_t bp, const char* service_name, mach_port_t* sp) {
  Question question = AboutService(Call::kCheckIn, bp, service_name);
  return AskForName(question, sp);
}

kern_return_t bootstrap_look_up(mach_port_t bp, const char* service_name, mach_port_t* sp) {
  Question question = AboutService(Call::kLookUp, bp, service_name);
  return AskForName(question, sp);
}

kern_return_t bootstrap_register(mach_port_t bp, char* service_name, mach_port_t sp) {
  Question question = AboutService(Call::kRegister, bp, service_name);
  question.head.other = sp;
  return AskForResult(question);
}

const char* bootstrap_strerror(kern_return_t error) {
  switch (error) {
    case BOOTSTRAP_SUCCESS:
      return "success";
    case BOOTSTRAP_NOT_PRIVILEGED:
      return "permission denied";
    case BOOTSTRAP_NAME_IN_USE:
    case BOOTSTRAP_SERVICE_ACTIVE:
      return "service already active";
    case BOOTSTRAP_UNKNOWN_SERVICE:
      return "unknown service name";
    case BOOTSTRAP_NO_MEMORY:
      return "out of memory";
    default:
      return mach_error_string(error);
  }
}

kern_return_t pid_for_task(mach_port_name_t task, int* pid) {
  Question question = About(Call::kPidForTask, task);
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  *pid = reply.head.result == KERN_SUCCESS ? static_cast<int>(reply.head.value) : -1;
  return reply.head.result;
}

kern_return_t task_get_special_port(task_t task, int which, mach_port_t* special_port) {
  Question question = About(Call::kGetSpecialPort, task);
  question.head.other = static_cast<uint32_t>(which);
  return AskForName(question, special_port);
}

kern_return_t task_set_special_port(task_t task, int which, mach_port_t special_port) {
  Question question = About(Call::kSetSpecialPort, task, special_port);
  question.head.other = static_cast<uint32_t>(which);
  return AskForResult(question);
}

kern_return_t mach_ports_register(task_t task, mach_port_array_t ports,
                                  mach_msg_type_number_t count) {
  Question question = About(Call::kRegisterPorts, task);
  question.payload.assign(reinterpret_cast<const char*>(ports), count * sizeof(*ports));
  return AskForResult(question);
}

kern_return_t mach_ports_lookup(task_t task, mach_port_array_t* ports,
                                mach_msg_type_number_t* count) {
  Question question = About(Call::kLookUpPorts, task);
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  if (reply.head.result != KERN_SUCCESS) return reply.head.result;
  *ports = static_cast<mach_port_array_t>(ipdl::mach::AllocateRegion(reply.payload.size()));
  if (*ports == nullptr) return KERN_RESOURCE_SHORTAGE;
  std::memcpy(*ports, reply.payload.data(), reply.payload.size());
  *count = static_cast<mach_msg_type_number_t>(reply.payload.size() / sizeof(mach_port_t));
  return KERN_SUCCESS;
}

int fileport_makeport(int fd, fileport_t* port) {
  Question question = About(Call::kMakeFilePort, mach_task_self());
  question.descriptors.push_back(fd);
  const kern_return_t result = AskForName(question, port);
  if (result == KERN_SUCCESS) return 0;
  errno = result == KERN_RESOURCE_SHORTAGE ? EAGAIN : EBADF;
  return -1;
}

int fileport_makefd(fileport_t port) {
  Question question = About(Call::kMakeFile, mach_task_self(), port);
  Reply reply;
  if (Ask(question, &reply) && reply.head.result == KERN_SUCCESS && !reply.descriptors.empty()) {
    return reply.descriptors[0].Release();
  }
  errno = EINVAL;
  return -1;
}

uid_t audit_token_to_auid(audit_token_t token) { return token.val[0]; }
uid_t audit_token_to_euid(audit_token_t token) { return token.val[1]; }
gid_t audit_token_to_egid(audit_token_t token) { return token.val[2]; }
uid_t audit_token_to_ruid(audit_token_t token) { return token.val[3]; }
gid_t audit_token_to_rgid(audit_token_t token) { return token.val[4]; }
pid_t audit_token_to_pid(audit_token_t token) { return static_cast<pid_t>(token.val[5]); }
pid_t audit_token_to_asid(audit_token_t token) { return static_cast<pid_t>(token.val[6]); }
int audit_token_to_pidversion(audit_token_t token) { return static_cast<int>(token.val[7]); }
