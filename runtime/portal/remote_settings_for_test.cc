// What the tests of portals between nodes run over in this program: every delivery of TestNetwork.
// See test_drivers/network.h.

#include "runtime/portal/test_drivers/network.h"
#include "runtime/portal/test_drivers/test_network.h"

namespace ipdl::portal {
namespace {

template <Delivery delivery, bool objects_need_broker, uint64_t seed>
std::unique_ptr<Network> Make() {
  return std::make_unique<TestNetwork>(TestNetwork::Options{delivery, objects_need_broker, seed});
}

}  // namespace

std::vector<RemoteSetting> RemoteSettings() {
  return {
      {"Sync", &Make<Delivery::kSync, false, 1>},
      {"SyncRelayed", &Make<Delivery::kSync, true, 1>},
      {"Stepped", &Make<Delivery::kStepped, false, 1>},
      {"Stepped2", &Make<Delivery::kStepped, false, 2>},
      {"SteppedRelayed", &Make<Delivery::kStepped, true, 3>},
      {"Threaded", &Make<Delivery::kThreaded, false, 1>},
      {"ThreadedRelayed", &Make<Delivery::kThreaded, true, 1>},
  };
}

}  // namespace ipdl::portal
