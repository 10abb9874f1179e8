// The program that process_test.cc launches: says what it was given, or ends in one way or another.
//
//   actors_child report        sends what it inherited as a Text message, then serves
//   actors_child serve         serves until its channel closes
//   actors_child stay          serves, and stays when its channel closes
//   actors_child exit CODE     ends at once
//   actors_child raise SIGNAL  ends at once

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "TreeChild.h"
#include "glue/process.h"
#include "runtime/run_loop.h"

namespace {

std::string Descriptors() {
  std::vector<int> numbers;
  DIR* directory = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(directory)) {
    const int number = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && number != dirfd(directory)) numbers.push_back(number);
  }
  closedir(directory);
  std::sort(numbers.begin(), numbers.end());
  std::string text;
  for (int number : numbers) text += std::to_string(number) + " ";
  return text;
}

std::string Signals() {
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, nullptr, &blocked);
  std::string text;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (sigismember(&blocked, signal) == 1) text += "blocked " + std::to_string(signal) + " ";
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
      text += "ignored " + std::to_string(signal) + " ";
    }
  }
  return text;
}

const char* Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "(unset)" : value;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "exit") return std::atoi(argv[2]);
  if (mode == "raise") return raise(std::atoi(argv[2]));

  const std::string descriptors = Descriptors();
  const std::string signals = Signals();
  auto loop = ipdl::RunLoop::Create();
  auto end = ipdl::TakeInheritedEndpoint<actors::PTreeChild>(
      mode == "stay" ? ipdl::WhenClosed::kContinue : ipdl::WhenClosed::kExit);
  if (!loop.ok() || !end.ok()) return 70;
  actors::Journal journal;
  auto child = ipdl::MakeRef<actors::TreeChild>(&journal);
  if (!end->Bind(child).ok()) return 71;
  if (mode == "report") {
    std::string text = "fds: " + descriptors + "signals: " + signals + "arguments:";
    for (int i = 2; i < argc; ++i) text += std::string(" ") + argv[i];
    text += std::string(" FROM_US=") + Variable("FROM_US") + " FROM_TEST=" + Variable("FROM_TEST") +
            " IPDL_CHANNEL_FD=" + Variable("IPDL_CHANNEL_FD") +
            " launcher=" + std::to_string(child->OtherPid() == getppid());
    child->SendText(text, actors::Rect(), {}, true);
  }
  if (mode == "stay") {
    child->on_destroy = [](ipdl::DestroyReason) {
      std::fflush(nullptr);
      pause();
    };
  }
  (*loop)->Run();
  return 72;
}
