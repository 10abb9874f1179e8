// ConnectNode: which arguments and flags are legal, and who owns the transport after a failure.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/portal/portal_fixture_for_test.h"

namespace ipdl::portal {
namespace {

class ConnectTest : public PortalFixture {
 public:
  IpczResult Try(IpczHandle node, IpczConnectNodeFlags flags, size_t num_portals = 1) {
    const auto [end, other] = network().NewTransports();
    std::vector<IpczHandle> portals(num_portals == 0 ? 1 : num_portals);
    const IpczResult result =
        ipcz().ConnectNode(node, end, num_portals, flags, nullptr, portals.data());
    if (result == IPCZ_RESULT_OK) {
      CloseAll(portals);
    } else {
      // Still the caller's: closing it twice would be an error of the fixture's count.
      TestNetwork::CloseObject(end);
    }
    TestNetwork::CloseObject(other);
    return result;
  }
};

TEST_F(ConnectTest, ArgumentsAreChecked) {
  const IpczHandle broker = NewBroker();
  const auto [end, other] = network().NewTransports();
  IpczHandle portal = 0;
  const auto connect = [&](IpczHandle node, IpczDriverHandle transport, size_t count,
                           IpczHandle* portals) {
    return ipcz().ConnectNode(node, transport, count, IPCZ_NO_FLAGS, nullptr, portals);
  };
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, connect(IPCZ_INVALID_HANDLE, end, 1, &portal));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, connect(broker, IPCZ_INVALID_DRIVER_HANDLE, 1, &portal));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, connect(broker, end, 0, &portal));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, connect(broker, end, 1, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OUT_OF_RANGE, connect(broker, end, 13, &portal));
  TestNetwork::CloseObject(end);
  TestNetwork::CloseObject(other);
  EXPECT_EQ(IPCZ_RESULT_OK, Try(broker, IPCZ_NO_FLAGS, 12));
}

TEST_F(ConnectTest, FlagsMustFitTheNode) {
  constexpr IpczConnectNodeFlags kTo = IPCZ_CONNECT_NODE_TO_BROKER;
  constexpr IpczConnectNodeFlags kInherit = IPCZ_CONNECT_NODE_INHERIT_BROKER;
  constexpr IpczConnectNodeFlags kShare = IPCZ_CONNECT_NODE_SHARE_BROKER;
  constexpr IpczConnectNodeFlags kDelegate = IPCZ_CONNECT_NODE_TO_ALLOCATION_DELEGATE;
  const struct {
    bool broker;
    IpczConnectNodeFlags flags;
    bool legal;
  } kCases[] = {
      {true, IPCZ_NO_FLAGS, true},       {true, kTo, true},
      {true, kInherit, false},           {true, kShare, false},
      {true, kTo | kInherit, false},     {true, kDelegate, true},
      {true, kTo | kDelegate, true},     {false, kTo, true},
      {false, kInherit, true},           {false, kShare, true},
      {false, IPCZ_NO_FLAGS, false},     {false, kDelegate, false},
      {false, kTo | kInherit, false},    {false, kTo | kShare, false},
      {false, kInherit | kShare, false}, {false, kTo | kInherit | kShare, false},
      {false, kTo | kDelegate, true},    {false, kInherit | kDelegate, true},
      {false, kShare | kDelegate, true}, {false, kTo | 0x100, true},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(testing::Message() << (test.broker ? "broker " : "no broker ") << test.flags);
    const IpczHandle node = test.broker ? NewBroker() : NewNode();
    EXPECT_EQ(test.legal ? IPCZ_RESULT_OK : IPCZ_RESULT_INVALID_ARGUMENT, Try(node, test.flags));
    CloseNode(node);
  }
}

TEST_F(ConnectTest, ADriverThatFailsLeavesTheTransportWithTheCaller) {
  const IpczHandle broker = NewBroker();
  network().fail_activations = 1;
  EXPECT_EQ(IPCZ_RESULT_UNKNOWN, Try(broker, IPCZ_NO_FLAGS));
  network().fail_transmits = 1;
  EXPECT_EQ(IPCZ_RESULT_UNKNOWN, Try(broker, IPCZ_NO_FLAGS));
}

TEST_F(ConnectTest, ATransportThatFailsLaterEndsTheConnection) {
  const Portals portals = Connect(NewBroker(), NewNode());
  network().fail_transmits = 1;
  EXPECT_EQ(IPCZ_RESULT_OK, Put(portals.a, "lost"));
  EXPECT_TRUE(WaitUntilClosed(portals.a));
  EXPECT_TRUE(WaitUntilClosed(portals.b));
  CloseAll({portals.a, portals.b});
}

TEST_F(ConnectTest, TwoClientsThatTakeEachOtherForTheBrokerFail) {
  const auto [end0, end1] = network().NewTransports();
  IpczHandle portal0 = 0;
  IpczHandle portal1 = 0;
  EXPECT_EQ(IPCZ_RESULT_OK,
            ipcz().ConnectNode(NewNode(), end0, 1, IPCZ_CONNECT_NODE_TO_BROKER, nullptr, &portal0));
  EXPECT_EQ(IPCZ_RESULT_OK,
            ipcz().ConnectNode(NewNode(), end1, 1, IPCZ_CONNECT_NODE_TO_BROKER, nullptr, &portal1));
  EXPECT_TRUE(WaitUntilClosed(portal0));
  EXPECT_TRUE(WaitUntilClosed(portal1));
  CloseAll({portal0, portal1});
}

}  // namespace
}  // namespace ipdl::portal
