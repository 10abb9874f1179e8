#include "runtime/mach/machd/task.h"

#include "runtime/mach/machd/kernel.h"

namespace ipdl::machd {

Task::Task(Kernel& of, const TaskIdentity& who)
    : kernel(of), identity(who), account(std::make_shared<Account>(of.limits)), names(*this, of) {
  Ref<Port> port(new Port(kernel));
  port->object = std::make_unique<KernelObject>(KernelObject{KernelObject::Kind::kTask, this});
  self_receive_ = Right(Right::Kind::kReceive, port);
}

void Task::End() {
  self_receive_.port()->object->task = nullptr;
  names.Clear();
  bootstrap.Reset();
  for (Right& right : registered) right.Reset();
  self_receive_.Reset();
}

security_token_t Task::security_token() const { return {{identity.uid, identity.gid}}; }

audit_token_t Task::audit_token() const {
  constexpr unsigned int kSession = 1;
  return {{identity.uid, identity.uid, identity.gid, identity.uid, identity.gid,
           static_cast<unsigned int>(identity.pid), kSession, identity.pid_version}};
}

Right Task::SelfRight() { return self_receive_.port()->MakeSend(); }

}  // namespace ipdl::machd
