#include "glue/trace_file.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_format.h"
#include "glue/blame.h"
#include "glue/text.h"
#include "glue/trace_log.h"
#include "runtime/mutex.h"

namespace ipdl {

namespace {

// What all threads share. Never destroyed: connections may outlive static objects.
struct File {
  Mutex mutex;
  FileDescriptor file ABSL_GUARDED_BY(mutex);
};

File& TheFile() {
  static File* const file = new File();
  return *file;
}

// In quotes; what a peer chose may be in it.
std::string Json(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
      quoted += absl::StrFormat("\\u%04x", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// Microseconds, as the format wants them, to the nanosecond.
std::string Time(int64_t nanoseconds) {
  return absl::StrFormat("%d.%03d", nanoseconds / 1000, nanoseconds % 1000);
}

std::string NameOf(const ObservedMessage& message) {
  if (message.message != nullptr) {
    return Text(message.protocol->name, ".", message.message->name,
                message.is_reply() ? " reply" : "");
  }
  if (message.header.protocol == 0) {
    return std::string(ControlName(static_cast<ControlMessage>(message.header.message)));
  }
  return "unknown message";
}

void Put(std::string_view events) {
  File& file = TheFile();
  const MutexLock lock(&file.mutex);
  if (!file.file) return;
  // A full disk loses events and nothing else.
  static_cast<void>(!write(file.file.get(), events.data(), events.size()));
}

}  // namespace

absl::Status SetTraceFile(const std::string& path, bool append) {
  FileDescriptor opened;
  if (!path.empty()) {
    const int how = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (append ? 0 : O_TRUNC);
    opened = FileDescriptor(open(path.c_str(), how, 0644));
    if (!opened) {
      SetObserver(Observer::kTrace, false);
      return absl::UnavailableError(Text("cannot trace into ", path, ": ", std::strerror(errno)));
    }
  }
  const bool on = opened.valid();
  {
    File& file = TheFile();
    const MutexLock lock(&file.mutex);
    file.file = std::move(opened);
  }
  if (on) {
    const std::string name =
        absl::StrFormat(R"({"ph":"M","name":"process_name","pid":%d,"args":{"name":%s}},)",
                        getpid(), Json(TraceProcess()));
    Put(Text(append ? "" : "[\n", name, "\n"));
  }
  SetObserver(Observer::kTrace, on);
  return absl::OkStatus();
}

void TraceSlice(std::string_view what, const ObservedMessage& message, std::string_view peer,
                uint64_t flow, int64_t began, int64_t ended) {
  const std::string where =
      absl::StrFormat(R"("pid":%d,"tid":%d)", getpid(), static_cast<int>(syscall(SYS_gettid)));
  std::string events = absl::StrFormat(
      R"({"ph":"X","cat":"%s","name":%s,"ts":%s,"dur":%s,%s,"args":{"peer":%s,"actor":%d,)"
      R"("bytes":%d,"handles":%d}},)"
      "\n",
      what, Json(Text(what, " ", NameOf(message))), Time(began), Time(ended - began), where,
      Json(peer), message.header.routing, message.bytes, message.handles);
  if (flow != 0) {
    const bool begins = what == "send";
    events +=
        absl::StrFormat(R"({"ph":"%s","cat":"message","name":"message","id":"0x%x","ts":%s,%s%s},)"
                        "\n",
                        begins ? "s" : "f", flow, Time(began), where, begins ? "" : R"(,"bp":"e")");
  }
  Put(events);
}

}  // namespace ipdl
