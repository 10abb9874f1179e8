// How the two ends of a connection come to share memory. See node_link.h and link_rings.h.
//
// Side A of a connection with a broker allocates; for nodes that a broker introduces, the broker
// does, and gives each its handle with the transport. Later each end resizes what it writes to,
// with memory of its own or, if it has one, of its delegate. Whoever cannot allocate, map or send
// it says nothing or that it refuses, and the connection stays as it is.

#include <algorithm>
#include <utility>

#include "runtime/portal/limits.h"
#include "runtime/portal/link_rings.h"
#include "runtime/portal/node.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/wire_cursor.h"

namespace ipdl::portal {

LinkRings& NodeLink::rings() {
  if (rings_ == nullptr) rings_ = std::make_unique<LinkRings>();
  return *rings_;
}

void NodeLink::OfferMemory(Turn& turn) {
  turn.Later([self = Ref<NodeLink>(this)] {
    const size_t capacity = LinkMemory::initial_capacity();
    DriverObject memory =
        LinkMemory::Allocate(self->driver_, LinkMemoryShape::kBothDirections, capacity);
    if (!memory.is_valid()) return;
    const Ref<LinkMemory> mapped =
        LinkMemory::Map(memory, LinkMemoryShape::kBothDirections, capacity);
    if (!mapped) return;
    std::vector<DriverObject> objects;
    objects.push_back(std::move(memory));
    Turn turn(self->node_->domain(), Cause::kTransport);
    self->SendMessage(turn, MessageType::kShareMemory,
                      ShareMemoryBody{capacity, LinkMemoryShape::kBothDirections, {}},
                      std::move(objects));
    self->ShareBothDirections(turn, mapped);
  });
}

void NodeLink::AdoptMemory(const DriverObject& memory) {
  const Ref<LinkMemory> mapped =
      LinkMemory::Map(memory, LinkMemoryShape::kBothDirections, LinkMemory::initial_capacity());
  if (!mapped) return;
  Turn turn(node_->domain(), Cause::kTransport);
  ShareBothDirections(turn, mapped);
}

void NodeLink::ShareBothDirections(Turn& turn, const Ref<LinkMemory>& memory) {
  if (dead_) return;
  LinkRings& rings = this->rings();
  rings.offered_out = {memory, memory->Writer(!side_a_)};
  rings.offered_in = {memory, memory->Reader(side_a_)};
  SendMessage(turn, MessageType::kRingReady, RingReadyBody{1, {}});
}

bool NodeLink::OnShareMemory(Turn& turn, const ShareMemoryBody& body, DriverObject memory) {
  const bool both = body.shape == LinkMemoryShape::kBothDirections;
  const bool legal = LinkMemory::IsLegalCapacity(body.capacity) && AllZero(body.reserved) &&
                     (both ? !side_a_ && rings_ == nullptr
                           : body.shape == LinkMemoryShape::kOneDirection && rings_ != nullptr &&
                                 rings_->in.memory && !rings_->offered_in.memory);
  turn.Later([self = Ref<NodeLink>(this), body, both, legal, memory = std::move(memory)] {
    if (!legal) return;
    const Ref<LinkMemory> mapped =
        LinkMemory::Map(memory, body.shape, static_cast<size_t>(body.capacity));
    Turn turn(self->node_->domain(), Cause::kTransport);
    if (self->dead_) return;
    if (mapped && both) return self->ShareBothDirections(turn, mapped);
    const uint8_t accepted = mapped ? 1 : 0;
    if (mapped) self->rings_->offered_in = {mapped, mapped->Reader(false)};
    self->SendMessage(turn, MessageType::kRingReady, RingReadyBody{accepted, {}});
  });
  return legal;
}

bool NodeLink::OnRingReady(Turn& turn, const RingReadyBody& body) {
  if (body.accepted > 1 || !AllZero(body.reserved)) return false;
  // Nothing offered: this end could not map what a broker gave to both.
  if (rings_ == nullptr || !rings_->offered_out.memory) return true;
  if (body.accepted == 0) {
    rings_->may_resize = false;
    turn.Later([refused = std::exchange(rings_->offered_out, {})] {});
    return true;
  }
  if (std::exchange(rings_->switching, true)) return false;
  if (rings_->out.memory) {
    SendFirst(turn, MessageType::kSwitchRing, SwitchRingBody{});
  } else {
    SendMessage(turn, MessageType::kSwitchRing, SwitchRingBody{});
  }
  return true;
}

void NodeLink::SwitchOut(Turn& turn) {
  turn.Later([former = std::exchange(rings_->out, std::exchange(rings_->offered_out, {}))] {});
  rings_->switching = rings_->resizing = rings_->waits = false;
  rings_->written = 0;
  WatchRing(turn);
}

// --- Another size --------------------------------------------------------------------------------

// A ring that was full is made larger; one that is hardly used smaller, if the driver has timers.
// The former one is read to SwitchRing, and then unmapped by both.

namespace {

constexpr size_t kGrowth = 8;
constexpr uint64_t kLookEveryUs = 2'000'000;

}  // namespace

void NodeLink::GrowRing(Turn& turn) {
  const size_t capacity = rings_->out.writer.capacity();
  if (capacity < LinkMemory::kMaxCapacity && node_->memory_may_grow()) {
    ResizeRing(turn, std::min(capacity * kGrowth, LinkMemory::kMaxCapacity));
  }
}

void NodeLink::ShrinkRingIfIdle(Turn& turn) {
  if (rings_ == nullptr || !rings_->out.memory) return;
  const size_t capacity = rings_->out.writer.capacity();
  if (std::exchange(rings_->written, 0) < capacity) {
    ResizeRing(turn, std::max(capacity / kGrowth, LinkMemory::initial_capacity()));
  } else {
    WatchRing(turn);
  }
}

// Has ShrinkRingIfIdle called after a while, if there is anything to shrink.
void NodeLink::WatchRing(Turn& turn) {
  if (rings_->out.writer.capacity() <= LinkMemory::initial_capacity()) return;
  turn.Later([transport = transport_] { transport->SetTimer(kLookEveryUs, kLookAtRing); });
}

void NodeLink::ResizeRing(Turn& turn, size_t capacity) {
  if (rings_->resizing || !rings_->may_resize || rings_->offered_out.memory) return;
  rings_->resizing = true;
  node_->RequestMemory(turn, this, capacity);
}

void NodeLink::OnRingMemory(DriverObject memory, size_t capacity) {
  const Ref<LinkMemory> mapped =
      memory.is_valid() ? LinkMemory::Map(memory, LinkMemoryShape::kOneDirection, capacity)
                        : nullptr;
  std::vector<DriverObject> objects;
  objects.push_back(std::move(memory));
  Turn turn(node_->domain(), Cause::kTransport);
  if (!dead_ && mapped) {
    rings_->offered_out = {mapped, mapped->Writer(false)};
    SendFirst(turn, MessageType::kShareMemory,
              ShareMemoryBody{capacity, LinkMemoryShape::kOneDirection, {}},
              std::exchange(objects, {}));
  } else if (!dead_) {
    rings_->may_resize = false;
  }
  turn.Later([objects = std::move(objects)] {});
}

void NodeLink::DropOffer(Turn& turn) {
  if (rings_ == nullptr) return;
  rings_->may_resize = false;
  turn.Later([out = std::exchange(rings_->offered_out, {})] {});
  // Of the first memory, which has both directions in it, nothing is left.
  if (!rings_->in.memory) turn.Later([in = std::exchange(rings_->offered_in, {})] {});
}

bool NodeLink::OnRequestMemory(Turn& turn, const RequestMemoryBody& body) {
  if (!peer_delegates_ || !LinkMemory::IsLegalCapacity(body.capacity)) return false;
  const bool granted = ++memory_requests_ <= kLimits.memory_requests_per_link;
  turn.Later([self = Ref<NodeLink>(this), body, granted] {
    std::vector<DriverObject> objects;
    if (granted) {
      DriverObject memory = LinkMemory::Allocate(self->driver_, LinkMemoryShape::kOneDirection,
                                                 static_cast<size_t>(body.capacity));
      if (memory.is_valid()) objects.push_back(std::move(memory));
    }
    Turn later(self->node_->domain(), Cause::kTransport);
    self->SendMessage(later, MessageType::kProvideMemory, ProvideMemoryBody{body.request},
                      std::move(objects));
  });
  return true;
}

bool NodeLink::OnSwitchRing(Turn& turn, const SwitchRingBody& body) {
  if (body.reserved != 0 || rings_ == nullptr || !rings_->offered_in.memory) return false;
  turn.Later([former = std::exchange(rings_->in, std::exchange(rings_->offered_in, {}))] {});
  return true;
}

}  // namespace ipdl::portal
