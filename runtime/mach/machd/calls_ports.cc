// Calls about the state of ports and sets. See calls.h.

#include <algorithm>

#include "runtime/mach/machd/calls.h"
#include "runtime/mach/machd/port.h"

namespace ipdl::machd {
namespace {

// The port to which the named receive right belongs.
kern_return_t FindReceive(Context& c, Port** port) {
  NameSpace::Entry* entry = c.names().Find(c.request.name);
  if (entry == nullptr) return KERN_INVALID_NAME;
  if (!entry->receive) return KERN_INVALID_RIGHT;
  *port = entry->receive.port();
  return KERN_SUCCESS;
}

kern_return_t FindSet(Context& c, uint32_t name, PortSet** set) {
  NameSpace::Entry* entry = c.names().Find(name);
  if (entry == nullptr) return KERN_INVALID_NAME;
  if (!entry->set) return KERN_INVALID_RIGHT;
  *set = entry->set.get();
  return KERN_SUCCESS;
}

bool IsMember(const Port* port, PortSet* set) {
  return std::find(port->sets.begin(), port->sets.end(), set) != port->sets.end();
}

// Who waits at the set may find a message at its new member.
void Join(Context& c, Port* port, PortSet* set) {
  set->Add(port);
  if (!port->queue.empty() && !set->receivers.empty()) c.kernel.Wake(set->receivers.front());
}

}  // namespace

kern_return_t GetStatus(Context& c) {
  Port* port = nullptr;
  const kern_return_t found = FindReceive(c, &port);
  if (found != KERN_SUCCESS) return found;
  mach_port_status_t status = {};
  status.mps_pset = static_cast<mach_port_rights_t>(port->sets.size());
  status.mps_seqno = port->sequence_number;
  status.mps_mscount = port->make_send_count;
  status.mps_qlimit = port->queue_limit;
  status.mps_msgcount = static_cast<mach_port_msgcount_t>(port->queue.size());
  status.mps_sorights = port->send_once_rights;
  status.mps_srights = port->send_rights > 0;
  status.mps_pdrequest = static_cast<bool>(port->port_destroyed);
  status.mps_nsrequest = static_cast<bool>(port->no_senders);
  c.reply.payload.assign(reinterpret_cast<const char*>(&status), sizeof(status));
  return KERN_SUCCESS;
}

kern_return_t SetLimit(Context& c) {
  Port* port = nullptr;
  const kern_return_t found = FindReceive(c, &port);
  if (found != KERN_SUCCESS) return found;
  if (c.request.value > MACH_PORT_QLIMIT_MAX) return KERN_INVALID_VALUE;
  port->SetLimit(static_cast<uint32_t>(c.request.value));
  return KERN_SUCCESS;
}

kern_return_t SetImportance(Context& c) {
  Port* port = nullptr;
  const kern_return_t found = FindReceive(c, &port);
  if (found == KERN_SUCCESS) port->importance_receiver = true;
  return found;
}

kern_return_t SetMakeSendCount(Context& c) {
  Port* port = nullptr;
  const kern_return_t found = FindReceive(c, &port);
  if (found == KERN_SUCCESS) port->make_send_count = static_cast<uint32_t>(c.request.value);
  return found;
}

kern_return_t GetContext(Context& c) {
  Port* port = nullptr;
  const kern_return_t found = FindReceive(c, &port);
  // The guard is a secret of who set it.
  if (found == KERN_SUCCESS) c.reply.head.value = port->strict_guard ? 0 : port->context;
  return found;
}

kern_return_t SetContext(Context& c) {
  Port* port = nullptr;
  const kern_return_t found = FindReceive(c, &port);
  if (found != KERN_SUCCESS) return found;
  if (port->strict_guard) {
    c.names().Misused(c.request.name, "it is guarded");
    return KERN_INVALID_ARGUMENT;
  }
  port->context = c.request.value;
  return KERN_SUCCESS;
}

kern_return_t Guard(Context& c) {
  Port* port = nullptr;
  const kern_return_t found = FindReceive(c, &port);
  if (found != KERN_SUCCESS) return found;
  // One guard at a time, and none over a context that is in use.
  if (port->guarded || port->context != 0) return KERN_INVALID_ARGUMENT;
  port->guarded = true;
  port->strict_guard = c.request.kind != 0;
  port->context = c.request.value;
  return KERN_SUCCESS;
}

kern_return_t Unguard(Context& c) {
  Port* port = nullptr;
  const kern_return_t found = FindReceive(c, &port);
  if (found != KERN_SUCCESS) return found;
  if (!port->guarded || port->context != c.request.value) {
    c.names().Misused(c.request.name,
                      port->guarded ? "its guard is another one" : "it has no guard");
    return KERN_INVALID_ARGUMENT;
  }
  port->guarded = false;
  port->strict_guard = false;
  port->context = 0;
  return KERN_SUCCESS;
}

kern_return_t InsertMember(Context& c) {
  Port* port = nullptr;
  PortSet* set = nullptr;
  kern_return_t found = FindReceive(c, &port);
  if (found == KERN_SUCCESS) found = FindSet(c, c.request.other, &set);
  if (found != KERN_SUCCESS) return found;
  if (IsMember(port, set)) return KERN_ALREADY_IN_SET;
  Join(c, port, set);
  return KERN_SUCCESS;
}

kern_return_t ExtractMember(Context& c) {
  Port* port = nullptr;
  PortSet* set = nullptr;
  kern_return_t found = FindReceive(c, &port);
  if (found == KERN_SUCCESS) found = FindSet(c, c.request.other, &set);
  if (found != KERN_SUCCESS) return found;
  if (!IsMember(port, set)) return KERN_NOT_IN_SET;
  set->Remove(port);
  return KERN_SUCCESS;
}

kern_return_t MoveMember(Context& c) {
  Port* port = nullptr;
  PortSet* set = nullptr;
  kern_return_t found = FindReceive(c, &port);
  if (found != KERN_SUCCESS) return found;
  if (c.request.other != MACH_PORT_NULL) {
    found = FindSet(c, c.request.other, &set);
    if (found != KERN_SUCCESS) return found;
  } else if (port->sets.empty()) {
    return KERN_NOT_IN_SET;
  }
  while (!port->sets.empty()) port->sets.back()->Remove(port);
  if (set != nullptr) Join(c, port, set);
  return KERN_SUCCESS;
}

kern_return_t SetStatus(Context& c) {
  PortSet* set = nullptr;
  const kern_return_t found = FindSet(c, c.request.name, &set);
  if (found != KERN_SUCCESS) return found;
  for (const Port* port : set->members) {
    c.reply.payload.append(reinterpret_cast<const char*>(&port->name), sizeof(port->name));
  }
  c.reply.head.value = set->members.size();
  return KERN_SUCCESS;
}

kern_return_t Watch(Context& c) {
  NameSpace::Entry* entry = c.names().Find(c.request.name);
  if (entry == nullptr) return KERN_INVALID_NAME;
  if (!entry->receive && !entry->set) return KERN_INVALID_RIGHT;
  std::unique_ptr<Readiness>& readiness =
      entry->set ? entry->set->readiness : entry->receive.port()->readiness;
  if (readiness == nullptr) {
    auto opened = std::make_unique<Readiness>();
    if (!opened->Open(c.caller.account)) return KERN_RESOURCE_SHORTAGE;
    readiness = std::move(opened);
    if (entry->set) {
      entry->set->UpdateReadiness();
    } else {
      readiness->Set(!entry->receive.port()->queue.empty());
    }
  }
  File file = readiness->ForClient();
  if (!file) return KERN_RESOURCE_SHORTAGE;
  c.reply.files.push_back(std::move(file));
  return KERN_SUCCESS;
}

}  // namespace ipdl::machd
