// Managed endpoints and a hostile peer: forged, reused and foreign ids; and the limit on actors.

#include <optional>

#include "glue/actor_tree.h"
#include "tests/actors/hostile_peer.h"
#include "tests/actors/house_pair.h"

namespace actors {
namespace {

using ipdl::ControlMessage;

constexpr int32_t kFirst = ipdl::kFirstEndpointId;

Bytes Control(ControlMessage message) { return ControlBytes(static_cast<uint16_t>(message)); }

Bytes Opened(int32_t id, int32_t manager = 0, uint32_t protocol = PDoor::kProtocolId) {
  return Control(ControlMessage::kEndpointOpened).Put(id).Put(protocol).Put(manager);
}

Bytes About(ControlMessage message, int32_t id) { return Control(message).Put(id); }

// The child side is the victim: it is the one that takes endpoints in PHouse.
class HostileEndpoint : public testing::Test {
 protected:
  explicit HostileEndpoint(const ipdl::Limits& limits = ipdl::Limits()) {
    ipdl::SetLogSink([](std::string_view) {});
    ipdl::Endpoint<PHouseChild> end;
    peer.emplace(&end);
    victim = ipdl::MakeRef<HouseChild>(&journal);
    victim->on_give = [this](DoorEnd given, RoomChild*) { got.push_back(std::move(given)); };
    EXPECT_TRUE(end.Bind(victim, loop.get(), limits).ok());
    peer->Send(HelloBytes(PHouse::kProtocol, ipdl::Side::kParent));
    Settle();
  }
  ~HostileEndpoint() override {
    got.clear();
    victim->Close();
    ipdl::SetLogSink(nullptr);
  }
  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }
  void Send(const Bytes& bytes) {
    peer->Send(bytes);
    Settle();
  }
  static Bytes Give(int32_t id) {
    return MessageBytes(PHouse::kProtocol, PHouse::Msg_Give, 0).Put(id).Put<int32_t>(0);
  }
  void ExpectCutOff(const std::string& why) {
    EXPECT_TRUE(peer->IsCutOff());
    EXPECT_NE(std::string::npos, victim->cut_off.find(why)) << victim->cut_off;
  }

  std::unique_ptr<ipdl::RunLoop> loop = *ipdl::RunLoop::Create();
  Journal journal;
  std::optional<HostilePeer> peer;
  ipdl::RefPtr<HouseChild> victim;
  std::vector<DoorEnd> got;
};

TEST_F(HostileEndpoint, AnHonestOneIsTaken) {
  Send(Opened(kFirst));
  Send(Give(kFirst));
  ASSERT_EQ(1u, got.size());
  EXPECT_TRUE(victim->Bound(std::move(got[0]), "bound"));
  EXPECT_FALSE(peer->IsCutOff());
}

TEST_F(HostileEndpoint, AnIdThatWasNotOpenedCutsThePeer) {
  Send(Give(kFirst));
  ExpectCutOff("PHouse::Msg_Give: door: no managed endpoint 1073741824 waits to be taken");
}

TEST_F(HostileEndpoint, AnIdThatIsTakenTwiceCutsThePeer) {
  Send(Opened(kFirst));
  Send(Give(kFirst));
  Send(Give(kFirst));
  ExpectCutOff("no managed endpoint 1073741824 waits to be taken");
}

TEST_F(HostileEndpoint, AnIdThatWasBoundCutsThePeer) {
  Send(Opened(kFirst));
  Send(Give(kFirst));
  EXPECT_TRUE(victim->Bound(std::move(got[0]), "bound"));
  Send(Give(kFirst));
  ExpectCutOff("waits to be taken");
}

TEST_F(HostileEndpoint, AnotherProtocolsIdCutsThePeer) {
  Send(Opened(kFirst, 0, PRoom::kProtocolId));
  Send(Give(kFirst));
  ExpectCutOff("is not one for PDoorChild");
}

TEST_F(HostileEndpoint, AManagerThatDoesNotExistIsNeverBoundTo) {
  Send(Opened(kFirst, 12345));
  Send(Give(kFirst));
  ASSERT_EQ(1u, got.size());
  EXPECT_FALSE(victim->Bound(std::move(got[0]), "bound"));
}

TEST_F(HostileEndpoint, AnIdOpenedTwiceCutsThePeer) {
  Send(Opened(kFirst + 1));
  Send(Opened(kFirst + 1));
  ExpectCutOff("endpoint opened: id: 1073741825 is not a new one of the peer");
}

class OpenedWithAWrongId : public HostileEndpoint, public testing::WithParamInterface<int32_t> {};

TEST_P(OpenedWithAWrongId, CutsThePeer) {
  Send(Opened(GetParam()));
  ExpectCutOff("is not a new one of the peer");
}

INSTANTIATE_TEST_SUITE_P(Each, OpenedWithAWrongId,
                         testing::Values(0, 1, kFirst - 1, -kFirst, -kFirst - 1, INT32_MIN));

TEST_F(HostileEndpoint, AConstructorWithAnEndpointsIdCutsThePeer) {
  Send(MessageBytes(PHouse::kProtocol, PHouse::Msg_PDoorConstructor, 0).Put(kFirst));
  ExpectCutOff("is not a new id of the peer");
}

TEST_F(HostileEndpoint, AMessageToOneThatIsNotBoundIsIgnored) {
  Send(Opened(kFirst));
  Send(MessageBytes(PDoor::kProtocol, PDoor::Msg_Knock, kFirst).Put<uint32_t>(1));
  EXPECT_FALSE(peer->IsCutOff());
  EXPECT_EQ(0u, journal.lines.size());
}

TEST_F(HostileEndpoint, WithdrawnAfterItWasTakenCutsThePeer) {
  Send(Opened(kFirst));
  Send(Give(kFirst));
  Send(About(ControlMessage::kEndpointWithdrawn, kFirst));
  ExpectCutOff("endpoint withdrawn: id: 1073741824 is not an endpoint that the peer still has");
}

TEST_F(HostileEndpoint, SentWithoutBeingOpenedCutsThePeer) {
  Send(About(ControlMessage::kEndpointSent, kFirst));
  ExpectCutOff("endpoint sent: id: 1073741824 was never opened");
}

// What the victim opened is for nobody to answer before it was sent.
class AnswerToNothing : public HostileEndpoint,
                        public testing::WithParamInterface<ControlMessage> {};

TEST_P(AnswerToNothing, CutsThePeerBeforeItWasSent) {
  auto door = ipdl::MakeRef<DoorChild>(&journal, "door");
  auto end = victim->OpenPDoorEndpoint(door);
  EXPECT_TRUE(end.valid());
  Send(About(GetParam(), door->id()));
  ExpectCutOff("is not an endpoint that was sent");
}

TEST_P(AnswerToNothing, CutsThePeerForAnUnknownId) {
  Send(About(GetParam(), -kFirst));
  ExpectCutOff("is not an endpoint that was sent");
}

INSTANTIATE_TEST_SUITE_P(Each, AnswerToNothing,
                         testing::Values(ControlMessage::kEndpointBound,
                                         ControlMessage::kEndpointDropped));

TEST_F(HostileEndpoint, BytesAfterAControlMessageCutThePeer) {
  Send(About(ControlMessage::kEndpointSent, kFirst).Put<uint64_t>(1));
  EXPECT_TRUE(peer->IsCutOff());
}

TEST_F(HostileEndpoint, AControlMessageThatIsTooShortCutsThePeer) {
  Send(Control(ControlMessage::kEndpointBound));
  EXPECT_TRUE(peer->IsCutOff());
}

TEST(HostileEndpointBeforeTheHello, CutsThePeer) {
  ipdl::SetLogSink([](std::string_view) {});
  auto loop = *ipdl::RunLoop::Create();
  Journal journal;
  ipdl::Endpoint<PHouseChild> end;
  HostilePeer peer(&end);
  auto victim = ipdl::MakeRef<HouseChild>(&journal);
  EXPECT_TRUE(end.Bind(victim, loop.get()).ok());
  peer.Send(Opened(kFirst));
  while (victim->link_status() == ipdl::LinkStatus::kConnected) {
    loop->Turn(absl::InfiniteDuration());
  }
  EXPECT_NE(std::string::npos, victim->cut_off.find("it comes before the hello"));
  ipdl::SetLogSink(nullptr);
}

// --- The limit -----------------------------------------------------------------------------------

ipdl::Limits ThreeActors() {
  ipdl::Limits limits;
  limits.actors = 3;
  return limits;
}

class EndpointsAndTheLimit : public HostileEndpoint {
 protected:
  EndpointsAndTheLimit() : HostileEndpoint(ThreeActors()) {}
};

TEST_F(EndpointsAndTheLimit, OffersCountAsActorsOfThePeer) {
  Send(MessageBytes(PHouse::kProtocol, PHouse::Msg_PDoorConstructor, 0).Put<int32_t>(1));
  Send(Opened(kFirst));
  EXPECT_FALSE(peer->IsCutOff());
  Send(Opened(kFirst + 1));
  EXPECT_FALSE(peer->IsCutOff());
  Send(Opened(kFirst + 2));
  ExpectCutOff("endpoint opened: the peer has 3 actors already (actors)");
}

TEST_F(EndpointsAndTheLimit, AConstructorAboveItCutsThePeer) {
  for (int32_t i = 0; i < 3; ++i) Send(Opened(kFirst + i));
  Send(MessageBytes(PHouse::kProtocol, PHouse::Msg_PDoorConstructor, 0).Put<int32_t>(1));
  ExpectCutOff("the peer has 3 actors already (actors)");
}

TEST_F(EndpointsAndTheLimit, WhatWasWithdrawnOrDroppedDoesNotCount) {
  for (int32_t i = 0; i < 10; ++i) {
    Send(Opened(kFirst + 2 * i));
    Send(About(ControlMessage::kEndpointWithdrawn, kFirst + 2 * i));
    Send(Opened(kFirst + 2 * i + 1));
    Send(About(ControlMessage::kEndpointSent, kFirst + 2 * i + 1));  // in a message nobody read
  }
  EXPECT_FALSE(peer->IsCutOff());
}

}  // namespace
}  // namespace actors
