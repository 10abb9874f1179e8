// IPDL_LOG: one line per message, for people who want to see what two processes say to each other.
//
// What it is: the filter and the printing of lines. What it is not: an error log (runtime/log.h) or
// a profile. Called by observe.h, which has the switch.
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

#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/types/span.h"
#include "runtime/handle.h"

namespace ipdl {

class MessageChannel;

// Replaces the filter (empty: off) and the place where lines go (null: standard error). For tests.
void SetTrace(std::string_view filter, absl::AnyInvocable<void(std::string_view line)> sink);

// How this process calls itself in the lines; "pid <number>" by default. Only a process that was
// launched is told its name.
void SetTraceProcess(std::string_view name);
std::string TraceProcess();
bool TraceProcessWasLaunched();

// One line about a message that leaves or came; `payload` starts with the actor header.
void TraceSent(MessageChannel& channel, absl::Span<const uint8_t> payload,
               absl::Span<const OwnedHandle> handles);
void TraceReceived(MessageChannel& channel, absl::Span<const uint8_t> payload,
                   absl::Span<const OwnedHandle> handles);
// One line about something that is normal but worth knowing: a message that nobody gets.
void TraceNote(MessageChannel& channel, std::string_view text);

}  // namespace ipdl

#endif  // IPDL_GLUE_TRACE_LOG_H_
