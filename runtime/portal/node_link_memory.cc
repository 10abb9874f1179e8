// How the two ends of a connection come to share memory. See node_link.h and link_rings.h.
//
// Side A of a connection with a broker allocates; for nodes that a broker introduces, the broker
// does, and gives each its handle with the transport. Whoever cannot allocate, map or send it says
// nothing or that it refuses, and the connection stays as it is.

#include <utility>

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
    turn.Later([refused = std::exchange(rings_->offered_out, {})] {});
    return true;
  }
  if (std::exchange(rings_->switching, true)) return false;
  SendMessage(turn, MessageType::kSwitchRing, SwitchRingBody{});
  return true;
}

void NodeLink::SwitchOut(Turn& turn) {
  turn.Later([former = std::exchange(rings_->out, std::exchange(rings_->offered_out, {}))] {});
  rings_->switching = false;
  rings_->waits = false;
}

bool NodeLink::OnSwitchRing(Turn& turn, const SwitchRingBody& body) {
  if (body.reserved != 0 || rings_ == nullptr || !rings_->offered_in.memory) return false;
  turn.Later([former = std::exchange(rings_->in, std::exchange(rings_->offered_in, {}))] {});
  return true;
}

}  // namespace ipdl::portal
