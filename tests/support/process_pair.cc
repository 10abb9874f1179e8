// Forking the child of a pair, and judging its end. See process_pair.h.

#include "tests/support/process_pair.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "tests/support/forked_test.h"
#include "tests/support/process_resources.h"

namespace ipdl {
namespace {

[[noreturn]] void RunChild(absl::FunctionRef<void(int)> body, int socket) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const ProcessResources before = ProcessResources::Now();
  // The body may close its socket; a socket that it leaves open ends with the process and is not
  // held against it.
  body(socket);
  for (const std::string& leak : ProcessResources::LeakedSince(before)) {
    ADD_FAILURE() << "the child left behind: " << leak;
  }
  std::fflush(nullptr);
  _exit(testing::Test::HasFailure() ? 1 : 0);
}

}  // namespace

ProcessPair::ProcessPair(absl::FunctionRef<void(int socket)> child) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    std::perror("socketpair of a ProcessPair");
    std::abort();
  }
  std::fflush(nullptr);
  if (before_fork != nullptr) before_fork();
  child_ = fork();
  if (child_ < 0) {
    std::perror("fork of a ProcessPair");
    std::abort();
  }
  if (child_ == 0) {
    close(ends[0]);
    RunChild(child, ends[1]);
  }
  close(ends[1]);
  socket_ = ends[0];
}

ProcessPair::~ProcessPair() {
  if (socket_ >= 0) close(socket_);
  Wait();
}

int ProcessPair::TakeSocket() { return std::exchange(socket_, -1); }

void ProcessPair::Kill() {
  if (std::exchange(reaped_, true)) return;
  kill(child_, SIGKILL);
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void ProcessPair::Stop() {
  kill(child_, SIGSTOP);
  // Only when it is reported stopped has it really stopped.
  while (waitpid(child_, nullptr, WUNTRACED) < 0 && errno == EINTR) {
  }
}

void ProcessPair::Continue() { kill(child_, SIGCONT); }

void ProcessPair::Wait() {
  if (std::exchange(reaped_, true)) return;
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  died_ = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  if (died_ && may_die_) return;
  if (WIFSIGNALED(status)) {
    ADD_FAILURE() << "the child was killed by signal " << WTERMSIG(status) << " ("
                  << strsignal(WTERMSIG(status)) << ")";
  } else if (WEXITSTATUS(status) != 0) {
    ADD_FAILURE() << "the child ended with exit code " << WEXITSTATUS(status);
  }
}

bool ProcessPair::WaitForDeath() {
  may_die_ = true;
  Wait();
  return died_;
}

}  // namespace ipdl
