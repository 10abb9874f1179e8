// What MessageChannel tells those who look inside: IPDL_LOG, IPDL_TRACE and statistics.
//
// What it is: one switch for the three, and what each message is to them. What it is not: any of
// them. Called by MessageChannel when the switch is on; when it is off, a message costs one load
// and a branch. Calls trace_log.h, trace_file.h and statistics.h.

#ifndef IPDL_GLUE_OBSERVE_H_
#define IPDL_GLUE_OBSERVE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "glue/protocol.h"
#include "glue/wire.h"
#include "runtime/handle.h"

namespace ipdl {

class MessageChannel;

enum class Observer : uint8_t { kLog = 1, kTrace = 2, kStatistics = 4 };

namespace internal {
extern std::atomic<uint8_t> observers;
}  // namespace internal

// Whether anybody looks; or this one.
inline bool Observed() { return internal::observers.load(std::memory_order_relaxed) != 0; }
inline bool Observed(Observer who) {
  return (internal::observers.load(std::memory_order_relaxed) & static_cast<uint8_t>(who)) != 0;
}
void SetObserver(Observer who, bool on);
// Reads IPDL_LOG, IPDL_TRACE and IPDL_STATISTICS, once. Called when a connection is bound.
void StartObservers();
// The process is about to exit: prints the statistics that IPDL_STATISTICS asked for, once.
void FinishObservers();

// CLOCK_MONOTONIC, in nanoseconds: the same clock for all processes of a machine.
int64_t ObserversClock();
// A number that no other connection of this machine has, but for chance. Never 0.
uint64_t NewTraceId();

// One message, as far as it can be told before it is checked.
struct ObservedMessage {
  ActorHeader header{};
  const ProtocolInfo* protocol = nullptr;  // null: the connection's own, or not known
  const MessageInfo* message = nullptr;
  size_t bytes = 0;
  size_t handles = 0;

  bool is_reply() const { return (header.flags & kWireReply) != 0; }
};

// A message just before it is given to the channel; `payload` starts with the actor header, and
// `opened` is when its writing began.
class ObservedSend {
 public:
  ObservedSend(MessageChannel& channel, absl::Span<const uint8_t> payload,
               absl::Span<const OwnedHandle> handles, int64_t opened);
  // The channel took it.
  void Sent(MessageChannel& channel) const;

 private:
  ObservedMessage message_;
  int64_t opened_;
};

// Lives while a message that came is handled; the channel may end meanwhile.
class ObservedHandling {
 public:
  ObservedHandling(MessageChannel& channel, absl::Span<const uint8_t> payload,
                   absl::Span<const OwnedHandle> handles);
  ObservedHandling(const ObservedHandling&) = delete;
  ObservedHandling& operator=(const ObservedHandling&) = delete;
  ~ObservedHandling();

 private:
  ObservedMessage message_;
  std::string peer_;
  uint64_t flow_ = 0;
  int64_t began_ = 0;
};

// Lives while a sync call waits for its reply.
class ObservedWait {
 public:
  ObservedWait(const MessageChannel& channel, const ProtocolInfo& protocol, uint16_t message);
  ObservedWait(const ObservedWait&) = delete;
  ObservedWait& operator=(const ObservedWait&) = delete;
  ~ObservedWait();

 private:
  ObservedMessage message_;
  std::string peer_;
  int64_t began_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_OBSERVE_H_
