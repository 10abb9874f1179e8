// The header of every actor message, and the messages that connections exchange for themselves.
//
// What it is: layout and numbers, shared by MessageChannel and tests. What it is not: the frame
// around it (runtime/channel/) or the encoding of values (runtime/param_traits.h). All integers are
// little endian, as is every platform that ipdl runs on.

#ifndef IPDL_GLUE_WIRE_H_
#define IPDL_GLUE_WIRE_H_

#include <bit>
#include <cstdint>

namespace ipdl {

static_assert(std::endian::native == std::endian::little);

// Bits of ActorHeader::flags.
enum WireFlags : uint16_t {
  kWireReply = 1 << 0,
  kWireRejected = 1 << 1,     // with kWireReply: the body is one byte, a RejectReason
  kWireSync = 1 << 2,         // the sender of a message waits; repeated in its reply
  kWireHasReply = 1 << 3,     // a reply is expected; not set in replies
  kWireConstructor = 1 << 4,  // the body has the i32 id of the new actor before the arguments
  kWireDelete = 1 << 5,
  kWireInsideSync = 1 << 6,  // nested (glue/protocol.h); not set in replies
  kWireInsideCpow = 1 << 7,
};

// The bits that a message shares with its table entry; they are the same in both.
inline constexpr uint16_t kWireKindBits =
    kWireSync | kWireHasReply | kWireConstructor | kWireDelete | kWireInsideSync | kWireInsideCpow;

// True if the body of a message with these flags starts with the i32 id of the transaction that it
// belongs to: it may be part of one that its sender did not begin. (The other sync messages begin
// their own: the sequence number, negative if the child counted it.)
constexpr bool CarriesTransaction(uint16_t flags) {
  return (flags & kWireSync) != 0 && (flags & (kWireInsideSync | kWireInsideCpow)) != 0;
}

struct ActorHeader {
  uint32_t protocol;  // of the actor that it is for; 0: for the connection itself (ControlMessage)
  uint16_t message;   // its number in that protocol
  uint16_t flags;     // WireFlags; must be what the message's table entry says
  int32_t routing;    // the actor's id; 0: the top-level actor
  int32_t seqno;      // of a question: positive, chosen by the asker, repeated in the reply; of a
                      // message without reply: not positive, means nothing to its receiver
};
static_assert(sizeof(ActorHeader) == 16);

// What a connection says for itself. Messages with protocol 0, routing 0, flags 0, seqno 0.
enum class ControlMessage : uint16_t {
  // The first message in each direction, once. Body: u32 protocol id of the top-level actor,
  // u8 side of the sender, u64 fingerprint of the protocol, u64 any number (for traces).
  kHello = 0,
  // The last one: the sender has closed. Empty body.
  kGoodbye = 1,
  // Of ManagedEndpoints (glue/managed_endpoints.h). Each body starts with the i32 id.
  kEndpointOpened = 2,     // then u32 protocol id, i32 id of the manager
  kEndpointSent = 3,       // the message before carried it
  kEndpointWithdrawn = 4,  // no message will carry it
  kEndpointBound = 5,
  kEndpointDropped = 6,
};

}  // namespace ipdl

#endif  // IPDL_GLUE_WIRE_H_
