// IPDL_TRACE=FILE: what all processes of a program do with their messages, on one time line.
//
// What it is: a file in the Trace Event Format, which Perfetto (ui.perfetto.dev) and Chrome's
// about:tracing open: a slice for each message that is sent, each that is handled and each sync
// wait, and an arrow from every send to the handling of that message, across processes. What it is
// not: a log of values (IPDL_LOG) or statistics. Called by observe.cc.
//
// The first process of a program empties the file; processes that it launches add to it, as do
// theirs. Each event is one write to a file opened for appending, so the processes do not disturb
// each other, a process that is killed loses nothing, and a sandbox needs only write(2). The array
// of events is never closed, which the format allows.
//
// Format: "Trace Event Format", the Chromium project.

#ifndef IPDL_GLUE_TRACE_FILE_H_
#define IPDL_GLUE_TRACE_FILE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "glue/observe.h"

namespace ipdl {

// Traces into `path` from now on; an empty path ends that. `append`: another process began the
// file. Error: the file cannot be opened, and nothing is traced.
absl::Status SetTraceFile(const std::string& path, bool append);

// One slice, from `began` to `ended` (ObserversClock). `what`: "send", "handle" or "wait".
// `flow`: 0, or the number of an arrow that begins here (a send) or ends here (a handling).
void TraceSlice(std::string_view what, const ObservedMessage& message, std::string_view peer,
                uint64_t flow, int64_t began, int64_t ended);

}  // namespace ipdl

#endif  // IPDL_GLUE_TRACE_FILE_H_
