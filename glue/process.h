// Launching another program as a child process with one channel to it, and the child's end of that.
//
// What it is: ChildProcess for the launcher, TakeInheritedEndpoint for the launched program. What
// it is not: a sandbox or a supervisor; it starts one process, says once how it ended, and can kill
// it. Called by authors; calls the kernel (process_linux.cc), the run loop and endpoint.h.
//
//   ipdl::LaunchOptions options{.program = "/usr/lib/app/content", .kind = "content", .name = "2"};
//   auto child = ipdl::ChildProcess::Launch(options);          // on this thread's RunLoop
//   if (!child.ok()) return child.status();                    // says which path and why
//   (*child)->OnExit([](const ipdl::ExitStatus& how) { ... how.ToString() ... });
//   auto bound = (*child)->TakeEndpoint<PContentParent>().Bind(ipdl::MakeRef<ContentParent>());
//
//   int main() {                                               // in the program launched
//     auto loop = ipdl::RunLoop::Create();
//     auto end = ipdl::TakeInheritedEndpoint<PContentChild>();
//     if (!end.ok()) return Complain(end.status());            // was not launched by us
//     auto bound = end->Bind(ipdl::MakeRef<ContentChild>());
//     (*loop)->Run();
//   }
//
// What the child gets: descriptors 0, 1 and 2 of this process, the channel as descriptor 3, and no
// other; the environment asked for; default signal dispositions and an empty signal mask; this
// process's working directory. Nothing else is inherited, whatever the flags of our descriptors.
//
// The child's life does not depend on ours by itself: if this process dies, the child's channel
// closes, and by default TakeInheritedEndpoint makes the child exit then. A child that has not
// bound its endpoint, or whose loop does not turn, stays.
//
// Exits are noticed by a pidfd, also while a sync call waits; there is no signal handler, and other
// children of this process are left alone. Linux 5.4 or newer. A host that ignores SIGCHLD loses
// exit statuses (kUnknown).

#ifndef IPDL_GLUE_PROCESS_H_
#define IPDL_GLUE_PROCESS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "glue/endpoint.h"

namespace ipdl {

class RunLoop;

// The number that the channel has in the child.
inline constexpr int kInheritedChannel = 3;

struct LaunchOptions {
  // A path, absolute or relative to the working directory; PATH is not searched.
  std::string program = {};
  // Without the program's name, which becomes argv[0].
  std::vector<std::string> arguments = {};
  // Whether the child gets our environment, and "NAME=value" entries that are added or replace.
  bool inherit_environment = true;
  std::vector<std::string> environment = {};
  // Who the child is: in our logs and its own ("content#2"), and for [ParentProc] and [ChildProc]
  // (docs/generated-code.md). The child is never asked. What the child launches itself counts as
  // the child's kind for everybody else, whatever the child calls it.
  std::string kind = "Child";
  std::string name = {};
  // What becomes of a child that commits a violation, that is, does what no honest program does: it
  // breaks the rules of its connection, sends a message that is not legal, or one that a handler of
  // this process calls bad. kKill: SIGKILL at once. kTell: it is cut off from the actor it wrote to
  // and goes on. Either way OnViolation tells, and so does the exit status.
  //
  // What another process says counts only if that is `trusted_to_judge`, and only about messages
  // that came by a direct connection. Whoever passed a message on is not blamed for it.
  enum class WhenViolated : uint8_t { kKill, kTell } when_violated = WhenViolated::kKill;
  // The child is believed when it says that another child of this process committed one, which may
  // kill that. For few: processes that are not more exposed than this one.
  bool trusted_to_judge = false;
  // What becomes of a child that still runs when the ChildProcess is destroyed. kKill: SIGKILL, and
  // the destructor waits until it is gone (at most a second). kDetach: it goes on; when it ends it
  // stays a zombie until this process ends too.
  enum class WhenDestroyed : uint8_t { kKill, kDetach } when_destroyed = WhenDestroyed::kKill;
};

struct ExitStatus {
  enum class Kind : uint8_t {
    kExited,   // by itself; `value` is its exit code
    kKilled,   // by a signal; `value` is its number
    kUnknown,  // someone else took the status (SIGCHLD is ignored, or a foreign wait)
  };
  Kind kind = Kind::kUnknown;
  int value = 0;
  // The first violation, whether the child was killed for it or not; empty if there was none. See
  // LaunchOptions::when_violated.
  std::string violation = {};

  // Exit code 0, and no violation.
  bool ok() const { return kind == Kind::kExited && value == 0 && violation.empty(); }
  // "exited with 3", "killed by signal 9 (Killed)", "killed by signal 9 (Killed) after a violation:
  // a parcel that it put was rejected: PFoo::Msg_Resize: width: above 16384".
  std::string ToString() const;
};

class ChildProcess {
 public:
  // Starts the program. `loop` (null: RunLoop::Current()) notices its exit and must outlive the
  // object; everything happens on its thread. Errors name the program and the reason: it is missing
  // (NotFound), may not be executed (PermissionDenied), the kernel has no pidfds (Unimplemented),
  // no descriptors or memory (Unavailable); there is no child then.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Launch(const LaunchOptions& options,
                                                              RunLoop* loop = nullptr);
  // See LaunchOptions::when_destroyed. OnExit's callback does not run any more.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int64_t pid() const;
  // "content#2 (pid 123)".
  const PeerLabel& label() const;

  // Our end of the channel, which knows who the peer is. Once; empty afterwards. Dropping it closes
  // the channel.
  template <typename A>
  Endpoint<A> TakeEndpoint() {
    return Endpoint<A>(TakeChannelEnd());
  }

  // Waits until the child has answered for the first time, at most this long, as a sync call waits.
  // False: it has not, or it is known to have ended. Only then what was sent to it can leave; a
  // loop that turns need not care. For launchers that send, close, and then block without a turn.
  bool AwaitAnswer(absl::Duration at_most);

  // Runs `callback` once, from the loop's tasks, after the child has ended; also if that was before
  // this call. Replaces a callback given before.
  void OnExit(absl::AnyInvocable<void(const ExitStatus&)> callback);
  // Runs `callback` once, from the loop's tasks and before that of OnExit, when the child has
  // committed its first violation; also if that was before this call. `what` is one line that names
  // the protocol, the message and the field, as far as there are any. Replaces a callback given
  // before.
  void OnViolation(absl::AnyInvocable<void(std::string_view what)> callback);
  // How it ended; empty while it runs.
  const std::optional<ExitStatus>& exit_status() const;

  // Sends SIGKILL; OnExit follows. Ignored if it has ended.
  void Kill();

 private:
  struct State;
  explicit ChildProcess(std::shared_ptr<State> state);
  EndpointBase TakeChannelEnd();

  std::shared_ptr<State> state_;
};

// What becomes of the launched process when its inherited channel closes or breaks.
enum class WhenClosed : uint8_t {
  kExit,      // after all ActorDestroys: code 0 after a normal shutdown, 1 otherwise
  kContinue,  // the author's ActorDestroy decides
};

// In the child: the channel that ChildProcess::Launch gave it, once. Its peer is labelled as our
// launcher. Also names this process in its log lines as its launcher does. Error: this process was
// not launched with a channel, or it was taken before.
absl::StatusOr<EndpointBase> TakeInheritedChannelEnd(WhenClosed when_closed);

// Bytes, at least 1, of messages that any one process may have sent to this one and nobody has read
// yet, on all channels together: to endpoints that are not bound, into data pipes. Each message
// counts 64 more. Who goes beyond is disconnected, which is a violation. Default 512 MiB. Holds for
// loops that bind or launch for the first time from now on; call it first. Any thread.
void SetHeldBytes(uint64_t bytes);

// For programs that start processes in a way of their own: join this process and the one at the
// other end of a connected AF_UNIX stream socket, as Launch and TakeInheritedChannelEnd do, on the
// loop of this thread. Of two processes one is the launcher, which must not be anybody's child
// here; the other must not have any connection yet. Each end is the other's peer. `child.kind` and
// `kind` should be the same: what the launcher calls the child.
absl::StatusOr<EndpointBase> ConnectToChild(FileDescriptor socket, PeerLabel child);
absl::StatusOr<EndpointBase> ConnectToLauncher(FileDescriptor socket, int64_t process_id,
                                               std::string kind = "Child");

template <typename A>
absl::StatusOr<Endpoint<A>> TakeInheritedEndpoint(WhenClosed when_closed = WhenClosed::kExit) {
  absl::StatusOr<EndpointBase> end = TakeInheritedChannelEnd(when_closed);
  if (!end.ok()) return end.status();
  return Endpoint<A>(*std::move(end));
}

}  // namespace ipdl

#endif  // IPDL_GLUE_PROCESS_H_
