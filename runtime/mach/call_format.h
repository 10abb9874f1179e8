// What a client of machd and machd say to each other: one packet asks, one answers.
//
// What it is: the layout of both packets and the numbers of the calls. What it is not: the Mach
// message format, which is in include/mach/message.h and travels inside. Included by client/ and
// machd/ only; Linux only, both sides on one machine, so integers are native.
//
// A connection is an AF_UNIX SEQPACKET socket that one thread uses: it sends a CallRequest, then
// waits for the CallReply, which may take as long as the call blocks. Behind each comes a payload,
// in the packet itself, or, above kMostInlinePayload, in a sealed memfd that is the packet's first
// descriptor. Further descriptors belong to the call. A client that breaks these rules is cut off.

#ifndef IPDL_RUNTIME_MACH_CALL_FORMAT_H_
#define IPDL_RUNTIME_MACH_CALL_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace ipdl::mach {

// Names the directory of machd's socket, in the environment of every client.
inline constexpr char kDirectoryVariable[] = "IPDL_MACHD_DIRECTORY";
inline constexpr char kSocketName[] = "machd";

// A packet of this size with its header goes through a SEQPACKET socket whatever its buffers are.
inline constexpr size_t kMostInlinePayload = 128 * 1024;
// Of any payload: the longest message with all its out-of-line regions sent as bytes.
inline constexpr size_t kMostPayload = size_t{256} * 1024 * 1024;
// Linux allows 253 descriptors in one packet.
inline constexpr size_t kMostDescriptors = 128;
// Regions below this travel as bytes: remapping and sealing pages costs more than their copy.
inline constexpr size_t kSmallestSharedRegion = 64 * 1024;

enum class Call : uint32_t {
  kHello = 1,  // flags: kStrict
  kCancel,     // ends the pending kMessage with an interrupted result; has no answer of its own
  kMessage,
  kAllocate,
  kConstruct,
  kDestruct,
  kDestroy,
  kDeallocate,
  kModRefs,
  kGetRefs,
  kType,
  kNames,
  kInsertRight,
  kExtractRight,
  kGetStatus,
  kSetLimit,
  kSetImportance,
  kSetMakeSendCount,
  kGetContext,
  kSetContext,
  kGuard,
  kUnguard,
  kInsertMember,
  kExtractMember,
  kMoveMember,
  kSetStatus,
  kRequestNotification,
  kCheckIn,
  kLookUp,
  kRegister,
  kMakeFilePort,
  kMakeFile,
  kMakeMemoryEntry,
  kMapMemoryEntry,
  kCreateVoucher,
  kExtractVoucher,
  kPidForTask,
  kGetSpecialPort,
  kSetSpecialPort,
  kRegisterPorts,
  kLookUpPorts,
  kWatch,       // asks for a socket that is readable while the port or set has messages
  kImportance,  // of a task
  kLeaks,       // of the caller, as text
  kLast = kLeaks,
};

// Which fields a call uses is told where the client sends it; unused ones are zero.
struct CallRequest {
  Call call;
  uint32_t task;  // whose name space, named in the caller's
  uint32_t name;
  uint32_t other;  // a second name, or a right's number
  int32_t number;
  uint32_t kind;  // a disposition or flags
  uint64_t value;
  uint64_t payload_bytes;
  uint32_t payload_in_memory;  // 1: the payload is in descriptor 0
  uint32_t reserved;
};
static_assert(sizeof(CallRequest) == 48);

struct CallReply {
  int32_t result;
  uint32_t fatal;  // 1: the payload tells a misuse for which a strict client must end
  uint32_t name;
  uint32_t kind;
  uint64_t value;
  uint64_t payload_bytes;
  uint32_t payload_in_memory;
  uint32_t reserved;
};
static_assert(sizeof(CallReply) == 40);

// CallRequest::kind of kHello.
inline constexpr uint32_t kStrict = 1;

// The payload of kMessage begins with this; then come `send_bytes` of the message, and its regions
// in the order of their descriptors: for each a RegionHeader, and then the bytes or nothing.
struct MessageRequest {
  uint32_t options;
  uint32_t send_bytes;
  uint32_t receive_bytes;  // room in the caller's buffer
  uint32_t receive_name;
  uint32_t timeout_ms;
  uint32_t regions;
};
static_assert(sizeof(MessageRequest) == 24);

// The payload of its answer: then `message_bytes` for the caller's buffer, and regions as above.
struct MessageReply {
  uint32_t message_bytes;
  uint32_t regions;
  // How many descriptors machd took before the call failed: their memory is gone if it was to go.
  uint32_t taken_descriptors;
  // 1: what comes back is the message that was to be sent.
  uint32_t handed_back;
};
static_assert(sizeof(MessageReply) == 16);

// An out-of-line region, of memory or of port names.
struct RegionHeader {
  uint64_t bytes;
  uint64_t offset;      // in the descriptor
  uint32_t descriptor;  // 1: the next descriptor of the packet holds it; 0: bytes follow
  uint32_t reserved;
};
static_assert(sizeof(RegionHeader) == 24);

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_CALL_FORMAT_H_
