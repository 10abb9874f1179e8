// Calls about who is who: services by name, processes behind task ports, ports for children. See
// calls.h.

#include "runtime/mach/machd/calls.h"
#include "runtime/mach/machd/port.h"

namespace ipdl::machd {
namespace {

// From <servers/bootstrap.h>, which is not the kernel's but launchd's interface.
constexpr kern_return_t kNotPrivileged = 1100;
constexpr kern_return_t kNameInUse = 1101;
constexpr kern_return_t kUnknownService = 1102;
constexpr kern_return_t kServiceActive = 1103;
constexpr kern_return_t kNoMemory = 1105;

// The name space of services is reached through a right, like everything.
kern_return_t CheckService(Context& c) {
  if (FindObject(c.caller, c.request.name, KernelObject::Kind::kBootstrap) == nullptr) {
    return static_cast<kern_return_t>(MACH_SEND_INVALID_DEST);
  }
  const bool legal = !c.payload.empty() && c.payload.size() <= kMostServiceNameBytes &&
                     c.payload.find('\0') == std::string::npos;
  return legal ? KERN_SUCCESS : kNotPrivileged;
}

}  // namespace

kern_return_t CheckIn(Context& c) {
  const kern_return_t legal = CheckService(c);
  if (legal != KERN_SUCCESS) return legal;
  if (c.kernel.services.contains(c.payload)) return kServiceActive;
  Kernel::Service service;
  if (!service.charge.Take(c.caller.account, {.objects = 1})) return kNoMemory;
  const kern_return_t result = c.caller.names.Allocate(MACH_PORT_RIGHT_RECEIVE, &c.reply.head.name);
  if (result != KERN_SUCCESS) return kNoMemory;
  service.port = c.caller.names.Find(c.reply.head.name)->receive.port_ref();
  c.kernel.services[c.payload] = std::move(service);
  return KERN_SUCCESS;
}

kern_return_t LookUp(Context& c) {
  const kern_return_t legal = CheckService(c);
  if (legal != KERN_SUCCESS) return legal;
  const auto found = c.kernel.services.find(c.payload);
  if (found == c.kernel.services.end()) return kUnknownService;
  Port* port = found->second.port.get();
  if (!port->alive()) return kUnknownService;
  Right right =
      found->second.registered ? Right(Right::Kind::kSend, found->second.port) : port->MakeSend();
  return c.caller.names.Insert(std::move(right), &c.reply.head.name) == KERN_SUCCESS ? KERN_SUCCESS
                                                                                     : kNoMemory;
}

kern_return_t Register(Context& c) {
  const kern_return_t legal = CheckService(c);
  if (legal != KERN_SUCCESS) return legal;
  if (c.kernel.services.contains(c.payload)) return kNameInUse;
  Kernel::Service service;
  if (!service.charge.Take(c.caller.account, {.objects = 1})) return kNoMemory;
  if (c.caller.names.CopyIn(c.request.other, MACH_MSG_TYPE_COPY_SEND, &service.registered) !=
          KERN_SUCCESS ||
      service.registered.dead()) {
    return static_cast<kern_return_t>(MACH_SEND_INVALID_RIGHT);
  }
  service.port = service.registered.port_ref();
  c.kernel.services[c.payload] = std::move(service);
  return KERN_SUCCESS;
}

kern_return_t PidForTask(Context& c) {
  c.reply.head.value = static_cast<uint64_t>(c.target.identity.pid);
  return KERN_SUCCESS;
}

kern_return_t GetSpecialPort(Context& c) {
  Right right;
  if (c.request.other == TASK_KERNEL_PORT) {
    right = c.target.SelfRight();
  } else if (c.request.other == TASK_BOOTSTRAP_PORT) {
    if (c.target.bootstrap) right = Right(Right::Kind::kSend, c.target.bootstrap.port_ref());
  } else {
    return KERN_INVALID_ARGUMENT;
  }
  return c.caller.names.Insert(std::move(right), &c.reply.head.name);
}

kern_return_t SetSpecialPort(Context& c) {
  if (c.request.other != TASK_BOOTSTRAP_PORT) return KERN_INVALID_ARGUMENT;
  Right right;
  if (c.request.name != MACH_PORT_NULL &&
      c.caller.names.CopyIn(c.request.name, MACH_MSG_TYPE_COPY_SEND, &right) != KERN_SUCCESS) {
    return KERN_INVALID_CAPABILITY;
  }
  c.target.bootstrap = std::move(right);
  return KERN_SUCCESS;
}

kern_return_t RegisterPorts(Context& c) {
  const size_t count = c.payload.size() / sizeof(uint32_t);
  if (c.payload.size() % sizeof(uint32_t) != 0 || count > TASK_PORT_REGISTER_MAX) {
    return KERN_INVALID_ARGUMENT;
  }
  std::array<Right, TASK_PORT_REGISTER_MAX> rights;
  for (size_t i = 0; i < count; ++i) {
    uint32_t name;
    c.payload.copy(reinterpret_cast<char*>(&name), sizeof(name), i * sizeof(name));
    if (name == MACH_PORT_NULL) continue;
    if (c.caller.names.CopyIn(name, MACH_MSG_TYPE_COPY_SEND, &rights[i]) != KERN_SUCCESS) {
      return KERN_INVALID_CAPABILITY;
    }
  }
  c.target.registered = std::move(rights);
  return KERN_SUCCESS;
}

kern_return_t LookUpPorts(Context& c) {
  for (const Right& right : c.target.registered) {
    uint32_t name = MACH_PORT_NULL;
    if (right.dead()) {
      name = MACH_PORT_DEAD;
    } else if (right) {
      const kern_return_t result =
          c.caller.names.Insert(Right(Right::Kind::kSend, right.port_ref()), &name);
      if (result != KERN_SUCCESS) return result;
    }
    c.reply.payload.append(reinterpret_cast<const char*>(&name), sizeof(name));
  }
  return KERN_SUCCESS;
}

kern_return_t ImportanceOf(Context& c) {
  c.reply.head.value = c.target.importance->boosts;
  return KERN_SUCCESS;
}

}  // namespace ipdl::machd
