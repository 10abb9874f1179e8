// The parts of launching that need no system of their own: texts, and the child's side.

#include "glue/process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "glue/process_environment.h"
#include "glue/text.h"
#include "glue/trace_log.h"
#include "runtime/log.h"

namespace ipdl {

std::string ExitStatus::ToString() const {
  switch (kind) {
    case Kind::kExited:
      return Text("exited with ", value);
    case Kind::kKilled:
      return Text("killed by signal ", value, " (", strsignal(value), ")");
    case Kind::kUnknown:
      return "ended; its exit status is not known";
  }
  return "?";
}

absl::StatusOr<EndpointBase> TakeInheritedChannelEnd(WhenClosed when_closed) {
  const char* number = std::getenv(kChannelVariable);
  if (number == nullptr) {
    return absl::FailedPreconditionError(
        Text(kChannelVariable, " is not set: this program is to be started by an ipdl launcher"));
  }
  int fd = -1;
  const char* end = number + std::strlen(number);
  const auto parsed = std::from_chars(number, end, fd);
  int type = 0;
  socklen_t size = sizeof(type);
  if (parsed.ec != std::errc() || parsed.ptr != end || fd < 0 ||
      getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
    return absl::FailedPreconditionError(
        Text(kChannelVariable, "=", EscapePeerText(number), " is not an inherited channel"));
  }
  // Programs that this one starts must not take the channel for theirs.
  unsetenv(kChannelVariable);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  if (const char* label = std::getenv(kLabelVariable); label != nullptr) {
    SetProcessLabel(label);
    SetTraceProcess(label);
    unsetenv(kLabelVariable);
  }
  EndpointBase channel{FileDescriptor(fd)};
  channel.set_peer(
      {.process_id = getppid(), .kind = "launcher", .name = "", .trust = PeerTrust::kLauncher});
  if (when_closed == WhenClosed::kExit) channel.set_exit_when_closed();
  return channel;
}

}  // namespace ipdl
