// Node: the router's node of a run loop, through which the loop's endpoints reach other processes.
//
// What it is: made when a loop first needs one, and gone with its loop. What it is not: for
// authors; they meet it through Endpoint and ChildProcess. Called by endpoint.cc and process*.cc;
// calls the router and its driver.
//
//        launcher                         a process that it launched
//   loop 1        loop 2                    loop 1        loop 2
//  [broker]------[client]                 [client]------[client]
//      |  \__________________________________/   \         /
//      |        one connection for each process   \_______/  referred by the first
//
// A process that nobody launched has the broker of its network on its first loop. A launched one
// joins the network of its launcher over the connection that it inherited. The nodes of further
// loops join through the first, and all connect to each other as endpoints travel, so that what
// one loop sends does not pass through another.
//
// Two ends of a pair that stay in one process are joined directly, whatever loops they are on. A
// portal that came to one node and is used on another one is moved there (Bring), so that its route
// becomes short; for that the nodes of a process have bridges to the ones that they joined through.

#ifndef IPDL_GLUE_NODE_H_
#define IPDL_GLUE_NODE_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "glue/bridge.h"
#include "glue/pair_places.h"
#include "runtime/driver/driver.h"
#include "runtime/handle.h"
#include "runtime/peer.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/run_loop.h"

namespace ipdl {

// How a launched process joins its launcher's network; the launcher tells it.
enum class Joins : uint8_t {
  kBroker,    // the launcher's node is the broker
  kReferred,  // it is none, but has one
};

// See process.h.
inline constexpr uint64_t kHeldBytes = uint64_t{512} << 20;

class Node final : public RunLoop::Companion {
 public:
  // The router's functions, and the table of those and the additions.
  static const IpczAPI& Api() { return ExtendedApi().api; }
  static const IpczExtendedAPI& ExtendedApi();

  // See process.h. For nodes that are made from now on. Any thread.
  static void SetHeldBytes(uint64_t bytes);

  // That of the loop, on whose thread this is called. Errors: no memory.
  static absl::StatusOr<Node*> Of(RunLoop* loop);

  // Two portals that belong to no node yet: they go wherever they are first used. Any thread.
  static std::pair<OwnedHandle, OwnedHandle> OpenPair();

  // Says that `socket` leads to the process that launched this one, which is labelled `launcher`;
  // before this process has nodes. Any thread.
  static absl::Status SetLauncher(FileDescriptor socket, Joins joins, PeerLabel launcher);
  // The portal whose peer Connect gave the launcher; once. Any thread.
  static OwnedHandle TakeLauncherPortal();

  // What remains to be sent is sent as far as the kernel takes it, and routes of others that lead
  // through this node get a second to go on without it.
  ~Node() override;

  IpczHandle handle() const { return node_; }
  NodeNumber number() const { return number_; }
  // Waits, as a sync call does, until all nodes that this one connects to have greeted, or cannot
  // any more. Only then what was sent to them can leave. False: they have not.
  bool AwaitGreetings(absl::Duration at_most);

  // For a portal that is to be used on this loop: if its route leads through another node of this
  // process, moves it here, and returns the portal to use from now on, at once. The route becomes
  // direct once the loop of that node has turned a few times. `portal` itself if there is nothing
  // to do or no way. `from`: that node, if it is known; otherwise the router is asked.
  OwnedHandle Bring(OwnedHandle portal, NodeNumber from);
  // What a process that this loop launches must be told, also of the broker: its process and kind.
  Joins ChildrenJoin() const { return is_broker_ ? Joins::kBroker : Joins::kReferred; }
  PeerLabel Broker() const;

  // Connects to a process that was launched and told how to join; `child` says who it is. Returns
  // the portal whose peer the process gets. Errors: no memory.
  absl::StatusOr<OwnedHandle> Connect(FileDescriptor socket, PeerLabel child,
                                      std::shared_ptr<const LinkPolicy> policy);

 private:
  struct Process;

  Node(RunLoop* loop, IpczHandle node, NodeNumber number, bool is_broker)
      : loop_(loop), node_(node), number_(number), is_broker_(is_broker) {}
  static Process& ThisProcess();
  static absl::StatusOr<Node*> Make(RunLoop* loop);

  struct Connection {
    OwnedHandle portal;
    OwnedHandle witness;  // closed when the other side has greeted, or cannot any more
  };
  absl::StatusOr<Connection> ConnectOver(IpczDriverHandle transport, IpczConnectNodeFlags flags);
  absl::Status JoinLauncher(Process& process);
  absl::Status JoinBroker(Node& broker);
  absl::Status JoinThrough(Node& sibling);
  void BuildBridge(Node& upper, Connection down, Connection up);
  void ForgetGreeted();
  void AwaitRoutes();

  RunLoop* const loop_;
  const IpczHandle node_;
  const NodeNumber number_;
  const bool is_broker_;
  bool launched_ = false;
  PeerLabel launcher_;                  // whose network it is in, if it joined one
  std::vector<OwnedHandle> witnesses_;  // of connections whose other side may not have greeted
  // To the node of this process that this one joined through; under the process's lock.
  std::shared_ptr<Bridge> bridge_;
  NodeNumber upper_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_NODE_H_
