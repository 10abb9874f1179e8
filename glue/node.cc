// See node.h.

#include "glue/node.h"

#include <unistd.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "glue/process_kind.h"
#include "glue/text.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/driver/portal_handle.h"
#include "runtime/mutex.h"

namespace ipdl {
namespace {

// How long a process that was launched waits for its launcher's greeting, which as a rule is there
// already, and a loop that ends for all that have not come. Only then what was sent can leave, and
// some send and block, or end.
constexpr absl::Duration kGreetingWait = absl::Seconds(1);
// How long a loop that ends waits for routes to go on without it. That takes a few messages between
// processes; one that does not turn shall not hold others up.
constexpr absl::Duration kRoutesWait = absl::Seconds(1);

}  // namespace

// What the loops of a process share.
struct Node::Process {
  Mutex mutex;
  pid_t id ABSL_GUARDED_BY(mutex) = getpid();
  std::vector<Node*> nodes ABSL_GUARDED_BY(mutex);  // the oldest first
  NodeNumber last_number ABSL_GUARDED_BY(mutex) = 0;
  // Until the first node connects.
  FileDescriptor launcher_socket ABSL_GUARDED_BY(mutex);
  Joins joins ABSL_GUARDED_BY(mutex) = Joins::kBroker;
  PeerLabel launcher ABSL_GUARDED_BY(mutex);
  // The portal to the launcher; if it was taken before there was one, its promise.
  OwnedHandle launcher_portal ABSL_GUARDED_BY(mutex);
  OwnedHandle promised ABSL_GUARDED_BY(mutex);
  uint64_t held_bytes ABSL_GUARDED_BY(mutex) = kHeldBytes;

  const Node* Find(NodeNumber number) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    for (const Node* node : nodes) {
      if (node->number_ == number) return node;
    }
    return nullptr;
  }
  // A bridge and the side of it to begin at.
  struct Step {
    std::shared_ptr<Bridge> bridge;
    Bridge::End begins;
  };
  std::vector<Step> WayBetween(NodeNumber from, NodeNumber to) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  // A fork has nothing of this but the memory.
  void CheckForFork() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (std::exchange(id, getpid()) == getpid()) return;
    nodes.clear();
    launcher_socket.Reset();
    launcher_portal.Reset();
    promised.Reset();
  }
};

Node::Process& Node::ThisProcess() {
  static Process& process = *new Process;  // never destroyed: loops may end after main
  return process;
}

const IpczExtendedAPI& Node::ExtendedApi() {
  static const IpczExtendedAPI table = [] {
    IpczExtendedAPI filled = {};
    filled.api.size = sizeof(filled);
    IpczGetAPI(&filled.api);
    return filled;
  }();
  return table;
}

std::pair<OwnedHandle, OwnedHandle> Node::OpenPair() {
  std::pair<OwnedHandle, OwnedHandle> pair;
  IpczHandle nobody = IPCZ_INVALID_HANDLE;
  if (Api().CreateNode(&PortalDriver(), IPCZ_NO_FLAGS, nullptr, &nobody) != IPCZ_RESULT_OK) {
    return pair;
  }
  IpczHandle a = IPCZ_INVALID_HANDLE;
  IpczHandle b = IPCZ_INVALID_HANDLE;
  if (Api().OpenPortals(nobody, IPCZ_NO_FLAGS, nullptr, &a, &b) == IPCZ_RESULT_OK) {
    pair = {MakePortalHandle(Api(), a), MakePortalHandle(Api(), b)};
  }
  Api().Close(nobody, IPCZ_NO_FLAGS, nullptr);
  return pair;
}

// --- The process and its launcher ----------------------------------------------------------------

absl::Status Node::SetLauncher(FileDescriptor socket, Joins joins, PeerLabel launcher) {
  Process& process = ThisProcess();
  MutexLock lock(&process.mutex);
  process.CheckForFork();
  if (!process.nodes.empty() || process.launcher_socket) {
    return absl::FailedPreconditionError(
        "the connection to the launcher must be the first of a process");
  }
  process.launcher_socket = std::move(socket);
  process.joins = joins;
  process.launcher = std::move(launcher);
  std::tie(process.launcher_portal, process.promised) = OpenPair();
  return absl::OkStatus();
}

OwnedHandle Node::TakeLauncherPortal() {
  Process& process = ThisProcess();
  MutexLock lock(&process.mutex);
  return std::move(process.launcher_portal);
}

PeerLabel Node::Broker() const {
  // A node whose process nobody launched is the broker, or joined it here.
  if (launcher_.process_id != 0) return launcher_;
  PeerLabel self;
  self.process_id = getpid();
  self.kind = ProcessKind();
  return self;
}

absl::StatusOr<Node::Connection> Node::ConnectOver(IpczDriverHandle transport,
                                                   IpczConnectNodeFlags flags) {
  // One portal is for use. What one side asks for and the other does not is closed when both have
  // greeted, or when that cannot come: the second of a node that joins, the third of the other,
  // which gives up its second.
  constexpr IpczConnectNodeFlags kJoining =
      IPCZ_CONNECT_NODE_TO_BROKER | IPCZ_CONNECT_NODE_INHERIT_BROKER;
  const size_t count = (flags & kJoining) != 0 ? 2 : 3;
  IpczHandle portals[3] = {};
  const IpczResult result = Api().ConnectNode(node_, transport, count, flags, nullptr, portals);
  if (result != IPCZ_RESULT_OK) {
    PortalDriver().Close(transport, IPCZ_NO_FLAGS, nullptr);
    return absl::UnavailableError(Text("the router does not connect: ", result));
  }
  if (count == 3) Api().Close(portals[1], IPCZ_NO_FLAGS, nullptr);
  return Connection{MakePortalHandle(Api(), portals[0]),
                    MakePortalHandle(Api(), portals[count - 1])};
}

absl::StatusOr<OwnedHandle> Node::Connect(FileDescriptor socket, PeerLabel child,
                                          std::shared_ptr<const LinkPolicy> policy) {
  absl::StatusOr<Connection> connection =
      ConnectOver(NewSocketTransport(std::move(socket), loop_, std::move(policy), std::move(child)),
                  is_broker_ ? IPCZ_NO_FLAGS : IPCZ_CONNECT_NODE_SHARE_BROKER);
  if (!connection.ok()) return connection.status();
  ForgetGreeted();
  witnesses_.push_back(std::move(connection->witness));
  // The greeting is there when the child looks for it, whenever this loop turns.
  loop_->FlushTransports();
  return std::move(connection->portal);
}

// --- How a node begins ---------------------------------------------------------------------------

absl::StatusOr<Node*> Node::Of(RunLoop* loop) {
  if (RunLoop::Companion* const companion = loop->companion(); companion != nullptr) {
    return static_cast<Node*>(companion);
  }
  absl::StatusOr<Node*> node = Make(loop);
  if (node.ok() && (*node)->launched_) (*node)->AwaitGreetings(kGreetingWait);
  return node;
}

void Node::SetHeldBytes(uint64_t bytes) {
  Process& process = ThisProcess();
  MutexLock lock(&process.mutex);
  process.held_bytes = std::max<uint64_t>(bytes, 1);
}

absl::StatusOr<Node*> Node::Make(RunLoop* loop) {
  Process& process = ThisProcess();
  std::unique_ptr<Node> node;  // one that cannot join ends after the lock, which it takes
  MutexLock lock(&process.mutex);
  process.CheckForFork();
  const auto broker = std::find_if(process.nodes.begin(), process.nodes.end(),
                                   [](const Node* node) { return node->is_broker_; });
  const bool has_broker = broker != process.nodes.end();
  // Siblings without a broker are left from a network that has ended.
  const bool is_referred =
      !has_broker && !process.nodes.empty() && process.launcher.process_id != 0;
  const bool is_broker = !has_broker && !is_referred && !process.launcher_socket;

  IpczHandle made = IPCZ_INVALID_HANDLE;
  if (Api().CreateNode(&PortalDriver(), is_broker ? IPCZ_CREATE_NODE_AS_BROKER : IPCZ_NO_FLAGS,
                       nullptr, &made) != IPCZ_RESULT_OK) {
    return absl::UnavailableError("the router makes no node");
  }
  IpczNodeLimits limits = {};
  limits.size = sizeof(limits);
  limits.held_bytes_per_link = process.held_bytes;
  ExtendedApi().SetNodeLimits(made, &limits, IPCZ_NO_FLAGS, nullptr);
  node.reset(new Node(loop, made, ++process.last_number, is_broker));
  absl::Status joined;
  if (has_broker) {
    joined = node->JoinBroker(**broker);
  } else if (is_referred) {
    joined = node->JoinThrough(*process.nodes.front());
  } else if (!is_broker) {
    joined = node->JoinLauncher(process);
  }
  if (!joined.ok()) return joined;
  process.nodes.push_back(node.get());
  Node* const raw = node.get();
  loop->set_companion(std::move(node));
  return raw;
}

absl::Status Node::JoinLauncher(Process& process) {
  launched_ = true;
  launcher_ = process.launcher;
  absl::StatusOr<Connection> up =
      ConnectOver(NewSocketTransport(std::move(process.launcher_socket), loop_, DefaultLinkPolicy(),
                                     process.launcher),
                  process.joins == Joins::kBroker ? IPCZ_CONNECT_NODE_TO_BROKER
                                                  : IPCZ_CONNECT_NODE_INHERIT_BROKER);
  if (!up.ok()) return up.status();
  witnesses_.push_back(std::move(up->witness));
  Api().MergePortals(TakePortal(std::move(process.promised)), TakePortal(std::move(up->portal)),
                     IPCZ_NO_FLAGS, nullptr);
  return absl::OkStatus();
}

// Between nodes of one process everything happens on the thread that sends, so that no loop waits
// for another one.
absl::Status Node::JoinBroker(Node& broker) {
  const auto [to_us, to_broker] = NewImmediateTransports(broker.loop_, loop_);
  absl::StatusOr<Connection> down = broker.ConnectOver(to_us, IPCZ_NO_FLAGS);
  if (!down.ok()) {
    PortalDriver().Close(to_broker, IPCZ_NO_FLAGS, nullptr);
    return down.status();
  }
  absl::StatusOr<Connection> up = ConnectOver(to_broker, IPCZ_CONNECT_NODE_TO_BROKER);
  if (!up.ok()) return up.status();
  BuildBridge(broker, *std::move(down), *std::move(up));
  return absl::OkStatus();
}

// The broker is in another process: it gives this node a connection of its own, on the word of one
// that it knows, and labels it as that.
absl::Status Node::JoinThrough(Node& sibling) {
  absl::StatusOr<SocketPair> pair = CreateSocketPair();
  if (!pair.ok()) return pair.status();
  launcher_ = sibling.launcher_;
  PeerLabel self;
  self.trust = PeerTrust::kSelf;
  absl::StatusOr<Connection> down =
      sibling.ConnectOver(NewSocketTransport(std::move(pair->ours), sibling.loop_,
                                             DefaultLinkPolicy(), std::move(self)),
                          IPCZ_CONNECT_NODE_SHARE_BROKER);
  if (!down.ok()) return down.status();
  absl::StatusOr<Connection> up = ConnectOver(
      NewSocketTransport(std::move(pair->theirs), loop_, DefaultLinkPolicy(), launcher_),
      IPCZ_CONNECT_NODE_INHERIT_BROKER);
  if (!up.ok()) return up.status();
  BuildBridge(sibling, *std::move(down), *std::move(up));
  return absl::OkStatus();
}

void Node::BuildBridge(Node& upper, Connection down, Connection up) {
  witnesses_.push_back(std::move(up.witness));
  bridge_ = std::make_shared<Bridge>(&Api(), std::move(down.portal), std::move(up.portal));
  upper_ = upper.number_;
}

// --- Portals that move between loops -------------------------------------------------------------

// Up to a node that both are below of, and down again.
std::vector<Node::Process::Step> Node::Process::WayBetween(NodeNumber from, NodeNumber to) const {
  const auto above = [this](NodeNumber number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::vector<const Node*> nodes;
    for (const Node* node = Find(number); node != nullptr; node = Find(node->upper_)) {
      nodes.push_back(node);
    }
    return nodes;
  };
  std::vector<const Node*> up = above(from);
  std::vector<const Node*> down = above(to);
  if (up.empty() || down.empty() || up.back() != down.back()) return {};
  while (!up.empty() && !down.empty() && up.back() == down.back()) {
    up.pop_back();
    down.pop_back();
  }
  std::vector<Step> way;
  for (const Node* node : up) way.push_back({node->bridge_, Bridge::kLower});
  for (auto node = down.rbegin(); node != down.rend(); ++node) {
    way.push_back({(*node)->bridge_, Bridge::kUpper});
  }
  return way;
}

OwnedHandle Node::Bring(OwnedHandle portal, NodeNumber from) {
  RunLoop* loop = nullptr;
  if (from == 0) {
    const auto see_loop = [](IpczDriverHandle transport, uintptr_t context) {
      // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
      *reinterpret_cast<RunLoop**>(context) = LoopOf(transport);
    };
    ExtendedApi().QueryPeer(static_cast<IpczHandle>(portal.value()), see_loop,
                            reinterpret_cast<uintptr_t>(&loop), IPCZ_QUERY_PEER_NEXT_HOP, nullptr);
    if (loop == nullptr || loop == loop_) return portal;
  }
  std::vector<Process::Step> way;
  {
    Process& process = ThisProcess();
    MutexLock lock(&process.mutex);
    for (const Node* node : process.nodes) {
      if (node->loop_ == loop) from = node->number_;
    }
    if (from != number_) way = process.WayBetween(from, number_);
  }
  for (const Process::Step& step : way) {
    portal = step.bridge->Cross(step.begins, std::move(portal));
  }
  return portal;
}

// --- How it ends ---------------------------------------------------------------------------------

void Node::ForgetGreeted() {
  const auto greeted = [](const OwnedHandle& witness) {
    IpczPortalStatus status = {sizeof(status), IPCZ_NO_FLAGS, 0, 0};
    Api().QueryPortalStatus(static_cast<IpczHandle>(witness.value()), IPCZ_NO_FLAGS, nullptr,
                            &status);
    return (status.flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0;
  };
  witnesses_.erase(std::remove_if(witnesses_.begin(), witnesses_.end(), greeted), witnesses_.end());
}

bool Node::AwaitGreetings(absl::Duration at_most) {
  const absl::Time end = absl::Now() + at_most;
  do {
    ForgetGreeted();
  } while (!witnesses_.empty() && loop_->WaitTransports(end));
  loop_->FlushTransports();
  return witnesses_.empty();
}

// What came here and went on to another loop or process still passes through here.
void Node::AwaitRoutes() {
  const absl::Time end = absl::Now() + kRoutesWait;
  IpczCounters counters = {};
  counters.size = sizeof(counters);
  do {
    ExtendedApi().QueryCounters(node_, IPCZ_NO_FLAGS, nullptr, &counters);
  } while (counters.num_proxies != 0 && loop_->WaitTransports(end));
}

Node::~Node() {
  Process& process = ThisProcess();
  {
    MutexLock lock(&process.mutex);
    process.nodes.erase(std::remove(process.nodes.begin(), process.nodes.end(), this),
                        process.nodes.end());
  }
  AwaitGreetings(kGreetingWait);
  if (!is_broker_) AwaitRoutes();  // nothing goes on without that one
  loop_->FlushTransports();
  Api().Close(node_, IPCZ_NO_FLAGS, nullptr);
}

}  // namespace ipdl
