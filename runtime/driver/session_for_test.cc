// See session_for_test.h.
//
// Every process runs the same engine: portals arrive over carriers (a node's portal to the broker,
// or the pipe between two nodes, which the broker makes), and go on to the next stop of their way,
// or stay and become talks. Where a portal cannot come any more, because its carrier ended, the
// next stop is told so.

#include "runtime/driver/session_for_test.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/driver/driver.h"
#include "runtime/driver/session_portal_for_test.h"
#include "runtime/foreign_close.h"
#include "runtime/log.h"
#include "tests/support/process_pair.h"
#include "tests/support/process_resources.h"

namespace ipdl {
namespace {

constexpr int kBroker = 0;

// Of shared memory, of a link: the first, and a larger one in each direction.
constexpr size_t kMostSegments = 3;
// Of a link: its socket, and what its doorbell hears and is rung with.
constexpr size_t kMostDescriptors = 3;

// The way of one portal from process to process. It is opened at the first stop, with its peer, and
// used at the last one.
struct Way {
  std::string label;
  std::string talk;  // what both ends of the route are called
  std::vector<int> stops;
};

// Ways with equal names of talks begin at one place: they are the ends of a pair. The two halves of
// "merged" meet in process 2, where both end, and become one route.
const std::vector<Way>& Ways() {
  static const auto* const ways = new std::vector<Way>{
      {"pipe1-2", "pipe", {0, 1}},     {"pipe2-1", "pipe", {0, 2}},
      {"pipe2-3", "pipe", {0, 2}},     {"pipe3-2", "pipe", {0, 3}},
      {"pipe1-3", "pipe", {0, 1}},     {"pipe3-1", "pipe", {0, 3}},
      {"chat1", "chat1", {0}},         {"chat1'", "chat1", {0, 1}},
      {"chat2", "chat2", {0}},         {"chat2'", "chat2", {0, 2}},
      {"chat3", "chat3", {0}},         {"chat3'", "chat3", {0, 3}},
      {"walk", "walk", {1}},           {"walk'", "walk", {1, 2, 3}},
      {"march", "march", {3}},         {"march'", "march", {3, 1, 2}},
      {"stroll", "stroll", {0, 1, 3}}, {"stroll'", "stroll", {0, 2}},
      {"left", "merged", {1}},         {"left'", "merged", {1, 2}},
      {"right", "merged", {3}},        {"right'", "merged", {3, 2}},
  };
  return *ways;
}

const Way* FindWay(const std::string& label) {
  for (const Way& way : Ways()) {
    if (way.label == label) return &way;
  }
  return nullptr;
}

bool IsPipe(const Way& way) { return way.talk == "pipe"; }

// Of "pipe1-2" at process 1.
int PeerOfPipe(const std::string& label) { return label.back() - '0'; }

class Player {
 public:
  Player(int self, int victim, const CallFault& fault)
      : self_(self),
        victim_(victim),
        all_whole_(fault.at == 0 || fault.is_passing()),
        node_("process " + std::to_string(self),
              self == kBroker ? IPCZ_CREATE_NODE_AS_BROKER : IPCZ_NO_FLAGS,
              self == victim && !all_whole_) {}
  ~Player() {
    for (const auto& [peer, label, portal] : outbox_) Drop(portal);
    for (const IpczHandle half : halves_) Drop(half);
  }

  void Play(const std::vector<int>& sockets);

 private:
  struct Outgoing {
    int peer;
    std::string label;
    IpczHandle portal;
  };

  // What a talk between processes that these touch owes, whatever befalls the victim.
  bool MustBeWhole(const std::set<int>& touched) const {
    return all_whole_ || (victim_ != kBroker && touched.count(victim_) == 0);
  }
  std::set<int> Touched(const std::string& talk) const {
    std::set<int> touched;
    for (const Way& way : Ways()) {
      if (way.talk == talk) touched.insert(way.stops.begin(), way.stops.end());
    }
    return touched;
  }

  void Drop(IpczHandle portal) {
    if (portal != IPCZ_INVALID_HANDLE) node_.Close(portal);
  }
  void AddCarrier(int peer, IpczHandle portal) {
    if (portal == IPCZ_INVALID_HANDLE) return;
    carriers_[peer] = std::make_unique<SessionPortal>(
        &node_, std::to_string(self_) + " to " + std::to_string(peer), portal);
  }
  void AddTalk(const std::string& name, IpczHandle portal, const std::set<int>& touched) {
    talks_.push_back(std::make_unique<SessionTalk>(&node_, name, portal, MustBeWhole(touched)));
  }
  bool HasBroker() const {
    const auto home = carriers_.find(kBroker);
    return home != carriers_.end() && !home->second->ended();
  }
  int LiveCarriers() const {
    return static_cast<int>(std::count_if(carriers_.begin(), carriers_.end(),
                                          [](const auto& it) { return !it.second->ended(); }));
  }
  void Tell(int peer, const std::string& label) { carriers_.at(peer)->Put(label); }

  void OpenWays();
  void Send(int peer, const std::string& label, IpczHandle portal = IPCZ_INVALID_HANDLE);
  void SendAgain();
  void Arrive(const Way& way, IpczHandle portal);
  void Miss(const Way& way);
  void MissAllFrom(int peer);
  void AddHalf(IpczHandle portal);
  void OnParcel(int peer, const SessionPortal::Parcel& parcel);
  // Reads all that is there and does what follows from it.
  void Pump();
  bool TalksAreOver();
  // Pumps until `done`.
  void WaitFor(const char* what, absl::FunctionRef<bool()> done);

  void PlayBroker();
  void PlayNode();
  void Probe(const std::vector<int>& living);
  bool EachNodeIs(const std::string& word) const;
  bool IsClean() const;

  const int self_;
  const int victim_;
  const bool all_whole_;
  SessionNode node_;
  ProcessResources before_;                                 // with a loop, a node and the sockets
  size_t sockets_ = 0;                                      // to be connected
  std::map<int, std::unique_ptr<SessionPortal>> carriers_;  // by peer
  std::set<int> pipes_to_come_;
  std::set<std::string> awaited_;   // labels of ways that stop here
  std::vector<Outgoing> outbox_;    // for pipes that have not come
  std::vector<IpczHandle> halves_;  // to be merged; 0: will not come
  std::vector<std::unique_ptr<SessionTalk>> talks_;
  std::map<int, std::set<std::string>> heard_;  // words of nodes, by node
  int probes_ = -1;                             // how many there will be
  int probes_come_ = 0;
};

// --- The engine ----------------------------------------------------------------------------------

// Opens the pairs that begin here and sends the ends on their ways.
void Player::OpenWays() {
  const std::vector<Way>& ways = Ways();
  for (size_t i = 0; i < ways.size(); i += 2) {
    for (const Way& way : {ways[i], ways[i + 1]}) {
      const auto stop = std::find(way.stops.begin(), way.stops.end(), self_);
      if (stop == way.stops.begin() || stop == way.stops.end()) continue;
      awaited_.insert(way.label);
      if (IsPipe(way)) pipes_to_come_.insert(PeerOfPipe(way.label));
    }
    if (ways[i].stops[0] != self_) continue;
    const auto [a, b] = node_.OpenPair();
    Arrive(ways[i], a);
    Arrive(ways[i + 1], b);
  }
}

void Player::Send(int peer, const std::string& label, IpczHandle portal) {
  if (const auto carrier = carriers_.find(peer); carrier != carriers_.end()) {
    carrier->second->Put(label, 0, portal);
  } else if (pipes_to_come_.count(peer) != 0) {
    outbox_.push_back({peer, label, portal});
  } else {
    Drop(portal);
  }
}

void Player::SendAgain() {
  for (const Outgoing& outgoing : std::exchange(outbox_, {})) {
    Send(outgoing.peer, outgoing.label, outgoing.portal);
  }
}

// The portal is here and belongs to the last stop or the next.
void Player::Arrive(const Way& way, IpczHandle portal) {
  awaited_.erase(way.label);
  const auto next = std::find(way.stops.begin(), way.stops.end(), self_) + 1;
  if (next != way.stops.end()) return Send(*next, way.label, portal);
  if (IsPipe(way)) {
    const int peer = PeerOfPipe(way.label);
    pipes_to_come_.erase(peer);
    AddCarrier(peer, portal);
    SendAgain();
  } else if (way.talk == "merged" && self_ == 2) {
    AddHalf(portal);
  } else {
    AddTalk(way.talk, portal, Touched(way.talk));
  }
}

// The portal will not come.
void Player::Miss(const Way& way) {
  awaited_.erase(way.label);
  const auto next = std::find(way.stops.begin(), way.stops.end(), self_) + 1;
  if (next != way.stops.end()) return Send(*next, "none:" + way.label);
  if (IsPipe(way)) {
    const int peer = PeerOfPipe(way.label);
    pipes_to_come_.erase(peer);
    SendAgain();
    MissAllFrom(peer);
  }
  if (way.talk == "merged") AddHalf(IPCZ_INVALID_HANDLE);
}

void Player::MissAllFrom(int peer) {
  for (const Way& way : Ways()) {
    if (awaited_.count(way.label) == 0) continue;
    if (*(std::find(way.stops.begin(), way.stops.end(), self_) - 1) == peer) Miss(way);
  }
}

void Player::AddHalf(IpczHandle portal) {
  halves_.push_back(portal);
  if (halves_.size() < 2) return;
  if (halves_[0] == IPCZ_INVALID_HANDLE || halves_[1] == IPCZ_INVALID_HANDLE) {
    for (const IpczHandle half : halves_) Drop(half);
  } else {
    node_.Check(node_.ipcz().MergePortals(halves_[0], halves_[1], IPCZ_NO_FLAGS, nullptr),
                "MergePortals");
  }
  halves_.clear();
}

void Player::OnParcel(int peer, const SessionPortal::Parcel& parcel) {
  const std::string& label = parcel.label;
  if (label.rfind("none:", 0) == 0) {
    const Way* const way = FindWay(label.substr(5));
    if (way != nullptr) Miss(*way);
  } else if (label.rfind("probe-", 0) == 0 && parcel.portals.size() == 1) {
    ++probes_come_;
    AddTalk(label, parcel.portals[0], {label[6] - '0', label[7] - '0'});
  } else if (label.rfind("probes:", 0) == 0) {
    probes_ = label[7] - '0';
  } else if (const Way* const way = FindWay(label); way != nullptr) {
    ASSERT_EQ(1u, parcel.portals.size()) << label;
    Arrive(*way, parcel.portals[0]);
  } else {
    heard_[peer].insert(label);
  }
}

void Player::Pump() {
  // New carriers may come with a parcel, and be at their end already.
  std::set<int> pumped;
  while (pumped.size() < carriers_.size()) {
    const auto carrier = std::find_if(carriers_.begin(), carriers_.end(),
                                      [&](const auto& it) { return pumped.count(it.first) == 0; });
    const int peer = carrier->first;
    pumped.insert(peer);
    SessionPortal::Parcel parcel;
    SessionPortal::Next next;
    while ((next = carrier->second->Get(&parcel)) == SessionPortal::Next::kParcel) {
      OnParcel(peer, parcel);
    }
    if (next == SessionPortal::Next::kEnd) MissAllFrom(peer);
  }
}

bool Player::TalksAreOver() {
  bool over = true;
  for (size_t i = 0; i < talks_.size(); ++i) over &= talks_[i]->Step();
  return over;
}

void Player::WaitFor(const char* what, absl::FunctionRef<bool()> done) {
  const auto step = [&] {
    Pump();
    return done();
  };
  node_.RunUntil(what, step, [&] {
    std::string state;
    for (const auto& talk : talks_) state += talk->state();
    for (const std::string& label : awaited_) state += label + " has not come; ";
    for (const Outgoing& outgoing : outbox_) state += outgoing.label + " has not left; ";
    for (const auto& [peer, carrier] : carriers_) {
      if (carrier->ended()) state += carrier->name() + " has ended; ";
    }
    return state + std::to_string(CountDriverObjects()) + " objects of the driver, " +
           std::to_string(ProcessResources::Now().descriptors()) + " descriptors";
  });
}

// --- The script ----------------------------------------------------------------------------------

void Player::Play(const std::vector<int>& sockets) {
  sockets_ = sockets.size();
  if (self_ != victim_) before_ = ProcessResources::Now();
  for (size_t i = 0; i < sockets.size(); ++i) {
    if (self_ == kBroker) {
      AddCarrier(static_cast<int>(i) + 1, node_.Connect(sockets[i], IPCZ_NO_FLAGS));
    } else {
      AddCarrier(kBroker, node_.Connect(sockets[i], IPCZ_CONNECT_NODE_TO_BROKER));
    }
  }
  if (node_.gave_up()) return;
  OpenWays();
  WaitFor("talks", [&] { return TalksAreOver() && awaited_.empty() && outbox_.empty(); });
  if (node_.gave_up()) return;
  self_ == kBroker ? PlayBroker() : PlayNode();
}

bool Player::EachNodeIs(const std::string& word) const {
  return std::all_of(carriers_.begin(), carriers_.end(), [&](const auto& it) {
    const auto heard = heard_.find(it.first);
    return it.second->ended() || (heard != heard_.end() && heard->second.count(word) != 0);
  });
}

// Nothing is left but the carriers, and links to those who live.
bool Player::IsClean() const {
  const IpczCounters counters = node_.counters();
  const uint64_t carriers = static_cast<uint64_t>(LiveCarriers());
  const uint64_t links = self_ == kBroker ? carriers : static_cast<uint64_t>(probes_);
  if (counters.num_hops != carriers || counters.num_links > links) return false;
  if (self_ == victim_) return true;  // looking would be calls for faults to befall
  DrainForForeignClose();
  const ProcessResources now = ProcessResources::Now();
  const size_t own = before_.descriptors() - sockets_;
  return now.descriptors() >= own + counters.num_links &&
         now.descriptors() <= own + kMostDescriptors * counters.num_links &&
         now.mappings() <= before_.mappings() + kMostSegments * counters.num_links &&
         CountDriverObjects() <= (1 + kMostSegments) * counters.num_links;
}

void Player::PlayBroker() {
  WaitFor("nodes to be done", [&] { return EachNodeIs("done"); });
  if (node_.gave_up()) return;
  std::vector<int> living;
  for (const auto& [peer, carrier] : carriers_) {
    if (!carrier->ended()) living.push_back(peer);
  }
  if (all_whole_) {
    EXPECT_EQ(3u, living.size());
  }
  if (victim_ != kBroker) {
    EXPECT_LE(2u, living.size());
  }
  Probe(living);
  WaitFor("probes", [&] { return TalksAreOver() && EachNodeIs("clean"); });
  WaitFor("the end of routes", [&] { return IsClean(); });
}

void Player::Probe(const std::vector<int>& living) {
  for (const int peer : living) {
    Tell(peer, "probes:" + std::to_string(living.size()));
    const std::string name = "probe-0" + std::to_string(peer);
    const auto [here, there] = node_.OpenPair();
    AddTalk(name, here, {kBroker, peer});
    Send(peer, name, there);
  }
  for (size_t i = 0; i < living.size(); ++i) {
    for (size_t j = i + 1; j < living.size(); ++j) {
      const std::string name = "probe-" + std::to_string(living[i]) + std::to_string(living[j]);
      const auto [a, b] = node_.OpenPair();
      Send(living[i], name, a);
      Send(living[j], name, b);
    }
  }
}

void Player::PlayNode() {
  const bool keeps_broker = all_whole_ || victim_ != kBroker;
  bool clean = false;
  if (HasBroker()) {
    for (auto it = carriers_.begin(); it != carriers_.end();) {
      it = it->first == kBroker ? std::next(it) : carriers_.erase(it);
    }
    Tell(kBroker, "done");
    WaitFor("probes", [&] {
      return !HasBroker() || (TalksAreOver() && probes_come_ == probes_ && IsClean());
    });
    if (node_.gave_up()) return;
    clean = HasBroker();
    if (clean) Tell(kBroker, "clean");
  }
  EXPECT_TRUE(clean || !keeps_broker || self_ == victim_) << node_.name() << " lost its broker";
  // Whoever has no broker any more has nothing else either.
  WaitFor("the end", [&] { return TalksAreOver() && LiveCarriers() == 0; });
}

// --- The processes -------------------------------------------------------------------------------

void PlayFor(int self, int victim, const CallFault& fault, const std::vector<int>& sockets,
             CallTally& tally) {
  // Broken connections are expected.
  SetLogSink([](std::string_view) {});
  std::unique_ptr<CallFaultScope> scope;
  if (self == victim) scope = std::make_unique<CallFaultScope>(fault, tally);
  std::make_unique<Player>(self, victim, fault)->Play(sockets);
  scope = nullptr;
  SetLogSink(nullptr);
  if (InLongFaultProfile()) {
    EXPECT_FALSE(LosesHeapMemory());
  }
}

}  // namespace

SessionOutcome RunSession(int victim, const CallFault& fault) {
  SharedTally tally;
  std::vector<int> ends;  // the broker's
  std::vector<std::unique_ptr<ProcessPair>> processes(kSessionProcesses);
  for (int self = 1; self < kSessionProcesses; ++self) {
    processes[self] = std::make_unique<ProcessPair>([&](int socket) {
      for (const int end : ends) close(end);
      PlayFor(self, victim, fault, {socket}, *tally);
    });
    ends.push_back(processes[self]->TakeSocket());
  }
  processes[kBroker] =
      std::make_unique<ProcessPair>([&](int) { PlayFor(kBroker, victim, fault, ends, *tally); });
  for (const int end : ends) close(end);

  for (int self = 0; self < kSessionProcesses; ++self) {
    if (self == victim && fault.is_death()) {
      const bool died = processes[self]->WaitForDeath();
      EXPECT_EQ(tally->befell.load(), died);
    } else {
      processes[self]->Wait();
    }
  }
  return {.calls = tally->calls, .befell = tally->befell};
}

}  // namespace ipdl
