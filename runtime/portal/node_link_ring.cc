// Messages in shared memory: writing and reading them. See node_link.h, link_rings.h and ring.h.
//
// Ring and transport share one sequence of messages. A sender puts a message into the ring before
// it transmits the next one; so whoever receives a message by the transport finds everything before
// it in the ring, and what the ring holds beyond a message that the transport still carries waits
// for that.

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/portal/limits.h"
#include "runtime/portal/link_rings.h"
#include "runtime/portal/messages.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/parcel_reader.h"

namespace ipdl::portal {
namespace {

// How a parcel without attachments begins.
struct BareParcel {
  MessageHeader header;
  ParcelBody body;
  SectionHeader section;
};
static_assert(sizeof(BareParcel) == 56);

absl::Span<const uint8_t> PayloadOf(const Parcel* parcel) {
  return parcel == nullptr ? absl::Span<const uint8_t>()
                           : absl::MakeConstSpan(parcel->data(), parcel->size());
}

// Larger messages are several frames, so that one end reads while the other still writes.
size_t MaxFrame(const RingWriter& ring) { return ring.capacity() / 4 - sizeof(FrameHeader); }

}  // namespace

// --- Writing -------------------------------------------------------------------------------------

bool NodeLink::MayWriteAtOnce() const {
  return rings_ != nullptr && rings_->out.memory && !flushing_ && queue_.empty() &&
         !rings_->unfinished.is_active() && is_established();
}

// Whether the reader made room. If not, it rings when it does.
bool NodeLink::AwaitRoom(Turn& turn, size_t space) {
  RingWriter& ring = rings_->out.writer;
  if (ring.HasRoom(space)) return true;
  if (!rings_->waits) {
    ring.Wait();
    rings_->waits = true;
    if (ring.HasRoom(space)) return true;
  }
  if (ring.is_broken()) DisconnectLater(turn);
  GrowRing(turn);
  return false;
}

void NodeLink::Publish(Turn& turn, size_t bytes) {
  RingWriter& ring = rings_->out.writer;
  rings_->written += bytes;
  ring.Publish();
  if (ring.TakeSleeper()) {
    turn.Ring(this, transport_);
    rings_->until_hurry = kLimits.ring_bytes_until_hurry;
  }
  if (rings_->until_hurry == 0) return;
  rings_->until_hurry -= std::min(rings_->until_hurry, bytes);
  if (rings_->until_hurry == 0) turn.Ring(this, transport_, IPCZ_RING_DOORBELL_AT_ONCE);
}

bool NodeLink::WriteFrame(Turn& turn, MessageType type, absl::Span<const uint8_t> body,
                          absl::Span<const uint8_t> payload) {
  RingWriter& ring = rings_->out.writer;
  const size_t size = sizeof(MessageHeader) + body.size() + payload.size();
  if (size > MaxFrame(ring) || !AwaitRoom(turn, FrameSpace(size))) return false;
  const MessageHeader header = {static_cast<uint32_t>(size), type, {}, next_sent_++};
  uint8_t head[sizeof(MessageHeader) + kMostBodyBytes];
  std::memcpy(head, &header, sizeof(header));
  std::memcpy(head + sizeof(header), body.data(), body.size());
  ring.Write(absl::MakeSpan(head, sizeof(header) + body.size()), payload, false);
  Publish(turn, size);
  return true;
}

bool NodeLink::WriteParcel(Turn& turn, const RemoteLink* link, absl::Span<const uint8_t> payload) {
  const struct {
    ParcelBody body;
    SectionHeader section;
  } head = {{link->id, 0, 1, 0}, {payload.size(), 0, 0}};
  return WriteFrame(turn, MessageType::kParcel, Bytes(head), payload);
}

// Writes what is left of a message of several frames. False: there is no room now.
bool NodeLink::WriteUnfinished(Turn& turn) {
  LinkRings::Unfinished& message = rings_->unfinished;
  RingWriter& ring = rings_->out.writer;
  const absl::Span<const uint8_t> head = absl::MakeConstSpan(message.head);
  const absl::Span<const uint8_t> payload = PayloadOf(message.payload.get());
  while (message.done < message.size()) {
    const size_t left = message.size() - message.done;
    const size_t size = std::min(left, MaxFrame(ring));
    if (!AwaitRoom(turn, FrameSpace(size))) return false;
    const size_t in_head = message.done < head.size() ? head.size() - message.done : 0;
    const size_t from_head = std::min(in_head, size);
    const size_t payload_at = message.done < head.size() ? 0 : message.done - head.size();
    ring.Write(head.subspan(head.size() - in_head, from_head),
               payload.subspan(payload_at, size - from_head), size < left);
    Publish(turn, size);
    message.done += size;
  }
  if (message.payload != nullptr) turn.Discard(std::move(message.payload));
  message = {};
  return true;
}

bool NodeLink::IsBare(const Outgoing& outgoing) {
  if (outgoing.parcel != nullptr) return outgoing.parcel->attachments.empty();
  return FindMessageRow(outgoing.type)->max_objects == 0;
}

// Writes the first message of the queue, or its beginning. False: there is no room now.
bool NodeLink::WriteFirst(Turn& turn) {
  Outgoing& first = queue_.front();
  if (first.parcel == nullptr) {
    if (!WriteFrame(turn, first.type, absl::MakeConstSpan(first.body.data(), first.body.size()),
                    {})) {
      return false;
    }
    if (first.type == MessageType::kSwitchRing) SwitchOut(turn);
    queue_.pop_front();
    return true;
  }
  const size_t size = sizeof(BareParcel) + first.parcel->size();
  if (size <= MaxFrame(rings_->out.writer)) {
    if (!WriteParcel(turn, first.link.get(), PayloadOf(first.parcel.get()))) return false;
    turn.Discard(std::move(first.parcel));
    queue_.pop_front();
    return true;
  }
  const BareParcel bare = {{static_cast<uint32_t>(size), MessageType::kParcel, {}, next_sent_++},
                           {first.link->id, 0, 1, 0},
                           {first.parcel->size(), 0, 0}};
  LinkRings::Unfinished& message = rings_->unfinished;
  message.head.assign(Bytes(bare).begin(), Bytes(bare).end());
  message.payload = std::move(first.parcel);
  message.done = 0;
  queue_.pop_front();
  return WriteUnfinished(turn);
}

bool NodeLink::FlushRing(Turn& turn) {
  if (rings_ == nullptr || !rings_->out.memory) return true;
  if (rings_->unfinished.is_active() && !WriteUnfinished(turn)) return false;
  while (!queue_.empty() && IsBare(queue_.front()) && FitsRing(queue_.front())) {
    if (!WriteFirst(turn)) return false;
  }
  return true;
}

bool NodeLink::FitsRing(const Outgoing& outgoing) {
  return outgoing.parcel == nullptr ||
         outgoing.parcel->size() <= kLimits.ring_message_bytes - sizeof(BareParcel);
}

void NodeLink::DisconnectLater(Turn& turn) {
  turn.Later([self = Ref<NodeLink>(this)] {
    Turn later(self->node_->domain(), Cause::kTransport);
    self->Disconnect(later);
  });
}

// --- Reading -------------------------------------------------------------------------------------

bool NodeLink::OnDoorbell(Transport* transport) {
  if (!ReadRing(transport, ReadUntil::kBudget)) return false;
  Turn turn(node_->domain(), Cause::kTransport);
  if (dead_ || transport_ != transport || rings_ == nullptr || !rings_->out.memory) return true;
  rings_->waits = false;
  if (!flushing_) {
    FlushRing(turn);
    if (!queue_.empty()) turn.Flush(this);
  }
  // A reader that stopped in the middle rings to be rung.
  RingWriter& ring = rings_->out.writer;
  if (!ring.IsDrained() && ring.TakeSleeper()) turn.Ring(this, transport_);
  if (ring.is_broken()) DisconnectLater(turn);
  return true;
}

// False: a message was not legal, and the connection is over.
bool NodeLink::ReadRing(Transport* transport, ReadUntil until) {
  size_t budget = 0;
  while (true) {
    // A message that must be taken apart without the lock.
    std::vector<uint8_t> message;
    {
      Turn turn(node_->domain(), Cause::kTransport);
      if (dead_ || transport_ != transport || rings_ == nullptr || !rings_->in.memory) return true;
      const uint64_t first = next_received_;
      switch (ReadFrames(turn, until, &budget, &message)) {
        case FramesRead::kIllegal:
          Disconnect(turn);
          return false;
        case FramesRead::kDisconnected:
          return true;
        case FramesRead::kAll:
          if (rings_->in.reader.Release()) turn.Ring(this, transport_);
          // No sleep before the application has seen what arrived: meanwhile there may be more, and
          // whoever sends it need not ring.
          if (next_received_ != first || rings_->in.reader.Sleep()) continue;
          return true;
        case FramesRead::kShareRead:
          if (rings_->in.reader.Release()) turn.Ring(this, transport_);
          continue;
        case FramesRead::kBudgetSpent:
          if (until == ReadUntil::kTransportMessage) {
            Disconnect(turn);
            return false;
          }
          if (rings_->in.reader.Release()) turn.Ring(this, transport_);
          rings_->in.reader.Doze();
          // The driver calls again when others had their turn; if it cannot, the other end does,
          // who finds that there is something to read and nobody awake.
          turn.Later([again = transport_] {
            if (!again->SetTimer(0, kReadOn)) again->RingDoorbell(IPCZ_NO_FLAGS);
          });
          return true;
        case FramesRead::kMessage:
          break;
      }
    }
    if (!Receive(transport, absl::MakeConstSpan(message), {})) return false;
  }
}

NodeLink::FramesRead NodeLink::ReadFrames(Turn& turn, ReadUntil until, size_t* budget,
                                          std::vector<uint8_t>* message) {
  // Before a message of the transport there is at most what fits, in a ring and its successor.
  size_t most = 2 * LinkMemory::kMaxCapacity;
  if (until == ReadUntil::kBudget) {
    most = transport_->has_timers()
               ? kLimits.ring_bytes_per_turn
               : std::max(rings_->in.reader.capacity(), kLimits.ring_bytes_per_bell);
  }
  rings_->in.reader.Awake();
  const size_t before = *budget;
  while (true) {
    RingReader& ring = rings_->in.reader;
    FrameHeader frame;
    const RingReader::Found found = ring.Peek(&frame);
    if (found == RingReader::Found::kIllegal) return FramesRead::kIllegal;
    if (found == RingReader::Found::kNothing) return FramesRead::kAll;
    if (*budget >= most) return FramesRead::kBudgetSpent;
    if (*budget - before >= kLimits.ring_bytes_per_lock) return FramesRead::kShareRead;
    FrameRead read = rings_->arriving.left > 0 ? ReadContinuation(turn, ring, frame, message)
                                               : ReadBeginning(turn, ring, frame, message);
    if (read == FrameRead::kWaits) return FramesRead::kAll;
    *budget += FrameSpace(frame.size);
    if (read == FrameRead::kIllegal) return FramesRead::kIllegal;
    if (dead_) return FramesRead::kDisconnected;
    if (read == FrameRead::kMessage) return FramesRead::kMessage;
  }
}

NodeLink::FrameRead NodeLink::ReadBeginning(Turn& turn, RingReader& ring, const FrameHeader& frame,
                                            std::vector<uint8_t>* message) {
  BareParcel bare;
  if (frame.size < sizeof(bare.header)) return FrameRead::kIllegal;
  const size_t copied = std::min<size_t>(frame.size, sizeof(bare));
  uint8_t beginning[sizeof(bare)] = {};
  ring.CopyOut(0, beginning, copied);
  std::memcpy(&bare, beginning, sizeof(bare));
  const size_t size = bare.header.size;
  if (bare.header.sequence > next_received_) return FrameRead::kWaits;
  if (bare.header.sequence < next_received_ || size > kLimits.ring_message_bytes ||
      (frame.more != 0 ? size <= frame.size : size != frame.size)) {
    return FrameRead::kIllegal;
  }
  LinkRings::Arriving& arriving = rings_->arriving;
  const bool is_bare = bare.header.type == MessageType::kParcel && frame.size >= sizeof(bare) &&
                       bare.body.num_sections == 1 && bare.section.num_attachments == 0;
  if (!is_bare) {
    // Anything else is copied whole, and goes the way of a datagram.
    std::vector<uint8_t>& bytes = frame.more != 0 ? arriving.bytes : *message;
    bytes.resize(frame.size);
    ring.CopyOut(0, bytes.data(), frame.size);
    ring.Consume(frame);
    arriving.left = size - frame.size;
    return frame.more != 0 ? FrameRead::kGoesOn : FrameRead::kMessage;
  }
  if (!IsLegalBareParcel(bare.header, bare.body, bare.section)) return FrameRead::kIllegal;
  ParcelPtr parcel = Parcel::New(size - sizeof(bare));
  if (parcel == nullptr) return FrameRead::kIllegal;
  parcel->SetSource(transport_);
  const size_t here = frame.size - sizeof(bare);
  ring.CopyOut(sizeof(bare), parcel->data(), here);
  ring.Consume(frame);
  if (frame.more == 0) return DeliverBareParcel(turn, bare.body.hop, std::move(parcel));
  arriving.left = size - frame.size;
  arriving.hop = bare.body.hop;
  arriving.filled = here;
  arriving.parcel = std::move(parcel);
  return FrameRead::kGoesOn;
}

NodeLink::FrameRead NodeLink::ReadContinuation(Turn& turn, RingReader& ring,
                                               const FrameHeader& frame,
                                               std::vector<uint8_t>* message) {
  LinkRings::Arriving& arriving = rings_->arriving;
  if (frame.more != 0 ? frame.size >= arriving.left : frame.size != arriving.left) {
    return FrameRead::kIllegal;
  }
  if (arriving.parcel != nullptr) {
    ring.CopyOut(0, arriving.parcel->data() + arriving.filled, frame.size);
    arriving.filled += frame.size;
  } else {
    const size_t before = arriving.bytes.size();
    arriving.bytes.resize(before + frame.size);
    ring.CopyOut(0, arriving.bytes.data() + before, frame.size);
  }
  ring.Consume(frame);
  arriving.left -= frame.size;
  if (arriving.left > 0) return FrameRead::kGoesOn;
  if (arriving.parcel == nullptr) {
    *message = std::exchange(arriving.bytes, {});
    return FrameRead::kMessage;
  }
  return DeliverBareParcel(turn, arriving.hop, std::move(arriving.parcel));
}

void NodeLink::DropArriving(Turn& turn) {
  if (rings_ == nullptr || rings_->arriving.left == 0) return;
  LinkRings::Arriving arriving = std::exchange(rings_->arriving, {});
  if (arriving.parcel != nullptr) turn.Discard(std::move(arriving.parcel));
}

bool NodeLink::IsLegalBareParcel(const MessageHeader& header, const ParcelBody& body,
                                 const SectionHeader& section) {
  return header.reserved[0] == 0 && header.reserved[1] == 0 && header.reserved[2] == 0 &&
         body.relay_id == 0 && body.forwardings == 0 && section.reserved == 0 &&
         section.num_bytes == header.size - sizeof(BareParcel);
}

NodeLink::FrameRead NodeLink::DeliverBareParcel(Turn& turn, uint64_t hop, ParcelPtr parcel) {
  ++next_received_;
  ParsedParcel parsed;
  parsed.hop = hop;
  parsed.parcel = std::move(parcel);
  return OnParcel(turn, parsed) ? FrameRead::kGoesOn : FrameRead::kIllegal;
}

}  // namespace ipdl::portal
