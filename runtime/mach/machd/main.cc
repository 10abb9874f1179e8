// machd: the process that plays the Mach kernel for programs on Linux.
//
//   machd --listen FD --directory PATH [--life-line FD] [--limit NAME=N ...]
//
// FD is a listening SEQPACKET socket that the starter made in PATH, a directory of its own that
// only its user may enter; machd removes both when it ends. It ends with the last process that
// connected; with a life line it ends when that is cut, and not before. Started by client/launch.cc
// and by tests; nobody needs to start it by hand.

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "runtime/mach/call_format.h"
#include "runtime/mach/machd/server.h"

namespace {

bool SetLimit(absl::string_view text, ipdl::machd::Limits* limits) {
  const std::pair<const char*, uint64_t*> rows[] = {
      {"names", &limits->names},
      {"messages", &limits->messages},
      {"bytes", &limits->bytes},
      {"descriptors", &limits->descriptors},
      {"connections", &limits->connections},
      {"objects", &limits->objects},
  };
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos) return false;
  for (const auto& [name, value] : rows) {
    if (text.substr(0, equals) == name) return absl::SimpleAtoi(text.substr(equals + 1), value);
  }
  return false;
}

int Usage() {
  std::fputs("usage: machd --listen FD --directory PATH [--life-line FD] [--limit NAME=N ...]\n",
             stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  int listener = -1;
  int life_line = -1;
  std::string directory;
  ipdl::machd::Limits limits;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return Usage();
    const absl::string_view option = argv[i];
    bool understood = false;
    if (option == "--listen") understood = absl::SimpleAtoi(argv[i + 1], &listener);
    if (option == "--life-line") understood = absl::SimpleAtoi(argv[i + 1], &life_line);
    if (option == "--directory") understood = !(directory = argv[i + 1]).empty();
    if (option == "--limit") understood = SetLimit(argv[i + 1], &limits);
    if (!understood) return Usage();
  }
  if (directory.empty() || listener < 0 || fcntl(listener, F_SETFD, FD_CLOEXEC) != 0)
    return Usage();
  if (life_line >= 0 && fcntl(life_line, F_SETFD, FD_CLOEXEC) != 0) return Usage();
  std::signal(SIGPIPE, SIG_IGN);
  // What clients may make it hold is limited by their quotas, not by the default of a shell.
  rlimit most;
  if (getrlimit(RLIMIT_NOFILE, &most) == 0) {
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
  }
  ipdl::machd::Server server(limits, ipdl::machd::File(listener), ipdl::machd::File(life_line));
  const bool served = server.Run();
  unlink((directory + "/" + ipdl::mach::kSocketName).c_str());
  rmdir(directory.c_str());
  return served ? 0 : 1;
}
