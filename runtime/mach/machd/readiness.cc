#include "runtime/mach/machd/readiness.h"

#include <fcntl.h>
#include <sys/socket.h>

namespace ipdl::machd {

bool Readiness::Open(const std::shared_ptr<Account>& account) {
  if (!charge_.Take(account, {.descriptors = 2})) return false;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) return false;
  ours_ = File(ends[0]);
  theirs_ = File(ends[1]);
  return true;
}

void Readiness::Set(bool ready) {
  if (ready == ready_) return;
  ready_ = ready;
  char byte = 1;
  // A client that reads or writes here itself deceives only itself.
  if (ready) {
    (void)!send(ours_.get(), &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  } else {
    (void)!recv(theirs_.get(), &byte, 1, MSG_DONTWAIT);
  }
}

File Readiness::ForClient() const { return File(fcntl(theirs_.get(), F_DUPFD_CLOEXEC, 0)); }

}  // namespace ipdl::machd
