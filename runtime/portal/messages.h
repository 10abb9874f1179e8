// What nodes say to each other: every message, its layout, and who may send it.
//
// What it is: the numbers, the fixed bodies, and the one table by which NodeLink refuses whatever
// is not in it. What it is not: the code that acts on a message (NodeLink, Node, Router). Numbers
// are little endian; reserved bytes are zero, and a message in which they are not is refused. A
// message is one datagram: header, body, and for some types objects of the driver or a parcel.

#ifndef IPDL_RUNTIME_PORTAL_MESSAGES_H_
#define IPDL_RUNTIME_PORTAL_MESSAGES_H_

#include <cstddef>
#include <cstdint>

#include "runtime/portal/link_memory.h"
#include "runtime/portal/node_name.h"

namespace ipdl::portal {

inline constexpr uint32_t kProtocolVersion = 1;

enum class MessageType : uint8_t {
  // Greetings.
  kConnectToBroker = 1,
  kConnectFromBroker = 2,
  kConnectBrokers = 3,
  kConnectToReferrer = 4,
  kReferralAccepted = 5,
  // Between nodes.
  kReferNode = 10,
  kReferralDone = 11,
  kReferralFailed = 12,
  kIntroduce = 13,
  kIntroduction = 14,
  kIntroduced = 15,
  kPassIntroduction = 16,
  kLinkLost = 17,
  kRelayObjects = 18,
  kRelayedObjects = 19,
  kAccept = 20,
  kShareMemory = 21,
  kRingReady = 22,
  kSwitchRing = 23,
  kRequestMemory = 24,
  kProvideMemory = 25,
  kAccuse = 26,
  kRelayTaken = 27,
  // On one hop of a route.
  kParcel = 30,
  kFin = 31,
  kClosed = 32,
  kLockAsk = 33,
  kLockGrant = 34,
  kLockRelease = 35,
  kSettled = 36,
  kForwarding = 37,
  kOffer = 38,
  kBypass = 39,
  kReady = 40,
  kWatch = 41,
  kRead = 42,
};

// What the other end of a connection is to this node.
enum class Role : uint8_t {
  // Until its greeting came:
  kBrokerAwaited,
  kClientAwaited,
  kOtherBrokerAwaited,
  kReferrerAwaited,  // someone who shares a broker with this node, which has none yet
  kReferredAwaited,  // a node that a client of this broker referred
  kReferring,        // no transport: this node's broker is asked to make one
  // From then on:
  kBroker,  // this node's own
  kClient,
  kOtherBroker,
  kEqual,
};
constexpr uint16_t RoleBit(Role role) {
  return static_cast<uint16_t>(1u << static_cast<int>(role));
}
inline constexpr uint16_t kEstablished = RoleBit(Role::kBroker) | RoleBit(Role::kClient) |
                                         RoleBit(Role::kOtherBroker) | RoleBit(Role::kEqual);

struct MessageHeader {
  uint32_t size;  // of the whole message
  MessageType type;
  uint8_t reserved[3];
  uint64_t sequence;  // of the messages of one direction of one connection, from 0
};
static_assert(sizeof(MessageHeader) == 16);

struct ConnectBody {  // ConnectToBroker, ConnectToReferrer
  uint32_t version;
  uint32_t num_portals;
  uint32_t delegates = 0;  // 1: the other node shall allocate all memory of the sender's
  uint32_t reserved = 0;
};
static_assert(sizeof(ConnectBody) == 16);

struct ConnectFromBrokerBody {
  NodeName broker;
  NodeName yours;
  uint32_t version;
  uint32_t num_portals;
};
static_assert(sizeof(ConnectFromBrokerBody) == 40);

struct ConnectBrokersBody {
  NodeName name;
  uint32_t version;
  uint32_t num_portals;
};
static_assert(sizeof(ConnectBrokersBody) == 24);

struct ReferralAcceptedBody {  // with the transport to the referrer, and perhaps memory
  NodeName broker;
  NodeName yours;
  NodeName referrer;
  uint32_t version;
  uint32_t num_portals;  // of the referrer
};
static_assert(sizeof(ReferralAcceptedBody) == 56);

struct ReferNodeBody {  // with the transport to the new node
  uint64_t referral;
  uint32_t num_portals;
  uint32_t reserved;
};
static_assert(sizeof(ReferNodeBody) == 16);

struct ReferralDoneBody {  // with the transport to the new node, and perhaps memory
  uint64_t referral;
  NodeName name;
  uint32_t num_portals;  // of the new node
  uint32_t delegates;    // as it said
};
static_assert(sizeof(ReferralDoneBody) == 32);

struct ReferralFailedBody {
  uint64_t referral;
};
static_assert(sizeof(ReferralFailedBody) == 8);

struct IntroduceBody {
  NodeName first;
  NodeName second;
  NodeName asker;  // between brokers; else zero: who sent it
};
static_assert(sizeof(IntroduceBody) == 48);

struct IntroductionBody {  // with the transport to that node, and perhaps memory
  NodeName name;
  uint8_t side_a;
  uint8_t reserved[7];
  uint64_t number = 0;  // of those that this broker made
};
static_assert(sizeof(IntroductionBody) == 32);

struct IntroducedBody {
  NodeName first;
  NodeName second;
  NodeName asker;  // as in Introduce
  uint8_t granted;
  uint8_t reserved[7];
};
static_assert(sizeof(IntroducedBody) == 56);

struct PassIntroductionBody {  // with the transport, and perhaps memory
  NodeName to;
  NodeName name;
  uint8_t side_a;
  uint8_t reserved[7];
  uint64_t number;  // of those that the sender made
};
static_assert(sizeof(PassIntroductionBody) == 48);

struct LinkLostBody {
  NodeName name;
  uint64_t introduction;  // its number; 0: by a referral
};
static_assert(sizeof(LinkLostBody) == 24);

struct RelayBody {  // RelayObjects, RelayedObjects. With objects; none: it failed.
  NodeName from;
  NodeName to;
  uint64_t relay_id;
};
static_assert(sizeof(RelayBody) == 40);

struct RelayTakenBody {  // of RelayedObjects that came from that broker
  NodeName from;
  uint64_t objects;
};
static_assert(sizeof(RelayTakenBody) == 24);

struct AcceptBody {
  uint64_t hop;
  uint64_t nonce;
  uint8_t forwards;
  uint8_t reserved[7];
};
static_assert(sizeof(AcceptBody) == 24);

struct ShareMemoryBody {  // with the memory
  uint64_t capacity;      // of each ring
  LinkMemoryShape shape;
  uint8_t reserved[7];
};
static_assert(sizeof(ShareMemoryBody) == 16);

struct RingReadyBody {
  uint8_t accepted;
  uint8_t reserved[7];
};
static_assert(sizeof(RingReadyBody) == 8);

struct SwitchRingBody {
  uint64_t reserved;
};
static_assert(sizeof(SwitchRingBody) == 8);

struct RequestMemoryBody {  // for a ring of one direction
  uint64_t request;
  uint64_t capacity;
};
static_assert(sizeof(RequestMemoryBody) == 16);

struct ProvideMemoryBody {  // with the memory, or with nothing
  uint64_t request;
};
static_assert(sizeof(ProvideMemoryBody) == 8);

struct AccuseBody {  // of a node that is connected to the sender: a parcel of its was rejected
  NodeName node;
  uint64_t context;
  uint8_t forwarded;  // 1: it may only have passed the parcel on
  uint8_t reason_bytes;
  uint8_t reserved[6];
  char reason[160];  // zeros behind it
};
static_assert(sizeof(AccuseBody) == 192);

struct HopBody {  // Fin, LockAsk, LockGrant, LockRelease, Settled
  uint64_t hop;
};
static_assert(sizeof(HopBody) == 8);

struct HopFlagBody {  // Closed: something was lost; Forwarding, Ready: the sender forwards
  uint64_t hop;
  uint8_t flag;
  uint8_t reserved[7];
};
static_assert(sizeof(HopFlagBody) == 16);

struct TermsBody {  // Offer, Bypass
  uint64_t hop;
  NodeName node;
  uint64_t nonce;
};
static_assert(sizeof(TermsBody) == 32);

struct AmountsBody {  // Watch: how much between two Reads; Read: how much was got
  uint64_t hop;
  uint64_t parcels;
  uint64_t bytes;
};
static_assert(sizeof(AmountsBody) == 24);

// A parcel: this, a SectionHeader for the parcel and for each subparcel, an AttachmentRecord for
// each attachment of all sections, the bytes of each section, the bytes of each driver object.
struct ParcelBody {
  uint64_t hop;
  uint64_t relay_id;  // of the objects that come through the broker; 0: none
  uint32_t num_sections;
  uint32_t forwardings;  // how often proxies passed it on; 0 without attachments
};
static_assert(sizeof(ParcelBody) == 24);

struct SectionHeader {
  uint64_t num_bytes;
  uint32_t num_attachments;
  uint32_t reserved;
};
static_assert(sizeof(SectionHeader) == 16);

enum class AttachmentType : uint8_t {
  kPortal = 1,         // value: its new hop; flag: its other end forwards
  kDriverObject = 2,   // num_handles; value: number of bytes
  kRelayedObject = 3,  // comes through the broker
  kSubparcel = 4,      // the next section; only in the first section
};

struct AttachmentRecord {
  AttachmentType type;
  uint8_t flag;
  uint16_t reserved;
  uint32_t num_handles;
  uint64_t value;
};
static_assert(sizeof(AttachmentRecord) == 16);

// A driver object behind another body: this for each, after a uint64_t that counts them; then the
// bytes of each.
struct ObjectRecord {
  uint32_t num_bytes;
  uint32_t num_handles;
};
static_assert(sizeof(ObjectRecord) == 8);

// Of a message that is no parcel.
inline constexpr size_t kMostBodyBytes = sizeof(AccuseBody);

struct MessageRow {
  MessageType type;
  const char* name;
  uint16_t body_size;
  uint16_t from;        // RoleBits of those who may send it
  uint8_t max_objects;  // 0: none; 1: exactly one; 2: one or two; 255: any number
  bool variable;        // a parcel follows
};

// Null: nobody may send it.
const MessageRow* FindMessageRow(MessageType type);

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_MESSAGES_H_
