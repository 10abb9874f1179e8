#include "glue/trace_log.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include "absl/base/thread_annotations.h"
#include "glue/blame.h"
#include "glue/describe.h"
#include "glue/message_channel.h"
#include "glue/observe.h"
#include "glue/text.h"
#include "glue/trace_filter.h"
#include "runtime/mutex.h"
#include "runtime/reader.h"

namespace ipdl {

namespace {

// What all threads share. Never destroyed: connections may outlive static objects.
struct Trace {
  Mutex mutex;
  TraceFilter filter ABSL_GUARDED_BY(mutex);
  absl::AnyInvocable<void(std::string_view)> sink ABSL_GUARDED_BY(mutex);
  std::string process ABSL_GUARDED_BY(mutex);
};

Trace& TheTrace() {
  static Trace* const trace = new Trace();
  return *trace;
}

std::string NameOf(const std::string& process) {
  return process.empty() ? Text("pid ", getpid()) : process;
}

// The sink runs under the lock so that it can be taken back; it is our own or a test's.
void Print(std::string_view arrow, const MessageChannel& channel, std::string_view protocol,
           std::string_view message, std::string_view rest) {
  Trace& trace = TheTrace();
  MutexLock lock(&trace.mutex);
  if (!trace.filter.Wants(protocol, message)) return;
  std::string line = Text("ipdl-log ", ObserversClock(), " ", NameOf(trace.process), " ", arrow,
                          " ", channel.peer().ToString(), " ", rest);
  if (trace.sink) {
    trace.sink(line);
  } else {
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
}

std::string Handles(absl::Span<const OwnedHandle> handles) {
  if (handles.empty()) return "0 handles";
  std::map<std::string_view, size_t> kinds;
  for (const OwnedHandle& handle : handles) ++kinds[ShortHandleName(handle.kind())];
  std::string text;
  for (const auto& [kind, count] : kinds) text += Text(text.empty() ? "" : ", ", count, " ", kind);
  return text;
}

std::string_view Words(uint16_t flags) {
  const bool sync = (flags & kWireSync) != 0;
  if ((flags & kWireRejected) != 0) return sync ? "sync rejected" : "async rejected";
  if ((flags & kWireReply) != 0) return sync ? "sync reply" : "async reply";
  return sync ? "sync" : "async";
}

void TraceMessage(std::string_view arrow, MessageChannel& channel,
                  absl::Span<const uint8_t> payload, absl::Span<const OwnedHandle> handles) {
  ActorHeader header;
  if (payload.size() < sizeof(header)) return;
  std::memcpy(&header, payload.data(), sizeof(header));
  const std::string size = Text(payload.size(), " bytes ", Handles(handles), " ");
  if (header.protocol == 0) {
    const std::string_view name = ControlName(static_cast<ControlMessage>(header.message));
    const std::string_view protocol = ShortName(channel.protocol());
    return Print(arrow, channel, protocol, name, Text(protocol, "#0.", name, " ", size, "control"));
  }
  const Actor* actor = channel.tree().Find(header.routing);
  if (actor == nullptr || actor->actor_class().protocol->id != header.protocol ||
      header.message >= actor->actor_class().protocol->message_count) {
    const std::string name = UnknownMessageName(header);
    return Print(arrow, channel, name, "?",
                 Text(name, " for #", header.routing, " ", size, Words(header.flags)));
  }
  const ProtocolInfo& protocol = *actor->actor_class().protocol;
  const MessageInfo& info = protocol.messages[header.message];
  Reader reader(payload, {}, &channel.limits());
  absl::Span<const uint8_t> skipped;
  static_cast<void>(reader.GetBytes(sizeof(header), &skipped));
  std::string values;
  if ((header.flags & kWireRejected) != 0) {
    uint8_t reason = 0;
    if (reader.Get(&reason)) values = RejectReasonName(static_cast<RejectReason>(reason));
  } else if ((header.flags & kWireReply) != 0) {
    values = DescribeValues(info.returns, reader);
  } else {
    const bool constructs = (header.flags & kWireConstructor) != 0;
    int32_t transaction = 0;
    int32_t id = 0;
    if ((!CarriesTransaction(header.flags) || reader.Get(&transaction)) &&
        (!constructs || reader.Get(&id))) {
      if (constructs) values = Text("new=#", id);
      const std::string rest = DescribeValues(info.parameters, reader);
      values += Text(values.empty() || rest.empty() ? "" : ", ", rest);
    }
  }
  Print(arrow, channel, ShortName(protocol), info.name,
        Text(ShortName(protocol), "#", header.routing, ".", info.name, "(", values, ") ", size,
             Words(header.flags)));
}

}  // namespace

void SetTrace(std::string_view filter, absl::AnyInvocable<void(std::string_view line)> sink) {
  Trace& trace = TheTrace();
  MutexLock lock(&trace.mutex);
  trace.filter = TraceFilter(filter);
  trace.sink = std::move(sink);
  SetObserver(Observer::kLog, !trace.filter.empty());
}

void SetTraceProcess(std::string_view name) {
  Trace& trace = TheTrace();
  MutexLock lock(&trace.mutex);
  trace.process = name;
}

std::string TraceProcess() {
  Trace& trace = TheTrace();
  MutexLock lock(&trace.mutex);
  return NameOf(trace.process);
}

bool TraceProcessWasLaunched() {
  Trace& trace = TheTrace();
  MutexLock lock(&trace.mutex);
  return !trace.process.empty();
}

void TraceSent(MessageChannel& channel, absl::Span<const uint8_t> payload,
               absl::Span<const OwnedHandle> handles) {
  if (Observed(Observer::kLog)) TraceMessage("->", channel, payload, handles);
}

void TraceReceived(MessageChannel& channel, absl::Span<const uint8_t> payload,
                   absl::Span<const OwnedHandle> handles) {
  TraceMessage("<-", channel, payload, handles);
}

void TraceNote(MessageChannel& channel, std::string_view text) {
  if (Observed(Observer::kLog)) {
    Print("<-", channel, ShortName(channel.protocol()), "note", Text("note: ", text));
  }
}

}  // namespace ipdl
