// The receiving half of a socket channel: bytes and descriptors become frames.
//
// What it is: reading, framing, and the queue in which descriptors wait for their frame. What it
// is not: a decision when to read or what to do with a frame; that is the channel's. Called by
// socket_channel.cc; calls the kernel.
//
// Everything read here is the peer's choice. It is parsed in private memory that the peer cannot
// reach, and checked once: a size that is too small, too large or not a multiple of 8, more handles
// than allowed, padding that is not zero, a frame whose descriptors have not come, descriptors that
// no frame claims, or more of them than this process is to hold for one peer end the connection.

#ifndef IPDL_RUNTIME_CHANNEL_SOCKET_RECEIVE_H_
#define IPDL_RUNTIME_CHANNEL_SOCKET_RECEIVE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "runtime/channel/receive_buffer.h"
#include "runtime/handle.h"
#include "runtime/handle_account.h"
#include "runtime/limits.h"

namespace ipdl {

// One whole message. The payload lives as long as this object does.
struct ReceivedFrame {
  absl::Span<const uint8_t> payload;  // 8-aligned
  absl::InlinedVector<OwnedHandle, 4> handles;
  ReceiveBuffer::Ref keeps_payload;
};

class SocketReceiver {
 public:
  // `limits` is borrowed. What is received is charged to `account`.
  SocketReceiver(const Limits* limits, HandleAccount::Ref account)
      : limits_(limits), account_(std::move(account)) {}
  SocketReceiver(const SocketReceiver&) = delete;
  SocketReceiver& operator=(const SocketReceiver&) = delete;

  enum class Read : uint8_t {
    kMaybeMore,  // as much as was asked for, or up to some descriptors, where a read always ends
    kAll,        // all that was there
    kNothing,    // nothing was there
    kEnd,        // the peer will send nothing any more; see EndedInside()
    kTruncated,  // the kernel dropped descriptors; all are closed
    kShortage,   // the system is short of memory
    kError,      // see last_errno()
  };
  // One recvmsg. Call only when Next() has answered kNeedsMore.
  Read ReadOnce(int socket);

  enum class Parse : uint8_t { kFrame, kNeedsMore, kMalformed };
  // The next whole frame that was read. On kMalformed `*why` is one line.
  Parse Next(ReceivedFrame* frame, std::string* why);

  // Whether Next would answer other than kNeedsMore.
  bool HasNext() const;

  // Gives the buffer back if nothing unparsed is in it. Call when done reading for now.
  void Rest();

  // Drops everything, closing the descriptors that nobody claimed.
  void Clear();

  // Bytes of an unfinished frame.
  size_t unparsed_bytes() const { return filled_ - parsed_; }
  // "12 of 64 bytes", for an end inside a frame; empty if there is none.
  std::string EndedInside() const;
  size_t unclaimed_handles() const { return handles_.size() - first_handle_; }
  const HandleAccount& account() const { return *account_.get(); }
  // Of the last ReadOnce.
  size_t last_read_bytes() const { return last_read_bytes_; }
  int last_errno() const { return last_errno_; }
  uint64_t reads() const { return reads_; }  // recvmsg calls so far

 private:
  struct Header {
    uint32_t size;
    uint16_t handles;
    uint8_t padding;
    uint8_t zero;
  };
  static_assert(sizeof(Header) == kFrameHeaderBytes);

  const uint8_t* unparsed() const { return buffer_.data() + parsed_; }
  Header PeekHeader() const;
  // Why a header cannot be right; null if it can.
  const char* Fault(const Header& header) const;
  void MakeRoom();
  void TakeHandle(int fd);
  bool ClaimHandles(size_t count, ReceivedFrame* frame);

  const Limits* const limits_;
  const HandleAccount::Ref account_;

  ReceiveBuffer::Ref buffer_;
  size_t parsed_ = 0;  // where the next frame begins; a multiple of 8
  size_t filled_ = 0;  // where the next byte goes

  // Descriptors in the order of their arrival; those before first_handle_ were claimed.
  std::vector<OwnedHandle> handles_;
  size_t first_handle_ = 0;

  size_t last_read_bytes_ = 0;
  int last_errno_ = 0;
  uint64_t reads_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_SOCKET_RECEIVE_H_
