// The life of managed endpoints on one connection. See managed_endpoints.h.

#include "glue/managed_endpoints.h"

#include <string>
#include <utility>

#include "glue/blame.h"
#include "glue/message_channel.h"
#include "glue/side_variant.h"
#include "glue/text.h"
#include "runtime/log.h"
#include "runtime/reader.h"
#include "runtime/run_loop.h"
#include "runtime/writer.h"

namespace ipdl {

// --- The value -----------------------------------------------------------------------------------

ManagedEndpointBase::ManagedEndpointBase() = default;

ManagedEndpointBase::ManagedEndpointBase(RefPtr<MessageChannel> channel, int32_t id, Origin origin)
    : channel_(std::move(channel)), id_(id), origin_(origin) {}

ManagedEndpointBase::ManagedEndpointBase(ManagedEndpointBase&& other) noexcept
    : channel_(std::move(other.channel_)), id_(other.TakeId()), origin_(other.origin_) {}

ManagedEndpointBase& ManagedEndpointBase::operator=(ManagedEndpointBase&& other) noexcept {
  if (this == &other) return *this;
  Drop();
  channel_ = std::move(other.channel_);
  id_ = other.TakeId();
  origin_ = other.origin_;
  return *this;
}

ManagedEndpointBase::~ManagedEndpointBase() { Drop(); }

void ManagedEndpointBase::Drop() {
  const RefPtr<MessageChannel> channel = std::move(channel_);
  const int32_t id = TakeId();
  if (id == 0) return;
  if (origin_ == Origin::kOpenedHere) {
    channel->endpoints().DropOpened(id);
  } else {
    channel->endpoints().DropReceived(id);
  }
}

void ManagedEndpointBase::Write(Writer& out, ManagedEndpointBase&& end,
                                const ProtocolInfo& protocol, Side side) {
  ManagedEndpointBase taken = std::move(end);
  if (!out.ok()) return;
  auto* const channel = static_cast<MessageChannel*>(out.scope());
  if (!taken.valid() || channel == nullptr || taken.channel_.get() != channel) {
    out.Fail(Text("a managed endpoint for ", ShortName(protocol),
                  taken.valid() ? " was opened on another connection" : " is empty"));
    return;
  }
  channel->endpoints().Write(out, std::move(taken), protocol, side);
}

bool ManagedEndpointBase::Read(Reader& in, ManagedEndpointBase* end, const ProtocolInfo& protocol,
                               Side side) {
  auto* const channel = static_cast<MessageChannel*>(in.scope());
  if (channel == nullptr) return in.Fail("a managed endpoint where none can be");
  return channel->endpoints().Read(in, end, protocol, side);
}

ManagedEndpointBase OpenManagedEndpoint(Actor& manager, Actor* made) {
  if (made == nullptr || made->link_status() != LinkStatus::kInactive) {
    LogError(Text("an endpoint below a ", manager.protocol_name(), " was not opened: the actor is ",
                  made == nullptr ? "null" : "not new"));
    return {};
  }
  const RefPtr<Actor> keep(made);
  MessageChannel* const channel = MessageChannel::Of(manager);
  ManagedEndpointBase end;
  if (channel != nullptr && manager.CanSend()) end = channel->endpoints().Open(manager, *made);
  if (!end.valid()) ActorTree::FailConstructor(*made, manager);
  return end;
}

bool BindManagedEndpoint(Actor& manager, ManagedEndpointBase end, Actor* actor) {
  MessageChannel* const channel = MessageChannel::Of(manager);
  if (channel == nullptr || !manager.CanSend() || actor == nullptr ||
      actor->link_status() != LinkStatus::kInactive) {
    return false;
  }
  return channel->endpoints().Bind(manager, end, *actor);
}

// --- Opened here ---------------------------------------------------------------------------------

ManagedEndpointBase ManagedEndpoints::Open(Actor& manager, Actor& made) {
  ActorTree& tree = channel_->tree();
  if (tree.made_by_us() >= channel_->limits().actors) return {};
  const int32_t id = tree.NewEndpointId();
  if (id == 0) return {};
  if (!channel_->SendEndpointOpened(id, made.actor_class().protocol->id, manager.id())) {
    return {};
  }
  tree.Offer(made, manager, id);
  opened_.emplace(id, Opened());
  return {RefPtr<MessageChannel>(channel_), id, ManagedEndpointBase::Origin::kOpenedHere};
}

void ManagedEndpoints::Write(Writer& out, ManagedEndpointBase&& end, const ProtocolInfo& protocol,
                             Side side) {
  ManagedEndpointBase taken = std::move(end);
  const Actor* const actor = channel_->tree().Find(taken.id_);
  if (taken.origin_ != ManagedEndpointBase::Origin::kOpenedHere || side == channel_->side()) {
    out.Fail(Text("a managed endpoint for ", ShortName(protocol), " goes to its opener"));
  } else if (actor == nullptr || actor->link_status() != LinkStatus::kOffered ||
             actor->actor_class().protocol != &protocol) {
    out.Fail(Text("the actor of a managed endpoint for ", ShortName(protocol), " is gone"));
  } else {
    out.Put(taken.id_);
    writing_.push_back({&out, taken.TakeId()});
  }
}

void ManagedEndpoints::SettleWritten(const Writer& writer, bool sent) {
  // In the order of writing; sending about one may write no other.
  size_t kept = 0;
  std::vector<int32_t> settled;
  for (const Written& written : writing_) {
    if (written.writer == &writer) {
      settled.push_back(written.id);
    } else {
      writing_[kept++] = written;
    }
  }
  writing_.resize(kept);
  for (const int32_t id : settled) {
    auto found = opened_.find(id);
    if (found == opened_.end()) continue;
    if (!sent) {
      DropOpened(id);
      continue;
    }
    found->second.sent = true;
    channel_->SendEndpointControl(ControlMessage::kEndpointSent, id);
  }
}

// Not here and now: this may be inside a send.
void ManagedEndpoints::DropOpened(int32_t id) {
  if (!channel_->IsOpen()) return;
  channel_->loop().Post(
      [channel = RefPtr<MessageChannel>(channel_), id] { channel->endpoints().Withdraw(id); });
}

void ManagedEndpoints::Withdraw(int32_t id) {
  if (!channel_->IsOpen() || opened_.erase(id) == 0) return;
  channel_->SendEndpointControl(ControlMessage::kEndpointWithdrawn, id);
  Actor* const actor = channel_->tree().Find(id);
  if (actor == nullptr || actor->link_status() != LinkStatus::kOffered) return;
  channel_->tree().Destroy(*actor, DestroyReason::kManagedEndpointDropped,
                           DestroyReason::kAncestorDeletion);
}

bool ManagedEndpoints::ConfirmByMessage(Actor& actor) {
  auto found = opened_.find(actor.id());
  if (found == opened_.end() || !found->second.sent) return false;
  ActorTree::ConfirmOffered(actor);
  return true;
}

// --- Opened by the peer --------------------------------------------------------------------------

bool ManagedEndpoints::Read(Reader& in, ManagedEndpointBase* end, const ProtocolInfo& protocol,
                            Side side) {
  int32_t id = 0;
  if (!in.Get(&id)) return false;
  auto found = offers_.find(id);
  if (found == offers_.end() || found->second.taken) {
    return in.Fail(Text("no managed endpoint ", id, " waits to be taken"));
  }
  if (found->second.protocol != protocol.id || side != channel_->side()) {
    return in.Fail(
        Text("managed endpoint ", id, " is not one for ", ShortName(protocol), SideName(side)));
  }
  found->second.taken = true;
  *end = ManagedEndpointBase(RefPtr<MessageChannel>(channel_), id,
                             ManagedEndpointBase::Origin::kReceived);
  return true;
}

bool ManagedEndpoints::Bind(Actor& manager, ManagedEndpointBase& end, Actor& actor) {
  if (!end.valid() || end.channel_.get() != channel_ ||
      end.origin_ != ManagedEndpointBase::Origin::kReceived) {
    return false;
  }
  auto found = offers_.find(end.id_);
  if (found == offers_.end() || found->second.manager != manager.id() ||
      found->second.protocol != actor.actor_class().protocol->id) {
    return false;
  }
  offers_.erase(found);
  const int32_t id = end.TakeId();
  channel_->tree().Connect(actor, manager, id, /*made_by_peer=*/true);
  channel_->SendEndpointControl(ControlMessage::kEndpointBound, id);
  return true;
}

void ManagedEndpoints::DropReceived(int32_t id) {
  if (offers_.erase(id) != 0) {
    channel_->SendEndpointControl(ControlMessage::kEndpointDropped, id);
  }
}

// --- What the peer says --------------------------------------------------------------------------

std::string ManagedEndpoints::Receive(ControlMessage message, Reader& reader) {
  int32_t id = 0;
  if (!reader.Get(&id)) return "id: is missing";
  if (message == ControlMessage::kEndpointOpened) return ReceiveOpened(id, reader);
  if (!reader.Finish()) return reader.failure().ToString();
  switch (message) {
    case ControlMessage::kEndpointSent:
      return ReceiveSent(id);
    case ControlMessage::kEndpointWithdrawn:
      return ReceiveWithdrawn(id);
    case ControlMessage::kEndpointBound:
      return ReceiveBound(id);
    default:
      return ReceiveDropped(id);
  }
}

std::string ManagedEndpoints::ReceiveOpened(int32_t id, Reader& reader) {
  uint32_t protocol = 0;
  int32_t manager = 0;
  if (!reader.Get(&protocol) || !reader.Get(&manager) || !reader.Finish()) {
    return reader.failure().ToString();
  }
  ActorTree& tree = channel_->tree();
  if (!tree.NotePeerEndpointId(id)) return Text("id: ", id, " is not a new one of the peer");
  const uint32_t limit = channel_->limits().actors;
  if (tree.made_by_peer() + offers_.size() >= limit) {
    return Text("the peer has ", limit, " actors already (actors)");
  }
  offers_.emplace(id, Offer{.protocol = protocol, .manager = manager});
  return {};
}

std::string ManagedEndpoints::ReceiveSent(int32_t id) {
  auto found = offers_.find(id);
  if (found == offers_.end()) {
    return channel_->tree().WasPeerEndpoint(id) ? "" : Text("id: ", id, " was never opened");
  }
  if (!found->second.taken) DropReceived(id);
  return {};
}

std::string ManagedEndpoints::ReceiveWithdrawn(int32_t id) {
  auto found = offers_.find(id);
  if (found == offers_.end() || found->second.taken) {
    return Text("id: ", id, " is not an endpoint that the peer still has");
  }
  offers_.erase(found);
  return {};
}

std::string ManagedEndpoints::ReceiveBound(int32_t id) {
  auto found = opened_.find(id);
  if (found == opened_.end() || !found->second.sent) {
    return Text("id: ", id, " is not an endpoint that was sent");
  }
  opened_.erase(found);
  Actor* const actor = channel_->tree().Find(id);
  if (actor != nullptr && actor->link_status() == LinkStatus::kOffered) {
    ActorTree::ConfirmOffered(*actor);
  }
  return {};
}

std::string ManagedEndpoints::ReceiveDropped(int32_t id) {
  auto found = opened_.find(id);
  Actor* const actor = channel_->tree().Find(id);
  if (found == opened_.end() || !found->second.sent ||
      (actor != nullptr && actor->link_status() == LinkStatus::kConnected)) {
    return Text("id: ", id, " is not an endpoint that was sent");
  }
  opened_.erase(found);
  if (actor != nullptr && actor->link_status() == LinkStatus::kOffered) {
    channel_->tree().Destroy(*actor, DestroyReason::kManagedEndpointDropped,
                             DestroyReason::kAncestorDeletion);
  }
  return {};
}

}  // namespace ipdl
