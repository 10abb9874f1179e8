// Statistics: how many messages of each kind this process sent and received, how large they were,
// and how long they took.
//
// What it is: counters and latency histograms by protocol and message, of all connections of the
// process together, for programs to read. What it is not: on by default (counting takes a lock and
// a look-up for each message), or a trace (IPDL_TRACE).
//
//   ipdl::SetStatistics(true);
//   ...
//   for (const ipdl::MessageStatistics& one : ipdl::ReadStatistics()) {
//     Report(one.protocol, one.message, one.received, one.handling.Quantile(0.99));
//   }
//   std::puts(ipdl::StatisticsTable().c_str());
//
// With IPDL_STATISTICS=1 in its environment a process counts from its first connection on, and
// prints the table on standard error when it exits.
//
// Threads: everything here may be called on any thread.

#ifndef IPDL_GLUE_STATISTICS_H_
#define IPDL_GLUE_STATISTICS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "glue/latency_histogram.h"

namespace ipdl {

// Of one message of one protocol. Bytes are those of the actors' messages, with their headers of 16
// bytes and without the channel's frames.
struct MessageStatistics {
  const char* protocol = "";  // "demo::PFoo"
  const char* message = "";   // "Ping"
  uint64_t sent = 0;
  uint64_t sent_bytes = 0;
  uint64_t received = 0;
  uint64_t received_bytes = 0;
  // Replies to it, in either direction; rejections are replies too.
  uint64_t replies_sent = 0;
  uint64_t replies_received = 0;
  // Nanoseconds that its handlers took in this process, with everything nested in them.
  LatencyHistogram handling;
  // Nanoseconds from sending the question until its reply began to be handled here.
  LatencyHistogram reply;
};

// Counts from now on, or stops counting; what was counted stays.
void SetStatistics(bool on);
// A copy of what was counted, by protocol and then by message; what never came is left out.
std::vector<MessageStatistics> ReadStatistics();
// Forgets what was counted.
void ResetStatistics();
// The same as text: a line for each message, for people.
std::string StatisticsTable();

}  // namespace ipdl

#endif  // IPDL_GLUE_STATISTICS_H_
