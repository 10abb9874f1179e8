// What the compiler tells the runtime about a protocol: constant tables, one per protocol and one
// per actor class.
//
// What it is: plain data that generated code defines and glue/ reads. What it is not: code; what
// depends on argument types is behind the Handler pointers. Users meet only names from here, in
// generated headers.

#ifndef IPDL_GLUE_PROTOCOL_H_
#define IPDL_GLUE_PROTOCOL_H_

#include <cstdint>

#include "glue/side.h"

namespace ipdl {

class Actor;
class Incoming;

// Bits of MessageInfo::flags. A `both:` message has both receive bits.
enum MessageFlags : uint16_t {
  kParentReceives = 1 << 0,
  kChildReceives = 1 << 1,
  kSync = 1 << 2,         // the sender waits for the reply
  kHasReply = 1 << 3,     // sync messages (all of them), and async ones with `returns`
  kConstructor = 1 << 4,  // makes an actor of a managed protocol; its first argument is the id
  kDelete = 1 << 5,       // __delete__: destroys the actor it is sent to
  // Which sync calls of its receiver it may interrupt; see Nesting. Neither bit: none.
  kInsideSync = 1 << 6,
  kInsideCpow = 1 << 7,
  // Between: the priority of the message, then that of its reply; see PriorityFlag.
  // What its receiver may do with it while it waits to be handled.
  kCompress = 1 << 14,     // only the newest of consecutive ones to one actor counts
  kCompressAll = 1 << 15,  // only the newest of all to one actor counts
};

// How deep a message may be nested: one that comes while its receiver waits in a sync call is
// handled inside that call if it is nested deeper than the call. The rule for equals is in
// glue/call_stack.h. The names are Gecko's.
enum class Nesting : uint8_t { kNot = 0, kInsideSync = 1, kInsideCpow = 2 };

inline constexpr int kNestingShift = 6;
inline constexpr uint16_t kNestingMask = kInsideSync | kInsideCpow;

constexpr Nesting NestingOf(uint16_t flags) {
  return static_cast<Nesting>((flags & kNestingMask) >> kNestingShift);
}

enum class Compression : uint8_t { kNone, kAdjacent, kAll };

// Which of the waiting messages is handled first: rising from kLow over kNormal to kControl.
enum class MessagePriority : uint8_t { kNormal, kLow, kMediumHigh, kInput, kVsync, kControl };

inline constexpr int kPriorityShift = 8;
inline constexpr int kReplyPriorityShift = 11;
inline constexpr uint16_t kPriorityMask = 7;

constexpr uint16_t PriorityFlag(MessagePriority priority) {
  return static_cast<uint16_t>(static_cast<unsigned>(priority) << kPriorityShift);
}
constexpr uint16_t ReplyPriorityFlag(MessagePriority priority) {
  return static_cast<uint16_t>(static_cast<unsigned>(priority) << kReplyPriorityShift);
}
constexpr MessagePriority PriorityOf(uint16_t flags) {
  return static_cast<MessagePriority>((flags >> kPriorityShift) & kPriorityMask);
}
constexpr MessagePriority ReplyPriorityOf(uint16_t flags) {
  return static_cast<MessagePriority>((flags >> kReplyPriorityShift) & kPriorityMask);
}
constexpr Compression CompressionOf(uint16_t flags) {
  if ((flags & kCompressAll) != 0) return Compression::kAll;
  return (flags & kCompress) != 0 ? Compression::kAdjacent : Compression::kNone;
}

// The signature strings list `name:type` separated by commas. A type is one of
//   b bool   c char   i8 i16 i32 i64 u8 u16 u32 u64   f32 f64   s string   w u16string   B ByteBuf
//   M Shmem   P data pipe   h handle of any kind   A actor   E endpoint   N managed endpoint
//   ?T optional   ^T unique_ptr   *T array
//   {name:type,...} struct   <T|T|...> union   . opaque: printing of the message stops there
struct MessageInfo {
  const char* name;        // "Ping", "PBarConstructor", "__delete__"
  uint16_t flags;          // MessageFlags, PriorityFlag, ReplyPriorityFlag
  const char* parameters;  // signature string; "" if there are none
  const char* returns;     // signature string; "" if there are none
};

struct ProtocolInfo {
  const char* name;      // qualified: "demo::PFoo"
  uint32_t id;           // from the compiler; never 0
  uint64_t fingerprint;  // of everything that decides the bytes on the wire
  bool toplevel;
  // Of a top-level protocol: whether a message of it or of any protocol below it has a priority or
  // may be compressed, so that messages have to wait for one another.
  bool reorders = false;
  // Of a top-level protocol: the kinds of process that a side may live in, separated by blanks; or
  // "!Parent", any but that; null: any.
  const char* parent_kinds = nullptr;
  const char* child_kinds = nullptr;
  const MessageInfo* messages;  // in the order of the message numbers
  uint16_t message_count;
};

// What a generated message handler answers; made by Incoming's functions only.
enum class HandlerStatus : uint8_t {
  kDone,       // handled
  kRefused,    // legal, but could not be done: a caller who waits for a reply is told so
  kDropped,    // could not be delivered through nobody's fault (an actor in it is gone)
  kMalformed,  // the bytes are wrong: the peer is cut off
  kBad,        // the handler called the message bad: the peer is cut off
};

// Calls the author's DeallocPBarParent(actor) on `manager`, of a class that manages `actor`'s.
using Deallocator = void (*)(Actor& manager, Actor& actor) noexcept;

// Nothing is thrown through the library: an exception of the author's RecvX ends the process here.
using Handler = HandlerStatus (*)(Actor& actor, Incoming& in) noexcept;

// One side of a protocol: `static const ActorClass kClass` of each generated base class.
struct ActorClass {
  const ProtocolInfo* protocol;
  Side side;
  const Handler* handlers;           // one for each message; null: not received by this side
  bool manual_dealloc = false;       // [ManualDealloc]: its manager's class frees its actors
  Deallocator deallocate = nullptr;  // for actors of [ManualDealloc] classes that it manages
};

}  // namespace ipdl

#endif  // IPDL_GLUE_PROTOCOL_H_
