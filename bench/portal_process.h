// A process that uses portals: a node, its run loop, and calls without ceremony for benchmarks.
//
// What it is: the C interface with every failure ending the program. What it is not: a test, or an
// example of error handling. Used by portal_peer.cc and portal_cases.cc.

#ifndef IPDL_BENCH_PORTAL_PROCESS_H_
#define IPDL_BENCH_PORTAL_PROCESS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/handle.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/run_loop.h"

namespace ipdl::bench {

class PortalProcess {
 public:
  explicit PortalProcess(IpczCreateNodeFlags flags);
  ~PortalProcess();
  PortalProcess(const PortalProcess&) = delete;
  PortalProcess& operator=(const PortalProcess&) = delete;

  const IpczAPI& ipcz() const { return extended_.api; }
  IpczHandle node() const { return node_; }
  RunLoop& loop() { return *loop_; }

  // An initial portal of the connection over `socket`.
  IpczHandle Connect(FileDescriptor socket, IpczConnectNodeFlags flags);
  std::pair<IpczHandle, IpczHandle> Open();

  void Put(IpczHandle portal, const void* data, size_t size, std::vector<IpczHandle> handles = {});
  // False: nothing there. At most one handle, into `handle` if there is one.
  bool Get(IpczHandle portal, void* data, size_t* size, IpczHandle* handle = nullptr);
  // Takes the next parcel without copying it, and drops it; returns its size. False: nothing there.
  bool Skim(IpczHandle portal, size_t* size);
  // Calls `on_parcels` within a turn of the loop whenever there is something to get, which it gets
  // all of; what it puts leaves with the turn. One portal at a time; empty: nobody listens.
  void Listen(IpczHandle portal, std::function<void()> on_parcels);
  bool IsDead(IpczHandle portal) const;
  // The route to the peer is one hop, and will not change any more.
  bool IsSettled(IpczHandle portal) const;
  void RunUntil(const std::function<bool()>& condition);
  // Runs the loop until there is something, and gets it; returns its size.
  size_t WaitToGet(IpczHandle portal, void* data, size_t room, IpczHandle* handle = nullptr);
  void Close(IpczHandle handle);

 private:
  std::unique_ptr<RunLoop> loop_;
  IpczExtendedAPI extended_ = {};
  const IpczAPI& ipcz_ = extended_.api;
  static void OnTrap(const IpczTrapEvent* event);
  void Arm();

  IpczHandle node_ = IPCZ_INVALID_HANDLE;
  IpczHandle listening_to_ = IPCZ_INVALID_HANDLE;
  std::function<void()> on_parcels_;
  bool armed_ = false;
};

// Heap bytes in use by this process.
size_t HeapBytes();

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_PORTAL_PROCESS_H_
