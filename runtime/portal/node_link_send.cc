// Sending on a connection. See node_link.h.

#include <cstring>
#include <utility>

#include "runtime/portal/limits.h"
#include "runtime/portal/link_rings.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/parcel_writer.h"

namespace ipdl::portal {
namespace {

void Append(std::vector<uint8_t>* bytes, absl::Span<const uint8_t> added) {
  const size_t before = bytes->size();
  bytes->resize(before + added.size());
  if (!added.empty()) std::memcpy(bytes->data() + before, added.data(), added.size());
}

template <typename T>
void Append(std::vector<uint8_t>* bytes, const T& value) {
  Append(bytes, absl::MakeSpan(reinterpret_cast<const uint8_t*>(&value), sizeof(value)));
}

// The objects behind a body: counts, then bytes. False if one of the first `required` could not be
// serialized; of the others those are left out.
bool AppendObjects(std::vector<DriverObject>& objects, size_t required, const Transport& transport,
                   std::vector<uint8_t>* bytes, std::vector<IpczDriverHandle>* handles) {
  std::vector<ObjectRecord> records;
  std::vector<uint8_t> object_bytes;
  for (DriverObject& object : objects) {
    const size_t bytes_before = object_bytes.size();
    const size_t handles_before = handles->size();
    if (!ParcelWriter::SerializeObject(object, transport, &object_bytes, handles)) {
      if (records.size() < required) return false;
      continue;
    }
    records.push_back({static_cast<uint32_t>(object_bytes.size() - bytes_before),
                       static_cast<uint32_t>(handles->size() - handles_before)});
  }
  Append(bytes, static_cast<uint64_t>(records.size()));
  for (const ObjectRecord& record : records) Append(bytes, record);
  Append(bytes, absl::MakeConstSpan(object_bytes));
  return true;
}

void BeginMessage(MessageType type, uint64_t sequence, std::vector<uint8_t>* bytes) {
  bytes->clear();
  Append(bytes, MessageHeader{0, type, {}, sequence});
}

void EndMessage(std::vector<uint8_t>* bytes) {
  const uint32_t size = static_cast<uint32_t>(bytes->size());
  std::memcpy(bytes->data(), &size, sizeof(size));
}

}  // namespace

// --- Queueing, under the lock --------------------------------------------------------------------

bool NodeLink::CanSend(const RemoteLink* link) const {
  return !dead_ && link->sent_end == End::kNone;
}

void NodeLink::Queue(Turn& turn, MessageType type, RemoteLink* link, absl::Span<const uint8_t> body,
                     std::vector<DriverObject> objects, bool first) {
  if (dead_) {
    turn.Later([closed = std::move(objects)] {});
    return;
  }
  if (objects.empty() && FindMessageRow(type)->max_objects == 0 && MayWriteAtOnce() &&
      type != MessageType::kSwitchRing && WriteFrame(turn, type, body, {})) {
    return;
  }
  Outgoing& outgoing = first ? queue_.emplace_front() : queue_.emplace_back();
  outgoing.type = type;
  outgoing.link = Ref<RemoteLink>(link);
  outgoing.body.assign(body.begin(), body.end());
  outgoing.objects = std::move(objects);
  turn.Flush(this);
}

bool NodeLink::SendAtOnce(Turn& turn, const RemoteLink* link, absl::Span<const uint8_t> bytes) {
  return CanSend(link) && MayWriteAtOnce() && WriteParcel(turn, link, bytes);
}

void NodeLink::Send(Turn& turn, RemoteLink* link, ParcelPtr parcel) {
  if (!CanSend(link)) return turn.Discard(std::move(parcel));
  if (parcel->attachments.empty() &&
      SendAtOnce(turn, link, absl::MakeConstSpan(parcel->data(), parcel->size()))) {
    return turn.Discard(std::move(parcel));
  }
  // Who put them hears of it now, whoever transmits the parcel, and when.
  for (const Ref<Object>& object : parcel->attachments) {
    if (object && object->kind() == ObjectKind::kPortal) {
      static_cast<Router*>(object.get())->LeaveApplication(turn);
    }
  }
  Outgoing& outgoing = queue_.emplace_back();
  outgoing.type = MessageType::kParcel;
  outgoing.link = Ref<RemoteLink>(link);
  outgoing.parcel = std::move(parcel);
  turn.Flush(this);
}

void NodeLink::SendEnd(Turn& turn, RemoteLink* link, End end) {
  if (!CanSend(link)) return;
  if (end == End::kFin) {
    SendControl(turn, MessageType::kFin, link);
  } else {
    SendFlag(turn, MessageType::kClosed, link, end == End::kLost);
  }
  link->sent_end = end == End::kFin ? End::kFin : End::kClosed;
}

void NodeLink::SendControl(Turn& turn, MessageType type, RemoteLink* link) {
  if (CanSend(link)) Queue(turn, type, link, Bytes(HopBody{link->id}), {});
}

void NodeLink::SendFlag(Turn& turn, MessageType type, RemoteLink* link, bool flag) {
  if (!CanSend(link)) return;
  const uint8_t byte = flag ? 1 : 0;
  Queue(turn, type, link, Bytes(HopFlagBody{link->id, byte, {}}), {});
}

void NodeLink::SendTerms(Turn& turn, MessageType type, RemoteLink* link, const BypassTerms& terms) {
  if (CanSend(link))
    Queue(turn, type, link, Bytes(TermsBody{link->id, terms.node, terms.nonce}), {});
}

void NodeLink::SendAmounts(Turn& turn, MessageType type, RemoteLink* link, uint64_t parcels,
                           uint64_t bytes) {
  if (CanSend(link)) Queue(turn, type, link, Bytes(AmountsBody{link->id, parcels, bytes}), {});
}

void NodeLink::SendAccept(Turn& turn, RemoteLink* link, uint64_t nonce, bool forwards) {
  link->told_proxies = forwards;
  const uint8_t byte = forwards ? 1 : 0;
  if (CanSend(link)) {
    Queue(turn, MessageType::kAccept, link, Bytes(AcceptBody{link->id, nonce, byte, {}}), {});
  }
}

// --- Transmitting, without it --------------------------------------------------------------------

IpczResult NodeLink::TransmitGreeting(MessageType type, absl::Span<const uint8_t> body,
                                      std::vector<DriverObject> objects) {
  std::vector<uint8_t> bytes;
  std::vector<IpczDriverHandle> handles;
  BeginMessage(type, next_sent_++, &bytes);
  Append(&bytes, body);
  if (!objects.empty()) {
    if (!AppendObjects(objects, 1, *transport_, &bytes, &handles)) return IPCZ_RESULT_UNKNOWN;
  }
  EndMessage(&bytes);
  return transport_->Transmit(bytes, handles);
}

void NodeLink::OnSendFailed(Transport* transport) {
  Turn turn(node_->domain(), Cause::kTransport);
  if (transport_ == transport) Disconnect(turn);
}

// What is queued before the other end's greeting waits for it; at last only where it depends on
// nothing that the greeting says.
bool NodeLink::MayTransmit() const {
  return is_established() ||
         (finishing_ && !dead_ && (role_ == Role::kBrokerAwaited || role_ == Role::kClientAwaited));
}

// Of a ring that is not used any more: what it has only a part of is put into `buffer_`, whole.
bool NodeLink::TakeUnfinished(Turn& turn) {
  if (rings_ == nullptr || rings_->out.memory || !rings_->unfinished.is_active()) return false;
  LinkRings::Unfinished message = std::exchange(rings_->unfinished, {});
  buffer_ = std::move(message.head);
  if (message.payload == nullptr) return true;
  Append(&buffer_, absl::MakeConstSpan(message.payload->data(), message.payload->size()));
  turn.Discard(std::move(message.payload));
  return true;
}

// Whether the first message of the queue waits for room in the ring.
bool NodeLink::IsStalled() const {
  if (rings_ == nullptr || !rings_->out.memory) return false;
  return rings_->unfinished.is_active() || (IsBare(queue_.front()) && FitsRing(queue_.front()));
}

void NodeLink::Flush(Cause cause) {
  bool mine = false;  // this thread is the one that transmits
  while (true) {
    Outgoing outgoing;
    Ref<Transport> transport;
    bool again = false;  // the ring has a part of it already
    {
      Turn turn(node_->domain(), cause);
      if (flushing_ && !mine) return;
      mine = flushing_ = false;
      if (!MayTransmit()) return;
      FlushRing(turn);
      again = TakeUnfinished(turn);
      if (!again && queue_.empty() && finishing_) return Disconnect(turn);
      if (!again && (queue_.empty() || IsStalled())) return;
      mine = flushing_ = true;
      if (!again) {
        outgoing = std::move(queue_.front());
        queue_.pop_front();
      }
      if (outgoing.link && outgoing.link->sent_end == End::kLost) {
        // An initial portal that the other side did not ask for.
        if (outgoing.parcel != nullptr) turn.Discard(std::move(outgoing.parcel));
        continue;
      }
      transport = transport_;
    }
    const Transmitted transmitted =
        again ? Sent(transport->Transmit(buffer_, {})) : TransmitOne(outgoing, *transport, cause);
    if (transmitted == Transmitted::kFailed) {
      Turn turn(node_->domain(), cause);
      Disconnect(turn);
    } else if (transmitted == Transmitted::kYes && outgoing.type == MessageType::kSwitchRing) {
      Turn turn(node_->domain(), cause);
      if (!dead_) SwitchOut(turn);
    }
  }
}

NodeLink::Transmitted NodeLink::TransmitOne(Outgoing& outgoing, Transport& transport, Cause cause) {
  buffer_.clear();
  handles_.clear();
  BeginMessage(outgoing.type, next_sent_, &buffer_);
  if (outgoing.parcel == nullptr) {
    Append(&buffer_, absl::MakeConstSpan(outgoing.body.data(), outgoing.body.size()));
    const MessageRow* const row = FindMessageRow(outgoing.type);
    const size_t required = row->max_objects <= 2 ? 1 : outgoing.objects.size();
    if (row->max_objects > 0 &&
        !AppendObjects(outgoing.objects, required, transport, &buffer_, &handles_)) {
      if (outgoing.type == MessageType::kShareMemory) {
        Turn turn(node_->domain(), cause);
        DropOffer(turn);
        return Transmitted::kDropped;
      }
      if (row->max_objects <= 2) return Transmitted::kFailed;
      // Relayed objects that cannot go on: their parcel is told so.
      buffer_.resize(sizeof(MessageHeader) + outgoing.body.size());
      for (const IpczDriverHandle handle : std::exchange(handles_, {})) {
        driver_->Close(handle, IPCZ_NO_FLAGS, nullptr);
      }
      Append(&buffer_, uint64_t{0});
    }
  } else {
    ParcelWriter writer(transport, node_->domain(), role_ == Role::kEqual);
    writer.Serialize(std::move(outgoing.parcel));
    bool dead = false;
    {
      Turn turn(node_->domain(), cause);
      dead = dead_;
      if (!dead) {
        const uint64_t relay_id = writer.relayed().empty()
                                      ? 0
                                      : node_->Relay(turn, peer_name_, std::move(writer.relayed()));
        writer.Encode(turn, this, outgoing.link->id, relay_id, &buffer_, &handles_);
      }
    }
    if (dead) {
      writer.Abandon(cause);
      return Transmitted::kDropped;
    }
  }
  EndMessage(&buffer_);
  ++next_sent_;
  if (handles_.empty() && buffer_.size() <= kLimits.ring_message_bytes) {
    Turn turn(node_->domain(), cause);
    if (dead_) return Transmitted::kDropped;
    if (rings_ != nullptr && rings_->out.memory) {
      rings_->unfinished.head.assign(buffer_.begin(), buffer_.end());
      WriteUnfinished(turn);
      return Transmitted::kYes;
    }
  }
  return Sent(transport.Transmit(buffer_, handles_));
}

}  // namespace ipdl::portal
