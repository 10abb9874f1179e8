// Launching on Linux: posix_spawn to start, a pidfd to watch, signal and reap.
//
// posix_spawn rather than fork: it reports why the program could not be started, and it is safe in
// a process that has threads. What a child must not inherit is closed in the child itself
// (closefrom), so that no descriptor slips through that some library opened without O_CLOEXEC.

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/base/thread_annotations.h"
#include "glue/node.h"
#include "glue/process.h"
#include "glue/process_environment.h"
#include "glue/text.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/log.h"
#include "runtime/mutex.h"
#include "runtime/run_loop.h"

extern char** environ;

namespace ipdl {

namespace {

constexpr int kReapMilliseconds = 1000;  // SIGKILL takes effect at once, but for a stuck device

// The C library of Debian bookworm has these wrappers, older ones do not.
int OpenPidfd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }
int SignalPidfd(int pidfd, int signal) {
  return static_cast<int>(syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}
constexpr idtype_t kWaitPidfd = static_cast<idtype_t>(3);  // P_PIDFD

bool Replaces(const std::vector<std::string>& entries, const char* inherited) {
  const char* equals = std::strchr(inherited, '=');
  const size_t name = equals == nullptr ? std::strlen(inherited) : equals - inherited + 1;
  for (const std::string& entry : entries) {
    if (entry.compare(0, name, inherited, name) == 0) return true;
  }
  return false;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> ChildEnvironment(const LaunchOptions& options, const PeerLabel& label,
                                          const Node& node) {
  std::vector<std::string> ours = options.environment;
  if (node.ChildrenJoin() == Joins::kReferred) ours.push_back(Text(kReferredVariable, "=1"));
  const PeerLabel broker = node.Broker();
  ours.push_back(Text(kBrokerVariable, "=", broker.process_id, ":", broker.kind));
  ours.push_back(Text(kKindVariable, "=", label.kind));
  ours.push_back(Text(kChannelVariable, "=", kInheritedChannel));
  ours.push_back(Text(kLabelVariable, "=", label.ToString()));
  std::vector<std::string> all = ours;
  if (options.inherit_environment) {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
      if (!Replaces(ours, *entry)) all.emplace_back(*entry);
    }
  }
  return all;
}

absl::Status SpawnError(int error, const std::string& program) {
  const std::string text = Text("cannot start ", program, ": ", std::strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(text);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(text);
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::UnavailableError(text);
    default:
      return absl::FailedPreconditionError(text);
  }
}

// The process id, or minus the error.
pid_t Spawn(const std::string& program, std::vector<char*> arguments,
            std::vector<char*> environment, int channel) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);

  // dup2 clears close-on-exec, also if both numbers are the same.
  posix_spawn_file_actions_adddup2(&actions, channel, kInheritedChannel);
  posix_spawn_file_actions_addclosefrom_np(&actions, kInheritedChannel + 1);

  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  sigdelset(&all, SIGKILL);
  sigdelset(&all, SIGSTOP);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  pid_t pid = -1;
  const int error = posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments.data(),
                                environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? pid : -error;
}

// The child as its connections know it, which may have been made by introduction, be used on any
// thread, and live longer than the ChildProcess.
struct Culprit {
  FileDescriptor pidfd;  // set before there are connections
  LaunchOptions::WhenViolated when_violated{};

  Mutex mutex;
  std::string violation ABSL_GUARDED_BY(mutex);            // the first
  absl::AnyInvocable<void()> tell ABSL_GUARDED_BY(mutex);  // posts; empty without ChildProcess

  void OnMisconduct(std::string_view what) {
    MutexLock lock(&mutex);
    if (!violation.empty()) return;
    violation = what;
    // What the descriptor means is never another process, also when this one has ended.
    if (when_violated == LaunchOptions::WhenViolated::kKill && pidfd) {
      SignalPidfd(pidfd.get(), SIGKILL);
    }
    if (tell) tell();
  }
};

}  // namespace

struct ChildProcess::State : std::enable_shared_from_this<ChildProcess::State> {
  // Takes the exit status if the child has ended; waits for that at most this long.
  bool Reap(int milliseconds);
  absl::Status Connect(Node& node, FileDescriptor socket, bool trusted_to_judge);
  // Posts the callbacks that are there and have something to be told.
  void Tell();
  std::string violation() const {
    MutexLock lock(&culprit->mutex);
    return culprit->violation;
  }

  RunLoop* loop = nullptr;
  pid_t pid = -1;
  const std::shared_ptr<Culprit> culprit = std::make_shared<Culprit>();
  PeerLabel label;
  EndpointBase channel;
  LaunchOptions::WhenDestroyed when_destroyed{};
  std::unique_ptr<RunLoop::Watch> watch;
  std::optional<ExitStatus> status;
  absl::AnyInvocable<void(std::string_view)> on_violation;
  absl::AnyInvocable<void(const ExitStatus&)> on_exit;
};

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Launch(const LaunchOptions& options,
                                                                   RunLoop* loop) {
  if (loop == nullptr) loop = RunLoop::Current();
  if (loop == nullptr) {
    return absl::FailedPreconditionError(
        Text("cannot start ", options.program, ": this thread has no RunLoop"));
  }
  // Asked before there is a child that nobody could wait for.
  if (const FileDescriptor self(OpenPidfd(getpid())); !self) {
    const std::string text =
        Text("cannot start ", options.program, ": pidfd_open: ", std::strerror(errno));
    if (errno == ENOSYS) return absl::UnimplementedError(Text(text, "; Linux 5.4 is needed"));
    return absl::UnavailableError(text);
  }
  const absl::StatusOr<Node*> node = Node::Of(loop);
  if (!node.ok()) return node.status();
  absl::StatusOr<SocketPair> pair = CreateSocketPair();
  if (!pair.ok()) return pair.status();

  auto state = std::make_shared<State>();
  state->loop = loop;
  state->when_destroyed = options.when_destroyed;
  state->culprit->when_violated = options.when_violated;
  state->label.kind = options.kind;
  state->label.name = options.name;

  std::vector<std::string> arguments{options.program};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> environment = ChildEnvironment(options, state->label, **node);
  state->pid =
      Spawn(options.program, Pointers(arguments), Pointers(environment), pair->theirs.get());
  if (state->pid < 0) return SpawnError(-state->pid, options.program);

  state->label.process_id = state->pid;
  // From here on the destructor ends the child if something fails.
  std::unique_ptr<ChildProcess> child(new ChildProcess(state));

  // Unless the host ignores SIGCHLD, the number still means this one: nobody else reaps it.
  FileDescriptor& pidfd = state->culprit->pidfd;
  pidfd = FileDescriptor(OpenPidfd(state->pid));
  if (!pidfd) {
    const int error = errno;
    if (error == ESRCH) {
      // It has ended already, and a host that ignores SIGCHLD keeps nothing of it.
      state->status.emplace();
      absl::Status connected =
          state->Connect(**node, std::move(pair->ours), options.trusted_to_judge);
      if (!connected.ok()) return connected;
      return child;
    }
    kill(state->pid, SIGKILL);
    waitpid(state->pid, nullptr, 0);
    state->status.emplace();
    return absl::UnavailableError(
        Text("cannot watch ", options.program, ": pidfd_open: ", std::strerror(error)));
  }
  State* raw = state.get();  // the watch dies with the state
  auto watch =
      loop->WatchNodeFd(pidfd.get(), {.readable = true, .writable = false}, [raw](FdReady) {
        if (raw->Reap(0)) raw->Tell();
      });
  if (!watch.ok()) return watch.status();
  state->watch = *std::move(watch);

  absl::Status connected = state->Connect(**node, std::move(pair->ours), options.trusted_to_judge);
  if (!connected.ok()) return connected;
  return child;
}

ChildProcess::ChildProcess(std::shared_ptr<State> state) : state_(std::move(state)) {}

ChildProcess::~ChildProcess() {
  state_->on_exit = nullptr;
  state_->on_violation = nullptr;
  {
    MutexLock lock(&state_->culprit->mutex);
    state_->culprit->tell = nullptr;
  }
  if (state_->status || state_->when_destroyed == LaunchOptions::WhenDestroyed::kDetach) return;
  Kill();
  if (!state_->Reap(kReapMilliseconds)) {
    LogWarning(Text(state_->label.ToString(), " was killed but is still there"));
  }
}

bool ChildProcess::State::Reap(int milliseconds) {
  if (status) return true;
  pollfd ended{.fd = culprit->pidfd.get(), .events = POLLIN, .revents = 0};
  int ready;
  do {
    ready = poll(&ended, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return false;
  siginfo_t info{};
  int waited;
  do {
    waited = waitid(kWaitPidfd, static_cast<id_t>(culprit->pidfd.get()), &info, WEXITED | WNOHANG);
  } while (waited < 0 && errno == EINTR);
  watch.reset();
  ExitStatus& how = status.emplace();
  if (waited == 0 && info.si_pid != 0) {
    how.kind = info.si_code == CLD_EXITED ? ExitStatus::Kind::kExited : ExitStatus::Kind::kKilled;
    how.value = info.si_status;
  }
  how.violation = violation();
  return true;
}

absl::Status ChildProcess::State::Connect(Node& node, FileDescriptor socket,
                                          bool trusted_to_judge) {
  {
    MutexLock lock(&culprit->mutex);
    culprit->tell = [loop = loop, state = weak_from_this()] {
      loop->Post([state] {
        if (const auto child = state.lock(); child != nullptr) child->Tell();
      });
    };
  }
  LinkPolicy policy;
  policy.limits = DefaultLinkPolicy()->limits;
  policy.trusted_to_judge = trusted_to_judge;
  policy.on_misconduct = [culprit = culprit](const PeerLabel&, const Misconduct& misconduct) {
    culprit->OnMisconduct(misconduct.what);
  };
  absl::StatusOr<OwnedHandle> portal =
      node.Connect(std::move(socket), label, std::make_shared<const LinkPolicy>(std::move(policy)));
  if (!portal.ok()) return portal.status();
  channel = EndpointBase(*std::move(portal));
  channel.set_peer(label);
  return absl::OkStatus();
}

void ChildProcess::State::Tell() {
  // Never from inside a sync call, which may be what noticed either.
  if (on_violation && !violation().empty()) {
    loop->Post([state = shared_from_this()] {
      if (!state->on_violation) return;
      auto callback = std::move(state->on_violation);
      state->on_violation = nullptr;
      callback(state->violation());
    });
  }
  if (!status || !on_exit) return;
  loop->Post([state = shared_from_this()] {
    if (!state->on_exit) return;
    auto callback = std::move(state->on_exit);
    state->on_exit = nullptr;
    callback(*state->status);
  });
}

bool ChildProcess::AwaitAnswer(absl::Duration at_most) {
  const absl::StatusOr<Node*> node = Node::Of(state_->loop);
  return node.ok() && (*node)->AwaitGreetings(at_most) && !state_->status;
}

void ChildProcess::OnExit(absl::AnyInvocable<void(const ExitStatus&)> callback) {
  state_->on_exit = std::move(callback);
  state_->Tell();
}

void ChildProcess::OnViolation(absl::AnyInvocable<void(std::string_view)> callback) {
  state_->on_violation = std::move(callback);
  state_->Tell();
}

int64_t ChildProcess::pid() const { return state_->pid; }
const PeerLabel& ChildProcess::label() const { return state_->label; }
const std::optional<ExitStatus>& ChildProcess::exit_status() const { return state_->status; }
EndpointBase ChildProcess::TakeChannelEnd() { return std::move(state_->channel); }

void ChildProcess::Kill() {
  if (!state_->status) SignalPidfd(state_->culprit->pidfd.get(), SIGKILL);
}

}  // namespace ipdl
