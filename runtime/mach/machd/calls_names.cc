// Calls about names and rights: making, counting, moving and ending them. See calls.h.

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/mach/machd/calls.h"
#include "runtime/mach/machd/notifications.h"
#include "runtime/mach/machd/port.h"

namespace ipdl::machd {
namespace {

template <typename T>
void Append(std::string* bytes, T value) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Replaces the request in `slot`; the one before goes to the caller.
kern_return_t Replace(Context& c, Right* slot, Right notify) {
  Right previous = std::move(*slot);
  *slot = std::move(notify);
  return c.caller.names.Insert(std::move(previous), &c.reply.head.name);
}

kern_return_t RequestAboutName(Context& c, NameSpace::Entry* entry, bool send_possible,
                               bool at_once, Right notify) {
  const uint32_t name = c.request.name;
  if (entry->dead) {
    if (!at_once || !notify) return KERN_INVALID_ARGUMENT;
    if (entry->references < kMostUserReferences) ++entry->references;
    c.kernel.Post(DeadNameNotification(std::move(notify), name));
    return KERN_SUCCESS;
  }
  Port* port = entry->port();
  if (port == nullptr) return KERN_INVALID_RIGHT;
  if (send_possible && at_once && notify && !port->full()) {
    c.kernel.Post(SendPossibleNotification(std::move(notify), name));
    return Replace(c, &entry->request, Right());
  }
  entry->request_send_possible = send_possible;
  entry->request_armed = send_possible && at_once;
  if (entry->request_armed && notify) port->send_possible_armed = true;
  return Replace(c, &entry->request, std::move(notify));
}

}  // namespace

kern_return_t Allocate(Context& c) {
  c.reply.head.name = c.request.name;
  return c.names().Allocate(c.request.other, &c.reply.head.name);
}

kern_return_t Construct(Context& c) {
  constexpr uint32_t kKnown = MPO_CONTEXT_AS_GUARD | MPO_QLIMIT | MPO_TEMPOWNER |
                              MPO_IMPORTANCE_RECEIVER | MPO_INSERT_SEND_RIGHT | MPO_STRICT |
                              MPO_DENAP_RECEIVER;
  const uint32_t flags = c.request.kind;
  if ((flags & ~kKnown) != 0) return KERN_INVALID_ARGUMENT;
  if ((flags & MPO_QLIMIT) != 0 && c.request.other > MACH_PORT_QLIMIT_MAX) {
    return KERN_INVALID_VALUE;
  }
  const kern_return_t result = c.names().Allocate(MACH_PORT_RIGHT_RECEIVE, &c.reply.head.name);
  if (result != KERN_SUCCESS) return result;
  NameSpace::Entry* entry = c.names().Find(c.reply.head.name);
  Port* port = entry->receive.port();
  port->context = c.request.value;
  port->guarded = (flags & MPO_CONTEXT_AS_GUARD) != 0;
  port->strict_guard = port->guarded && (flags & MPO_STRICT) != 0;
  if ((flags & MPO_QLIMIT) != 0) port->queue_limit = c.request.other;
  port->importance_receiver = (flags & (MPO_IMPORTANCE_RECEIVER | MPO_DENAP_RECEIVER)) != 0;
  if ((flags & MPO_INSERT_SEND_RIGHT) == 0) return KERN_SUCCESS;
  return c.names().InsertAs(c.reply.head.name, port->MakeSend());
}

kern_return_t Destruct(Context& c) {
  return c.names().Destruct(c.request.name, c.request.number, c.request.value);
}
kern_return_t Destroy(Context& c) { return c.names().Destroy(c.request.name); }
kern_return_t Deallocate(Context& c) { return c.names().Deallocate(c.request.name); }

kern_return_t ModRefs(Context& c) {
  const mach_port_right_t right = c.request.other;
  if (!MACH_PORT_VALID(c.request.name)) {
    const bool sends = right == MACH_PORT_RIGHT_SEND || right == MACH_PORT_RIGHT_SEND_ONCE;
    return sends ? KERN_SUCCESS : KERN_INVALID_NAME;
  }
  return c.names().ModifyReferences(c.request.name, right, c.request.number);
}

kern_return_t GetRefs(Context& c) {
  uint32_t count = 0;
  const kern_return_t result = c.names().References(c.request.name, c.request.other, &count);
  c.reply.head.value = count;
  return result;
}

kern_return_t Type(Context& c) {
  const NameSpace::Entry* entry = c.names().Find(c.request.name);
  if (entry == nullptr) return KERN_INVALID_NAME;
  c.reply.head.kind = entry->type();
  return KERN_SUCCESS;
}

kern_return_t Names(Context& c) {
  const std::vector<uint32_t> names = c.names().Names();
  for (const uint32_t name : names) Append(&c.reply.payload, name);
  for (const uint32_t name : names) Append(&c.reply.payload, c.names().Find(name)->type());
  c.reply.head.value = names.size();
  return KERN_SUCCESS;
}

kern_return_t InsertRight(Context& c) {
  if (!MACH_PORT_VALID(c.request.name)) return KERN_INVALID_VALUE;
  if (!MACH_PORT_VALID(c.request.other)) return KERN_INVALID_CAPABILITY;
  Right right;
  const kern_return_t taken = c.caller.names.CopyIn(c.request.other, c.request.kind, &right);
  if (taken == KERN_INVALID_VALUE) return KERN_INVALID_VALUE;
  if (taken != KERN_SUCCESS) {
    c.caller.names.Misused(c.request.other, "it does not have the right to be inserted");
    return taken;
  }
  if (right.dead()) return KERN_INVALID_CAPABILITY;
  return c.names().InsertAs(c.request.name, std::move(right));
}

kern_return_t ExtractRight(Context& c) {
  Right right;
  const kern_return_t taken = c.names().CopyIn(c.request.name, c.request.kind, &right);
  if (taken != KERN_SUCCESS) return taken;
  switch (right.kind()) {
    case Right::Kind::kReceive:
      c.reply.head.kind = MACH_MSG_TYPE_PORT_RECEIVE;
      break;
    case Right::Kind::kSendOnce:
      c.reply.head.kind = MACH_MSG_TYPE_PORT_SEND_ONCE;
      break;
    default:
      c.reply.head.kind = MACH_MSG_TYPE_PORT_SEND;
  }
  return c.caller.names.Insert(std::move(right), &c.reply.head.name);
}

kern_return_t RequestNotification(Context& c) {
  const int32_t id = c.request.number;
  const auto sync = static_cast<uint32_t>(c.request.value);
  NameSpace::Entry* entry = c.names().Find(c.request.name);
  if (entry == nullptr) return KERN_INVALID_NAME;
  const bool about_port = id == MACH_NOTIFY_PORT_DESTROYED || id == MACH_NOTIFY_NO_SENDERS;
  if (!about_port && id != MACH_NOTIFY_DEAD_NAME && id != MACH_NOTIFY_SEND_POSSIBLE) {
    return KERN_INVALID_VALUE;
  }
  if (about_port && !entry->receive) return KERN_INVALID_RIGHT;
  if (id == MACH_NOTIFY_PORT_DESTROYED && sync != 0) return KERN_INVALID_VALUE;
  if (!about_port && !entry->dead && entry->port() == nullptr) return KERN_INVALID_RIGHT;
  if (entry->dead && (sync == 0 || c.request.other == MACH_PORT_NULL)) return KERN_INVALID_ARGUMENT;

  // Taken last, so that a request that is refused leaves it where it is.
  Right notify;
  if (c.request.other != MACH_PORT_NULL) {
    if (c.request.kind != MACH_MSG_TYPE_MAKE_SEND_ONCE &&
        c.request.kind != MACH_MSG_TYPE_MOVE_SEND_ONCE) {
      return KERN_INVALID_VALUE;
    }
    const kern_return_t taken = c.caller.names.CopyIn(c.request.other, c.request.kind, &notify);
    if (taken != KERN_SUCCESS || notify.dead()) return KERN_INVALID_CAPABILITY;
    entry = c.names().Find(c.request.name);
    if (entry == nullptr) return KERN_INVALID_NAME;  // it was the right that moved
  }
  if (id == MACH_NOTIFY_DEAD_NAME || id == MACH_NOTIFY_SEND_POSSIBLE) {
    return RequestAboutName(c, entry, id == MACH_NOTIFY_SEND_POSSIBLE, sync != 0,
                            std::move(notify));
  }
  Port* port = entry->receive.port();
  if (id == MACH_NOTIFY_PORT_DESTROYED) return Replace(c, &port->port_destroyed, std::move(notify));
  if (notify && port->send_rights == 0 && sync <= port->make_send_count) {
    // It is told at once, and nothing stays registered.
    c.kernel.Post(NoSendersNotification(std::exchange(notify, Right()), port->make_send_count));
  }
  return Replace(c, &port->no_senders, std::move(notify));
}

kern_return_t Leaks(Context& c) {
  for (const uint32_t name : c.names().Names()) {
    const NameSpace::Entry* entry = c.names().Find(name);
    const bool own =
        name == c.target.self_name || name == c.target.host_name || name == c.target.bootstrap_name;
    if (own && entry->send && entry->references == 1) continue;
    std::string what;
    if (entry->receive) what += " receive";
    if (entry->send) absl::StrAppend(&what, " send(", entry->references, ")");
    if (entry->once) what += " send-once";
    if (entry->set) what += " set";
    if (entry->dead) absl::StrAppend(&what, " dead(", entry->references, ")");
    absl::StrAppend(&c.reply.payload, "0x", absl::Hex(name), what, "\n");
  }
  return KERN_SUCCESS;
}

}  // namespace ipdl::machd
