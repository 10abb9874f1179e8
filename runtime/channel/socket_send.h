// The sending half of a socket channel: messages become bytes in one queue, and the queue leaves in
// as few system calls as possible, with the descriptors of many messages in each.
//
// What it is: framing, quota and the plan of each sendmsg. What it is not: a decision when to
// write, or what to do about failures; that is the channel's. Called by socket_channel.cc; calls
// Writer, ByteQueue and the kernel.
//
// Descriptors and bytes. The kernel delivers the descriptors of a sendmsg with its first byte, and
// takes at most 253 of them. The receiver keeps descriptors in a queue and lets each frame take its
// count when the frame is whole. So the invariant of every call is: the last byte of a message
// leaves no earlier than its last descriptor. A message with more descriptors than one call takes
// is split, and keeps a byte back for each call that must follow. Descriptors may run ahead of
// their message, but no further than the receiver's own bound: beyond those of the first unfinished
// message at most 253.

#ifndef IPDL_RUNTIME_CHANNEL_SOCKET_SEND_H_
#define IPDL_RUNTIME_CHANNEL_SOCKET_SEND_H_

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
#include "runtime/send_result.h"
#include "runtime/writer.h"

namespace ipdl {

// Descriptors that the kernel takes in one sendmsg (SCM_MAX_FD of Linux).
inline constexpr size_t kDescriptorsPerSend = 253;

class SocketSender {
 public:
  // `limits` is borrowed.
  explicit SocketSender(const Limits* limits) : limits_(limits) {}
  SocketSender(const SocketSender&) = delete;
  SocketSender& operator=(const SocketSender&) = delete;

  // As in Channel. `why_refused` gets one line if the answer is kRefused.
  Writer& Begin(MessageScope* scope);
  SendResult End(Writer& writer, std::string* why_refused);
  void Abandon(Writer& writer);
  SendResult Send(absl::Span<const uint8_t> bytes, std::vector<OwnedHandle>&& handles,
                  std::string* why_refused);

  enum class Progress : uint8_t {
    kDone,        // nothing is left
    kBlocked,     // the socket is full: write again when it is writable
    kRetryLater,  // the system is short of something: write again in a while
    kBroken,      // there is no one to write to
  };
  // Writes as much as the kernel takes, and closes the descriptors that have left.
  Progress Write(int socket);

  // Drops everything and takes no more messages.
  void Stop();

  bool HasRoom(size_t payload, size_t handles) const;
  size_t queued_bytes() const { return open_ ? OpenOffset() : queue_.size(); }
  size_t queued_handles() const { return ready_handles_ - next_handle_; }
  uint64_t sends() const { return sends_; }        // system calls that sent, so far
  uint64_t messages() const { return messages_; }  // messages queued so far
  // The errno behind the last kRetryLater or kBroken.
  int last_errno() const { return last_errno_; }

 private:
  // The handles of one message, as long as its last byte has not left.
  struct Run {
    uint64_t end;       // position in the stream just behind the message
    uint32_t count;     // how many handles it has
    uint32_t attached;  // how many of them have left
  };
  // A message begun while another one is open, in buffers of its own.
  struct Draft {
    ByteQueue bytes;
    std::vector<OwnedHandle> handles;
    std::optional<Writer> writer;
    bool dead = false;  // begun after Stop
  };
  // What the next sendmsg carries.
  struct Plan {
    size_t bytes;
    size_t handles;
  };

  size_t OpenOffset() const { return static_cast<size_t>(open_start_ - sent_); }
  // Puts header and padding around the payload that begins 8 bytes behind `offset` in `bytes`.
  static void Frame(ByteQueue* bytes, size_t offset, size_t handles);
  // Whether a message of this size fits what may be queued; the reason to refuse it in `*why`.
  SendResult Admit(size_t payload, absl::Span<const OwnedHandle> handles, std::string* why) const;
  Writer& BeginDraft(MessageScope* scope);
  SendResult EndDraft(Draft& draft, std::string* why_refused);
  void CutBack();
  void InsertDrafts();
  void CompactHandles();
  Plan MakePlan(size_t most_bytes, bool with_handles) const;
  void Sent(size_t bytes, size_t handles);

  const Limits* const limits_;

  ByteQueue queue_;
  uint64_t sent_ = 0;  // position in the stream of the queue's first byte

  // The message that is open in queue_, if `open_`.
  std::optional<Writer> writer_;
  uint64_t open_start_ = 0;  // position of its header
  bool open_ = false;

  // Handles in the order of their messages; those before next_handle_ have left, those from
  // ready_handles_ on belong to the open message.
  std::vector<OwnedHandle> handles_;
  size_t next_handle_ = 0;
  size_t ready_handles_ = 0;
  std::vector<Run> runs_;     // of messages with handles
  size_t first_run_ = 0;      // first one whose last byte has not left
  size_t attaching_run_ = 0;  // first one with handles that have not left
  size_t ahead_ = 0;          // handles that have left, of runs that have not

  std::vector<std::unique_ptr<Draft>> drafts_;  // open; the innermost is the last
  ByteQueue early_;                             // finished drafts, to go before the open message
  std::vector<OwnedHandle> early_handles_;
  std::vector<Run> early_runs_;  // `end` counted from the beginning of early_

  bool stopped_ = false;
  int last_errno_ = 0;
  uint64_t sends_ = 0;
  uint64_t messages_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_SOCKET_SEND_H_
