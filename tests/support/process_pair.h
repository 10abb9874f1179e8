// Two processes joined by a socket, for one test.
//
// What it is: a fork with a stream socket between parent and child, and the check that the child
// ended well and left nothing open. What it is not: the way a program starts its children (that
// has a program to start, and labels). Use it inside a FORKED_TEST, so that a hang of either side
// is noticed.
//
// The child runs `child(socket)` and ends; it owns the socket, and so does whoever calls
// TakeSocket(). gtest's macros work on both sides. When the pair dies it waits for the child, and
// the test fails unless the child ended by itself, without failures and with nothing left open.
//
//   ipdl::ProcessPair pair([](int socket) { Serve(ipdl::FileDescriptor(socket)); });
//   Ask(ipdl::FileDescriptor(pair.TakeSocket()));

#ifndef IPDL_TESTS_SUPPORT_PROCESS_PAIR_H_
#define IPDL_TESTS_SUPPORT_PROCESS_PAIR_H_

#include <sys/types.h>

#include "absl/functional/function_ref.h"

namespace ipdl {

class ProcessPair {
 public:
  explicit ProcessPair(absl::FunctionRef<void(int socket)> child);
  ~ProcessPair();
  ProcessPair(const ProcessPair&) = delete;
  ProcessPair& operator=(const ProcessPair&) = delete;

  // The parent's end (close-on-exec), once; the caller owns it.
  int TakeSocket();

  pid_t child() const { return child_; }

  // Kills the child and waits until it is gone. That it was killed is then no failure.
  void Kill();

  // Stops the child (it keeps its descriptors and runs no more) and lets it go on.
  void Stop();
  void Continue();

  // Waits until the child has ended and checks how, as the destructor does. Idempotent.
  void Wait();

  // The same for a child that kills itself at some call, or not: true if it did.
  bool WaitForDeath();

 private:
  int socket_ = -1;
  pid_t child_ = -1;
  bool reaped_ = false;
  bool may_die_ = false;
  bool died_ = false;
};

}  // namespace ipdl

#endif  // IPDL_TESTS_SUPPORT_PROCESS_PAIR_H_
