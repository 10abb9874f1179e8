// Where log lines go, and which of them are held back. See log.h.

#include "runtime/log.h"

#include <errno.h>
#include <unistd.h>

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "runtime/mutex.h"

namespace ipdl {
namespace {

// Keys remembered at a time. Keys have a peer's label in them, so their number follows the number
// of peers; beyond this bound the keys share one limit.
constexpr size_t kMaxKeys = 1024;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

struct KeyState {
  absl::Time period_end;   // what comes before it counts as the same burst
  int lines = 0;           // written in this burst
  int64_t suppressed = 0;  // since the last line that said how many
};

class Log {
 public:
  void SetLabel(std::string_view label) {
    MutexLock lock(&mutex_);
    label_ = EscapePeerText(label);
  }

  void SetSink(absl::AnyInvocable<void(std::string_view)> sink) {
    MutexLock lock(&mutex_);
    sink_ = std::move(sink);
    keys_.clear();
  }

  void SetClock(absl::AnyInvocable<absl::Time()> clock) {
    MutexLock lock(&mutex_);
    clock_ = std::move(clock);
  }

  void Write(std::string_view severity, std::string_view text) {
    MutexLock lock(&mutex_);
    WriteLine(severity, text, 0);
  }

  void WriteLimited(std::string_view severity, std::string_view key, std::string_view text) {
    MutexLock lock(&mutex_);
    const absl::Time now = clock_ ? clock_() : absl::Now();
    KeyState& state = StateOf(key, now);
    if (state.lines < kLogLinesPerKey) {
      ++state.lines;
      WriteLine(severity, text, 0);
      if (state.lines == kLogLinesPerKey) state.period_end = now + kLogPeriod;
      return;
    }
    if (now < state.period_end) {
      ++state.suppressed;
      return;
    }
    state.period_end = now + kLogPeriod;
    WriteLine(severity, text, std::exchange(state.suppressed, 0));
  }

 private:
  KeyState& StateOf(std::string_view key, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    auto found = keys_.find(key);
    if (found != keys_.end()) return found->second;
    if (keys_.size() >= kMaxKeys) ForgetQuietKeys(now);
    if (keys_.size() >= kMaxKeys) key = "";
    return keys_[std::string(key)];
  }

  // Keys whose peers have been quiet for a period start afresh; what they owe is lost.
  void ForgetQuietKeys(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (auto it = keys_.begin(); it != keys_.end();) {
      it = it->second.period_end + kLogPeriod < now ? keys_.erase(it) : std::next(it);
    }
  }

  void WriteLine(std::string_view severity, std::string_view text, int64_t suppressed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (label_.empty()) label_ = absl::StrCat(getpid());
    std::string line = absl::StrCat("ipdl: [", label_, "] ", View(severity), ": ", View(text));
    if (suppressed > 0) absl::StrAppend(&line, " (", suppressed, " more suppressed)");
    if (sink_) {
      sink_(line);
      return;
    }
    line += '\n';
    size_t written = 0;
    while (written < line.size()) {
      const ssize_t n = write(STDERR_FILENO, line.data() + written, line.size() - written);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;  // nobody listens: there is no second place to complain
      written += static_cast<size_t>(n);
    }
  }

  Mutex mutex_;
  std::string label_ ABSL_GUARDED_BY(mutex_);
  absl::AnyInvocable<void(std::string_view)> sink_ ABSL_GUARDED_BY(mutex_);
  absl::AnyInvocable<absl::Time()> clock_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, KeyState, std::less<>> keys_ ABSL_GUARDED_BY(mutex_);
};

// Never destroyed: threads may log while the process exits.
Log& TheLog() {
  static Log* const log = new Log;
  return *log;
}

}  // namespace

void SetProcessLabel(std::string_view label) { TheLog().SetLabel(label); }
void LogError(std::string_view text) { TheLog().Write("error", text); }
void LogWarning(std::string_view text) { TheLog().Write("warning", text); }
void LogErrorLimited(std::string_view key, std::string_view text) {
  TheLog().WriteLimited("error", key, text);
}
void LogWarningLimited(std::string_view key, std::string_view text) {
  TheLog().WriteLimited("warning", key, text);
}
void SetLogSink(absl::AnyInvocable<void(std::string_view line)> sink) {
  TheLog().SetSink(std::move(sink));
}
void SetLogClock(absl::AnyInvocable<absl::Time()> clock) { TheLog().SetClock(std::move(clock)); }

std::string EscapePeerText(std::string_view text, size_t max_bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string escaped;
  for (const char c : text.substr(0, max_bytes)) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e) {
      escaped += "\\x";
      escaped += kHex[byte >> 4];
      escaped += kHex[byte & 15];
    } else if (c == '\\') {
      escaped += "\\\\";
    } else {
      escaped += c;
    }
  }
  if (text.size() > max_bytes) escaped += "...";
  return escaped;
}

}  // namespace ipdl
