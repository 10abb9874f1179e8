#include "glue/observe.h"

#include <sys/random.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>

#include "glue/message_channel.h"
#include "glue/statistics.h"
#include "glue/statistics_counting.h"
#include "glue/text.h"
#include "glue/trace_file.h"
#include "glue/trace_log.h"
#include "runtime/log.h"

namespace ipdl {

namespace internal {
std::atomic<uint8_t> observers = 0;
}  // namespace internal

namespace {

ObservedMessage Look(MessageChannel& channel, absl::Span<const uint8_t> payload,
                     absl::Span<const OwnedHandle> handles) {
  ObservedMessage seen;
  seen.bytes = payload.size();
  seen.handles = handles.size();
  if (payload.size() < sizeof(seen.header)) return seen;
  std::memcpy(&seen.header, payload.data(), sizeof(seen.header));
  const Actor* actor =
      seen.header.protocol == 0 ? nullptr : channel.tree().Find(seen.header.routing);
  if (actor == nullptr) return seen;
  const ProtocolInfo& protocol = *actor->actor_class().protocol;
  if (protocol.id == seen.header.protocol && seen.header.message < protocol.message_count) {
    seen.protocol = &protocol;
    seen.message = &protocol.messages[seen.header.message];
  }
  return seen;
}

std::atomic<bool> print_at_exit = false;

// The same at both ends: of the sender's connection, and of the message among all that it sent. A
// reply has the number of its question, which the other end chose.
uint64_t FlowOf(uint64_t sender, const ActorHeader& header) {
  if (sender == 0 || header.protocol == 0 || header.seqno == 0) return 0;
  const uint64_t number = (uint64_t{static_cast<uint32_t>(header.seqno)} << 1) |
                          ((header.flags & kWireReply) != 0 ? 1 : 0);
  // Fibonacci hashing: any two numbers of one sender stay apart.
  return sender ^ (number * 0x9e3779b97f4a7c15);
}

}  // namespace

void SetObserver(Observer who, bool on) {
  if (on) {
    internal::observers.fetch_or(static_cast<uint8_t>(who));
  } else {
    internal::observers.fetch_and(static_cast<uint8_t>(~static_cast<unsigned>(who)));
  }
}

void StartObservers() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (const char* patterns = std::getenv("IPDL_LOG"); patterns != nullptr) {
      SetTrace(patterns, nullptr);
    }
    if (const char* path = std::getenv("IPDL_TRACE"); path != nullptr && *path != '\0') {
      const absl::Status traced = SetTraceFile(path, /*append=*/TraceProcessWasLaunched());
      if (!traced.ok()) LogError(std::string(traced.message()));
    }
    const char* statistics = std::getenv("IPDL_STATISTICS");
    if (statistics != nullptr && *statistics != '\0' && std::strcmp(statistics, "0") != 0) {
      SetStatistics(true);
      print_at_exit = true;
      std::atexit(FinishObservers);
    }
  });
}

void FinishObservers() {
  if (!print_at_exit.exchange(false)) return;
  const std::string text = Text("--- messages of ", TraceProcess(), "\n", StatisticsTable());
  std::fputs(text.c_str(), stderr);
}

int64_t ObserversClock() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

uint64_t NewTraceId() {
  static const uint64_t start = [] {
    uint64_t random = 0;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random)) random = 0;
    return random ^ static_cast<uint64_t>(ObserversClock());
  }();
  static std::atomic<uint64_t> connections = 0;
  // A process that was forked off has the same start.
  const uint64_t process = static_cast<uint64_t>(getpid()) << 32;
  const uint64_t id = start ^ process ^ connections.fetch_add(1);
  return id != 0 ? id : 1;
}

ObservedSend::ObservedSend(MessageChannel& channel, absl::Span<const uint8_t> payload,
                           absl::Span<const OwnedHandle> handles, int64_t opened)
    : message_(Look(channel, payload, handles)), opened_(opened) {
  TraceSent(channel, payload, handles);
}

void ObservedSend::Sent(MessageChannel& channel) const {
  const int64_t now = ObserversClock();
  if (Observed(Observer::kTrace)) {
    TraceSlice("send", message_, channel.peer().ToString(),
               FlowOf(channel.trace_id(), message_.header), opened_, now);
  }
  if (!Observed(Observer::kStatistics) || message_.message == nullptr) return;
  CountSent(message_);
  if ((message_.header.flags & kWireHasReply) != 0) channel.asked_at()[message_.header.seqno] = now;
}

ObservedHandling::ObservedHandling(MessageChannel& channel, absl::Span<const uint8_t> payload,
                                   absl::Span<const OwnedHandle> handles)
    : message_(Look(channel, payload, handles)), began_(ObserversClock()) {
  if (Observed(Observer::kLog)) TraceReceived(channel, payload, handles);
  if (Observed(Observer::kTrace)) {
    peer_ = channel.peer().ToString();
    flow_ = FlowOf(channel.peer_trace_id(), message_.header);
  }
  if (!Observed(Observer::kStatistics) || message_.message == nullptr) return;
  int64_t waited = -1;
  if (message_.is_reply()) {
    const auto asked = channel.asked_at().find(message_.header.seqno);
    if (asked != channel.asked_at().end()) {
      waited = began_ - asked->second;
      channel.asked_at().erase(asked);
    }
  }
  CountReceived(message_, waited);
}

ObservedHandling::~ObservedHandling() {
  const int64_t now = ObserversClock();
  if (Observed(Observer::kTrace)) TraceSlice("handle", message_, peer_, flow_, began_, now);
  if (Observed(Observer::kStatistics) && message_.message != nullptr) {
    CountHandled(message_, now - began_);
  }
}

ObservedWait::ObservedWait(const MessageChannel& channel, const ProtocolInfo& protocol,
                           uint16_t message) {
  if (!Observed(Observer::kTrace)) return;
  message_.header.protocol = protocol.id;
  message_.header.message = message;
  message_.protocol = &protocol;
  message_.message = &protocol.messages[message];
  peer_ = channel.peer().ToString();
  began_ = ObserversClock();
}

ObservedWait::~ObservedWait() {
  if (began_ == 0 || !Observed(Observer::kTrace)) return;
  TraceSlice("wait", message_, peer_, 0, began_, ObserversClock());
}

}  // namespace ipdl
