#include "glue/endpoint.h"

#include "glue/blame.h"
#include "glue/message_channel.h"
#include "glue/node.h"
#include "glue/process_kind.h"
#include "glue/text.h"
#include "runtime/driver/portal_channel.h"
#include "runtime/driver/portal_handle.h"
#include "runtime/run_loop.h"

namespace ipdl {

absl::Status CreateEndpointPair(EndpointBase* a, EndpointBase* b) {
  auto [ours, theirs] = Node::OpenPair();
  const auto places = std::make_shared<PairPlaces>();
  *a = EndpointBase(std::move(ours), places, 0);
  *b = EndpointBase(std::move(theirs), places, 1);
  if (!*a) return absl::UnavailableError("the router makes no portals");
  return absl::OkStatus();
}

absl::StatusOr<OwnedHandle> EndpointBase::Use(RunLoop* loop, PairPlaces::Use use) {
  OwnedHandle portal = std::move(portal_);
  const std::shared_ptr<PairPlaces> places = std::move(places_);
  const absl::StatusOr<Node*> node = Node::Of(loop);
  if (!node.ok()) return node.status();
  const NodeNumber from = places == nullptr ? 0 : places->Note(end_, use, (*node)->number());
  return (*node)->Bring(std::move(portal), from);
}

absl::Status EndpointBase::BindTo(RefPtr<ToplevelActor> actor, RunLoop* loop,
                                  const Limits& limits) {
  EndpointBase end = std::move(*this);
  if (!actor) return absl::InvalidArgumentError("an endpoint cannot be bound to a null actor");
  const std::string_view name = ShortName(*actor->actor_class().protocol);
  if (!end.valid()) {
    return absl::FailedPreconditionError(Text("the endpoint for ", name, " is empty"));
  }
  if (actor->link_status() != LinkStatus::kInactive) {
    return absl::FailedPreconditionError(Text("the ", name, " actor was bound before"));
  }
  const ActorClass& actor_class = actor->actor_class();
  // Both sides of a program may be bound in one process. If the other end leaves it after all, it
  // is whoever binds that who finds this side in the wrong place.
  if (end.places_ == nullptr || end.places_->WasSent(1 - end.end_)) {
    absl::Status kind =
        MayLiveIn(*actor_class.protocol, actor_class.side, ProcessKind(), "this process");
    if (!kind.ok()) return kind;
  }
  if (loop == nullptr) loop = RunLoop::Current();
  if (loop == nullptr) {
    return absl::FailedPreconditionError(
        Text("the endpoint for ", name, " was bound on a thread that has no RunLoop"));
  }
  const absl::StatusOr<Node*> node = Node::Of(loop);
  if (!node.ok()) return node.status();
  absl::StatusOr<OwnedHandle> portal = end.Use(loop, PairPlaces::Use::kBound);
  if (!portal.ok()) return portal.status();
  absl::StatusOr<std::unique_ptr<PortalChannel>> channel =
      PortalChannel::Create({&Node::Api(), (*node)->handle(), ipdl::TakePortal(*std::move(portal))},
                            loop, limits, end.peer_ ? std::move(*end.peer_) : PeerLabel());
  if (!channel.ok()) return channel.status();
  if (!MayLiveAnywhere(*actor_class.protocol, OtherSide(actor_class.side))) {
    (*channel)->AwaitPeer();
  }
  return MessageChannel::Bind(std::move(actor), *std::move(channel), loop, limits,
                              end.exit_when_closed_);
}

void EndpointBase::Write(Writer& out, EndpointBase&& end, const ProtocolInfo& protocol, Side side) {
  end.peer_.reset();
  OwnedHandle portal;
  if (!end.valid()) {
    out.Fail(Text("an endpoint for ", ShortName(protocol), " is empty"));
  } else if (auto* const channel = static_cast<MessageChannel*>(out.scope()); channel != nullptr) {
    absl::StatusOr<OwnedHandle> used = end.Use(&channel->loop(), PairPlaces::Use::kSent);
    if (used.ok()) portal = *std::move(used);
  } else {
    portal = std::move(end.portal_);
  }
  out.Put(protocol.id);
  out.Put(static_cast<uint8_t>(side));
  out.PutHandle(std::move(portal));
}

bool EndpointBase::Read(Reader& in, EndpointBase* end, const ProtocolInfo& protocol, Side side) {
  uint32_t id_found = 0;
  uint8_t side_found = 0;
  OwnedHandle handle;
  if (!in.Get(&id_found)) return false;
  if (id_found != protocol.id || !in.Get(&side_found) || side_found != static_cast<uint8_t>(side)) {
    return in.Fail(Text("not an endpoint for ", ShortName(protocol), SideName(side)));
  }
  if (!in.GetHandle(OwnedHandle::Kind::kPortal, &handle)) return false;
  *end = EndpointBase(std::move(handle));
  if (const auto* channel = static_cast<const MessageChannel*>(in.scope()); channel != nullptr) {
    // Whoever handed it over stands for it until someone who knows better says who it is.
    end->set_peer({.process_id = 0,
                   .kind = Text("endpoint from ", channel->peer().ToString()),
                   .name = "",
                   .trust = PeerTrust::kUntrusted});
  }
  return true;
}

}  // namespace ipdl
