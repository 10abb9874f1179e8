// Receiving on a connection. See node_link.h.
//
// A message is checked whole before anything of it takes effect: its size, number in sequence,
// type, sender, reserved bytes and objects without the lock, then what depends on the hop with it.

#include <cstring>
#include <utility>

#include "runtime/portal/incoming_handles.h"
#include "runtime/portal/limits.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/parcel_reader.h"
#include "runtime/portal/router.h"
#include "runtime/portal/wire_cursor.h"

namespace ipdl::portal {
namespace {

template <typename Body>
Body Copy(absl::Span<const uint8_t> bytes) {
  Body body;
  std::memcpy(&body, bytes.data(), sizeof(body));
  return body;
}

bool ReadObjects(const MessageRow& row, WireCursor& cursor, IncomingHandles& handles,
                 const Ref<Transport>& transport, std::vector<DriverObject>* objects) {
  if (row.max_objects == 0) return cursor.left() == 0 && handles.size() == 0;
  uint64_t count = 0;
  if (!cursor.Read(&count) || count > kLimits.objects_per_relay ||
      (row.max_objects <= 2 && (count == 0 || count > row.max_objects))) {
    return false;
  }
  std::vector<ObjectRecord> records(count);
  for (ObjectRecord& record : records) {
    if (!cursor.Read(&record)) return false;
  }
  for (const ObjectRecord& record : records) {
    absl::Span<const uint8_t> bytes;
    if (!cursor.ReadBytes(record.num_bytes, &bytes)) return false;
    objects->push_back(handles.Deserialize(bytes, record.num_handles, transport->handle()));
    if (!objects->back().is_valid()) return false;
  }
  return cursor.left() == 0 && handles.size() == 0;
}

}  // namespace

void NodeLink::OnTransportError(Transport* transport) {
  // What the other end had written before its end counts, like what it had transmitted.
  ReadRing(transport, ReadUntil::kTransportMessage);
  Turn turn(node_->domain(), Cause::kTransport);
  if (transport_ == transport) Disconnect(turn);
}

void NodeLink::OnTimer(Transport* transport, uintptr_t context) {
  if (context == kReadOn) return static_cast<void>(OnDoorbell(transport));
  if (context != kLookAtRing) return OnDeadline(transport, context);
  Turn turn(node_->domain(), Cause::kTransport);
  if (transport_ == transport) ShrinkRingIfIdle(turn);
}

bool NodeLink::OnMessage(Transport* transport, absl::Span<const uint8_t> data,
                         absl::Span<const IpczDriverHandle> raw_handles) {
  if (data.empty() && raw_handles.empty()) return OnDoorbell(transport);
  const Ref<NodeLink> self(this);  // a message may end the link
  // What precedes it, and what waited for it, may be in the ring.
  if (!ReadRing(transport, ReadUntil::kTransportMessage)) {
    const IncomingHandles refused(driver_, raw_handles);
    return false;
  }
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDelete): it cannot follow the count.
  return Receive(transport, data, raw_handles) && ReadRing(transport, ReadUntil::kBudget);
}

bool NodeLink::Receive(Transport* transport, absl::Span<const uint8_t> data,
                       absl::Span<const IpczDriverHandle> raw_handles) {
  IncomingHandles handles(driver_, raw_handles);
  const Ref<Transport> source(transport);
  WireCursor cursor(data);
  MessageHeader header;
  absl::Span<const uint8_t> body;
  std::vector<DriverObject> objects;
  ParsedParcel parcel;
  bool legal = cursor.Read(&header) && header.size == data.size() && AllZero(header.reserved);
  const MessageRow* const row = legal ? FindMessageRow(header.type) : nullptr;
  legal = row != nullptr && cursor.left() >= row->body_size;
  if (legal && row->variable) {
    legal = cursor.ReadBytes(cursor.left(), &body);
    parcel = ReadParcel(body, handles, source);
    legal = legal && parcel.parcel != nullptr;
  } else if (legal) {
    legal = cursor.ReadBytes(row->body_size, &body) &&
            ReadObjects(*row, cursor, handles, source, &objects);
  }
  // Names for nodes come from the driver, so before the lock.
  if (legal && header.type == MessageType::kReferNode) node_->PrepareName();

  Turn turn(node_->domain(), Cause::kTransport);
  if (dead_ || transport_ != transport) {
    if (parcel.parcel != nullptr) turn.Discard(std::move(parcel.parcel));
    turn.Later([closed = std::move(objects)] {});
    return true;
  }
  DropArriving(turn);
  if (legal && header.sequence == next_received_++ && (row->from & RoleBit(role_)) != 0 &&
      OnChecked(header, body, std::exchange(objects, {}), row->variable ? &parcel : nullptr,
                turn)) {
    return true;
  }
  if (parcel.parcel != nullptr) turn.Discard(std::move(parcel.parcel));
  turn.Later([closed = std::move(objects)] {});
  Disconnect(turn);
  return false;
}

bool NodeLink::OnChecked(const MessageHeader& header, absl::Span<const uint8_t> body,
                         std::vector<DriverObject> objects, ParsedParcel* parcel, Turn& turn) {
  const Ref<NodeLink> self(this);
  const auto object = [&] { return std::move(objects.front()); };
  const auto memory = [&] {
    return objects.size() > 1 ? std::move(objects.back()) : DriverObject();
  };
  switch (header.type) {
    case MessageType::kParcel:
      return OnParcel(turn, *parcel);
    case MessageType::kAccept:
      return OnAccept(turn, Copy<AcceptBody>(body));
    case MessageType::kShareMemory:
      return OnShareMemory(turn, Copy<ShareMemoryBody>(body), object());
    case MessageType::kRingReady:
      return OnRingReady(turn, Copy<RingReadyBody>(body));
    case MessageType::kSwitchRing:
      return OnSwitchRing(turn, Copy<SwitchRingBody>(body));
    case MessageType::kRequestMemory:
      return OnRequestMemory(turn, Copy<RequestMemoryBody>(body));
    case MessageType::kProvideMemory:
      return node_->OnProvideMemory(turn, this, Copy<ProvideMemoryBody>(body), std::move(objects));
    case MessageType::kConnectToBroker:
      return node_->OnConnectToBroker(turn, self, Copy<ConnectBody>(body));
    case MessageType::kConnectFromBroker:
      return node_->OnConnectFromBroker(turn, self, Copy<ConnectFromBrokerBody>(body));
    case MessageType::kConnectBrokers:
      return node_->OnConnectBrokers(turn, self, Copy<ConnectBrokersBody>(body));
    case MessageType::kConnectToReferrer:
      return node_->OnConnectToReferrer(turn, self, Copy<ConnectBody>(body));
    case MessageType::kReferralAccepted:
      return node_->OnReferralAccepted(turn, self, Copy<ReferralAcceptedBody>(body), object(),
                                       memory());
    case MessageType::kReferNode:
      return node_->OnReferNode(turn, self, Copy<ReferNodeBody>(body), object());
    case MessageType::kReferralDone:
      return node_->OnReferralDone(turn, Copy<ReferralDoneBody>(body), object(), memory());
    case MessageType::kReferralFailed:
      return node_->OnReferralFailed(turn, Copy<ReferralFailedBody>(body));
    case MessageType::kIntroduce:
      return node_->OnIntroduce(turn, self, Copy<IntroduceBody>(body));
    case MessageType::kIntroduction:
      return node_->OnIntroduction(turn, self, Copy<IntroductionBody>(body), object(), memory());
    case MessageType::kIntroduced:
      return node_->OnIntroduced(turn, self, Copy<IntroducedBody>(body));
    case MessageType::kPassIntroduction:
      return node_->OnPassIntroduction(turn, self, Copy<PassIntroductionBody>(body), object(),
                                       memory());
    case MessageType::kLinkLost:
      return node_->OnLinkLost(turn, self, Copy<LinkLostBody>(body));
    case MessageType::kAccuse:
      return node_->OnAccuse(turn, self, Copy<AccuseBody>(body));
    case MessageType::kRelayObjects:
      return node_->OnRelayObjects(turn, self, Copy<RelayBody>(body), std::move(objects));
    case MessageType::kRelayedObjects:
      return node_->OnRelayedObjects(turn, this, Copy<RelayBody>(body), std::move(objects));
    case MessageType::kRelayTaken:
      return node_->OnRelayTaken(*this, Copy<RelayTakenBody>(body));
    default:
      return OnHopMessage(turn, header.type, body);
  }
}

bool NodeLink::OnParcel(Turn& turn, ParsedParcel& parsed) {
  const auto found = hops_.find(parsed.hop);
  if (found == hops_.end() && !IsUnclaimed(parsed.hop)) return false;
  const Ref<RemoteLink> link = found == hops_.end() ? nullptr : found->second;
  if (link && (link->received_end != End::kNone || link->parked_nonce != 0)) return false;
  if (is_limited() && transport_->held_bytes() > node_->limits().held_bytes_per_link) return false;
  // What most parcels are: without portals, for a portal here.
  if (link && parsed.portals.empty() && parsed.parcel->awaited == nullptr && link->router &&
      link->router->DeliverAtOnce(turn, link.get(), parsed.parcel)) {
    return true;
  }
  for (const ParsedParcel::Portal& portal : parsed.portals) {
    const Ref<RemoteLink> hop = AddPeerHop(portal.hop, HopMaker::kParcel);
    if (!hop) return false;
    hop->peer_proxies = portal.forwards;
    const Ref<Router> router = MakeRef<Router>(Ref<Domain>(node_->domain()));
    router->Attach(hop);
    *portal.place = router;
    Trace(turn, IPCZ_TRACE_PORTAL_CAME, hop.get());
  }
  if (link && parsed.parcel->awaited != nullptr &&
      !node_->AwaitRelay(turn, link.get(), parsed.parcel.get())) {
    return false;
  }
  if (!link || !link->router) {
    turn.Discard(std::move(parsed.parcel));
    return true;
  }
  // As the other end says now; what it says later is about later parcels.
  parsed.parcel->came_directly = !link->peer_proxies;
  link->pending.Push(std::move(parsed.parcel));
  Ref<Router>(link->router)->Pull(turn);
  return true;
}

bool NodeLink::OnEnd(Turn& turn, RemoteLink* link, End end) {
  const Ref<Router> router = link->router;
  if (end == End::kFin && router && !router->MayEndWithFin(link)) return false;
  if (end == End::kFin && link->parked_nonce != 0) return false;
  link->received_end = end;
  if (!router) {
    if (link->parked_nonce != 0) {
      // The other side gave up before this one was told of it.
      parked_.erase(link->parked_nonce);
      SendEnd(turn, link, End::kClosed);
    }
    ForgetIfOver(link);
    return true;
  }
  if (router->next() == link) {
    // Refused before it was ready.
    router->OnAttemptLost(turn);
  } else {
    router->Pull(turn);
  }
  return true;
}

bool NodeLink::OnAccept(Turn& turn, const AcceptBody& body) {
  if (body.nonce == 0 || body.forwards > 1 || !AllZero(body.reserved)) return false;
  const Ref<RemoteLink> link = AddPeerHop(body.hop, HopMaker::kAccept);
  if (!link) return false;
  link->peer_proxies = body.forwards != 0;
  const Ref<RemoteLink> offered = node_->TakeOffer(peer_name_, body.nonce);
  if (offered) {
    Ref<Router>(offered->router)->Accept(turn, link);
    return true;
  }
  if (parked_.size() >= kLimits.parked_accepts_per_link) return false;
  link->parked_nonce = body.nonce;
  link->parked_at_look = look_;
  BeginWait(turn);
  return parked_.emplace(body.nonce, link).second;
}

bool NodeLink::OnHopMessage(Turn& turn, MessageType type, absl::Span<const uint8_t> body) {
  const uint64_t hop = Copy<HopBody>(body).hop;
  const auto found = hops_.find(hop);
  if (found == hops_.end()) return IsUnclaimed(hop);
  const Ref<RemoteLink> link = found->second;
  if (link->received_end != End::kNone) return false;
  uint8_t flag = 0;
  if (body.size() == sizeof(HopFlagBody)) {
    const HopFlagBody with_flag = Copy<HopFlagBody>(body);
    if (with_flag.flag > 1 || !AllZero(with_flag.reserved)) return false;
    flag = with_flag.flag;
  }
  if (type == MessageType::kFin) return OnEnd(turn, link.get(), End::kFin);
  if (type == MessageType::kClosed) {
    return OnEnd(turn, link.get(), flag != 0 ? End::kLost : End::kClosed);
  }
  if (link->parked_nonce != 0) return false;
  const Ref<Router> router = link->router;
  switch (type) {
    case MessageType::kLockAsk:
      if (!link->side_a || link->peer_asks || link->lock == Lock::kTheirs) return false;
      link->peer_asks = link->peer_settled = link->peer_proxies = true;
      if (router) router->OnLockAsked(turn, link.get());
      return true;
    case MessageType::kLockGrant:
      if (link->side_a || link->lock != Lock::kAsked) return false;
      link->lock = Lock::kMine;
      if (router) router->OnLockGranted(turn, link.get());
      return true;
    case MessageType::kLockRelease:
      if (!link->side_a || link->lock != Lock::kTheirs || link->offered || link->told) return false;
      link->lock = Lock::kFree;
      if (router) router->OnPeerSettled(turn, link.get());
      return true;
    case MessageType::kSettled:
      if (!link->side_a || link->peer_settled) return false;
      link->peer_settled = true;
      if (router) router->OnPeerSettled(turn, link.get());
      return true;
    case MessageType::kForwarding:
      link->peer_proxies = flag != 0;
      return true;
    case MessageType::kReady:
      link->peer_proxies = flag != 0;
      return !router || router->OnReady(turn, link.get());
    case MessageType::kWatch:
    case MessageType::kRead: {
      const AmountsBody amounts = Copy<AmountsBody>(body);
      if (!router) return true;  // closed meanwhile
      if (type == MessageType::kWatch) {
        router->OnWatch(turn, {amounts.parcels, amounts.bytes});
      } else {
        router->OnRead(turn, {amounts.parcels, amounts.bytes});
      }
      return true;
    }
    case MessageType::kOffer:
    case MessageType::kBypass: {
      const TermsBody terms = Copy<TermsBody>(body);
      if (!terms.node.is_valid() || terms.nonce == 0) return false;
      if (!router) return true;  // closed meanwhile
      return type == MessageType::kOffer
                 ? router->OnOffer(turn, link.get(), terms.node, terms.nonce)
                 : router->OnBypass(turn, link.get(), terms.node, terms.nonce);
    }
    default:
      return false;
  }
}

}  // namespace ipdl::portal
