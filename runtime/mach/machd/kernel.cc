#include "runtime/mach/machd/kernel.h"

#include <time.h>

#include <algorithm>

#include "runtime/mach/machd/message_call.h"
#include "runtime/mach/machd/notifications.h"

namespace ipdl::machd {

int64_t MonotonicNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Kernel::Kernel(const Limits& most) : limits(most) {
  Ref<Port> host(new Port(*this));
  host->object = std::make_unique<KernelObject>(KernelObject{KernelObject::Kind::kHost});
  host_receive_ = Right(Right::Kind::kReceive, host);
  Ref<Port> bootstrap(new Port(*this));
  bootstrap->object = std::make_unique<KernelObject>(KernelObject{KernelObject::Kind::kBootstrap});
  bootstrap_receive_ = Right(Right::Kind::kReceive, bootstrap);
}

Kernel::~Kernel() {
  while (!tasks_.empty()) EndTask(tasks_.begin()->second.get());
  services.clear();
  host_receive_.Reset();
  bootstrap_receive_.Reset();
  Settle();
}

Task* Kernel::FindTask(const TaskIdentity& identity) {
  const auto found = tasks_.find(identity);
  return found == tasks_.end() ? nullptr : found->second.get();
}

Task* Kernel::AddTask(const TaskIdentity& identity) {
  auto& task = tasks_[identity];
  task = std::make_unique<Task>(*this, identity);
  return task.get();
}

void Kernel::EndTask(Task* task) {
  const auto found = tasks_.find(task->identity);
  if (found == tasks_.end()) return;
  const std::unique_ptr<Task> ended = std::move(found->second);
  tasks_.erase(found);
  ended->End();
  Settle();
}

Right Kernel::NewObject(std::unique_ptr<KernelObject> object) {
  Ref<Port> port(new Port(*this));
  port->object = std::move(object);
  return port->MakeSend();
}

Right Kernel::HostRight() { return host_receive_.port()->MakeSend(); }
Right Kernel::BootstrapRight() { return bootstrap_receive_.port()->MakeSend(); }

void Kernel::Wake(MessageCall* call) {
  call->StopWaiting();
  runnable_.push_back(call);
}

void Kernel::Settle() {
  while (true) {
    if (!dropped_.empty()) {
      const Ref<Port> port = std::move(dropped_.front());
      dropped_.pop_front();
      PortDropped(port.get());
    } else if (!outbox_.empty()) {
      std::unique_ptr<Message> message = std::move(outbox_.front());
      outbox_.pop_front();
      const Ref<Port> destination = message->destination.port_ref();
      // Notifications pass the limit, as everything sent to send-once rights does.
      if (destination) destination->Accept(std::move(message));
    } else if (!runnable_.empty()) {
      MessageCall* call = runnable_.front();
      runnable_.pop_front();
      call->Continue();
    } else {
      return;
    }
  }
}

void Kernel::PortDropped(Port* port) {
  if (port->object != nullptr && port->object->ends_without_senders()) {
    if (port->send_rights == 0) port->Die();
    return;
  }
  if (port->port_destroyed) {
    Post(PortDestroyedNotification(std::move(port->port_destroyed),
                                   Right(Right::Kind::kReceive, Ref<Port>(port))));
    return;
  }
  const auto service = std::find_if(services.begin(), services.end(), [port](const auto& entry) {
    return entry.second.port.get() == port;
  });
  if (service != services.end()) services.erase(service);
  port->Die();
}

void Kernel::Forget(MessageCall* call, int64_t deadline) {
  deadlines_.erase({deadline, call});
  std::erase(runnable_, call);
}

int Kernel::NextTimeout() const {
  if (deadlines_.empty()) return -1;
  const int64_t left = deadlines_.begin()->first - MonotonicNow();
  if (left <= 0) return 0;
  constexpr int64_t kLongest = 3'600'000;
  // Rounded up, so that nobody is woken before the time.
  return static_cast<int>(std::min(left / 1'000'000 + 1, kLongest));
}

void Kernel::RunDeadlines() {
  const int64_t now = MonotonicNow();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    MessageCall* call = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    call->TimedOut();
    Settle();
  }
}

}  // namespace ipdl::machd
