// The cases of channels. Each round measures the raw stream, the socket and the portal in turn.

#include "bench/channel_cases.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/channel_pair.h"
#include "bench/processor.h"
#include "bench/raw_stream.h"

namespace ipdl::bench {
namespace {

const std::vector<int>& Cpus() {
  static const std::vector<int>* const cpus = new std::vector<int>(AllowedCpus());
  return *cpus;
}

struct BothKinds {
  explicit BothKinds(Placement placement)
      : cpu((PinTo(CpuFor(Cpus(), placement, 0)), CpuFor(Cpus(), placement, 1))),
        raw(cpu),
        socket(ChannelKind::kSocket, cpu),
        portal(ChannelKind::kPortal, cpu) {}

  const int cpu;
  RawStream raw;
  ChannelPair socket;
  ChannelPair portal;
};

void RoundTrip(Figures& figures, const Effort& effort, Placement placement, const char* what,
               double (ChannelPair::*trip)()) {
  BothKinds both(placement);
  std::vector<double> raw, socket, portal, socket_x_raw, portal_x_raw, portal_x_socket;
  for (int i = 0; i <= effort.rounds; ++i) {
    const double raw_ns = both.raw.RoundTripNs(64);
    const double socket_ns = (both.socket.*trip)();
    const double portal_ns = (both.portal.*trip)();
    if (i == 0) continue;  // to warm up
    raw.push_back(raw_ns / 1e3);
    socket.push_back(socket_ns / 1e3);
    portal.push_back(portal_ns / 1e3);
    socket_x_raw.push_back(socket_ns / raw_ns);
    portal_x_raw.push_back(portal_ns / raw_ns);
    portal_x_socket.push_back(portal_ns / socket_ns);
  }
  const std::string rest = absl::StrCat(".", what, ".64B.", Name(placement), ".");
  figures.Add(absl::StrCat("raw.rtt.64B.", Name(placement), ".us"), Median(raw), "us");
  figures.Add(absl::StrCat("channel.socket", rest, "us"), Median(socket), "us");
  figures.Add(absl::StrCat("channel.socket", rest, "x_raw"), Median(socket_x_raw), "x raw stream");
  figures.Add(absl::StrCat("channel.portal", rest, "us"), Median(portal), "us");
  figures.Add(absl::StrCat("channel.portal", rest, "x_raw"), Median(portal_x_raw), "x raw stream");
  figures.Add(absl::StrCat("channel.portal", rest, "x_socket"), Median(portal_x_socket),
              "x socket channel");
}

void OneWay(Figures& figures, const Effort& effort, Placement placement) {
  BothKinds both(placement);
  const size_t count = effort.messages;
  std::vector<double> raw;
  for (int i = 0; i < effort.bursts; ++i) {
    raw.push_back(static_cast<double>(count) * 1e9 / both.raw.OneWayNs(64, count, 32 * 1024));
  }
  figures.Add(absl::StrCat("raw.one_way.64B.", Name(placement), ".msgs_per_s"), Median(raw),
              "messages/s");
  std::vector<double> rates[2], cpu[2];
  ChannelPair* const pairs[] = {&both.socket, &both.portal};
  for (int i = 0; i <= effort.bursts; ++i) {
    for (size_t kind = 0; kind < 2; ++kind) {
      const double used = pairs[kind]->CpuNs();
      const double ns = pairs[kind]->OneWayNs(count);
      if (i == 0) continue;
      cpu[kind].push_back((pairs[kind]->CpuNs() - used) / 1e3 / static_cast<double>(count));
      rates[kind].push_back(static_cast<double>(count) * 1e9 / ns);
    }
  }
  for (size_t kind = 0; kind < 2; ++kind) {
    const std::string rest = absl::StrCat(kind == 0 ? "channel.socket" : "channel.portal",
                                          ".one_way.64B.", Name(placement), ".");
    figures.Add(rest + "msgs_per_s", Median(rates[kind]), "messages/s");
    figures.Add(rest + "cpu_us", Median(cpu[kind]), "us CPU/message");
  }
}

}  // namespace

void AddChannelCases(std::vector<Case>* cases) {
  for (const Placement placement : {Placement::kSame, Placement::kCross}) {
    const auto add = [&](const char* what, auto run) {
      cases->push_back(
          {absl::StrCat("channel.", what, ".", Name(placement)),
           [=](Figures& figures, const Effort& effort) { run(figures, effort, placement); }});
    };
    add("rtt.64B", [](Figures& figures, const Effort& effort, Placement where) {
      RoundTrip(figures, effort, where, "rtt", &ChannelPair::RoundTripNs);
    });
    add("sync.64B", [](Figures& figures, const Effort& effort, Placement where) {
      RoundTrip(figures, effort, where, "sync", &ChannelPair::SyncRoundTripNs);
    });
    add("one_way.64B", OneWay);
  }
}

}  // namespace ipdl::bench
