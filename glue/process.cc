// The parts of launching that need no system of their own: texts, and the child's side.

#include "glue/process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "glue/node.h"
#include "glue/process_environment.h"
#include "glue/text.h"
#include "glue/trace_log.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"

namespace ipdl {

namespace {

std::string HowItEnded(const ExitStatus& status) {
  switch (status.kind) {
    case ExitStatus::Kind::kExited:
      return Text("exited with ", status.value);
    case ExitStatus::Kind::kKilled:
      return Text("killed by signal ", status.value, " (", strsignal(status.value), ")");
    case ExitStatus::Kind::kUnknown:
      return "ended; its exit status is not known";
  }
  return "?";
}

}  // namespace

std::string ExitStatus::ToString() const {
  if (violation.empty()) return HowItEnded(*this);
  return Text(HowItEnded(*this), " after a violation: ", violation);
}

namespace {

PeerLabel LauncherLabel(int64_t process_id) {
  return {.process_id = process_id, .kind = "launcher", .name = "", .trust = PeerTrust::kLauncher};
}

}  // namespace

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
  const bool referred = std::getenv(kReferredVariable) != nullptr;
  unsetenv(kReferredVariable);
  absl::Status known = Node::SetLauncher(
      FileDescriptor(fd), referred ? Joins::kReferred : Joins::kBroker, LauncherLabel(getppid()));
  if (!known.ok()) return known;
  EndpointBase channel(Node::TakeLauncherPortal());
  channel.set_peer(LauncherLabel(getppid()));
  if (when_closed == WhenClosed::kExit) channel.set_exit_when_closed();
  // The launcher's greeting can be answered from now on.
  if (RunLoop* const loop = RunLoop::Current(); loop != nullptr) {
    if (const auto node = Node::Of(loop); !node.ok()) return node.status();
  }
  return channel;
}

absl::StatusOr<EndpointBase> ConnectToChild(FileDescriptor socket, PeerLabel child) {
  RunLoop* const loop = RunLoop::Current();
  if (loop == nullptr) return absl::FailedPreconditionError("this thread has no RunLoop");
  const absl::StatusOr<Node*> node = Node::Of(loop);
  if (!node.ok()) return node.status();
  if ((*node)->ChildrenJoin() != Joins::kBroker) {
    return absl::FailedPreconditionError("only a loop with the broker can be a launcher so");
  }
  absl::StatusOr<OwnedHandle> portal =
      (*node)->Connect(std::move(socket), child, DefaultLinkPolicy());
  if (!portal.ok()) return portal.status();
  EndpointBase channel(*std::move(portal));
  channel.set_peer(std::move(child));
  return channel;
}

absl::StatusOr<EndpointBase> ConnectToLauncher(FileDescriptor socket, int64_t process_id) {
  RunLoop* const loop = RunLoop::Current();
  if (loop == nullptr) return absl::FailedPreconditionError("this thread has no RunLoop");
  absl::Status known =
      Node::SetLauncher(std::move(socket), Joins::kBroker, LauncherLabel(process_id));
  if (!known.ok()) return known;
  EndpointBase channel(Node::TakeLauncherPortal());
  channel.set_peer(LauncherLabel(process_id));
  if (const auto node = Node::Of(loop); !node.ok()) return node.status();
  return channel;
}

}  // namespace ipdl
