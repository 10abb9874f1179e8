// What tests of the router share: the C table, nodes that end with the test, and short words for
// common calls.
//
// What it is: a base of fixtures over a Network. What it is not: a second interface; each call
// is one call of the C table. Used by the tests of runtime/portal only.

#ifndef IPDL_RUNTIME_PORTAL_PORTAL_FIXTURE_FOR_TEST_H_
#define IPDL_RUNTIME_PORTAL_PORTAL_FIXTURE_FOR_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/test_drivers/network.h"
#include "runtime/portal/test_drivers/test_network.h"

extern "C" int IPCZ_API IpczTestIsDirectRemote(IpczHandle portal);
extern "C" int IPCZ_API IpczTestIsDirectLocal(IpczHandle a, IpczHandle b);

namespace ipdl::portal {

struct Got {
  IpczResult result = IPCZ_RESULT_UNKNOWN;
  std::string text;
  std::vector<IpczHandle> handles;
};

struct Portals {
  IpczHandle a = 0;
  IpczHandle b = 0;
};

class PortalFixture : public testing::Test {
 public:
  explicit PortalFixture(const TestNetwork::Options& options = {});
  explicit PortalFixture(std::unique_ptr<Network> network);
  // Fails the test if a handle or an object of the driver is left.
  ~PortalFixture() override;

  const IpczAPI& ipcz() const { return ipcz_; }
  // Of the fixtures that have a TestNetwork.
  TestNetwork& network() { return static_cast<TestNetwork&>(*network_); }
  Network& any_network() { return *network_; }

  IpczHandle NewNode(IpczCreateNodeFlags flags = IPCZ_NO_FLAGS);
  // Of another driver; the nodes must be closed before it ends (CloseNodes).
  IpczHandle NewNodeWith(const IpczDriver& driver, IpczCreateNodeFlags flags);
  void CloseNodes();
  IpczHandle NewBroker() { return NewNode(IPCZ_CREATE_NODE_AS_BROKER); }
  // Closes it now rather than at the end.
  void CloseNode(IpczHandle node);
  Portals Open(IpczHandle node);
  // Connects a broker and a client by one portal each.
  Portals Connect(IpczHandle broker, IpczHandle client);
  Portals ConnectWith(IpczHandle node0, IpczConnectNodeFlags flags0, IpczHandle node1,
                      IpczConnectNodeFlags flags1, bool has_broker);

  IpczResult Put(IpczHandle portal, const std::string& text,
                 const std::vector<IpczHandle>& handles = {});
  Got Get(IpczHandle portal);
  // Runs the network until there is something to get, or nothing can come.
  Got WaitToGet(IpczHandle portal);
  IpczPortalStatus Status(IpczHandle portal);
  bool WaitUntilClosed(IpczHandle portal);
  bool WaitUntilDirect(IpczHandle a, IpczHandle b);
  IpczResult Close(IpczHandle handle) { return ipcz_.Close(handle, IPCZ_NO_FLAGS, nullptr); }
  void CloseAll(const std::vector<IpczHandle>& handles);

  IpczHandle BoxBlob(IpczHandle node, const std::string& text);
  // Opens the box and closes the blob.
  std::string UnboxBlob(IpczHandle box);

  // Moves `portal` over `via`; returns its handle on the other side.
  IpczHandle Move(IpczHandle portal, IpczHandle from, IpczHandle to);

  // Fills a vector with the flags of the events, in order.
  struct Recorder {
    std::vector<IpczTrapConditionFlags> flags;
    std::vector<IpczPortalStatus> statuses;
    static void IPCZ_API Record(const IpczTrapEvent* event);
  };
  IpczResult Trap(IpczHandle portal, IpczTrapConditionFlags flags, Recorder* recorder,
                  size_t min_parcels = 0, size_t min_bytes = 0);

 private:
  IpczAPI ipcz_ = {};
  std::unique_ptr<Network> network_;
  std::vector<IpczHandle> nodes_;
  uint64_t handles_before_ = 0;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_PORTAL_FIXTURE_FOR_TEST_H_
