// See simulation_for_test.h.

#include "runtime/portal/simulation_for_test.h"

#include <algorithm>
#include <climits>
#include <cstdio>

#include "runtime/portal/handle_table.h"

extern "C" int IPCZ_API IpczTestIsDirectRemote(IpczHandle portal);
extern "C" int IPCZ_API IpczTestIsDirectLocal(IpczHandle a, IpczHandle b);

namespace ipdl::portal {
namespace {

constexpr int kClients = 4;
constexpr int kMaxRoutes = 8;
constexpr int kMaxPadding = 3000;

}  // namespace

Simulation::Simulation(const Options& options)
    : rings_(options.seed % 2 == 0 ? LinkMemory::kMinCapacity : LinkMemory::initial_capacity()),
      options_(options),
      random_(options.seed),
      network_({Delivery::kStepped, options.seed % 3 == 0, options.seed}),
      ipcz_{sizeof(IpczAPI), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}} {
  IpczGetAPI(&ipcz_);
  handles_before_ = HandleTable::Get().size();
}

Simulation::~Simulation() {
  for (const SimNode& node : nodes_) {
    for (const IpczHandle control : node.control) {
      if (control != 0) ipcz_.Close(control, 0, nullptr);
    }
  }
  for (const End& end : ends_) {
    if (end.handle != 0) ipcz_.Close(end.handle, 0, nullptr);
  }
  for (const SimNode& node : nodes_) {
    if (!node.dead) ipcz_.Close(node.handle, 0, nullptr);
  }
  network_.Settle();
}

void Simulation::Fail(const std::string& what) {
  if (failure_.empty()) failure_ = what;
}

// --- The world -----------------------------------------------------------------------------------

void Simulation::ConnectNodes(int a, IpczConnectNodeFlags a_flags, int b,
                              IpczConnectNodeFlags b_flags, bool has_broker) {
  const auto [end_a, end_b] = network_.NewTransports(has_broker);
  SimNode& node_a = nodes_[static_cast<size_t>(a)];
  SimNode& node_b = nodes_[static_cast<size_t>(b)];
  ipcz_.ConnectNode(node_a.handle, end_a, 1, a_flags, nullptr,
                    &node_a.control[static_cast<size_t>(b)]);
  ipcz_.ConnectNode(node_b.handle, end_b, 1, b_flags, nullptr,
                    &node_b.control[static_cast<size_t>(a)]);
}

// Node 0 is a broker; node 1 is one sometimes, with some of the clients.
void Simulation::MakeNodes() {
  const bool two_brokers = Random(4) == 0;
  for (int i = 0; i <= kClients; ++i) {
    const bool broker = i == 0 || (i == 1 && two_brokers);
    SimNode node;
    node.control.resize(kClients + 1);
    ipcz_.CreateNode(&TestNetwork::driver(), broker ? IPCZ_CREATE_NODE_AS_BROKER : IPCZ_NO_FLAGS,
                     nullptr, &node.handle);
    nodes_.push_back(node);
  }
  if (two_brokers) {
    ConnectNodes(0, IPCZ_CONNECT_NODE_TO_BROKER, 1, IPCZ_CONNECT_NODE_TO_BROKER, true);
  } else {
    ConnectNodes(0, IPCZ_NO_FLAGS, 1, IPCZ_CONNECT_NODE_TO_BROKER, true);
  }
  for (int i = 2; i <= kClients; ++i) {
    const int broker = two_brokers && Random(2) == 0 ? 1 : 0;
    if (i == kClients && Random(3) == 0) {
      ConnectNodes(2, IPCZ_CONNECT_NODE_SHARE_BROKER, i, IPCZ_CONNECT_NODE_INHERIT_BROKER, true);
    } else {
      ConnectNodes(broker, IPCZ_NO_FLAGS, i, IPCZ_CONNECT_NODE_TO_BROKER, true);
    }
  }
}

int Simulation::RandomHeldEnd() {
  std::vector<int> held;
  for (size_t i = 0; i < ends_.size(); ++i) {
    if (ends_[i].handle != 0) held.push_back(static_cast<int>(i));
  }
  return held.empty() ? kNowhere : held[static_cast<size_t>(Random(static_cast<int>(held.size())))];
}

// --- What applications do ------------------------------------------------------------------------

void Simulation::OpenRoute() {
  if (ends_.size() >= 2 * kMaxRoutes) return;
  const int node = Random(kClients + 1);
  if (nodes_[static_cast<size_t>(node)].dead) return;
  End a;
  End b;
  ipcz_.OpenPortals(nodes_[static_cast<size_t>(node)].handle, 0, nullptr, &a.handle, &b.handle);
  a.node = b.node = node;
  a.rank = b.rank = static_cast<int>(ends_.size());
  b.peer = static_cast<int>(ends_.size());
  a.peer = b.peer + 1;
  ends_.push_back(a);
  ends_.push_back(b);
}

// "<sender> <number>", with a blob that says the same, or with another end of this node inside.
void Simulation::PutSome() {
  const int sender = RandomHeldEnd();
  if (sender == kNowhere) return;
  End& end = ends_[static_cast<size_t>(sender)];
  for (int count = 1 + Random(4); count > 0; --count) {
    std::string text = std::to_string(sender) + " " + std::to_string(end.put);
    // So that rings are full, and parcels more than one frame.
    if (Random(8) == 0) text.append(static_cast<size_t>(Random(kMaxPadding)), ' ');
    IpczHandle attached = 0;
    int carried = kNowhere;
    const int what = Random(8);
    if (what == 0) {
      IpczBoxContents contents = {};
      contents.size = sizeof(contents);
      contents.object.driver_object = network_.NewBlob(text);
      ipcz_.Box(nodes_[static_cast<size_t>(end.node)].handle, &contents, 0, nullptr, &attached);
    } else if (what == 1) {
      // Only ends of routes of higher rank, so that no route can end up inside itself.
      carried = RandomHeldEnd();
      if (carried != kNowhere && ends_[static_cast<size_t>(carried)].rank > end.rank &&
          ends_[static_cast<size_t>(carried)].node == end.node) {
        attached = ends_[static_cast<size_t>(carried)].handle;
        text += " " + std::to_string(carried);
      }
    }
    const IpczResult result = ipcz_.Put(end.handle, text.data(), text.size(), &attached,
                                        attached != 0 ? 1 : 0, 0, nullptr);
    if (result == IPCZ_RESULT_OK) {
      ++end.put;
      end.used = true;
      if (attached != 0 && what == 1) {
        End& other = ends_[static_cast<size_t>(carried)];
        other.handle = 0;
        other.node = kNowhere;
        for (End* mixed : {&end, &other}) {
          mixed->mixed = ends_[static_cast<size_t>(mixed->peer)].mixed = true;
        }
      }
      continue;
    }
    if (attached != 0 && what == 0) ipcz_.Close(attached, 0, nullptr);
    const bool gone = IsGone(ends_[static_cast<size_t>(end.peer)]);
    if (result != IPCZ_RESULT_NOT_FOUND || (!gone && !crashed_)) {
      Fail("put on end " + std::to_string(sender) + " says " + std::to_string(result));
    }
    return;
  }
}

void Simulation::MoveOne() {
  const int moved = RandomHeldEnd();
  if (moved == kNowhere) return;
  End& end = ends_[static_cast<size_t>(moved)];
  const int to = Random(kClients + 1);
  const IpczHandle control = nodes_[static_cast<size_t>(end.node)].control[static_cast<size_t>(to)];
  if (control == 0) return;
  const std::string text = std::to_string(moved);
  if (ipcz_.Put(control, text.data(), text.size(), &end.handle, 1, 0, nullptr) == IPCZ_RESULT_OK) {
    end.handle = 0;
    end.node = kNowhere;
  }
}

void Simulation::MergeTwo() {
  const int a = RandomHeldEnd();
  const int b = RandomHeldEnd();
  if (a == kNowhere || a == b) return;
  End& first = ends_[static_cast<size_t>(a)];
  End& second = ends_[static_cast<size_t>(b)];
  if (first.node != second.node || first.peer == b || first.used || second.used) return;
  // A merge must not turn around which of two routes may be inside the other.
  if (first.mixed || second.mixed) return;
  if (ipcz_.MergePortals(first.handle, second.handle, 0, nullptr) != IPCZ_RESULT_OK) {
    return Fail("merge of unused ends failed");
  }
  End& peer1 = ends_[static_cast<size_t>(first.peer)];
  End& peer2 = ends_[static_cast<size_t>(second.peer)];
  peer1.peer = second.peer;
  peer2.peer = first.peer;
  peer1.rank = peer2.rank = std::max(first.rank, second.rank);
  first.handle = second.handle = 0;
  first.node = second.node = kNowhere;
  first.merged = second.merged = true;
}

void Simulation::CloseOne() {
  const int closed = RandomHeldEnd();
  if (closed == kNowhere) return;
  End& end = ends_[static_cast<size_t>(closed)];
  ipcz_.Close(end.handle, 0, nullptr);
  end.handle = 0;
  end.node = kNowhere;
  end.closed = true;
}

void Simulation::CrashOne() {
  if (!options_.crashes || crashed_) return;
  const int victim = 1 + Random(kClients);
  SimNode& node = nodes_[static_cast<size_t>(victim)];
  node.dead = true;
  crashed_ = true;
  // Killed, or closed by its application: then what it had put is still sent.
  if (Random(2) == 0) network_.fail_transmits = INT_MAX;
  ipcz_.Close(node.handle, 0, nullptr);
  network_.fail_transmits = 0;
  // The process is gone: nothing of it is said any more, but its handles are freed.
  for (IpczHandle& control : node.control) {
    if (control != 0) ipcz_.Close(control, 0, nullptr);
    control = 0;
  }
  for (End& end : ends_) {
    if (end.node != victim) continue;
    ipcz_.Close(end.handle, 0, nullptr);
    end.handle = 0;
    end.node = kNowhere;
    end.closed = true;
  }
}

void Simulation::Act() {
  const int what = Random(100);
  if (what < 8) {
    OpenRoute();
  } else if (what < 40) {
    PutSome();
  } else if (what < 60) {
    MoveOne();
  } else if (what < 64) {
    MergeTwo();
  } else if (what < 66) {
    CloseOne();
  } else if (what < 67) {
    CrashOne();
    // The more often, the more likely just while a route is about to use it.
  } else if (what < 72 && options_.breaks) {
    if (network_.BreakOne()) crashed_ = true;
  } else if (what < 85) {
    ReadControl(Random(kClients + 1));
  } else if (const int end = RandomHeldEnd(); end != kNowhere) {
    ReadEnd(end);
  }
}

// --- What applications read ----------------------------------------------------------------------

void Simulation::Arrive(int end, int node, IpczHandle handle) {
  End& arrived = ends_[static_cast<size_t>(end)];
  if (arrived.handle != 0 || arrived.merged) Fail("end " + std::to_string(end) + " came twice");
  arrived.handle = handle;
  arrived.node = node;
}

void Simulation::ReadControl(int node) {
  for (const IpczHandle control : nodes_[static_cast<size_t>(node)].control) {
    if (control == 0) continue;
    char text[16];
    size_t num_bytes = sizeof(text);
    size_t num_handles = 1;
    IpczHandle handle = 0;
    while (ipcz_.Get(control, 0, nullptr, text, &num_bytes, &handle, &num_handles, nullptr) ==
           IPCZ_RESULT_OK) {
      Arrive(std::stoi(std::string(text, num_bytes)), node, handle);
      num_bytes = sizeof(text);
      num_handles = 1;
    }
  }
}

void Simulation::ReadEnd(int reader) {
  char text[48 + kMaxPadding];
  while (true) {
    // By number: an arriving end may be any other.
    End& end = ends_[static_cast<size_t>(reader)];
    size_t num_bytes = sizeof(text) - 1;
    size_t num_handles = 1;
    IpczHandle handle = 0;
    if (ipcz_.Get(end.handle, 0, nullptr, text, &num_bytes, &handle, &num_handles, nullptr) !=
        IPCZ_RESULT_OK) {
      return;
    }
    end.used = true;
    text[num_bytes] = '\0';
    int sender = kNowhere;
    int number = kNowhere;
    int carried = kNowhere;
    const int fields = std::sscanf(text, "%d %d %d", &sender, &number, &carried);
    if (fields < 2 || sender != end.peer || number != end.got) {
      return Fail("end " + std::to_string(reader) + " of " + std::to_string(end.peer) + " got '" +
                  text + "' instead of number " + std::to_string(end.got));
    }
    ++end.got;
    if (num_handles == 0) {
      if (fields == 3) Fail("a portal was lost from its parcel");
      continue;
    }
    if (fields == 3) {
      Arrive(carried, end.node, handle);
      continue;
    }
    IpczBoxContents contents = {};
    contents.size = sizeof(contents);
    if (ipcz_.Unbox(handle, 0, nullptr, &contents) != IPCZ_RESULT_OK ||
        contents.type != IPCZ_BOX_TYPE_DRIVER_OBJECT ||
        TestNetwork::BlobText(contents.object.driver_object) != std::string(text)) {
      return Fail(std::string("not the box of '") + text + "'");
    }
    TestNetwork::CloseObject(contents.object.driver_object);
  }
}

// Until nothing more arrives anywhere.
void Simulation::ReadAll() {
  size_t held = 0;
  int got = 0;
  while (failure_.empty()) {
    network_.Settle();
    for (int node = 0; node <= kClients; ++node) ReadControl(node);
    size_t now_held = 0;
    int now_got = 0;
    for (size_t i = 0; i < ends_.size(); ++i) {
      if (ends_[i].handle != 0) ReadEnd(static_cast<int>(i));
    }
    for (const End& end : ends_) {
      now_held += end.handle != 0;
      now_got += end.got;
    }
    if (now_held == held && now_got == got) return;
    held = now_held;
    got = now_got;
  }
}

// --- Invariants ----------------------------------------------------------------------------------

bool Simulation::IsGone(const End& end) const {
  return end.closed || (end.handle == 0 && end.node == kNowhere && !end.merged);
}

void Simulation::FinalChecks() {
  for (size_t i = 0; i < ends_.size(); ++i) {
    const End& end = ends_[i];
    if (end.handle == 0) continue;
    const std::string name =
        "end " + std::to_string(i) + " (seed " + std::to_string(options_.seed) + ")";
    const End& peer = ends_[static_cast<size_t>(end.peer)];
    IpczPortalStatus status = {sizeof(status), 0, 0, 0};
    ipcz_.QueryPortalStatus(end.handle, 0, nullptr, &status);
    const bool sees_closed = (status.flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0;
    if (end.got > peer.put) Fail(name + " got more than was put");
    if (end.got < peer.put && !sees_closed) Fail(name + " waits for ever");
    if (IsGone(peer) && !sees_closed) Fail(name + " does not see that its peer is gone");
    if (crashed_) {
      if (sees_closed && !IsGone(peer)) {
        IpczPortalStatus other = {sizeof(other), 0, 0, 0};
        ipcz_.QueryPortalStatus(peer.handle, 0, nullptr, &other);
        if ((other.flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) == 0) Fail(name + " is cut on one side");
      }
      continue;
    }
    if (peer.closed ? end.got != peer.put : end.got < peer.put) Fail(name + " lost parcels");
    if (IsGone(peer)) continue;
    if (sees_closed) Fail(name + " lost its peer");
    if (IpczTestIsDirectLocal(end.handle, peer.handle) == 0 &&
        (IpczTestIsDirectRemote(end.handle) == 0 || IpczTestIsDirectRemote(peer.handle) == 0)) {
      Fail(name + " has no direct route");
    }
    if ((end.node == peer.node) != (IpczTestIsDirectLocal(end.handle, peer.handle) != 0)) {
      Fail(name + " has a route that does not fit where its ends are");
    }
  }
}

std::string Simulation::Run() {
  MakeNodes();
  for (int i = 0; i < options_.steps && failure_.empty(); ++i) {
    if (Random(2) == 0) {
      Act();
    } else {
      network_.Step();
    }
  }
  ReadAll();
  if (failure_.empty()) FinalChecks();
  // Once more after the last moves settled: what is put now must arrive as well.
  for (int round = 0; round < 2 && failure_.empty(); ++round) {
    for (int i = 0; i < 10; ++i) PutSome();
    ReadAll();
    if (failure_.empty()) FinalChecks();
  }
  return failure_;
}

}  // namespace ipdl::portal
