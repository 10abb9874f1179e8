// Log lines of the library: "ipdl: [process label] error: text" on standard error.
//
// What it is: a last resort for what no caller can be told otherwise (a peer cut off, an argument
// refused). What it is not: tracing; that is IPDL_LOG's. Called by the channels and glue/; calls
// nothing of ours. Threads: any; each line is one write.
//
// A peer must not be able to write to our terminal or fill our disk: text of its making goes
// through EscapePeerText, and anything it can provoke is logged under a key that is rate-limited.
//
//   ipdl::LogErrorLimited(ipdl::StrCat("cut:", peer.ToString()),
//                         peer + " sent a malformed PFoo.Take: " + failure.ToString());

#ifndef IPDL_RUNTIME_LOG_H_
#define IPDL_RUNTIME_LOG_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace ipdl {

// Lines that one key may log before the rest of its period is only counted.
inline constexpr int kLogLinesPerKey = 10;
// How long the lines of a key are only counted before one line tells how many.
inline constexpr absl::Duration kLogPeriod = absl::Seconds(10);

// The name of this process in its log lines: "parent", "content#2". Set once, by the launcher or
// the launched. Default: the process id.
void SetProcessLabel(std::string_view label);

// For events that the local program causes. `text` has no newline.
void LogError(std::string_view text);
void LogWarning(std::string_view text);

// For events that a peer can cause at will. `key` names the cause and the peer. The first
// kLogLinesPerKey lines of a key appear; after that at most one line per kLogPeriod, which ends in
// "(N more suppressed)".
void LogErrorLimited(std::string_view key, std::string_view text);
void LogWarningLimited(std::string_view key, std::string_view text);

// `text` with everything but printable ASCII as \xNN, a backslash doubled, cut after `max_bytes`
// of input with "..." in place of the rest.
std::string EscapePeerText(std::string_view text, size_t max_bytes = 256);

// Sends complete lines (no newline) to `sink` instead of standard error; null restores it. For
// tests and for hosts with a log of their own. `sink` may run on any thread, one at a time, and
// must not log. Forgets all rate limits.
void SetLogSink(absl::AnyInvocable<void(std::string_view line)> sink);

// Replaces the clock of the rate limits; null restores it. For tests.
void SetLogClock(absl::AnyInvocable<absl::Time()> clock);

}  // namespace ipdl

#endif  // IPDL_RUNTIME_LOG_H_
