// Every bound that ipdl puts on what one peer may cost this process, with its unit and its default.
//
// What it is: plain numbers, copied into each channel when it is made. What it is not: accounting;
// the object that spends a resource counts it and compares it with its field here. Read by Writer,
// Reader, the channels and glue/. The router has its own limits header.
//
// A launcher may change any field before it makes a channel; both sides of a channel should use the
// same values, because each side refuses to send what the other would take for an attack.
//
//   ipdl::Limits limits;
//   limits.message_bytes = 64 * 1024;   // this peer has no business sending more
//   auto channel = ipdl::SocketChannel::Create(std::move(fd), loop, limits, peer);

#ifndef IPDL_RUNTIME_LIMITS_H_
#define IPDL_RUNTIME_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace ipdl {

// Bytes that a channel puts before each message's payload. Part of Limits::message_bytes.
inline constexpr uint32_t kFrameHeaderBytes = 8;

struct Limits {
  // Bytes of one whole frame: header, payload and padding. Large enough for any command, small
  // enough that a peer which announces a frame and never finishes it costs little. Bulk data goes
  // through ByteBuf and does not count.
  uint32_t message_bytes = 1024 * 1024;

  // Handles carried by one message. The kernel takes 253 in one send; a channel sends more in
  // several pieces, and 512 still leaves room below the usual 1,024 descriptors of a process.
  uint32_t message_handles = 512;

  // Structs and unions nested in one another. Decoding recurses once per level, so this bounds
  // the stack that a message can use.
  uint32_t nesting_depth = 64;

  // Memory that decoding a message may allocate: the larger of the floor (bytes) and the factor
  // times the bytes of the message. One byte on the wire can be a 40-byte empty optional; this
  // bounds that amplification, and the floor keeps small messages free of it.
  uint32_t decoded_factor = 8;
  uint32_t decoded_floor_bytes = 64 * 1024;

  // Bytes and handles sent but not yet taken by the kernel, per channel. Above them a send
  // answers kWouldBlock: a peer that does not read must not cost unbounded memory.
  uint64_t queued_bytes = 8 * 1024 * 1024;
  uint32_t queued_handles = 1024;

  // Handles of one peer that this process holds: received, and neither closed nor released to the
  // program as raw numbers. A peer that passes it is cut off: it makes us keep more than it needs.
  uint32_t held_handles = 4096;

  // Handles of one peer that nobody holds any more and whose close is not done, because the peer
  // chooses how long it takes (foreign_close.h). From here on nothing is read from that peer.
  uint32_t closing_handles = 1024;

  // Actors alive on one channel that the peer made.
  uint32_t actors = 16384;

  // Questions of ours on one channel that the peer has not answered yet.
  uint32_t outstanding_replies = 4096;

  // Sync calls of one side that wait inside one another on one channel: a handler that calls back
  // is a level of our own stack.
  uint32_t sync_depth = 8;

  // Unsent bytes at which a channel writes at once instead of at the end of the loop's turn.
  uint32_t flush_bytes = 32 * 1024;

  // Bytes a channel asks the kernel for in one read.
  uint32_t read_buffer_bytes = 64 * 1024;

  // Largest ByteBuf that travels inside the message; a larger one travels as sealed memory.
  uint32_t bytebuf_inline_bytes = 64 * 1024;

  // Largest ByteBuf at all (address space that one argument of the peer may take here).
  uint32_t bytebuf_bytes = 256 * 1024 * 1024;

  // Largest Shmem, for the same reason.
  uint32_t shmem_bytes = 256 * 1024 * 1024;

  // Bytes of Shmem that came by one channel and that this process has mapped. Each page of it may
  // be charged to whoever touches it first, which can be us.
  uint64_t held_shmem_bytes = 512 * 1024 * 1024;

  // Bytes of payload that fit in one frame, rounded down so that the padding fits too.
  constexpr uint32_t payload_bytes() const {
    return message_bytes < kFrameHeaderBytes ? 0 : (message_bytes - kFrameHeaderBytes) & ~7u;
  }

  // Bytes that decoding a payload of `payload` bytes may allocate.
  constexpr uint64_t decoded_bytes(size_t payload) const {
    const uint64_t scaled = uint64_t{decoded_factor} * payload;
    return scaled > decoded_floor_bytes ? scaled : decoded_floor_bytes;
  }
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_LIMITS_H_
