// What all tasks share: the tasks themselves, services, and the work that a change leaves behind.
//
// What it is: the owner of everything that no task owns alone. What it is not: input and output
// (server.h) or the rules of ports (port.h).
//
// Settling: a call may drop rights, kill ports and cause notifications, which may do so again.
// Nothing of that happens in the middle of the call: it is noted here and done by Settle(), step by
// step and without recursion, before the next request is read. So no peer can make machd's stack
// grow, and no call sees another's work half done.

#ifndef IPDL_RUNTIME_MACH_MACHD_KERNEL_H_
#define IPDL_RUNTIME_MACH_MACHD_KERNEL_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "runtime/mach/machd/limits.h"
#include "runtime/mach/machd/message.h"
#include "runtime/mach/machd/port.h"
#include "runtime/mach/machd/right.h"
#include "runtime/mach/machd/task.h"

namespace ipdl::machd {

class MessageCall;

class Kernel {
 public:
  explicit Kernel(const Limits& limits);
  ~Kernel();

  const Limits limits;

  // --- Tasks ------------------------------------------------------------------------------------

  // By pid and pid version. The pointer is valid until the task ends.
  Task* FindTask(const TaskIdentity& identity);
  Task* AddTask(const TaskIdentity& identity);
  void EndTask(Task* task);
  bool has_tasks() const { return !tasks_.empty(); }

  // --- Ports of the kernel ----------------------------------------------------------------------

  // A send right to a new port with `object` behind it.
  Right NewObject(std::unique_ptr<KernelObject> object);
  Right HostRight();
  Right BootstrapRight();

  // A service by name. Either a port somebody receives from, or a send right that was registered.
  struct Service {
    Ref<Port> port;
    Right registered;
    Charge charge;
  };
  std::map<std::string, Service> services;

  // --- Work that is left behind ------------------------------------------------------------------

  void receive_right_dropped(Port* port) { dropped_.push_back(Ref<Port>(port)); }
  void Post(std::unique_ptr<Message> notification) { outbox_.push_back(std::move(notification)); }
  // Has `call`, which waits, look again.
  void Wake(MessageCall* call);
  void Settle();

  // --- Waiting with a limit ----------------------------------------------------------------------

  // `deadline` in nanoseconds of CLOCK_MONOTONIC.
  void AddDeadline(int64_t deadline, MessageCall* call) { deadlines_.insert({deadline, call}); }
  // Forgets the call: its deadline, and that it is to look again.
  void Forget(MessageCall* call, int64_t deadline);
  // Milliseconds until the next deadline, -1 if there is none.
  int NextTimeout() const;
  void RunDeadlines();

 private:
  // A port lost its receive right, or as a kernel object its last sender.
  void PortDropped(Port* port);

  std::map<TaskIdentity, std::unique_ptr<Task>> tasks_;
  Right host_receive_;
  Right bootstrap_receive_;
  std::deque<Ref<Port>> dropped_;
  std::deque<std::unique_ptr<Message>> outbox_;
  std::deque<MessageCall*> runnable_;
  std::set<std::pair<int64_t, MessageCall*>> deadlines_;
};

int64_t MonotonicNow();

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_KERNEL_H_
