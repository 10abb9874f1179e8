#include "runtime/mach/machd/name_space.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/mach/machd/kernel.h"
#include "runtime/mach/machd/message_call.h"
#include "runtime/mach/machd/notifications.h"
#include "runtime/mach/machd/port.h"
#include "runtime/mach/machd/task.h"

namespace ipdl::machd {
namespace {

constexpr size_t kMostEvents = 256;
constexpr uint32_t kMostIndex = 0xffffff;

uint32_t Successor(uint32_t name) {
  // The generation goes round in steps of 4, so that the lowest two bits stay set.
  return (name & 0xffffff00u) | ((name + 4) & 0xffu);
}

void DropReference(uint32_t* references) {
  // At the maximum the count has lost what it stands for, and stays.
  if (*references < kMostUserReferences) --*references;
}

}  // namespace

mach_port_type_t NameSpace::Entry::type() const {
  mach_port_type_t type = MACH_PORT_TYPE_NONE;
  if (send) type |= MACH_PORT_TYPE_SEND;
  if (receive) type |= MACH_PORT_TYPE_RECEIVE;
  if (once) type |= MACH_PORT_TYPE_SEND_ONCE;
  if (set) type |= MACH_PORT_TYPE_PORT_SET;
  if (dead) type |= MACH_PORT_TYPE_DEAD_NAME;
  if (request) {
    type |= !request_send_possible ? MACH_PORT_TYPE_DNREQUEST
            : request_armed        ? MACH_PORT_TYPE_SPREQUEST
                                   : MACH_PORT_TYPE_SPREQUEST_DELAYED;
  }
  return type;
}

Port* NameSpace::Entry::port() const {
  return send ? send.port() : receive ? receive.port() : once.port();
}

NameSpace::Entry* NameSpace::Find(uint32_t name) {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second.get();
}

std::vector<uint32_t> NameSpace::Names() const {
  std::vector<uint32_t> names;
  names.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

// --- Making
// ----------------------------------------------------------------------------------------

uint32_t NameSpace::NewName() {
  if (entries_.size() >= task_.account->limits.names) return MACH_PORT_NULL;
  while (!free_.empty()) {
    const uint32_t name = Successor(free_.back());
    free_.pop_back();
    if (!entries_.contains(name)) return name;
  }
  while (next_index_ < kMostIndex) {
    const uint32_t name = (next_index_++ << 8) | 3;
    if (!entries_.contains(name)) return name;
  }
  return MACH_PORT_NULL;
}

NameSpace::Entry* NameSpace::NewEntry(uint32_t name) {
  auto& entry = entries_[name];
  entry = std::make_unique<Entry>();
  return entry.get();
}

void NameSpace::Name(Port* port, uint32_t name) { port->named_by.insert({this, name}); }

kern_return_t NameSpace::Allocate(mach_port_right_t right, uint32_t* name) {
  if (right != MACH_PORT_RIGHT_RECEIVE && right != MACH_PORT_RIGHT_PORT_SET &&
      right != MACH_PORT_RIGHT_DEAD_NAME) {
    return KERN_INVALID_VALUE;
  }
  if (*name != MACH_PORT_NULL) {
    if (entries_.contains(*name)) return KERN_NAME_EXISTS;
    if (entries_.size() >= task_.account->limits.names) return KERN_NO_SPACE;
  } else {
    *name = NewName();
    if (*name == MACH_PORT_NULL) return KERN_NO_SPACE;
  }
  if (right == MACH_PORT_RIGHT_RECEIVE) {
    return InsertAs(*name, Right(Right::Kind::kReceive, Ref<Port>(new Port(kernel_))));
  }
  Entry* entry = NewEntry(*name);
  if (right == MACH_PORT_RIGHT_PORT_SET) {
    entry->set = Ref<PortSet>(new PortSet(this));
    entry->set->name = *name;
  } else {
    entry->dead = true;
    entry->references = 1;
  }
  return KERN_SUCCESS;
}

kern_return_t NameSpace::Insert(Right right, uint32_t* name) {
  *name = MACH_PORT_NULL;
  if (!right) return KERN_SUCCESS;
  if (right.dead()) {
    *name = MACH_PORT_DEAD;
    return KERN_SUCCESS;
  }
  if (right.kind() != Right::Kind::kSendOnce) {
    const auto shared = shared_names_.find(right.port());
    if (shared != shared_names_.end()) *name = shared->second;
  }
  if (*name == MACH_PORT_NULL) *name = NewName();
  if (*name == MACH_PORT_NULL) return KERN_NO_SPACE;
  return InsertAs(*name, std::move(right));
}

kern_return_t NameSpace::InsertAs(uint32_t name, Right right) {
  Port* port = right.port();
  Entry* entry = Find(name);
  if (right.kind() == Right::Kind::kSendOnce) {
    if (entry != nullptr) return KERN_NAME_EXISTS;
    Name(port, name);
    NewEntry(name)->once = std::move(right);
    return KERN_SUCCESS;
  }
  const auto shared = shared_names_.find(port);
  if (shared != shared_names_.end() && shared->second != name) return KERN_RIGHT_EXISTS;
  if (entry != nullptr && shared == shared_names_.end()) return KERN_NAME_EXISTS;
  if (entry == nullptr) {
    if (entries_.size() >= task_.account->limits.names) return KERN_NO_SPACE;
    entry = NewEntry(name);
    shared_names_[port] = name;
    Name(port, name);
  }
  if (right.kind() == Right::Kind::kReceive) {
    port->space = this;
    port->name = name;
    port->carrier = nullptr;
    entry->receive = std::move(right);
  } else if (!entry->send) {
    entry->send = std::move(right);
    entry->references = 1;
  } else if (entry->references < kMostUserReferences) {
    ++entry->references;
  }
  return KERN_SUCCESS;
}

// --- Taking
// ----------------------------------------------------------------------------------------

kern_return_t NameSpace::CanCopyIn(uint32_t name, mach_msg_type_name_t disposition) {
  Entry* entry = Find(name);
  if (entry == nullptr) return KERN_INVALID_NAME;
  bool fits = false;
  switch (disposition) {
    case MACH_MSG_TYPE_MOVE_RECEIVE:
    case MACH_MSG_TYPE_MAKE_SEND:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
      fits = static_cast<bool>(entry->receive);
      break;
    case MACH_MSG_TYPE_MOVE_SEND:
    case MACH_MSG_TYPE_COPY_SEND:
      fits = entry->send || entry->dead;
      break;
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
      fits = entry->once || entry->dead;
      break;
    default:
      return KERN_INVALID_VALUE;
  }
  return fits ? KERN_SUCCESS : KERN_INVALID_RIGHT;
}

kern_return_t NameSpace::CopyIn(uint32_t name, mach_msg_type_name_t disposition, Right* right) {
  const kern_return_t possible = CanCopyIn(name, disposition);
  if (possible != KERN_SUCCESS) return possible;
  Entry* entry = Find(name);
  if (entry->dead) {
    *right = Right::Dead();
    if (disposition != MACH_MSG_TYPE_COPY_SEND) {
      DropReference(&entry->references);
      EndIfEmpty(name, entry);
    }
    return KERN_SUCCESS;
  }
  switch (disposition) {
    case MACH_MSG_TYPE_MOVE_RECEIVE:
      return TakeReceive(name, entry, right);
    case MACH_MSG_TYPE_MAKE_SEND:
      *right = entry->receive.port()->MakeSend();
      return KERN_SUCCESS;
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
      *right = entry->receive.port()->MakeSendOnce();
      return KERN_SUCCESS;
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
      *right = std::move(entry->once);
      right->port()->named_by.erase({this, name});
      Remember(name, "moved into a message");
      EndIfEmpty(name, entry);
      return KERN_SUCCESS;
    default:
      break;
  }
  *right = Right(Right::Kind::kSend, entry->send.port_ref());
  if (disposition == MACH_MSG_TYPE_MOVE_SEND) {
    DropReference(&entry->references);
    if (entry->references == 0) {
      entry->send.Reset();
      Remember(name, "its last send right moved into a message");
      if (!entry->receive) {
        shared_names_.erase(right->port());
        right->port()->named_by.erase({this, name});
      }
      EndIfEmpty(name, entry);
    }
  }
  return KERN_SUCCESS;
}

kern_return_t NameSpace::TakeReceive(uint32_t name, Entry* entry, Right* right) {
  *right = std::move(entry->receive);
  Port* port = right->port();
  port->LeaveSpace();
  Remember(name, "its receive right moved into a message");
  if (!entry->send) {
    shared_names_.erase(port);
    port->named_by.erase({this, name});
    EndIfEmpty(name, entry);
  }
  return KERN_SUCCESS;
}

kern_return_t NameSpace::Deallocate(uint32_t name) {
  Entry* entry = Find(name);
  if (entry == nullptr) {
    Misused(name, "there is no such name");
    return KERN_INVALID_NAME;
  }
  if (entry->send) return ModifyReferences(name, MACH_PORT_RIGHT_SEND, -1);
  if (entry->once) return ModifyReferences(name, MACH_PORT_RIGHT_SEND_ONCE, -1);
  if (entry->dead) return ModifyReferences(name, MACH_PORT_RIGHT_DEAD_NAME, -1);
  Misused(name, "it is neither a send right nor a dead name");
  return KERN_INVALID_RIGHT;
}

kern_return_t NameSpace::ModifyReferences(uint32_t name, mach_port_right_t right, int32_t delta) {
  if (right > MACH_PORT_RIGHT_DEAD_NAME) return KERN_INVALID_VALUE;
  Entry* entry = Find(name);
  if (entry == nullptr) {
    Misused(name, "there is no such name");
    return KERN_INVALID_NAME;
  }
  if ((entry->type() & MACH_PORT_TYPE(right)) == 0) {
    Misused(name, "it does not stand for such a right");
    return KERN_INVALID_RIGHT;
  }
  if (right == MACH_PORT_RIGHT_SEND || right == MACH_PORT_RIGHT_DEAD_NAME) {
    const int64_t sum = int64_t{entry->references} + delta;
    if (sum < 0) {
      Misused(name, "it has not so many references");
      return KERN_INVALID_VALUE;
    }
    if (sum > kMostUserReferences) return KERN_UREFS_OVERFLOW;
    // A count at its maximum has lost what it stands for, and only goes when the name does.
    if (delta < 0 && entry->references == kMostUserReferences && sum != 0) return KERN_SUCCESS;
    entry->references = static_cast<uint32_t>(sum);
    if (sum != 0) return KERN_SUCCESS;
    Remember(name, "released");
    if (entry->dead) {
      EndIfEmpty(name, entry);
      return KERN_SUCCESS;
    }
    const Ref<Port> port = entry->send.port_ref();
    entry->send.Reset();
    if (!entry->receive) {
      shared_names_.erase(port.get());
      port->named_by.erase({this, name});
      EndIfEmpty(name, entry);
    }
    return KERN_SUCCESS;
  }
  if (delta == 0) return KERN_SUCCESS;
  if (delta != -1) {
    return right == MACH_PORT_RIGHT_SEND_ONCE && delta > 0 ? KERN_UREFS_OVERFLOW
                                                           : KERN_INVALID_VALUE;
  }
  if (right == MACH_PORT_RIGHT_RECEIVE && entry->receive.port()->guarded) {
    Misused(name, "it is guarded");
    return KERN_INVALID_RIGHT;
  }
  if (right == MACH_PORT_RIGHT_RECEIVE) return ReceiveEnds(name, entry);
  End(name);
  return KERN_SUCCESS;
}

kern_return_t NameSpace::ReceiveEnds(uint32_t name, Entry* entry) {
  Remember(name, "its receive right ended");
  Port* port = entry->receive.port();
  if (!entry->send) {
    shared_names_.erase(port);
    port->named_by.erase({this, name});
  }
  // If a send right stays, it becomes a dead name when the port dies.
  entry->receive.Reset();
  EndIfEmpty(name, entry);
  return KERN_SUCCESS;
}

kern_return_t NameSpace::References(uint32_t name, mach_port_right_t right, uint32_t* count) {
  if (right > MACH_PORT_RIGHT_DEAD_NAME) return KERN_INVALID_VALUE;
  const Entry* entry = Find(name);
  if (entry == nullptr) return KERN_INVALID_NAME;
  *count = 0;
  if ((entry->type() & MACH_PORT_TYPE(right)) == 0) return KERN_SUCCESS;
  const bool counted = right == MACH_PORT_RIGHT_SEND || right == MACH_PORT_RIGHT_DEAD_NAME;
  *count = counted ? entry->references : 1;
  return KERN_SUCCESS;
}

kern_return_t NameSpace::Destruct(uint32_t name, int32_t send_delta, uint64_t guard) {
  Entry* entry = Find(name);
  if (entry == nullptr) {
    Misused(name, "there is no such name");
    return KERN_INVALID_NAME;
  }
  if (!entry->receive) {
    Misused(name, "it is no receive right");
    return KERN_INVALID_RIGHT;
  }
  if (send_delta > 0) return KERN_INVALID_VALUE;
  const int64_t left = (entry->send ? int64_t{entry->references} : 0) + send_delta;
  if (left < 0) return entry->send ? KERN_INVALID_VALUE : KERN_INVALID_RIGHT;
  Port* port = entry->receive.port();
  if (port->guarded && port->context != guard) {
    Misused(name, "its guard is another one");
    return KERN_INVALID_ARGUMENT;
  }
  if (send_delta != 0) ModifyReferences(name, MACH_PORT_RIGHT_SEND, send_delta);
  return ReceiveEnds(name, entry);
}

kern_return_t NameSpace::Destroy(uint32_t name) {
  Entry* entry = Find(name);
  if (entry == nullptr) return KERN_INVALID_NAME;
  if (entry->receive && entry->receive.port()->guarded) {
    Misused(name, "it is guarded");
    return KERN_INVALID_RIGHT;
  }
  Remember(name, "destroyed");
  End(name);
  return KERN_SUCCESS;
}

void NameSpace::Clear() {
  for (const uint32_t name : Names()) End(name);
}

void NameSpace::EndIfEmpty(uint32_t name, Entry* entry) {
  if (entry->send || entry->receive || entry->once || entry->set) return;
  if (entry->dead && entry->references > 0) return;
  End(name);
}

void NameSpace::End(uint32_t name) {
  const auto found = entries_.find(name);
  const std::unique_ptr<Entry> entry = std::move(found->second);
  entries_.erase(found);
  DropRequest(name, entry.get());
  if (Port* port = entry->port(); port != nullptr) {
    port->named_by.erase({this, name});
    const auto shared = shared_names_.find(port);
    if (shared != shared_names_.end() && shared->second == name) shared_names_.erase(shared);
  }
  if (entry->set) {
    const Ref<PortSet> set = entry->set;
    set->alive = false;
    while (!set->members.empty()) set->Remove(set->members.front());
    for (MessageCall* call : std::exchange(set->receivers, {})) {
      call->EndReceive(MACH_RCV_PORT_DIED);
    }
    set->readiness.reset();
  }
  if ((name & 3) == 3) free_.push_back(name);
}

// --- What ports tell
// -------------------------------------------------------------------------------

void NameSpace::DropRequest(uint32_t name, Entry* entry) {
  if (entry->request) kernel_.Post(PortDeletedNotification(std::move(entry->request), name));
}

void NameSpace::PortDied(uint32_t name) {
  Entry* entry = Find(name);
  if (entry == nullptr || entry->port() == nullptr) return;
  shared_names_.erase(entry->port());
  if (entry->once) entry->references = 1;
  entry->send.Reset();
  entry->once.Reset();
  entry->dead = true;
  Remember(name, "its port died");
  if (!entry->request) return;
  // The notification brings a reference, so that the name means nothing else until it is read.
  if (entry->references < kMostUserReferences) ++entry->references;
  kernel_.Post(DeadNameNotification(std::move(entry->request), name));
}

void NameSpace::SendPossible(uint32_t name) {
  Entry* entry = Find(name);
  if (entry == nullptr || !entry->request || !entry->request_send_possible ||
      !entry->request_armed) {
    return;
  }
  kernel_.Post(SendPossibleNotification(std::move(entry->request), name));
}

// --- Misuse
// ----------------------------------------------------------------------------------------

void NameSpace::Remember(uint32_t name, const char* event) {
  if (!task_.strict) return;
  if (history_.size() == kMostEvents) history_.pop_front();
  history_.push_back({name, task_.current_call, event});
}

void NameSpace::Misused(uint32_t name, const std::string& what) {
  if (!task_.strict) return;
  misuse_ = absl::StrCat(task_.current_call, "(name 0x", absl::Hex(name), "): ", what);
  for (const Event& event : history_) {
    // A name's predecessors had the same index.
    if ((event.name ^ name) >> 8 != 0) continue;
    absl::StrAppend(&misuse_, "\n  0x", absl::Hex(event.name), " in ", event.call, ": ",
                    event.event);
  }
}

}  // namespace ipdl::machd
