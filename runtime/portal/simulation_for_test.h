// One schedule of the simulator: real nodes and routers over stepped transports, with everything
// that applications may do happening in an order that a seed decides.
//
// What it is: a world of nodes, of routes whose two ends are put to, read, moved from node to node
// (over control portals and inside parcels of other routes), merged and closed, and perhaps of one
// node that dies, or of connections that do; and the invariants, checked while it runs and at its
// end. The same seed gives the same schedule. What it is not: a model; the code under it is the
// router. Used by simulation_test.cc.
//
// Invariants: what an end gets is what its peer put, in order, exactly once, from the beginning and
// without gaps; if anything is missing when all is quiet, the end sees its peer closed; if nothing
// died, nothing is missing and every route is direct; no handle or object of the driver is left.

#ifndef IPDL_RUNTIME_PORTAL_SIMULATION_FOR_TEST_H_
#define IPDL_RUNTIME_PORTAL_SIMULATION_FOR_TEST_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/small_rings_for_test.h"
#include "runtime/portal/test_drivers/test_network.h"

namespace ipdl::portal {

class Simulation {
 public:
  struct Options {
    uint64_t seed = 1;
    int steps = 200;
    bool crashes = false;
    bool breaks = false;  // connections that a broker made
  };
  explicit Simulation(const Options& options);
  ~Simulation();

  // Empty, or the first invariant that did not hold.
  std::string Run();

 private:
  static constexpr int kNowhere = -1;

  struct End {
    int peer = 0;
    int node = kNowhere;    // where the application holds it; kNowhere: on its way, or gone
    IpczHandle handle = 0;  // if held
    bool used = false;      // cannot be merged any more
    bool closed = false;    // by its application
    bool merged = false;    // no end any more
    bool mixed = false;     // its route was inside another, or another inside it
    int rank = 0;           // of its route: inside parcels of lower ones only
    int put = 0;            // parcels
    int got = 0;
  };
  struct SimNode {
    IpczHandle handle = 0;
    bool dead = false;
    std::vector<IpczHandle> control;  // by the other node's number; 0: none
  };

  int Random(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }
  int RandomHeldEnd();
  void Fail(const std::string& what);

  void MakeNodes();
  void ConnectNodes(int a, IpczConnectNodeFlags a_flags, int b, IpczConnectNodeFlags b_flags,
                    bool has_broker);
  void Act();
  void OpenRoute();
  void PutSome();
  void MoveOne();
  void MergeTwo();
  void CloseOne();
  void CrashOne();
  void ReadControl(int node);
  void ReadEnd(int end);
  void ReadAll();
  void Arrive(int end, int node, IpczHandle handle);
  void FinalChecks();
  bool IsGone(const End& end) const;

  // Every second schedule has rings that are full after a few parcels.
  const SmallRings rings_;
  const Options options_;
  std::mt19937_64 random_;
  TestNetwork network_;
  IpczAPI ipcz_;
  std::vector<SimNode> nodes_;
  std::vector<End> ends_;
  bool crashed_ = false;  // or a connection broke
  std::string failure_;
  uint64_t handles_before_ = 0;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_SIMULATION_FOR_TEST_H_
