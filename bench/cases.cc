#include "bench/cases.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/actor_pair.h"
#include "bench/channel_cases.h"
#include "bench/portal_cases.h"
#include "bench/portal_route_cases.h"
#include "bench/processor.h"
#include "bench/raw_stream.h"
#include "bench/script_case.h"

namespace ipdl::bench {
namespace {

const std::vector<int>& Cpus() {
  static const std::vector<int>* const cpus = new std::vector<int>(AllowedCpus());
  return *cpus;
}

// Both ends of a case, and the yardstick beside them, placed.
struct Bench {
  explicit Bench(Placement placement)
      : pinned((PinTo(CpuFor(Cpus(), placement, 0)), true)),
        raw(CpuFor(Cpus(), placement, 1)),
        actors(CpuFor(Cpus(), placement, 1)) {}

  bool pinned;
  RawStream raw;
  ActorPair actors;
};

std::string Named(const char* what, const char* size, Placement placement, const char* unit) {
  return absl::StrCat(what, ".", size, ".", Name(placement), ".", unit);
}

using Round = std::function<double(ActorPair&)>;

void RoundTrip(Figures& figures, const Effort& effort, Placement placement, const char* what,
               const Round& round) {
  Bench bench(placement);
  std::vector<double> raw, ours, ratios;
  bench.raw.RoundTripNs(64);
  round(bench.actors);
  for (int i = 0; i < effort.rounds; ++i) {
    const double before = bench.raw.RoundTripNs(64);
    const double measured = round(bench.actors);
    raw.push_back(before / 1e3);
    ours.push_back(measured / 1e3);
    ratios.push_back(measured / before);
  }
  figures.Add(Named("raw.rtt", "64B", placement, "us"), Median(raw), "us");
  figures.Add(Named(what, "64B", placement, "us"), Median(ours), "us");
  figures.Add(Named(what, "64B", placement, "x_raw"), Median(ratios), "x raw stream");
}

// Sizes of messages that a browser sends: half of 49 bytes or less, nine of ten below 65, one in
// a thousand of 2.4 kB, 86 on average. The fixed arguments of Data take 24 bytes of each.
std::vector<std::string> BrowserMix() {
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) {
    const size_t bytes = i < 500   ? 33 + static_cast<size_t>(i) % 17
                         : i < 900 ? 49 + static_cast<size_t>(i) % 16
                         : i < 999 ? 65 + static_cast<size_t>(i * 37) % 650
                                   : 2400;
    texts.emplace_back(bytes - 24, 'x');
  }
  // Not sorted by size: a large prime step visits all of them.
  std::vector<std::string> mixed;
  for (size_t i = 0; i < texts.size(); ++i) mixed.push_back(texts[(i * 7919) % texts.size()]);
  return mixed;
}

void OneWay(Figures& figures, const Effort& effort, Placement placement, const char* size,
            const std::vector<std::string>& texts) {
  Bench bench(placement);
  const size_t count = effort.messages;
  std::vector<double> rates, cpu, raw;
  bench.actors.OneWayNs(texts, count / 10);
  for (int i = 0; i < effort.bursts; ++i) {
    raw.push_back(static_cast<double>(count) * 1e9 / bench.raw.OneWayNs(64, count, 32 * 1024));
    const double used = bench.actors.CpuNs();
    const double ns = bench.actors.OneWayNs(texts, count);
    cpu.push_back((bench.actors.CpuNs() - used) / 1e3 / static_cast<double>(count));
    rates.push_back(static_cast<double>(count) * 1e9 / ns);
  }
  figures.Add(Named("raw.one_way", "64B", placement, "msgs_per_s"), Median(raw), "messages/s");
  figures.Add(Named("actor.one_way", size, placement, "msgs_per_s"), Median(rates), "messages/s");
  figures.Add(Named("actor.one_way", size, placement, "cpu_us"), Median(cpu), "us CPU/message");
}

void Descriptors(Figures& figures, const Effort& effort, Placement placement) {
  Bench bench(placement);
  const size_t count = effort.messages / 10;
  std::vector<double> rates, raw;
  bench.actors.DescriptorsNs(count / 10);
  for (int i = 0; i < effort.bursts; ++i) {
    raw.push_back(static_cast<double>(count) * 1e9 / bench.raw.DescriptorsNs(count));
    rates.push_back(static_cast<double>(count) * 1e9 / bench.actors.DescriptorsNs(count));
  }
  figures.Add(absl::StrCat("raw.fd.", Name(placement), ".msgs_per_s"), Median(raw), "messages/s");
  figures.Add(absl::StrCat("actor.fd.", Name(placement), ".msgs_per_s"), Median(rates),
              "messages/s");
}

void Blobs(Figures& figures, const Effort& effort, Placement placement, const char* size,
           size_t bytes) {
  Bench bench(placement);
  const size_t count = std::max<size_t>(16, effort.messages * 64 / bytes * 4);
  const double total = static_cast<double>(bytes * count);
  std::vector<double> rates, raw;
  bench.actors.BlobsNs(bytes, 4);
  for (int i = 0; i < effort.bursts; ++i) {
    raw.push_back(total / bench.raw.OneWayNs(64 * 1024, bytes * count / (64 * 1024), 64 * 1024));
    rates.push_back(total / bench.actors.BlobsNs(bytes, count));
  }
  figures.Add(Named("raw.one_way", size, placement, "gb_per_s"), Median(raw), "GB/s");
  figures.Add(Named("actor.one_way", size, placement, "gb_per_s"), Median(rates), "GB/s");
}

}  // namespace

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  const auto add = [&cases](const char* what, const char* size, Placement placement, auto run) {
    cases.push_back(
        {absl::StrCat(what, ".", size, ".", Name(placement)),
         [=](Figures& figures, const Effort& effort) { run(figures, effort, placement); }});
  };
  for (const Placement placement : {Placement::kSame, Placement::kCross}) {
    add("actor.async_reply", "64B", placement, [](Figures& f, const Effort& e, Placement p) {
      RoundTrip(f, e, p, "actor.async_reply", [](ActorPair& a) { return a.AsyncReplyNs(); });
    });
    add("actor.awaited_reply", "64B", placement, [](Figures& f, const Effort& e, Placement p) {
      RoundTrip(f, e, p, "actor.awaited_reply", [](ActorPair& a) { return a.AwaitedReplyNs(); });
    });
    add("actor.sync", "64B", placement, [](Figures& f, const Effort& e, Placement p) {
      RoundTrip(f, e, p, "actor.sync", [](ActorPair& a) { return a.SyncNs(); });
    });
    add("actor.one_way", "64B", placement, [](Figures& f, const Effort& e, Placement p) {
      OneWay(f, e, p, "64B", {std::string(40, 'x')});
    });
    add("actor.one_way", "mix", placement,
        [](Figures& f, const Effort& e, Placement p) { OneWay(f, e, p, "mix", BrowserMix()); });
    add("actor.one_way", "64KiB", placement,
        [](Figures& f, const Effort& e, Placement p) { Blobs(f, e, p, "64KiB", 64 * 1024); });
    add("actor.one_way", "1MiB", placement,
        [](Figures& f, const Effort& e, Placement p) { Blobs(f, e, p, "1MiB", 1024 * 1024); });
    add("actor.fd", "1", placement,
        [](Figures& f, const Effort& e, Placement p) { Descriptors(f, e, p); });
  }
  AddChannelCases(&cases);
  AddPortalCases(&cases);
  AddPortalRouteCases(&cases);
  for (const char* what :
       {"compiler.check_gen", "compiler.one_file", "compiler.worst", "compiler.cxx_o2",
        "compiler.cxx_o2.files", "compiler.text_per_message"}) {
    cases.push_back({what, [what](Figures& figures, const Effort& effort) {
                       std::vector<std::string> argv = {IPDL_PYTHON, IPDL_COMPILER_COST, what};
                       if (effort.quick) argv.push_back("--quick");
                       AddFiguresOf(argv, figures);
                     }});
  }
  return cases;
}

}  // namespace ipdl::bench
