// A task: one process that uses ports, with its names and what it is charged for.
//
// Who a task is comes from the kernel (SO_PEERCRED and the pidfd of the connection), never from
// what it says. A task lives until its process ends; connections come and go.

#ifndef IPDL_RUNTIME_MACH_MACHD_TASK_H_
#define IPDL_RUNTIME_MACH_MACHD_TASK_H_

#include <mach/mach.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "runtime/mach/machd/importance.h"
#include "runtime/mach/machd/name_space.h"
#include "runtime/mach/machd/quota.h"
#include "runtime/mach/machd/right.h"
#include "runtime/mach/machd/task_identity.h"

namespace ipdl::machd {

class Kernel;

class Task {
 public:
  Task(Kernel& of, const TaskIdentity& who);

  // Drops every right. The kernel settles afterwards.
  void End();

  security_token_t security_token() const;
  audit_token_t audit_token() const;

  // The right that stands for this task.
  Right SelfRight();

  Kernel& kernel;
  const TaskIdentity identity;
  const std::shared_ptr<Account> account;
  const std::shared_ptr<Importance> importance = std::make_shared<Importance>();
  NameSpace names;
  uint64_t connections = 0;
  // Misuse of a name is answered with a text for which the client ends.
  bool strict = false;
  // What the call that is being served says of itself, for texts about misuse.
  const char* current_call = "";

  // What processes that this one starts will find.
  Right bootstrap;
  std::array<Right, TASK_PORT_REGISTER_MAX> registered;

  // Names that it has from the start and cannot be said to leak.
  uint32_t self_name = 0;
  uint32_t host_name = 0;
  uint32_t bootstrap_name = 0;

 private:
  Right self_receive_;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_TASK_H_
