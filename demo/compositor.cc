// ipdl-demo: starts one content process per picture, blends the moving layers that they draw, and
// writes the frames. `ipdl-demo --help` lists the options; the work is done in demo/show.

#include "demo/show/compositor.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "demo/show/options.h"
#include "runtime/foreign_close.h"
#include "runtime/run_loop.h"

namespace {

using ipdl::RunLoop;

constexpr int kUsage = 2;
constexpr int kInterrupted = 130;  // what shells use for Ctrl-C

int Complain(const absl::Status& status) {
  fprintf(stderr, "ipdl-demo: %s\n", std::string(status.message()).c_str());
  return 1;
}

// The content program lies beside this one, wherever that is.
absl::StatusOr<std::string> ContentProgram() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot read /proc/self/exe: ", error.message()));
  }
  return (self.parent_path() / "ipdl-demo-content").string();
}

// A descriptor that becomes readable when the user wants to stop. Children get an empty signal
// mask.
absl::StatusOr<ipdl::FileDescriptor> StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ipdl::FileDescriptor descriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor) return absl::ErrnoToStatus(errno, "signalfd");
  return descriptor;
}

absl::Status Show(ipdl::demo::Options options, RunLoop* loop) {
  absl::StatusOr<std::string> program = ContentProgram();
  if (!program.ok()) return program.status();
  absl::StatusOr<ipdl::FileDescriptor> stop = StopSignals();
  if (!stop.ok()) return stop.status();
  const std::string out = options.out;
  const bool frames_are_written = options.write_frames;
  ipdl::demo::CompositorSettings settings;
  settings.options = std::move(options);
  settings.content_program = *std::move(program);
  ipdl::demo::Compositor compositor(std::move(settings), loop);
  absl::StatusOr<std::unique_ptr<RunLoop::Watch>> watch =
      loop->WatchFd(stop->get(), {.readable = true}, [&compositor, &stop](ipdl::FdReady) {
        signalfd_siginfo info;
        if (read(stop->get(), &info, sizeof info) > 0) compositor.Stop();
      });
  if (!watch.ok()) return watch.status();
  absl::Status status = compositor.Run();
  for (const std::string& loss : compositor.losses()) {
    fprintf(stderr, "ipdl-demo: a layer is gone: %s\n", loss.c_str());
  }
  if (!status.ok()) return status;
  printf("%s\n", compositor.figures().Line(compositor.elapsed()).c_str());
  printf("%s\n", compositor.contact_sheet_path().c_str());
  if (frames_are_written) printf("%s/frame-*.png\n", out.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  absl::StatusOr<ipdl::demo::Options> options = ipdl::demo::ParseOptions(arguments);
  if (!options.ok()) {
    Complain(options.status());
    return kUsage;
  }
  if (options->help) {
    fputs(std::string(ipdl::demo::HelpText()).c_str(), stdout);
    return 0;
  }
  absl::StatusOr<std::unique_ptr<RunLoop>> loop = RunLoop::Create();
  if (!loop.ok()) return Complain(loop.status());
  const absl::Status status = Show(*std::move(options), loop->get());
  ipdl::DrainForForeignClose();
  if (absl::IsCancelled(status)) return kInterrupted;
  if (!status.ok()) return Complain(status);
  // A full disk may show only now.
  return fflush(stdout) == 0 ? 0 : 1;
}
