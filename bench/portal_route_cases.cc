// What it takes until two processes talk directly over a portal that a third one passed on.
//
// One process, A, puts a portal of a new pair; this one, the broker, passes it on; another, C, puts
// a parcel into it as soon as the way to A is a single hop. A measures from its put until it has
// that parcel. `known`: A and C have a connection already; `introduced`: they have none, and get
// one.

#include "bench/portal_route_cases.h"

#include <vector>

#include "absl/strings/str_cat.h"
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

class Triangle {
 public:
  Triangle()
      : cpu_((PinTo(CpuFor(Cpus(), Placement::kSame, 0)), CpuFor(Cpus(), Placement::kSame, 1))),
        raw_(cpu_),
        a_peer_(cpu_, Obey),
        c_peer_(cpu_, Obey),
        process_(IPCZ_CREATE_NODE_AS_BROKER),
        a_(process_.Connect(a_peer_.TakeSocket(), IPCZ_NO_FLAGS)),
        c_(process_.Connect(c_peer_.TakeSocket(), IPCZ_NO_FLAGS)) {
    // Both are there, and have their rings.
    for (const IpczHandle portal : {a_, c_}) {
      Give(portal, {PortalOrder::kDrain, 1, 1});
      process_.Put(portal, "", 0);
      Await(portal);
    }
  }

  double PassNs() {
    Give(c_, {PortalOrder::kMeet, 1, 1});
    process_.loop().Turn(absl::ZeroDuration());
    Give(a_, {PortalOrder::kPass, 1, 1});
    IpczHandle passed = IPCZ_INVALID_HANDLE;
    process_.WaitToGet(a_, nullptr, 0, &passed);
    process_.Put(c_, "", 0, {passed});
    return static_cast<double>(Await(a_));
  }

  double RawTripNs() { return raw_.RoundTripNs(64); }

 private:
  void Give(IpczHandle portal, const PortalOrder& order) {
    process_.Put(portal, &order, sizeof(order));
  }
  uint64_t Await(IpczHandle portal) {
    uint64_t answer = 0;
    process_.WaitToGet(portal, &answer, sizeof(answer));
    return answer;
  }

  const int cpu_;
  RawStream raw_;
  PortalPeer a_peer_;
  PortalPeer c_peer_;
  PortalProcess process_;
  const IpczHandle a_;
  const IpczHandle c_;
};

void Move(Figures& figures, const Effort& effort) {
  std::vector<double> introduced, known, x_raw;
  for (int i = 0; i <= effort.bursts; ++i) {
    Triangle triangle;
    const double first_ns = triangle.PassNs();
    for (int j = 0; j < 10; ++j) triangle.PassNs();  // to warm up
    const double raw_ns = triangle.RawTripNs();
    for (int j = 0; j < effort.rounds; ++j) {
      const double ns = triangle.PassNs();
      if (i == 0) continue;
      known.push_back(ns / 1e3);
      x_raw.push_back(ns / raw_ns);
    }
    if (i > 0) introduced.push_back(first_ns / 1e3);
  }
  figures.Add("portal.move.known.same.us", Median(known), "us");
  figures.Add("portal.move.known.same.x_raw", Median(x_raw), "x raw round trip");
  figures.Add("portal.move.introduced.same.us", Median(introduced), "us");
}

}  // namespace

void AddPortalRouteCases(std::vector<Case>* cases) { cases->push_back({"portal.move", Move}); }

}  // namespace ipdl::bench
