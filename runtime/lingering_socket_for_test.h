// A socket whose close takes long: what a hostile peer may send. For tests of those that close it.

#ifndef IPDL_RUNTIME_LINGERING_SOCKET_FOR_TEST_H_
#define IPDL_RUNTIME_LINGERING_SOCKET_FOR_TEST_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <vector>

#include "runtime/handle.h"

namespace ipdl {

// Loopback TCP: the descriptor's close waits until the other end has read everything, or five
// seconds. `receiver` is that other end. Empty if there is no loopback network.
inline FileDescriptor LingeringSocket(FileDescriptor* receiver) {
  const FileDescriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  FileDescriptor sender(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      listen(listener.get(), 1) != 0 ||
      getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
      connect(sender.get(), reinterpret_cast<sockaddr*>(&address), length) != 0) {
    return FileDescriptor();
  }
  *receiver = FileDescriptor(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const linger linger_option = {1, 5};
  setsockopt(sender.get(), SOL_SOCKET, SO_LINGER, &linger_option, sizeof(linger_option));
  const std::vector<char> bytes(1 << 16);
  while (send(sender.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
  }
  return sender;
}

// Lets that close end.
inline void ReadToTheEnd(const FileDescriptor& receiver) {
  std::vector<char> bytes(1 << 20);
  while (recv(receiver.get(), bytes.data(), bytes.size(), 0) > 0) {
  }
}

}  // namespace ipdl

#endif  // IPDL_RUNTIME_LINGERING_SOCKET_FOR_TEST_H_
