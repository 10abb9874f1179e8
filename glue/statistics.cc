#include "glue/statistics.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_format.h"
#include "glue/statistics_counting.h"
#include "glue/text.h"
#include "runtime/mutex.h"

namespace ipdl {

namespace {

struct ByName {
  bool operator()(const std::pair<const char*, const char*>& a,
                  const std::pair<const char*, const char*>& b) const {
    const int order = std::strcmp(a.first, b.first);
    return order != 0 ? order < 0 : std::strcmp(a.second, b.second) < 0;
  }
};

// What all threads share. Never destroyed: connections may outlive static objects.
struct Counted {
  Mutex mutex;
  std::map<std::pair<const char*, const char*>, MessageStatistics, ByName> messages
      ABSL_GUARDED_BY(mutex);

  MessageStatistics& Of(const ObservedMessage& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    MessageStatistics& found = messages[{message.protocol->name, message.message->name}];
    found.protocol = message.protocol->name;
    found.message = message.message->name;
    return found;
  }
};

Counted& TheCounted() {
  static Counted* const counted = new Counted();
  return *counted;
}

std::string Microseconds(const LatencyHistogram& times, double part) {
  if (times.count() == 0) return "-";
  return absl::StrFormat("%.1f", static_cast<double>(times.Quantile(part)) / 1000);
}

std::string NameOf(const MessageStatistics& one) { return Text(one.protocol, ".", one.message); }

}  // namespace

void CountSent(const ObservedMessage& message) {
  Counted& counted = TheCounted();
  const MutexLock lock(&counted.mutex);
  MessageStatistics& one = counted.Of(message);
  if (message.is_reply()) {
    ++one.replies_sent;
  } else {
    ++one.sent;
  }
  one.sent_bytes += message.bytes;
}

void CountReceived(const ObservedMessage& message, int64_t waited) {
  Counted& counted = TheCounted();
  const MutexLock lock(&counted.mutex);
  MessageStatistics& one = counted.Of(message);
  if (message.is_reply()) {
    ++one.replies_received;
  } else {
    ++one.received;
  }
  one.received_bytes += message.bytes;
  if (waited >= 0) one.reply.Add(waited);
}

void CountHandled(const ObservedMessage& message, int64_t took) {
  if (message.is_reply()) return;
  Counted& counted = TheCounted();
  const MutexLock lock(&counted.mutex);
  counted.Of(message).handling.Add(took);
}

void SetStatistics(bool on) { SetObserver(Observer::kStatistics, on); }

std::vector<MessageStatistics> ReadStatistics() {
  Counted& counted = TheCounted();
  const MutexLock lock(&counted.mutex);
  std::vector<MessageStatistics> all;
  all.reserve(counted.messages.size());
  for (const auto& [name, one] : counted.messages) all.push_back(one);
  return all;
}

void ResetStatistics() {
  Counted& counted = TheCounted();
  const MutexLock lock(&counted.mutex);
  counted.messages.clear();
}

std::string StatisticsTable() {
  const std::vector<MessageStatistics> all = ReadStatistics();
  int width = 7;
  for (const MessageStatistics& one : all) {
    width = std::max(width, static_cast<int>(NameOf(one).size()));
  }
  constexpr char kHead[] = "%-*s %10s %12s %10s %12s %9s %9s %9s %9s\n";
  std::string table = absl::StrFormat(kHead, width, "message", "sent", "bytes", "received", "bytes",
                                      "handle50", "handle99", "reply50", "reply99");
  for (const MessageStatistics& one : all) {
    table += absl::StrFormat("%-*s %10d %12d %10d %12d %9s %9s %9s %9s\n", width, NameOf(one),
                             one.sent, one.sent_bytes, one.received, one.received_bytes,
                             Microseconds(one.handling, 0.5), Microseconds(one.handling, 0.99),
                             Microseconds(one.reply, 0.5), Microseconds(one.reply, 0.99));
  }
  return table + "Times are in microseconds; 50 and 99: so many of a hundred took no longer.\n";
}

}  // namespace ipdl
