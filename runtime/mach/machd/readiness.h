// A socket that a client can poll: readable while a port or set has messages.
//
// machd keeps one end and gives the other away. The byte that makes the client's end readable is
// written and taken back by machd alone, so the client sees an exact level. It is a socket and not
// an eventfd because the client holds the same open file: it could clear O_NONBLOCK of an eventfd,
// fill its counter, and have machd wait for ever. Flags of a send or receive belong to the call.

#ifndef IPDL_RUNTIME_MACH_MACHD_READINESS_H_
#define IPDL_RUNTIME_MACH_MACHD_READINESS_H_

#include "runtime/mach/machd/file.h"
#include "runtime/mach/machd/quota.h"

namespace ipdl::machd {

class Readiness {
 public:
  // False if there are no descriptors.
  bool Open(const std::shared_ptr<Account>& account);
  void Set(bool ready);
  // A duplicate of the client's end.
  File ForClient() const;

  // When it dies the client's end reports a hang-up: the port is gone or belongs to somebody else.

 private:
  File ours_;
  File theirs_;
  Charge charge_;
  bool ready_ = false;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_READINESS_H_
