// What a broker hears when a node rejects a parcel of another one: who may say it, of whom, and how
// often; and the parcel handle that it takes (HoldOrigin).
//
// With processes and a driver that acts on it: runtime/driver/misconduct_process_test.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "runtime/portal/extended_fixture_for_test.h"
#include "runtime/portal/limits.h"
#include "runtime/portal/wire_attack_for_test.h"

namespace ipdl::portal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint32_t kAccused = IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_ACCUSED;
constexpr uint32_t kForwarded = IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_FORWARDED;

class AccusationTest : public WireAttackTest {
 protected:
  explicit AccusationTest(const IpczDriver& driver = TestNetwork::driver_with_timers())
      : WireAttackTest(driver) {
    EXPECT_EQ(
        IPCZ_RESULT_OK,
        Extended().SetTracer(broker_, &OnTrace, reinterpret_cast<uintptr_t>(&other_), 0, nullptr));
    second_ = Connect(broker_, NewNode());
    EXPECT_EQ(IPCZ_RESULT_OK, Extended().SetTracer(broker_, nullptr, 0, 0, nullptr));
    Greet();
  }
  ~AccusationTest() override { CloseAll({second_.a, second_.b}); }

  static void IPCZ_API OnTrace(const IpczTraceEvent* event) {
    if (event->kind != IPCZ_TRACE_LINK_UP) return;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
    std::memcpy(reinterpret_cast<NodeName*>(event->context), event->peer, sizeof(NodeName));
  }
  void Accuse(const NodeName& node, uint8_t forwarded = 0) {
    Send(MessageType::kAccuse, Join(AccuseBody{node, 7, forwarded, 0, {}, {}}));
  }

  NodeName other_;
  Portals second_;
};

TEST_F(AccusationTest, TheDriverHearsWhoAccusesWhom) {
  Accuse(other_);
  Accuse(other_, 1);
  EXPECT_THAT(network().rejections(), ElementsAre(7, 7));
  EXPECT_THAT(network().report_flags, ElementsAre(kAccused, kAccused | kForwarded));
  EXPECT_THAT(network().accusers, ElementsAre(router_end_, router_end_));
  EXPECT_NE(router_end_, network().reports[0].first);
  EXPECT_FALSE(IsCutOff());
  // The accused is as it was.
  EXPECT_EQ(IPCZ_RESULT_OK, Put(second_.a, "hello"));
  EXPECT_EQ("hello", Get(second_.b).text);
}

TEST_F(AccusationTest, NobodyHearsOfWhoIsNotThere) {
  const auto greeting = LastReceived<ConnectFromBrokerBody>(MessageType::kConnectFromBroker);
  Accuse({1, 2});
  Accuse(greeting.yours);
  Accuse(greeting.broker);
  EXPECT_THAT(network().rejections(), IsEmpty());
  EXPECT_FALSE(IsCutOff());
}

TEST_F(AccusationTest, OfNobodyIsMalformed) {
  Accuse({});
  EXPECT_TRUE(IsCutOff());
}

TEST_F(AccusationTest, AnotherFlagIsMalformed) {
  Accuse(other_, 2);
  EXPECT_TRUE(IsCutOff());
  EXPECT_THAT(network().rejections(), IsEmpty());
}

TEST_F(AccusationTest, ReservedBytesAreZero) {
  Send(MessageType::kAccuse, Join(AccuseBody{other_, 7, 0, 0, {0, 0, 1}, {}}));
  EXPECT_TRUE(IsCutOff());
}

TEST_F(AccusationTest, TheReasonIsTold) {
  AccuseBody body{other_, 7, 0, sizeof(body.reason), {}, {}};
  std::memset(body.reason, 'x', sizeof(body.reason));
  Send(MessageType::kAccuse, Join(body));
  EXPECT_THAT(network().reasons, ElementsAre(std::string(160, 'x')));
  EXPECT_FALSE(IsCutOff());
}

TEST_F(AccusationTest, AReasonThatIsTooLongIsMalformed) {
  Send(MessageType::kAccuse, Join(AccuseBody{other_, 7, 0, 161, {}, {}}));
  EXPECT_TRUE(IsCutOff());
  EXPECT_THAT(network().rejections(), IsEmpty());
}

TEST_F(AccusationTest, BehindAReasonThereIsNothing) {
  Send(MessageType::kAccuse, Join(AccuseBody{other_, 7, 0, 2, {}, {'n', 'o', '!'}}));
  EXPECT_TRUE(IsCutOff());
  EXPECT_THAT(network().rejections(), IsEmpty());
}

TEST_F(AccusationTest, OnlySoManyInASecond) {
  const auto accuse_times = [&](size_t times) {
    for (size_t i = 0; i < times; ++i) Accuse(other_);
  };
  accuse_times(Limits::kAccusationsPerSecond - 1);
  EXPECT_EQ(Limits::kAccusationsPerSecond - 1, network().reports.size());
  accuse_times(1);
  EXPECT_EQ(Limits::kAccusationsPerSecond, network().reports.size());
  accuse_times(1);
  EXPECT_EQ(Limits::kAccusationsPerSecond, network().reports.size());
  EXPECT_FALSE(IsCutOff());
  // A second later.
  EXPECT_EQ(1u, network().timers.size());
  network().FireTimers();
  accuse_times(1);
  EXPECT_EQ(Limits::kAccusationsPerSecond + 1, network().reports.size());
}

class PlainAccusationTest : public AccusationTest {
 protected:
  PlainAccusationTest() : AccusationTest(TestNetwork::driver()) {}
};

TEST_F(PlainAccusationTest, APlainDriverHearsNothing) {
  Accuse(other_);
  EXPECT_THAT(network().rejections(), IsEmpty());
  EXPECT_FALSE(IsCutOff());
}

// --- The parcel without its content --------------------------------------------------------------

class HoldOriginTest : public ExtendedFixture {
 protected:
  static IpczResult Hold(IpczHandle portal, IpczHandle* parcel) {
    return Extended().HoldOrigin(portal, 0, nullptr, parcel);
  }
  std::string GetAndRemember(IpczHandle portal) {
    std::string text(100, '\0');
    size_t size = text.size();
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Get(portal, IPCZ_GET_REMEMBER_ORIGIN, nullptr, text.data(),
                                         &size, nullptr, nullptr, nullptr));
    text.resize(size);
    return text;
  }
};

TEST_F(HoldOriginTest, IsOfTheParcelThatIsRemembered) {
  const IpczHandle broker =
      NewNodeWith(TestNetwork::driver_with_timers(), IPCZ_CREATE_NODE_AS_BROKER);
  const Portals link = Connect(broker, NewNode());
  IpczHandle parcel = 0;
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, Hold(link.a, &parcel));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.b, "one"));
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, Hold(link.a, &parcel));
  EXPECT_EQ("one", Get(link.a).text);
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, Hold(link.a, &parcel));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.b, "two"));
  EXPECT_EQ("two", GetAndRemember(link.a));
  ASSERT_EQ(IPCZ_RESULT_OK, Hold(link.a, &parcel));
  EXPECT_EQ("", Get(parcel).text);
  CloseAll({link.a, link.b});
  CloseNodes();
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Reject(parcel, 3, IPCZ_REJECT_TELL_BROKER, nullptr));
  EXPECT_THAT(network().rejections(), ElementsAre(3));
  EXPECT_THAT(network().report_flags, ElementsAre(IPCZ_NO_FLAGS));
  IpczAccusation why = {sizeof(why), 0, "bad", 3};
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Reject(parcel, 4, IPCZ_REJECT_REASON, &why));
  EXPECT_THAT(network().reasons, ElementsAre("bad"));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Reject(parcel, 4, IPCZ_REJECT_REASON, nullptr));
  why.size = sizeof(why) - 1;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Reject(parcel, 4, IPCZ_REJECT_REASON, &why));
  EXPECT_THAT(network().rejections(), ElementsAre(3, 4));
  CloseAll({parcel});
}

TEST_F(HoldOriginTest, WhatCameFromThisNodeHasNone) {
  const IpczHandle node = NewNode();
  IpczHandle a = 0;
  IpczHandle b = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().OpenPortals(node, 0, nullptr, &a, &b));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a, "one"));
  EXPECT_EQ("one", GetAndRemember(b));
  IpczHandle parcel = 0;
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, Hold(b, &parcel));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Hold(node, &parcel));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Hold(b, nullptr));
  CloseAll({a, b});
}

}  // namespace
}  // namespace ipdl::portal
