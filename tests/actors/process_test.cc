// Launching: what the child gets, how its end is noticed, and what goes wrong.

#include "glue/process.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

#include "TreeParent.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/support/forked_test.h"

namespace actors {
namespace {

using ipdl::ChildProcess;
using ipdl::ExitStatus;
using ipdl::LaunchOptions;
using Lines = std::vector<std::string>;

LaunchOptions Options(std::vector<std::string> arguments) {
  return {.program = ACTORS_CHILD,
          .arguments = std::move(arguments),
          .environment = {},
          .kind = "content",
          .name = "2"};
}

// A launcher with an actor for its one child.
struct Launcher {
  explicit Launcher(const LaunchOptions& options) : loop(*ipdl::RunLoop::Create()) {
    ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
    auto launched = ChildProcess::Launch(options);
    EXPECT_TRUE(launched.ok()) << launched.status();
    if (launched.ok()) child = *std::move(launched);
  }
  ~Launcher() {
    parent->Close();
    child = nullptr;
    ipdl::SetLogSink(nullptr);
  }
  void Bind() { EXPECT_TRUE(child->TakeEndpoint<PTreeParent>().Bind(parent).ok()); }
  void RunUntil(const std::function<bool()>& done) {
    while (!done()) loop->Turn(absl::InfiniteDuration());
  }
  // Waits for the exit.
  std::string ExitText() {
    std::string text;
    child->OnExit([&](const ExitStatus& how) { text += how.ToString(); });
    RunUntil([&] { return !text.empty(); });
    return text;
  }

  Journal journal;
  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> loop;
  std::unique_ptr<ChildProcess> child;
  ipdl::RefPtr<TreeParent> parent = ipdl::MakeRef<TreeParent>(&journal);
};

std::string ReportOf(const LaunchOptions& options) {
  Launcher launcher(options);
  std::string report;
  launcher.parent->on_text = [&](std::string text, Rect, std::vector<uint8_t>) {
    report = text;
    return ipdl::Ok();
  };
  launcher.Bind();
  launcher.RunUntil([&] { return !report.empty(); });
  return report;
}

FORKED_TEST(Process, TheChildInheritsNothingButStandardStreamsAndTheChannel) {
  // Descriptors without close-on-exec, one of them at the channel's own number.
  const int low = open("/dev/null", O_RDONLY);
  const int high = dup2(low, 77);
  ASSERT_EQ(77, high);
  signal(SIGPIPE, SIG_IGN);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, SIGUSR1);
  sigprocmask(SIG_BLOCK, &one, nullptr);
  setenv("FROM_TEST", "old", 1);
  setenv("FROM_US", "ours", 1);
  LaunchOptions options = Options({"report", "a b", ""});
  options.environment = {"FROM_TEST=new"};
  EXPECT_EQ(
      "fds: 0 1 2 3 signals: arguments: a b  FROM_US=ours FROM_TEST=new IPDL_CHANNEL_FD=(unset) "
      "launcher=1",
      ReportOf(options));
  options.inherit_environment = false;
  options.environment = {};
  EXPECT_EQ(
      "fds: 0 1 2 3 signals: arguments: a b  FROM_US=(unset) FROM_TEST=(unset) "
      "IPDL_CHANNEL_FD=(unset) launcher=1",
      ReportOf(options));
  close(low);
  close(high);
}

FORKED_TEST(Process, TheLabelIsTheLaunchers) {
  Launcher launcher(Options({"serve"}));
  launcher.Bind();
  const std::string expected = "content#2 (pid " + std::to_string(launcher.child->pid()) + ")";
  EXPECT_EQ(expected, launcher.child->label().ToString());
  EXPECT_EQ(expected, launcher.parent->peer().ToString());
  EXPECT_EQ(launcher.child->pid(), launcher.parent->OtherPid());
  EXPECT_EQ(ipdl::PeerTrust::kUntrusted, launcher.parent->peer().trust);
}

FORKED_TEST(Process, AnExitCodeIsReportedOnce) {
  Launcher launcher(Options({"exit", "3"}));
  int told = 0;
  launcher.child->OnExit([&](const ExitStatus& how) {
    ++told;
    EXPECT_EQ(ExitStatus::Kind::kExited, how.kind);
    EXPECT_EQ(3, how.value);
    EXPECT_FALSE(how.ok());
  });
  launcher.RunUntil([&] { return told != 0; });
  while (launcher.loop->Turn(absl::ZeroDuration())) {
  }
  EXPECT_EQ(1, told);
  EXPECT_EQ("exited with 3", launcher.child->exit_status()->ToString());
  // Asking again, after the fact, tells again, and never from inside the call.
  bool again = false;
  launcher.child->OnExit([&](const ExitStatus&) { again = true; });
  EXPECT_FALSE(again);
  launcher.RunUntil([&] { return again; });
  launcher.child->Kill();  // does nothing
}

FORKED_TEST(Process, ASignalIsReported) {
  EXPECT_EQ("killed by signal 15 (Terminated)",
            Launcher(Options({"raise", std::to_string(SIGTERM)})).ExitText());
}

FORKED_TEST(Process, AKilledChildEndsItsActorsToo) {
  Launcher launcher(Options({"report"}));
  launcher.Bind();
  bool reported = false;
  launcher.parent->on_text = [&](std::string, Rect, std::vector<uint8_t>) {
    reported = true;
    return ipdl::Ok();
  };
  launcher.RunUntil([&] { return reported; });
  launcher.child->Kill();
  EXPECT_EQ("killed by signal 9 (Killed)", launcher.ExitText());
  launcher.RunUntil([&] { return !launcher.journal.lines.empty(); });
  EXPECT_EQ((Lines{"parent: abnormal shutdown"}), launcher.journal.Take());
  EXPECT_EQ(Lines{}, launcher.log);
}

FORKED_TEST(Process, AnExitIsNoticedWhileASyncCallWaitsAndToldAfterwards) {
  Launcher launcher(Options({"exit", "0"}));
  bool told = false;
  launcher.child->OnExit([&](const ExitStatus& how) { told = how.ok(); });
  // What a sync call does while it waits.
  while (!launcher.child->exit_status()) {
    launcher.loop->WaitTransports(absl::InfiniteFuture());
  }
  EXPECT_FALSE(told);
  launcher.RunUntil([&] { return told; });
}

FORKED_TEST(Process, AChildExitsWhenItsLauncherClosesTheChannel) {
  Launcher launcher(Options({"serve"}));
  launcher.Bind();
  launcher.parent->Close();
  EXPECT_EQ("exited with 0", launcher.ExitText());
}

FORKED_TEST(Process, AChildExitsWhenItsLauncherIsLost) {
  Launcher launcher(Options({"serve"}));
  { auto dropped = launcher.child->TakeEndpoint<PTreeParent>(); }
  EXPECT_EQ("exited with 1", launcher.ExitText());
}

FORKED_TEST(Process, DroppingTheObjectKillsTheChild) {
  Launcher launcher(Options({"stay"}));
  launcher.Bind();
  const pid_t pid = static_cast<pid_t>(launcher.child->pid());
  launcher.child = nullptr;
  EXPECT_EQ(-1, kill(pid, 0));  // reaped
  EXPECT_EQ(ESRCH, errno);
}

FORKED_TEST(Process, ADetachedChildGoesOn) {
  LaunchOptions options = Options({"serve"});
  options.when_destroyed = LaunchOptions::WhenDestroyed::kDetach;
  Launcher launcher(options);
  launcher.Bind();
  const pid_t pid = static_cast<pid_t>(launcher.child->pid());
  launcher.child = nullptr;
  uint32_t twice = 0;
  launcher.parent->SendAskChild(
      4, [&](uint32_t answer) { twice = answer; }, [](ipdl::RejectReason) { ADD_FAILURE(); });
  launcher.RunUntil([&] { return twice != 0; });
  EXPECT_EQ(8u, twice);
  launcher.parent->Close();
  int status = 0;
  EXPECT_EQ(pid, waitpid(pid, &status, 0));
  EXPECT_EQ(0, WEXITSTATUS(status));
}

FORKED_TEST(Process, OtherChildrenAreLeftAlone) {
  const pid_t other = fork();
  if (other == 0) _exit(9);
  EXPECT_EQ("exited with 3", Launcher(Options({"exit", "3"})).ExitText());
  int status = 0;
  EXPECT_EQ(other, waitpid(other, &status, 0));
  EXPECT_EQ(9, WEXITSTATUS(status));
}

FORKED_TEST(Process, AHostThatIgnoresSigchldLosesTheStatus) {
  signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ("ended; its exit status is not known", Launcher(Options({"exit", "3"})).ExitText());
}

FORKED_TEST(Process, AMissingProgramIsNamed) {
  auto loop = *ipdl::RunLoop::Create();
  const auto launched = ChildProcess::Launch({.program = "/nowhere/content", .arguments = {}});
  EXPECT_EQ(absl::StatusCode::kNotFound, launched.status().code());
  EXPECT_EQ("cannot start /nowhere/content: No such file or directory",
            std::string(launched.status().message()));
}

FORKED_TEST(Process, AFileThatIsNoProgramIsNamed) {
  auto loop = *ipdl::RunLoop::Create();
  char path[] = "/tmp/ipdl_not_a_program_XXXXXX";
  close(mkstemp(path));
  const auto not_allowed = ChildProcess::Launch({.program = path, .arguments = {}});
  EXPECT_EQ(absl::StatusCode::kPermissionDenied, not_allowed.status().code());
  EXPECT_EQ(std::string("cannot start ") + path + ": Permission denied",
            std::string(not_allowed.status().message()));
  chmod(path, 0700);
  const auto empty = ChildProcess::Launch({.program = path, .arguments = {}});
  EXPECT_EQ(std::string("cannot start ") + path + ": Exec format error",
            std::string(empty.status().message()));
  unlink(path);
}

FORKED_TEST(Process, AThreadWithoutALoopCannotLaunch) {
  EXPECT_EQ("cannot start " ACTORS_CHILD ": this thread has no RunLoop",
            std::string(ChildProcess::Launch(Options({"exit", "0"})).status().message()));
}

FORKED_TEST(Process, RunningOutOfDescriptorsIsAnErrorAndLeavesNoChild) {
  auto loop = *ipdl::RunLoop::Create();
  const int next = dup(0);
  close(next);
  for (rlim_t room = 0; room <= 2; ++room) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = static_cast<rlim_t>(next) + room;
    setrlimit(RLIMIT_NOFILE, &limit);
    EXPECT_FALSE(ChildProcess::Launch(Options({"serve"})).ok());
    EXPECT_EQ(-1, waitpid(-1, nullptr, WNOHANG));
  }
}

// A kernel that does not know the call, made of a filter.
void ForbidPidfdOpen() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{.len = 4, .filter = program};
  ASSERT_EQ(0, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  ASSERT_EQ(0, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

FORKED_TEST(Process, AKernelWithoutPidfdsIsAClearError) {
  auto loop = *ipdl::RunLoop::Create();
  ForbidPidfdOpen();
  const auto launched = ChildProcess::Launch(Options({"serve"}));
  EXPECT_EQ(absl::StatusCode::kUnimplemented, launched.status().code());
  EXPECT_EQ("cannot start " ACTORS_CHILD
            ": pidfd_open: Function not implemented; Linux 5.4 is needed",
            std::string(launched.status().message()));
  EXPECT_EQ(-1, waitpid(-1, nullptr, WNOHANG));
}

FORKED_TEST(Process, AProcessThatWasNotLaunchedHasNoInheritedEndpoint) {
  unsetenv("IPDL_CHANNEL_FD");
  EXPECT_EQ("IPDL_CHANNEL_FD is not set: this program is to be started by an ipdl launcher",
            std::string(ipdl::TakeInheritedEndpoint<PTreeParent>().status().message()));
  for (const char* nonsense : {"", "x", "-1", "3x", "99999999999", "1000"}) {
    setenv("IPDL_CHANNEL_FD", nonsense, 1);
    EXPECT_EQ(absl::StatusCode::kFailedPrecondition,
              ipdl::TakeInheritedEndpoint<PTreeParent>().status().code())
        << nonsense;
  }
}

FORKED_TEST(Process, AConnectionThatIsNoneIsAnError) {
  auto loop = *ipdl::RunLoop::Create();
  const auto end =
      ipdl::ConnectToLauncher(ipdl::FileDescriptor(open("/dev/null", O_RDWR | O_CLOEXEC)), 1);
  EXPECT_FALSE(end.ok());
}

}  // namespace
}  // namespace actors
