// The endpoints at the two ends of a ProcessPair's socket: the parent is the child's launcher.
//
// Use each once in its process, after its RunLoop is made.

#ifndef IPDL_TESTS_ACTORS_PROCESS_ENDS_H_
#define IPDL_TESTS_ACTORS_PROCESS_ENDS_H_

#include <unistd.h>

#include <utility>

#include "glue/process.h"
#include "gtest/gtest.h"

namespace actors {

inline ipdl::EndpointBase EndOf(absl::StatusOr<ipdl::EndpointBase> end) {
  EXPECT_TRUE(end.ok()) << end.status();
  return end.ok() ? *std::move(end) : ipdl::EndpointBase();
}

inline ipdl::EndpointBase EndInParent(int socket) {
  return EndOf(ipdl::ConnectToChild(ipdl::FileDescriptor(socket), ipdl::PeerLabel()));
}

inline ipdl::EndpointBase EndInChild(int socket) {
  return EndOf(ipdl::ConnectToLauncher(ipdl::FileDescriptor(socket), getppid()));
}

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_PROCESS_ENDS_H_
