// Messages on their way into one parcel: frames, one after the other, and their handles in order.
//
// What it is: the sending half of a portal channel, as SocketSender is of a socket channel. What it
// is not: quota, or a decision when to put. Called by portal_channel.cc.
//
// A frame in a parcel is a channel's frame (runtime/channel/channel.h), whose last header byte says
// what it is: FrameKind.

#ifndef IPDL_RUNTIME_DRIVER_PORTAL_BATCH_H_
#define IPDL_RUNTIME_DRIVER_PORTAL_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "runtime/byte_queue.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/message_scope.h"
#include "runtime/send_result.h"
#include "runtime/writer.h"

namespace ipdl {

// On the wire. Never renumber.
enum class FrameKind : uint8_t {
  kMessage = 0,
  kTellMe = 1,    // the receiver answers with kHaveRead when it has come here; u64 token
  kHaveRead = 2,  // the answer; u64 token of the question
};

struct FrameHeader {
  uint32_t size;  // of the whole frame
  uint16_t handles;
  uint8_t padding;
  FrameKind kind;
};
static_assert(sizeof(FrameHeader) == kFrameHeaderBytes);

// A frame of another kind than kMessage.
inline constexpr size_t kControlFrameBytes = kFrameHeaderBytes + sizeof(uint64_t);

class PortalBatch {
 public:
  // `limits` is borrowed.
  explicit PortalBatch(const Limits* limits) : limits_(limits) {}
  PortalBatch(const PortalBatch&) = delete;
  PortalBatch& operator=(const PortalBatch&) = delete;

  // As in Channel. Messages are added in the order of their End. `room` is what quota allows; the
  // first message is not held against it. `why_refused` gets one line if the answer is kRefused.
  struct Room {
    uint64_t bytes;
    uint64_t handles;
    bool is_first;
  };
  static bool Fits(size_t payload, size_t handles, const Room& room);
  Writer& Begin(MessageScope* scope);
  SendResult End(Writer& writer, const Room& room, std::string* why_refused);
  void Abandon(Writer& writer);
  SendResult Send(absl::Span<const uint8_t> bytes, std::vector<OwnedHandle>&& handles,
                  const Room& room, std::string* why_refused);
  void AddControl(FrameKind kind, uint64_t token);

  // Of the messages that have ended.
  size_t num_bytes() const { return ended_bytes() + early_.size(); }
  size_t num_handles() const { return ended_handles() - next_handle_ + early_handles_.size(); }
  bool empty() const { return num_bytes() == 0; }
  // Those messages, for one parcel; until anything else is called. Take the handles, then Clear.
  struct Ready {
    absl::Span<const uint8_t> bytes;
    absl::Span<OwnedHandle> handles;
  };
  Ready GetReady();
  // After everything was put, or is to be dropped.
  void Clear();
  // Drops everything and takes no more messages.
  void Stop();

 private:
  // A message that was begun while another one is open, or after the end.
  struct Draft {
    ByteQueue bytes;
    std::vector<OwnedHandle> handles;
    std::optional<Writer> writer;
  };

  size_t ended_bytes() const { return open_ ? open_at_ : bytes_.size(); }
  size_t ended_handles() const { return open_ ? open_handle_ : handles_.size(); }
  bool IsOpen(const Writer& writer) const { return open_ && &writer == &*writer_; }
  SendResult Check(Writer& writer, absl::Span<const OwnedHandle> handles, const Room& room,
                   std::string* why) const;
  SendResult Admit(size_t payload, absl::Span<const OwnedHandle> handles, const Room& room,
                   std::string* why) const;
  void CloseOpen(bool keep);
  std::unique_ptr<Draft> TakeDraft(const Writer& writer);
  void Add(absl::Span<const uint8_t> payload, std::vector<OwnedHandle>& handles);
  void InsertEarly();

  const Limits* const limits_;
  // Messages that have ended, and behind them the one that is written in place, if `open_`.
  ByteQueue bytes_;
  std::vector<OwnedHandle> handles_;
  size_t next_handle_ = 0;  // those before were taken while a message was open
  bool open_ = false;
  size_t open_at_ = 0;      // where its frame begins in bytes_
  size_t open_handle_ = 0;  // and its handles in handles_
  std::optional<Writer> writer_;

  std::vector<std::unique_ptr<Draft>> drafts_;  // the innermost is the last
  // What ended while the message in place is open: it goes before that.
  ByteQueue early_;
  std::vector<OwnedHandle> early_handles_;
  bool stopped_ = false;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_PORTAL_BATCH_H_
