// IPDL_LOG: one line per message, for people who want to see what two processes say to each other.
//
// What it is: the switch, the filter and the printing of lines. What it is not: an error log
// (runtime/log.h) or a profile. Called by MessageChannel for every message when the switch is on;
// when it is off, a message costs one load and a branch.
//
//   IPDL_LOG='*'                     everything
//   IPDL_LOG='PTexture:*;!*.Ping'    all of PTexture except Ping: the last pattern that fits
//   decides,
//                                    `!` excludes
//   IPDL_LOG='!*.Ping'               all but Ping: what no pattern fits is printed only if the
//   first
//                                    pattern excludes
//
// A pattern is `Protocol:Message` or `Protocol.Message`, each with * and ? as in a shell;
// `Protocol` alone means all of its messages. A line on standard error is
//
//   ipdl-log <time ns> <process> -> <peer> PFoo#<id>.Ping(n=7, s="hello") 32 bytes 0 handles async
//
// with <- for what was received, `reply` and `rejected` among the words at the end, and `PFoo#0`
// for a top-level actor. Time is CLOCK_MONOTONIC, so that lines of several processes can be merged.
// Values are printed from the bytes by the protocol's signatures; a peer's text is escaped.

#ifndef IPDL_GLUE_TRACE_LOG_H_
#define IPDL_GLUE_TRACE_LOG_H_

#include <atomic>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/types/span.h"
#include "runtime/handle.h"

namespace ipdl {

class MessageChannel;

namespace internal {
extern std::atomic<bool> trace_is_on;
}  // namespace internal

// Whether anything may be printed. Decided by IPDL_LOG when the first connection is bound.
inline bool TraceIsOn() { return internal::trace_is_on.load(std::memory_order_relaxed); }

// Reads IPDL_LOG, once.
void StartTrace();
// Replaces the filter (empty: off) and the place where lines go (null: standard error). For tests.
void SetTrace(std::string_view filter, absl::AnyInvocable<void(std::string_view line)> sink);

// How this process calls itself in the lines; "pid <number>" by default.
void SetTraceProcess(std::string_view name);

// One line about a message that leaves or came; `payload` starts with the actor header.
void TraceSent(MessageChannel& channel, absl::Span<const uint8_t> payload,
               absl::Span<const OwnedHandle> handles);
void TraceReceived(MessageChannel& channel, absl::Span<const uint8_t> payload,
                   absl::Span<const OwnedHandle> handles);
// One line about something that is normal but worth knowing: a message that nobody gets.
void TraceNote(MessageChannel& channel, std::string_view text);

}  // namespace ipdl

#endif  // IPDL_GLUE_TRACE_LOG_H_
