// The system calls that carry a channel's messages, as a table that tests can replace.
//
// What it is: a seam. A test puts a function in that fails, shortens or ends the process at the
// k-th call, which the kernel does too seldom to be tested by waiting for it. What it is not: a
// portability layer. Called by socket_send.cc and socket_receive.cc. Threads: set before channels
// are made.

#ifndef IPDL_RUNTIME_CHANNEL_SOCKET_CALLS_H_
#define IPDL_RUNTIME_CHANNEL_SOCKET_CALLS_H_

#include <sys/socket.h>
#include <sys/types.h>

namespace ipdl {

struct SocketCalls {
  ssize_t (*send)(int socket, const void* bytes, size_t size, int flags) = ::send;
  ssize_t (*sendmsg)(int socket, const msghdr* message, int flags) = ::sendmsg;
  ssize_t (*recvmsg)(int socket, msghdr* message, int flags) = ::recvmsg;
};

// The table in use by the whole process.
inline SocketCalls socket_calls;

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_SOCKET_CALLS_H_
