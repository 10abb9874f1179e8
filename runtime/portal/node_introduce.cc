// How nodes that did not know each other get a connection. See node.h.
//
// Who asks is a proxy with a neighbour in each of two nodes. Only a broker introduces, and only
// when its own list of connections shows the asker connected to both. Each broker speaks to its own
// clients: an introduction to a node of another network is passed through that network's broker.

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "runtime/portal/limits.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/router.h"
#include "runtime/portal/wire_cursor.h"

namespace ipdl::portal {

// The connection on which messages to that node leave: its own, or its broker's.
Ref<NodeLink> Node::LinkTowards(const NodeName& name) const {
  const auto home = home_.find(name);
  return FindLink(home == home_.end() ? name : home->second);
}

bool Node::AreLinked(const NodeName& a, const NodeName& b) const {
  if (a == b) return true;
  if (linked_.contains(Sorted(a, b))) return true;
  // Each broker and its nodes; and a broker's own connections.
  for (const auto& [node, broker] : {NamePair(a, b), NamePair(b, a)}) {
    const auto home = home_.find(node);
    if (home != home_.end() && home->second == broker) return true;
  }
  return is_broker_ && ((a == name_ && FindLink(b)) || (b == name_ && FindLink(a)));
}

// The broker of a node's network; a broker's is itself. Not valid if the node is unknown here.
NodeName Node::HomeOf(const NodeName& name) const {
  if (name == name_) return name_;
  const auto home = home_.find(name);
  if (home != home_.end()) return home->second;
  const Ref<NodeLink> link = FindLink(name);
  if (!link) return {};
  return link->role() == Role::kOtherBroker ? name : name_;
}

// Exactly one broker introduces a pair, so that two cannot do it at the same time: their own one; a
// client's, if the other is a broker; otherwise the greater of both.
NodeName Node::IntroducerOf(const NodeName& a, const NodeName& b) const {
  const NodeName home_a = HomeOf(a);
  const NodeName home_b = HomeOf(b);
  if (home_a == home_b) return home_a;
  if (a == home_a && b == home_b) return name_;
  if (a == home_a) return home_b;
  if (b == home_b) return home_a;
  return std::max(home_a, home_b);
}

bool Node::CanRemember() const {
  return linked_.size() + denied_.size() + home_.size() < limits_.introductions_asked;
}

bool Node::IsDenied(const NodeName& a, const NodeName& b) const {
  return denied_.contains(Sorted(a, b));
}

void Node::ForgetNode(const NodeName& name) {
  absl::erase_if(home_, [&](const auto& entry) { return entry.second == name; });
  std::erase_if(relayed_, [&](const auto& entry) {
    return entry.first.first == name || entry.first.second == name;
  });
  absl::erase_if(linked_, [&](const auto& entry) {
    return entry.first.first == name || entry.first.second == name;
  });
}

Introduced Node::Introduce(Turn& turn, NodeLink* a, NodeLink* b, Ref<Router> proxy) {
  const NamePair pair = Sorted(a->peer_name(), b->peer_name());
  if (AreLinked(pair.first, pair.second)) return Introduced::kYes;
  if (denied_.contains(pair)) return Introduced::kDenied;
  std::vector<Ref<Router>>& waiting = asked_[pair];
  waiting.push_back(std::move(proxy));
  if (waiting.size() > 1) return Introduced::kAsked;
  if (is_broker_) {
    const auto done = [self = Ref<Node>(this), pair](Turn& later, bool granted) {
      if (!granted) self->denied_.insert(pair);
      self->FinishAsked(later, pair);
    };
    const NodeName introducer = IntroducerOf(pair.first, pair.second);
    if (introducer == name_) {
      if (StartIntroduction(turn, pair.first, pair.second, done)) return Introduced::kAsked;
    } else if (const Ref<NodeLink> other = FindLink(introducer)) {
      other->SendMessage(turn, MessageType::kIntroduce,
                         IntroduceBody{pair.first, pair.second, name_});
      return Introduced::kAsked;
    }
    asked_.erase(pair);
    denied_.insert(pair);
    return Introduced::kDenied;
  }
  if (!broker_) {
    asked_.erase(pair);
    return Introduced::kDenied;
  }
  broker_->SendMessage(turn, MessageType::kIntroduce, IntroduceBody{pair.first, pair.second, {}});
  return Introduced::kAsked;
}

void Node::FinishAsked(Turn& turn, const NamePair& pair) {
  const auto found = asked_.find(pair);
  if (found == asked_.end()) return;
  const std::vector<Ref<Router>> proxies = std::move(found->second);
  asked_.erase(found);
  for (const Ref<Router>& proxy : proxies) {
    if (proxy->is_proxy()) proxy->Reduce(turn);
  }
}

bool Node::OnIntroduced(Turn& turn, const Ref<NodeLink>& link, const IntroducedBody& body) {
  if (body.granted > 1) return false;
  const NamePair pair = Sorted(body.first, body.second);
  if (link->role() == Role::kOtherBroker) {
    // Asked by this broker, for itself or for a client.
    if (!body.asker.is_valid() || !CanRemember()) return false;
    if (body.granted != 0) linked_.emplace(pair, 0);
    if (body.asker == name_) {
      if (body.granted == 0) denied_.insert(pair);
      FinishAsked(turn, pair);
      return true;
    }
    const Ref<NodeLink> asker = FindLink(body.asker);
    if (asker && asker->role() == Role::kClient) {
      asker->SendMessage(turn, MessageType::kIntroduced,
                         IntroducedBody{body.first, body.second, {}, body.granted, {}});
    }
    return true;
  }
  if (body.asker.is_valid() || !CanRemember()) return false;
  if (body.granted != 0) {
    linked_.emplace(pair, 0);
  } else {
    denied_.insert(pair);
  }
  FinishAsked(turn, pair);
  return true;
}

bool Node::OnIntroduce(Turn& turn, const Ref<NodeLink>& link, const IntroduceBody& body) {
  const bool from_client = link->role() == Role::kClient;
  if (!is_broker_ || body.first == body.second || from_client == body.asker.is_valid())
    return false;
  const NodeName asker = from_client ? link->peer_name() : body.asker;
  const auto answer = [link, body](Turn& later, bool granted) {
    const uint8_t byte = granted ? 1 : 0;
    link->SendMessage(later, MessageType::kIntroduced,
                      IntroducedBody{body.first, body.second, body.asker, byte, {}});
  };
  if (!from_client) {
    // The other broker answers for the asker, and for nodes that this one has not heard of.
    if (!CanRemember()) return false;
    for (const NodeName& node : {body.first, body.second}) {
      if (!HomeOf(node).is_valid()) home_[node] = link->peer_name();
    }
  } else if (!AreLinked(asker, body.first) || !AreLinked(asker, body.second)) {
    answer(turn, false);
    return true;
  }
  if (AreLinked(body.first, body.second)) {
    answer(turn, true);
    return true;
  }
  const NodeName introducer = IntroducerOf(body.first, body.second);
  const Ref<NodeLink> other = FindLink(introducer);
  // NOLINTNEXTLINE(bugprone-branch-clone): the order of the questions matters.
  if (!CanRemember() || !link->TakePermit(turn)) {
    answer(turn, false);
  } else if (introducer == name_) {
    if (!StartIntroduction(turn, body.first, body.second, answer)) answer(turn, false);
  } else if (from_client && other && other->role() == Role::kOtherBroker) {
    other->SendMessage(turn, MessageType::kIntroduce,
                       IntroduceBody{body.first, body.second, asker});
  } else {
    answer(turn, false);
  }
  return true;
}

// False if one of them cannot be reached. Otherwise `done` is called in a later turn.
bool Node::StartIntroduction(Turn& turn, const NodeName& a, const NodeName& b,
                             absl::AnyInvocable<void(Turn&, bool)> done) {
  const Ref<NodeLink> to_a = LinkTowards(a);
  const Ref<NodeLink> to_b = LinkTowards(b);
  if (!to_a || !to_b || a == name_ || b == name_) return false;
  turn.Later([self = Ref<Node>(this), transport_a = to_a->transport(),
              transport_b = to_b->transport(), a, b, done = std::move(done)]() mutable {
    IpczDriverHandle ends[2] = {};
    const bool made =
        transport_a && transport_b &&
        self->driver_->CreateTransports(transport_a->handle(), transport_b->handle(), IPCZ_NO_FLAGS,
                                        nullptr, &ends[0], &ends[1]) == IPCZ_RESULT_OK;
    std::vector<DriverObject> for_a;
    std::vector<DriverObject> for_b;
    if (made) {
      for_a.emplace_back(self->driver_, ends[0]);
      for_b.emplace_back(self->driver_, ends[1]);
      LinkMemory::AllocateForBoth(self->driver_, &for_a, &for_b);
    }
    Turn later(self->domain(), Cause::kTransport);
    if (!made || self->closed_) {
      later.Later([for_a = std::move(for_a), for_b = std::move(for_b)] {});
      return done(later, false);
    }
    if (self->linked_.emplace(Sorted(a, b), self->next_introduction_).second) {
      const uint64_t number = self->next_introduction_++;
      self->SendIntroduction(later, a, {b, 1, {}, number}, std::exchange(for_a, {}));
      self->SendIntroduction(later, b, {a, 0, {}, number}, std::exchange(for_b, {}));
    }
    later.Later([for_a = std::move(for_a), for_b = std::move(for_b)] {});
    done(later, true);
  });
  return true;
}

void Node::SendIntroduction(Turn& turn, const NodeName& to, const IntroductionBody& body,
                            std::vector<DriverObject> objects) {
  const Ref<NodeLink> towards = LinkTowards(to);
  if (!towards) {
    turn.Later([closed = std::move(objects)] {});
  } else if (towards->peer_name() == to) {
    towards->SendMessage(turn, MessageType::kIntroduction, body, std::move(objects));
  } else {
    towards->SendMessage(turn, MessageType::kPassIntroduction,
                         PassIntroductionBody{to, body.name, body.side_a, {}, body.number},
                         std::move(objects));
  }
}

bool Node::OnIntroduction(Turn& turn, const Ref<NodeLink>& link, const IntroductionBody& body,
                          DriverObject transport, DriverObject memory) {
  if (!body.name.is_valid() || body.name == name_ || body.side_a > 1 || !AllZero(body.reserved) ||
      (link->role() == Role::kOtherBroker && FindLink(body.name))) {
    turn.Later([transport = std::move(transport), memory = std::move(memory)] {});
    return false;
  }
  if (link->role() == Role::kOtherBroker) home_[body.name] = link->peer_name();
  const Ref<NodeLink> introduced =
      MakeRef<NodeLink>(Ref<Node>(this), Role::kEqual, body.side_a != 0);
  introduced->set_introduction(body.number);
  introduced->Establish(turn, Role::kEqual, body.name, body.side_a != 0, 0);
  ActivateLater(turn, introduced, std::move(transport), std::move(memory));
  AddLink(turn, introduced);
  return true;
}

bool Node::OnPassIntroduction(Turn& turn, const Ref<NodeLink>& link,
                              const PassIntroductionBody& body, DriverObject transport,
                              DriverObject memory) {
  std::vector<DriverObject> objects;
  objects.push_back(std::move(transport));
  if (memory.is_valid()) objects.push_back(std::move(memory));
  const Ref<NodeLink> to = FindLink(body.to);
  const auto home = home_.find(body.name);
  // A broker speaks for its own nodes, and only to this one's clients.
  if (!is_broker_ || !CanRemember() || !body.name.is_valid() || body.side_a > 1 ||
      !AllZero(body.reserved) || (home != home_.end() && home->second != link->peer_name()) ||
      (body.name != link->peer_name() && home == home_.end() && FindLink(body.name))) {
    turn.Later([closed = std::move(objects)] {});
    return false;
  }
  if (!to || to->role() != Role::kClient) {
    turn.Later([closed = std::move(objects)] {});
    return true;  // gone meanwhile
  }
  if (body.name != link->peer_name()) home_[body.name] = link->peer_name();
  linked_[Sorted(body.to, body.name)] = body.number;
  SendIntroduction(turn, body.to, {body.name, body.side_a, {}, body.number}, std::move(objects));
  return true;
}

bool Node::OnLinkLost(Turn& /*turn*/, const Ref<NodeLink>& link, const LinkLostBody& body) {
  if (!is_broker_) return false;
  if (link->role() != Role::kClient) return true;
  // One that was introduced anew since is not lost.
  const auto entry = linked_.find(Sorted(link->peer_name(), body.name));
  if (entry != linked_.end() && entry->second == body.introduction) linked_.erase(entry);
  return true;
}

// --- Accusations ---------------------------------------------------------------------------------

void Node::Accuse(Turn& turn, const NodeName& node, uint64_t context, std::string_view reason,
                  bool forwarded) {
  if (is_broker_ || !broker_ || broker_->peer_name() == node) return;
  AccuseBody body = {};
  body.node = node;
  body.context = context;
  body.forwarded = forwarded ? 1 : 0;
  body.reason_bytes = static_cast<uint8_t>(reason.copy(body.reason, sizeof(body.reason)));
  broker_->SendMessage(turn, MessageType::kAccuse, body);
}

// The accused may be gone, or be another network's: then there is nobody to tell.
bool Node::OnAccuse(Turn& turn, const Ref<NodeLink>& link, const AccuseBody& body) {
  if (!is_broker_ || !body.node.is_valid() || body.forwarded > 1 || !AllZero(body.reserved) ||
      body.reason_bytes > sizeof(body.reason) ||
      !std::all_of(body.reason + body.reason_bytes, std::end(body.reason),
                   [](char byte) { return byte == 0; })) {
    return false;
  }
  const Ref<NodeLink> accused = FindLink(body.node);
  if (!accused || accused == link || accused->role() != Role::kClient ||
      !link->TakeAccusationPermit(turn)) {
    return true;
  }
  turn.Later([accused = accused->transport(), accuser = link->transport(), body] {
    accused->ReportAccused(static_cast<uintptr_t>(body.context), {body.reason, body.reason_bytes},
                           body.forwarded != 0, *accuser);
  });
  return true;
}

}  // namespace ipdl::portal
