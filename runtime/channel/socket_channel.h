// A channel over an AF_UNIX stream socket: messages of one turn leave in one system call, with the
// descriptors of all of them.
//
// What it is: the whole channel: it joins the two directions (socket_send.h, socket_receive.h) to
// the loop and to the delegate, and decides when the connection is over. What it is not: a way to
// find or authenticate a peer; both ends come from CreateSocketPair or from a launcher. Called by
// glue/ through channel.h; calls the loop.
//
// No call blocks, and O_NONBLOCK is not used: that flag belongs to the open description, which a
// less trusted peer may hold too.
//
//   absl::StatusOr<ipdl::SocketPair> pair = ipdl::CreateSocketPair();
//   ... hand pair->theirs to a child process ...
//   auto channel = ipdl::SocketChannel::Create(std::move(pair->ours), loop, limits, label);
//   (*channel)->Start(&delegate);

#ifndef IPDL_RUNTIME_CHANNEL_SOCKET_CHANNEL_H_
#define IPDL_RUNTIME_CHANNEL_SOCKET_CHANNEL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "runtime/channel/channel.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/peer.h"
#include "runtime/run_loop.h"

namespace ipdl {

// Two connected ends. Both are closed on exec; a launcher passes one on by its own means.
struct SocketPair {
  FileDescriptor ours;
  FileDescriptor theirs;
};

// Errors: the process is out of descriptors or memory.
absl::StatusOr<SocketPair> CreateSocketPair();

// What a channel did so far; for tests and for figures.
struct SocketCounters {
  uint64_t sends = 0;              // sendmsg calls
  uint64_t reads = 0;              // recvmsg calls
  uint64_t messages_sent = 0;      // accepted by End or Send
  uint64_t messages_received = 0;  // handed to the delegate
};

class SocketChannel {
 public:
  // Takes `socket` over, also on failure. `socket` must be a connected AF_UNIX stream socket whose
  // other end no one but the peer uses. `limits` should be the peer's too. Errors: `socket` is not
  // such a socket, or the loop cannot watch it.
  static absl::StatusOr<std::unique_ptr<Channel>> Create(FileDescriptor socket, RunLoop* loop,
                                                         const Limits& limits, PeerLabel peer);
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_SOCKET_CHANNEL_H_
