// The connection of this node to one other node.
//
// What it is: a transport (once there is one), the queue of what is to be sent over it, and the
// numbered hops of routes that share it. It checks each message against the table in messages.h
// before anything acts on it; a message that is not legal ends the connection. What it is not: a
// knower of other connections (Node is), nor of routes (Router is). Called by Router, Node and
// Transport.
//
// Where the driver has shared memory, messages without objects of the driver go through two rings
// (node_link_ring.cc), which come into use after the connection does (node_link_memory.cc).
//
// Sending: messages are queued under the domain's lock and transmitted without it, by one thread at
// a time, in the order of the queue. Portals in a parcel get their hops when the parcel is
// transmitted, so that what they send comes behind it.

#ifndef IPDL_RUNTIME_PORTAL_NODE_LINK_H_
#define IPDL_RUNTIME_PORTAL_NODE_LINK_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <type_traits>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "runtime/portal/driver_object.h"
#include "runtime/portal/messages.h"
#include "runtime/portal/node_name.h"
#include "runtime/portal/parcel.h"
#include "runtime/portal/ref.h"
#include "runtime/portal/remote_link.h"
#include "runtime/portal/transport.h"
#include "runtime/portal/turn.h"

namespace ipdl::portal {

class Node;
class IncomingHandles;
class RingReader;
struct FrameHeader;
struct LinkRings;
struct ParsedParcel;

// A hop comes into being with a portal that is sent, or with a bypass. Either kind is numbered in
// the order in which its messages go out, so that a number is legal only if it is greater than the
// last.
enum class HopMaker : uint8_t { kParcel, kAccept };

// What a timer of the driver is set for.
enum LinkTimer : uintptr_t {
  kReadOn = 0,
  kGiveUpWaits = 1,
  kGivePermits = 2,
  kLookAtRing = 3,
  kGreetInTime = 4
};

class NodeLink : public RefCounted {
 public:
  NodeLink(Ref<Node> node, Role role, bool side_a);
  ~NodeLink();

  Node& node() const { return *node_; }
  Role role() const { return role_; }
  bool is_established() const { return (RoleBit(role_) & kEstablished) != 0 && !dead_; }
  bool is_dead() const { return dead_; }
  bool is_side_a() const { return side_a_; }
  // The broker's number of the introduction that it began with; 0: it began otherwise.
  uint64_t introduction() const { return introduction_; }
  void set_introduction(uint64_t number) { introduction_ = number; }
  // Whether the other end is held to limits.
  bool is_limited() const { return !transport_ || !transport_->is_trusted(); }
  // Valid when established.
  const NodeName& peer_name() const { return peer_name_; }
  const Ref<Transport>& transport() const { return transport_; }
  const IpczDriver* driver() const { return driver_; }

  // --- Life (node_link.cc) -----------------------------------------------------------------------

  // Takes over `transport`, before anything is sent or received.
  void SetTransport(Ref<Transport> transport);
  // Sends the first message by itself, without lock, before activation.
  template <typename Body>
  IpczResult Greet(MessageType type, const Body& body, std::vector<DriverObject> objects = {}) {
    return TransmitGreeting(type, Bytes(body), std::move(objects));
  }
  // The greeting came: what the other end is from now on, and how many initial portals it wants.
  void Establish(Turn& turn, Role role, const NodeName& peer, bool side_a, size_t num_portals);
  // Proxies with a hop here could not leave their routes before the other node was known.
  void ReduceProxies(Turn& turn);
  // Initial hops, and what is queued on them, become those of another connection that is as new.
  void MoveHopsTo(NodeLink* other);
  // Every hop is lost. Any number of times.
  void Disconnect(Turn& turn);
  // The same once what is queued was handed to the driver, also what waits for room in a ring or,
  // between a broker and its client, for the other end's greeting: in what follows this turn, or by
  // the thread that transmits just now.
  void Finish(Turn& turn);

  // --- Shared memory (node_link_memory.cc) -------------------------------------------------------

  // A node that has this one allocate for it may ask for memory here.
  void SetPeerDelegates(bool delegates) { peer_delegates_ = delegates; }
  bool peer_delegates() const { return peer_delegates_; }
  // What was asked for with Node::RequestMemory; not valid if there is none. Without lock.
  void OnRingMemory(DriverObject memory, size_t capacity);
  // Allocates memory for both directions and offers it to the other end.
  void OfferMemory(Turn& turn);
  // A broker gave both ends the same memory. Without lock.
  void AdoptMemory(const DriverObject& memory);

  // --- Hops --------------------------------------------------------------------------------------

  Ref<RemoteLink> AddInitialHop(uint64_t number);
  // Made by this side.
  Ref<RemoteLink> NewLink(HopMaker maker);
  // Its router does not read it any more.
  void Detach(Turn& turn, RemoteLink* link);
  size_t num_hops() const { return hops_.size(); }
  const absl::flat_hash_map<uint64_t, Ref<RemoteLink>>& hops() const { return hops_; }
  // Accepted here before it was offered: forgets and returns it.
  Ref<RemoteLink> TakeParked(uint64_t nonce);

  // --- Sending (node_link_send.cc) ---------------------------------------------------------------

  void Send(Turn& turn, RemoteLink* link, ParcelPtr parcel);
  // A parcel of these bytes, into the ring. False: that is not possible now.
  bool SendAtOnce(Turn& turn, const RemoteLink* link, absl::Span<const uint8_t> bytes);
  void SendEnd(Turn& turn, RemoteLink* link, End end);
  void SendControl(Turn& turn, MessageType type, RemoteLink* link);
  void SendFlag(Turn& turn, MessageType type, RemoteLink* link, bool flag);
  void SendTerms(Turn& turn, MessageType type, RemoteLink* link, const BypassTerms& terms);
  void SendAmounts(Turn& turn, MessageType type, RemoteLink* link, uint64_t parcels,
                   uint64_t bytes);
  void SendAccept(Turn& turn, RemoteLink* link, uint64_t nonce, bool forwards);
  template <typename Body>
  void SendMessage(Turn& turn, MessageType type, const Body& body,
                   std::vector<DriverObject> objects = {}) {
    Queue(turn, type, nullptr, Bytes(body), std::move(objects));
  }
  // Before what is queued: only for what is about no hop.
  template <typename Body>
  void SendFirst(Turn& turn, MessageType type, const Body& body,
                 std::vector<DriverObject> objects = {}) {
    Queue(turn, type, nullptr, Bytes(body), std::move(objects), true);
  }
  void OnSendFailed(Transport* transport);
  // --- Waiting (node_link_deadline.cc) -----------------------------------------------------------

  // Something waits here that has to come in time: see Limits::kWaitSeconds.
  void BeginWait(Turn& turn);
  uint64_t look() const { return look_; }
  // The greeting has to come in time. Without lock, once the transport is active.
  void AwaitGreeting();
  // Whether this client may have another introduction made now.
  bool TakePermit(Turn& turn);
  // The same for what it says of another client.
  bool TakeAccusationPermit(Turn& turn);

  // Tells the node's tracer of this connection, or of a hop on it.
  void Trace(Turn& turn, IpczTraceEventKind kind, const RemoteLink* link = nullptr);
  // Transmits what is queued, unless another thread is at it. No lock is held.
  void Flush(Cause cause);

  // --- Receiving (node_link_receive.cc) ----------------------------------------------------------

  // False: the message was not legal, and the connection is over.
  bool OnMessage(Transport* transport, absl::Span<const uint8_t> data,
                 absl::Span<const IpczDriverHandle> handles);
  void OnTransportError(Transport* transport);
  // Set with Transport::SetTimer; `context` says what for.
  void OnTimer(Transport* transport, uintptr_t context);

 private:
  struct Outgoing {
    MessageType type;
    Ref<RemoteLink> link;                   // of a parcel
    ParcelPtr parcel;                       // or null
    absl::InlinedVector<uint8_t, 56> body;  // if no parcel
    std::vector<DriverObject> objects;      // if no parcel
  };

  template <typename Body>
  static absl::Span<const uint8_t> Bytes(const Body& body) {
    static_assert(std::is_trivially_copyable_v<Body>);
    return absl::MakeSpan(reinterpret_cast<const uint8_t*>(&body), sizeof(body));
  }

  // Of a message on its way to the transport.
  enum class Transmitted : uint8_t { kYes, kDropped, kFailed };
  static Transmitted Sent(IpczResult result) {
    return result == IPCZ_RESULT_OK ? Transmitted::kYes : Transmitted::kFailed;
  }

  IpczResult TransmitGreeting(MessageType type, absl::Span<const uint8_t> body,
                              std::vector<DriverObject> objects);
  void Queue(Turn& turn, MessageType type, RemoteLink* link, absl::Span<const uint8_t> body,
             std::vector<DriverObject> objects, bool first = false);
  std::vector<Ref<RemoteLink>> SortedHops() const;
  bool CanSend(const RemoteLink* link) const;
  bool MayTransmit() const;
  bool IsStalled() const;
  bool TakeUnfinished(Turn& turn);
  Transmitted TransmitOne(Outgoing& outgoing, Transport& transport, Cause cause);
  void DisconnectLater(Turn& turn);

  LinkRings& rings();
  void ShareBothDirections(Turn& turn, const Ref<LinkMemory>& memory);
  bool OnShareMemory(Turn& turn, const ShareMemoryBody& body, DriverObject memory);
  bool OnRingReady(Turn& turn, const RingReadyBody& body);
  bool OnSwitchRing(Turn& turn, const SwitchRingBody& body);
  // The memory that was offered cannot cross the transport.
  void DropOffer(Turn& turn);
  bool OnRequestMemory(Turn& turn, const RequestMemoryBody& body);
  // Asks for memory of another size for what this end sends.
  void ResizeRing(Turn& turn, size_t capacity);
  void GrowRing(Turn& turn);
  void ShrinkRingIfIdle(Turn& turn);
  void WatchRing(Turn& turn);
  // SwitchRing was written.
  void SwitchOut(Turn& turn);

  // Whether a message that comes now could go into the ring before all others.
  bool MayWriteAtOnce() const;
  bool AwaitRoom(Turn& turn, size_t space);
  void Publish(Turn& turn, size_t bytes);
  // A whole message. False: there is no room now, or never for one of that size.
  bool WriteFrame(Turn& turn, MessageType type, absl::Span<const uint8_t> body,
                  absl::Span<const uint8_t> payload);
  bool WriteParcel(Turn& turn, const RemoteLink* link, absl::Span<const uint8_t> payload);
  bool WriteUnfinished(Turn& turn);
  bool WriteFirst(Turn& turn);
  // Writes from the queue what can go by the ring. False: there is no room now.
  bool FlushRing(Turn& turn);
  // Carries no objects of any kind.
  static bool IsBare(const Outgoing& outgoing);
  static bool FitsRing(const Outgoing& outgoing);

  // What is the reason to read: a bell, after which others want their turn too, or a message that
  // came by the transport and has its predecessors in the ring.
  enum class ReadUntil : uint8_t { kBudget, kTransportMessage };
  enum class FramesRead : uint8_t {
    kAll,
    kShareRead,
    kBudgetSpent,
    kMessage,
    kIllegal,
    kDisconnected
  };
  enum class FrameRead : uint8_t { kGoesOn, kWaits, kMessage, kIllegal };
  bool OnDoorbell(Transport* transport);
  bool ReadRing(Transport* transport, ReadUntil until);
  FramesRead ReadFrames(Turn& turn, ReadUntil until, size_t* budget, std::vector<uint8_t>* message);
  FrameRead ReadBeginning(Turn& turn, RingReader& ring, const FrameHeader& frame,
                          std::vector<uint8_t>* message);
  FrameRead ReadContinuation(Turn& turn, RingReader& ring, const FrameHeader& frame,
                             std::vector<uint8_t>* message);
  // What a ring has a part of comes whole by the transport: its writer gave the ring up.
  void DropArriving(Turn& turn);
  static bool IsLegalBareParcel(const MessageHeader& header, const ParcelBody& body,
                                const SectionHeader& section);
  FrameRead DeliverBareParcel(Turn& turn, uint64_t hop, ParcelPtr parcel);

  // A message from the ring or the transport, whose predecessors were all received. Without lock.
  bool Receive(Transport* transport, absl::Span<const uint8_t> data,
               absl::Span<const IpczDriverHandle> handles);

  void TimePermits(Turn& turn);
  bool OnChecked(const MessageHeader& header, absl::Span<const uint8_t> body,
                 std::vector<DriverObject> objects, ParsedParcel* parcel, Turn& turn);
  bool OnHopMessage(Turn& turn, MessageType type, absl::Span<const uint8_t> body);
  bool OnParcel(Turn& turn, ParsedParcel& parcel);
  bool OnEnd(Turn& turn, RemoteLink* link, End end);
  bool OnAccept(Turn& turn, const AcceptBody& body);
  // A hop that the other side made; null if the number is not one that it may use now.
  void GiveUpWaits(Turn& turn);
  void OnDeadline(Transport* transport, uintptr_t context);
  Ref<RemoteLink> AddPeerHop(uint64_t number, HopMaker maker);
  // Of an initial portal that only the other end wanted, before it knew: what comes is dropped.
  bool IsUnclaimed(uint64_t hop) const { return hop >= unclaimed_begin_ && hop < unclaimed_end_; }
  void ForgetIfOver(RemoteLink* link);

  const Ref<Node> node_;
  const IpczDriver* const driver_;
  Role role_;
  bool side_a_;
  bool dead_ = false;
  bool flushing_ = false;
  bool finishing_ = false;
  NodeName peer_name_;
  Ref<Transport> transport_;
  std::deque<Outgoing> queue_;
  uint64_t next_sent_ = 0;  // the flushing thread's; otherwise the lock's
  uint64_t next_received_ = 0;
  bool peer_delegates_ = false;
  size_t memory_requests_ = 0;
  std::unique_ptr<LinkRings> rings_;  // null: everything goes by the transport
  std::vector<uint8_t> buffer_;       // the flushing thread's
  std::vector<IpczDriverHandle> handles_;

  uint64_t introduction_ = 0;
  uint64_t look_ = 1;
  bool waits_timed_ = false;
  size_t permits_used_ = 0;
  size_t accusation_permits_used_ = 0;

  absl::flat_hash_map<uint64_t, Ref<RemoteLink>> hops_;
  absl::flat_hash_map<uint64_t, Ref<RemoteLink>> parked_;  // by nonce
  uint64_t unclaimed_begin_ = 0;
  uint64_t unclaimed_end_ = 0;
  // A hop's number is a counter, a bit for its maker, and a bit for its side (0: A). By maker:
  uint64_t next_hop_[2] = {kFirstFreeHop, kFirstFreeHop};
  uint64_t next_peer_hop_[2] = {kFirstFreeHop, kFirstFreeHop};
  static constexpr uint64_t kFirstFreeHop = 4;  // numbers of initial hops are below 4 << 2
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_NODE_LINK_H_
