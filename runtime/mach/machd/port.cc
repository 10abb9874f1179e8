#include "runtime/mach/machd/port.h"

#include <algorithm>

#include "runtime/mach/machd/kernel.h"
#include "runtime/mach/machd/message_call.h"
#include "runtime/mach/machd/name_space.h"
#include "runtime/mach/machd/notifications.h"
#include "runtime/mach/machd/task.h"

namespace ipdl::machd {

Right Port::MakeSend() {
  ++make_send_count;
  return Right(Right::Kind::kSend, Ref<Port>(this));
}

void Port::LastSenderGone() {
  if (!alive_) return;
  if (object != nullptr && object->ends_without_senders()) kernel_.receive_right_dropped(this);
  if (no_senders) kernel_.Post(NoSendersNotification(std::move(no_senders), make_send_count));
}

void Port::SendOnceUnused() {
  if (alive_ && object == nullptr) kernel_.Post(SendOnceNotification(Ref<Port>(this)));
}

void Port::ReceiverGone() {
  LeaveSpace();
  carrier = nullptr;
  // A port whose receive right somebody wants back lives on, in that message.
  if (!port_destroyed) alive_ = false;
  kernel_.receive_right_dropped(this);
}

void Port::LeaveSpace() {
  while (!sets.empty()) sets.back()->Remove(this);
  for (MessageCall* call : std::exchange(receivers, {})) call->EndReceive(MACH_RCV_PORT_CHANGED);
  space = nullptr;
  name = 0;
  guarded = false;
  strict_guard = false;
  importance_receiver = false;
  context = 0;
  sequence_number = 0;
  make_send_count = 0;
  readiness.reset();
}

void Port::Die() {
  const Ref<Port> keep(this);
  alive_ = false;
  for (MessageCall* call : std::exchange(receivers, {})) call->EndReceive(MACH_RCV_PORT_DIED);
  for (MessageCall* call : std::exchange(blocked_senders, {})) call->EndSend();
  for (const auto& [in, under] : std::exchange(named_by, {})) in->PortDied(under);
  no_senders.Reset();
  port_destroyed.Reset();
  queue.clear();
  readiness.reset();
  object.reset();
}

void Port::Accept(std::unique_ptr<Message> message) {
  if (!alive_ || object != nullptr) return;  // dropped: nobody will receive it
  for (Descriptor& descriptor : message->descriptors) {
    for (Right& right : descriptor.rights) {
      if (right.kind() == Right::Kind::kReceive) right.port()->carrier = this;
    }
  }
  if (message->carries_importance && importance_receiver && space != nullptr) {
    message->boost = Boost(space->task().importance);
  }
  queue.push_back(std::move(message));
  ReadinessChanged();
  if (!receivers.empty()) {
    kernel_.Wake(receivers.front());
    return;
  }
  for (PortSet* set : sets) {
    if (!set->receivers.empty()) {
      kernel_.Wake(set->receivers.front());
      return;
    }
  }
}

std::unique_ptr<Message> Port::TakeFirst() {
  std::unique_ptr<Message> message = std::move(queue.front());
  queue.pop_front();
  ReadinessChanged();
  RoomChanged();
  return message;
}

void Port::RoomChanged() {
  while (!full() && !blocked_senders.empty()) {
    MessageCall* call = blocked_senders.front();
    blocked_senders.pop_front();
    call->SendUnblocked();
  }
  if (full() || !send_possible_armed) return;
  send_possible_armed = false;
  for (const auto& [in, under] : named_by) in->SendPossible(under);
}

void Port::SetLimit(uint32_t limit) {
  queue_limit = limit;
  RoomChanged();
}

void Port::ReadinessChanged() {
  if (readiness != nullptr) readiness->Set(!queue.empty());
  for (PortSet* set : sets) set->UpdateReadiness();
}

void PortSet::Add(Port* port) {
  members.push_back(port);
  port->sets.push_back(this);
  UpdateReadiness();
}

void PortSet::Remove(Port* port) {
  members.remove(port);
  std::erase(port->sets, this);
  UpdateReadiness();
}

Port* PortSet::Next() {
  const auto ready = std::find_if(members.begin(), members.end(),
                                  [](const Port* port) { return !port->queue.empty(); });
  if (ready == members.end()) return nullptr;
  members.splice(members.end(), members, ready);
  return members.back();
}

void PortSet::UpdateReadiness() {
  if (readiness == nullptr) return;
  readiness->Set(std::any_of(members.begin(), members.end(),
                             [](const Port* port) { return !port->queue.empty(); }));
}

}  // namespace ipdl::machd
