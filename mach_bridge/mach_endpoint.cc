// Making, sending and taking ends; see mach_endpoint.h.

#include "mach_bridge/mach_endpoint.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"

#if defined(__APPLE__)
#include <mach/mach.h>
#endif

namespace ipdl {

#if defined(__APPLE__)
namespace {

// A new port with both of its rights in this process. A full queue is the sender's to notice, so
// it is as long as the kernel allows.
absl::Status NewPort(MachReceiveRight* receive, MachSendRight* send) {
  mach_port_options_t options = {};
  options.flags = MPO_QLIMIT | MPO_INSERT_SEND_RIGHT;
  options.mpl.mpl_qlimit = MACH_PORT_QLIMIT_MAX;
  mach_port_t port = MACH_PORT_NULL;
  const kern_return_t made = mach_port_construct(mach_task_self(), &options, 0, &port);
  if (made != KERN_SUCCESS) {
    return absl::ResourceExhaustedError(
        absl::StrCat("mach_port_construct: ", mach_error_string(made)));
  }
  *receive = MachReceiveRight(port);
  *send = MachSendRight(port);
  return absl::OkStatus();
}

}  // namespace
#endif

absl::Status MachEndpoint::CreatePair(int64_t pid_a, int64_t pid_b, MachEndpoint* a,
                                      MachEndpoint* b) {
  *a = MachEndpoint();
  *b = MachEndpoint();
  if (pid_a <= 0 || pid_b <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a Mach endpoint for process ", pid_a <= 0 ? pid_a : pid_b));
  }
#if defined(__APPLE__)
  MachEndpoint first;
  MachEndpoint second;
  absl::Status made = NewPort(&first.rights_.receive, &second.rights_.send);
  if (made.ok()) made = NewPort(&second.rights_.receive, &first.rights_.send);
  if (!made.ok()) return made;
  first.recipient_ = pid_a;
  second.recipient_ = pid_b;
  *a = std::move(first);
  *b = std::move(second);
  return absl::OkStatus();
#else
  return absl::UnimplementedError("there are no Mach ports on this platform");
#endif
}

absl::Status MachEndpoint::Take(Rights* rights) && {
  MachEndpoint taken = std::move(*this);
  *this = MachEndpoint();
  *rights = Rights();
  if (!taken.valid()) return absl::FailedPreconditionError("an empty Mach endpoint");
  if (taken.recipient_ != getpid()) {
    return absl::FailedPreconditionError(
        absl::StrCat("a Mach endpoint for process ", taken.recipient_, ", taken by ", getpid()));
  }
  *rights = std::move(taken.rights_);
  return absl::OkStatus();
}

void ParamTraits<MachEndpoint>::Write(Writer& out, MachEndpoint&& end) {
  MachEndpoint taken = std::move(end);
  end = MachEndpoint();
  out.Put(taken.recipient_);
  WriteParam(out, std::move(taken.rights_.receive));
  WriteParam(out, std::move(taken.rights_.send));
}

bool ParamTraits<MachEndpoint>::Read(Reader& in, MachEndpoint* end) {
  if (!ReadParam(in, "recipient", &end->recipient_)) return false;
  if (end->recipient_ <= 0) return in.Fail("a Mach endpoint for a process that cannot be");
  return ReadParam(in, "receive", &end->rights_.receive) &&
         ReadParam(in, "send", &end->rights_.send);
}

}  // namespace ipdl
