// The cases of portals: between two processes, within one, and what they weigh.

#include "bench/portal_cases.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/bare_ring.h"
#include "bench/portal_peer.h"
#include "bench/portal_process.h"
#include "bench/processor.h"
#include "bench/raw_stream.h"

namespace ipdl::bench {
namespace {

const std::vector<int>& Cpus() {
  static const std::vector<int>* const cpus = new std::vector<int>(AllowedCpus());
  return *cpus;
}

// A broker here, a client in another process, and both yardsticks, placed.
class PortalPair {
 public:
  explicit PortalPair(Placement placement)
      : cpu_((PinTo(CpuFor(Cpus(), placement, 0)), CpuFor(Cpus(), placement, 1))),
        raw_(cpu_),
        ring_(cpu_),
        peer_(cpu_, Obey),
        process_(IPCZ_CREATE_NODE_AS_BROKER),
        portal_(process_.Connect(peer_.TakeSocket(), IPCZ_NO_FLAGS)) {}

  RawStream& raw() { return raw_; }
  BareRing& ring() { return ring_; }
  PortalProcess& process() { return process_; }

  double RoundTripNs(size_t bytes) {
    constexpr uint64_t kTrips = 200;
    std::vector<char> buffer(bytes);
    Give({PortalOrder::kEcho, 1, kTrips});
    uint64_t left = kTrips;
    const int64_t start = NowNs();
    process_.Listen(portal_, [&] {
      size_t size = bytes;
      while (process_.Get(portal_, buffer.data(), &size)) {
        if (--left > 0) process_.Put(portal_, buffer.data(), bytes);
      }
    });
    process_.Put(portal_, buffer.data(), bytes);
    process_.RunUntil([&] { return left == 0; });
    process_.Listen(portal_, nullptr);
    return static_cast<double>(NowNs() - start) / static_cast<double>(kTrips);
  }

  // At most two thirds of a window is under way at any time.
  double OneWayNs(size_t bytes, size_t count) {
    const size_t every = std::max<size_t>(2, (size_t{4} << 20) / std::max<size_t>(bytes, 128));
    const std::vector<char> buffer(bytes);
    const size_t answers = (count - 1) / every + 1;
    size_t answered = 0;
    const auto take_answers = [&] {
      uint64_t answer;
      size_t size = sizeof(answer);
      while (process_.Get(portal_, &answer, &size)) ++answered;
    };
    // Who gets something large has no need to copy it.
    Give({bytes > 4096 ? PortalOrder::kSkim : PortalOrder::kDrain, static_cast<uint32_t>(every),
          count});
    const int64_t start = NowNs();
    for (size_t i = 0; i < count; ++i) {
      process_.Put(portal_, buffer.data(), bytes);
      if (i % (every / 8 + 1) != 0) continue;
      process_.loop().Turn(absl::ZeroDuration());
      process_.RunUntil([&] {
        take_answers();
        return answered + 2 > i / every;
      });
    }
    process_.RunUntil([&] {
      take_answers();
      return answered == answers;
    });
    return static_cast<double>(NowNs() - start);
  }

  // Opens `count` pairs and sends one portal of each, then closes the other; nanoseconds for all.
  double OpenSendCloseNs(size_t count) {
    Give({PortalOrder::kClose, 1, count});
    const int64_t start = NowNs();
    for (size_t i = 0; i < count; ++i) {
      const auto [stays, goes] = process_.Open();
      process_.Put(portal_, "", 0, {goes});
      process_.Close(stays);
      if (i % 16 == 0) process_.loop().Turn(absl::ZeroDuration());
    }
    AwaitAnswer();
    return static_cast<double>(NowNs() - start);
  }

  // Heap bytes that each of `count` pairs costs here and there, when one portal of each is there.
  std::pair<double, double> BytesPerRemotePair(size_t count) {
    std::vector<IpczHandle> kept(count);
    Give({PortalOrder::kKeep, 1, count});
    const size_t before = HeapBytes();
    for (IpczHandle& stays : kept) {
      const auto pair = process_.Open();
      stays = pair.first;
      process_.Put(portal_, "", 0, {pair.second});
      process_.loop().Turn(absl::ZeroDuration());
    }
    const uint64_t there = AwaitAnswer();
    const double here = static_cast<double>(HeapBytes() - before) / static_cast<double>(count);
    for (const IpczHandle portal : kept) process_.Close(portal);
    return {here, static_cast<double>(there)};
  }

 private:
  void Give(const PortalOrder& order) { process_.Put(portal_, &order, sizeof(order)); }
  uint64_t AwaitAnswer() {
    uint64_t answer = 0;
    process_.WaitToGet(portal_, &answer, sizeof(answer));
    return answer;
  }

  const int cpu_;
  RawStream raw_;
  BareRing ring_;
  PortalPeer peer_;
  PortalProcess process_;
  const IpczHandle portal_;
};

void RoundTrip(Figures& figures, const Effort& effort, Placement placement) {
  PortalPair pair(placement);
  std::vector<double> raw, ring, ours, x_raw, x_ring;
  for (int i = 0; i <= effort.rounds; ++i) {
    const double raw_ns = pair.raw().RoundTripNs(64);
    const double ring_ns = pair.ring().RoundTripNs(64);
    const double ours_ns = pair.RoundTripNs(64);
    if (i == 0) continue;  // to warm up
    raw.push_back(raw_ns / 1e3);
    ring.push_back(ring_ns / 1e3);
    ours.push_back(ours_ns / 1e3);
    x_raw.push_back(ours_ns / raw_ns);
    x_ring.push_back(ours_ns / ring_ns);
  }
  const char* const where = Name(placement);
  figures.Add(absl::StrCat("raw.rtt.64B.", where, ".us"), Median(raw), "us");
  figures.Add(absl::StrCat("ring.rtt.64B.", where, ".us"), Median(ring), "us");
  figures.Add(absl::StrCat("portal.rtt.64B.", where, ".us"), Median(ours), "us");
  figures.Add(absl::StrCat("portal.rtt.64B.", where, ".x_raw"), Median(x_raw), "x raw stream");
  figures.Add(absl::StrCat("portal.rtt.64B.", where, ".x_ring"), Median(x_ring), "x bare ring");
}

void OneWay(Figures& figures, const Effort& effort, Placement placement, const char* size,
            size_t bytes) {
  PortalPair pair(placement);
  const bool small = bytes < 1024;
  const size_t count =
      small ? effort.messages * 2 : std::max<size_t>(64, effort.messages * 512 / bytes);
  std::vector<double> raw, ring, ours;
  for (int i = 0; i <= effort.bursts; ++i) {
    const size_t per_write = small ? 32 * 1024 : 64 * 1024;
    const double of_count = static_cast<double>(small ? count : count * bytes);
    const double raw_ns =
        small ? pair.raw().OneWayNs(bytes, count, per_write)
              : pair.raw().OneWayNs(per_write, bytes * count / per_write, per_write);
    const double ring_ns = pair.ring().OneWayNs(bytes, count);
    const double ours_ns = pair.OneWayNs(bytes, count);
    if (i == 0) continue;
    raw.push_back(of_count / raw_ns * (small ? 1e9 : 1));
    ring.push_back(of_count / ring_ns * (small ? 1e9 : 1));
    ours.push_back(of_count / ours_ns * (small ? 1e9 : 1));
  }
  const std::string rest =
      absl::StrCat(".one_way.", size, ".", Name(placement), ".", small ? "msgs_per_s" : "gb_per_s");
  const char* const unit = small ? "messages/s" : "GB/s";
  figures.Add("raw" + rest, Median(raw), unit);
  figures.Add("ring" + rest, Median(ring), unit);
  figures.Add("portal" + rest, Median(ours), unit);
}

void OpenSendClose(Figures& figures, const Effort& effort, Placement placement) {
  PortalPair pair(placement);
  const size_t count = effort.messages / 20;
  std::vector<double> ours;
  for (int i = 0; i <= effort.bursts; ++i) {
    const double ns = pair.OpenSendCloseNs(count);
    if (i > 0) ours.push_back(ns / 1e3 / static_cast<double>(count));
  }
  figures.Add(absl::StrCat("portal.open_send_close.", Name(placement), ".us"), Median(ours), "us");
}

void WithinAProcess(Figures& figures, const Effort& effort) {
  PinTo(CpuFor(Cpus(), Placement::kSame, 0));
  PortalProcess process(IPCZ_CREATE_NODE_AS_BROKER);
  const size_t count = effort.messages;
  const auto each_ns = [&](const std::function<void()>& body) {
    std::vector<double> rounds;
    for (int i = 0; i <= effort.bursts; ++i) {
      const int64_t start = NowNs();
      for (size_t j = 0; j < count; ++j) body();
      if (i > 0)
        rounds.push_back(static_cast<double>(NowNs() - start) / static_cast<double>(count));
    }
    return Median(rounds);
  };
  const auto pair = process.Open();
  char buffer[64] = {};
  figures.Add("portal.put_get.64B.ns", each_ns([&] {
                process.Put(pair.first, buffer, sizeof(buffer));
                size_t size = sizeof(buffer);
                process.Get(pair.second, buffer, &size);
              }),
              "ns");
  figures.Add("portal.open_close.ns", each_ns([&] {
                const auto opened = process.Open();
                process.Close(opened.first);
                process.Close(opened.second);
              }),
              "ns");
}

void Memory(Figures& figures, const Effort& effort) {
  PortalPair pair(Placement::kSame);
  const size_t count = effort.quick ? 2000 : 20000;
  std::vector<std::pair<IpczHandle, IpczHandle>> local(count);
  // The tables have grown before anything is measured, and do not count.
  for (int round = 0; round < 2; ++round) {
    const size_t before = HeapBytes();
    for (auto& opened : local) opened = pair.process().Open();
    const double bytes = static_cast<double>(HeapBytes() - before) / static_cast<double>(count);
    for (const auto& [a, b] : local) {
      pair.process().Close(a);
      pair.process().Close(b);
    }
    if (round == 1) figures.Add("portal.memory.local.bytes_per_pair", bytes, "B");
  }
  pair.BytesPerRemotePair(count);
  const auto [here, there] = pair.BytesPerRemotePair(count);
  figures.Add("portal.memory.remote.bytes_per_pair", std::max(here, there), "B each side");
}

}  // namespace

void AddPortalCases(std::vector<Case>* cases) {
  for (const Placement placement : {Placement::kSame, Placement::kCross}) {
    const auto add = [&](const char* what, auto run) {
      cases->push_back(
          {absl::StrCat("portal.", what, ".", Name(placement)),
           [=](Figures& figures, const Effort& effort) { run(figures, effort, placement); }});
    };
    add("rtt.64B", RoundTrip);
    for (const auto& [size, bytes] : {std::pair<const char*, size_t>{"64B", 64},
                                      {"64KiB", size_t{64} << 10},
                                      {"1MiB", size_t{1} << 20}}) {
      add(absl::StrCat("one_way.", size).c_str(),
          [size = size, bytes = bytes](Figures& figures, const Effort& effort, Placement where) {
            OneWay(figures, effort, where, size, bytes);
          });
    }
    add("open_send_close", OpenSendClose);
  }
  cases->push_back({"portal.within", WithinAProcess});
  cases->push_back({"portal.memory", Memory});
}

}  // namespace ipdl::bench
