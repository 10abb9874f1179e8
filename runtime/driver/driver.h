// The router's driver over our channels: what a program needs to create nodes and connect them.
//
// What it is: the one table of functions for CreateNode, and the functions that make transports
// and boxes' contents for it. What it is not: a node, or a launcher; how the other end of a socket
// gets into another process is the launcher's business (glue/process.h). Called by programs that
// use portals; calls channels, shared memory and the run loop.
//
// All activity of a transport happens on the run loop that it is given: there is no other thread,
// and what arrives is handed on where it was read. Whatever one turn sends leaves in one system
// call. Portals may be used on other threads; then the loop sends for them.
//
//   IpczAPI ipcz = {.size = sizeof(ipcz)};
//   IpczGetAPI(&ipcz);
//   IpczHandle node;
//   ipcz.CreateNode(&ipdl::PortalDriver(), IPCZ_CREATE_NODE_AS_BROKER, nullptr, &node);
//   absl::StatusOr<ipdl::SocketPair> pair = ipdl::CreateSocketPair();
//   ... hand pair->theirs to a child process, which connects it with TO_BROKER ...
//   const IpczDriverHandle transport =
//       ipdl::NewSocketTransport(std::move(pair->ours), loop, ipdl::DefaultLinkPolicy(), label);
//   IpczHandle portal;
//   ipcz.ConnectNode(node, transport, 1, IPCZ_NO_FLAGS, nullptr, &portal);
//
// Trust: the peer at the other end of a socket may be hostile. Frames, descriptors and memory that
// come from it are verified before use, and it is cut off if they are not legal.

#ifndef IPDL_RUNTIME_DRIVER_DRIVER_H_
#define IPDL_RUNTIME_DRIVER_DRIVER_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "runtime/driver/transport_item.h"
#include "runtime/handle.h"
#include "runtime/peer.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/run_loop.h"

namespace ipdl {

// Valid for ever. Any thread.
const IpczDriver& PortalDriver();

// Limits of connections between nodes: a datagram of at most 64 MiB with at most 4,096 handles; no
// bound on what waits for a peer that does not read. Nothing is done about misconduct but to log
// it.
std::shared_ptr<const LinkPolicy> DefaultLinkPolicy();

// A transport over a connected AF_UNIX stream socket, whose activity happens on `loop`. `peer` says
// who is at the other end; only a peer of trust kLauncher may tell who others are. The loop must
// live until the transport is closed or deactivated, that is until the node that uses it is closed.
// What is wrong with the socket shows when a node connects to it.
IpczDriverHandle NewSocketTransport(FileDescriptor socket, RunLoop* loop,
                                    std::shared_ptr<const LinkPolicy> policy, PeerLabel peer);

// Two ends of a transport within this process. Each has its activity on its own loop (they may be
// the same). A null loop: inside the other end's Transmit, on its thread; for single-threaded
// programs without a loop.
std::pair<IpczDriverHandle, IpczDriverHandle> NewLocalTransports(RunLoop* loop0, RunLoop* loop1);

// The same for two nodes whose loops do not wait for each other: all activity happens inside the
// other end's Transmit, on that thread. Connections that are introduced over it belong to the loop
// of the end where they arrive.
std::pair<IpczDriverHandle, IpczDriverHandle> NewImmediateTransports(RunLoop* loop0,
                                                                     RunLoop* loop1);

// What a box of type DRIVER_OBJECT holds. Takes `handle`, which must not be empty.
IpczDriverHandle NewDriverHandle(OwnedHandle handle);
// Takes the content of a box. False if it is no handle; then it is closed.
bool TakeDriverHandle(IpczDriverHandle object, OwnedHandle* handle);

// Who is at the other end of a transport of this driver, as whoever made it said. Null within this
// process. Valid as long as the transport.
const PeerLabel* PeerOf(IpczDriverHandle transport);

// That of the node which uses the transport; null: there is none.
RunLoop* LoopOf(IpczDriverHandle transport);

// Objects of this driver that the process holds; for tests and figures. Any thread.
size_t CountDriverObjects();

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_DRIVER_H_
