// The parts of launching that need no system of their own: texts, and the child's side.

#include "glue/process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "glue/node.h"
#include "glue/process_environment.h"
#include "glue/process_kind.h"
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

PeerLabel LauncherLabel(int64_t process_id, std::string kind) {
  return {
      .process_id = process_id, .kind = std::move(kind), .name = "", .trust = PeerTrust::kLauncher};
}

// The variable's value, which programs that this one starts do not inherit. Null: it is not set.
std::optional<std::string> TakeVariable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string taken = value;
  unsetenv(name);
  return taken;
}

// Our launcher, or if that is no broker, its own; it stands at the other end of the channel.
PeerLabel BrokerLabel() {
  const std::string text = TakeVariable(kBrokerVariable).value_or("");
  int64_t process_id = getppid();
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, process_id);
  const bool legal = parsed.ec == std::errc() && parsed.ptr != end && *parsed.ptr == ':';
  return LauncherLabel(process_id, legal ? std::string(parsed.ptr + 1, end) : "");
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
  if (const auto label = TakeVariable(kLabelVariable)) {
    SetProcessLabel(*label);
    SetTraceProcess(*label);
  }
  if (auto kind = TakeVariable(kKindVariable)) SetProcessKind(*std::move(kind));
  const bool referred = TakeVariable(kReferredVariable).has_value();
  absl::Status known = Node::SetLauncher(
      FileDescriptor(fd), referred ? Joins::kReferred : Joins::kBroker, BrokerLabel());
  if (!known.ok()) return known;
  EndpointBase channel(Node::TakeLauncherPortal());
  channel.set_peer(LauncherLabel(getppid(), ""));
  if (when_closed == WhenClosed::kExit) channel.set_exit_when_closed();
  // The launcher's greeting can be answered from now on.
  if (RunLoop* const loop = RunLoop::Current(); loop != nullptr) {
    if (const auto node = Node::Of(loop); !node.ok()) return node.status();
  }
  return channel;
}

void SetHeldBytes(uint64_t bytes) { Node::SetHeldBytes(bytes); }

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

absl::StatusOr<EndpointBase> ConnectToLauncher(FileDescriptor socket, int64_t process_id,
                                               std::string kind) {
  RunLoop* const loop = RunLoop::Current();
  if (loop == nullptr) return absl::FailedPreconditionError("this thread has no RunLoop");
  const PeerLabel launcher = LauncherLabel(process_id, std::string(kParentKind));
  absl::Status known = Node::SetLauncher(std::move(socket), Joins::kBroker, launcher);
  if (!known.ok()) return known;
  SetProcessKind(std::move(kind));
  EndpointBase channel(Node::TakeLauncherPortal());
  channel.set_peer(launcher);
  if (const auto node = Node::Of(loop); !node.ok()) return node.status();
  return channel;
}

}  // namespace ipdl
