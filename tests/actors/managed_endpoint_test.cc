// Managed endpoints between honest peers: bound, dropped in every way, or in the wrong place.

#include <algorithm>

#include "PHall.h"
#include "PHallChild.h"
#include "PHallParent.h"
#include "tests/actors/house_pair.h"
#include "tests/actors/process_ends.h"
#include "tests/actors/yard_pair.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace actors {
namespace {

using ipdl::LinkStatus;
using ipdl::RefPtr;
using ipdl::SendResult;
using Lines = std::vector<std::string>;

class ManagedEndpointTest : public HousePair {
 protected:
  using HousePair::HousePair;

  RefPtr<DoorParent> MakeDoor() { return ipdl::MakeRef<DoorParent>(&parent_journal, "door"); }
  const Lines kDropped = {"door: managed endpoint dropped"};
};

RUN_ON_ONE_LOOP_AND_TWO(ManagedEndpointTest);

TEST_P(ManagedEndpointTest, IsBoundByThePeerAndSpeaksBothWays) {
  RefPtr<DoorChild> bound;
  child->on_give = [&](DoorEnd end, RoomChild*) {
    bound = child->Bound(std::move(end), "bound");
    ASSERT_TRUE(bound);
    EXPECT_TRUE(bound->SendKnock(1));  // at once
  };
  auto door = MakeDoor();
  DoorEnd end = parent->OpenPDoorEndpoint(door);
  ASSERT_TRUE(end.valid());
  EXPECT_EQ(LinkStatus::kOffered, door->link_status());
  EXPECT_FALSE(door->CanSend());
  EXPECT_EQ(SendResult::kClosed, door->SendKnock(0).code());
  EXPECT_EQ(1u, parent->ManagedPDoorParent().size());
  EXPECT_TRUE(parent->SendGive(std::move(end), nullptr));
  EXPECT_FALSE(end.valid());
  Settle();
  EXPECT_TRUE(door->CanSend());
  EXPECT_EQ(door->id(), bound->id());
  EXPECT_TRUE(door->SendKnock(2));
  Settle();
  EXPECT_EQ((Lines{"door knock 1"}), parent_journal.Take());
  EXPECT_EQ((Lines{"bound knock 2"}), child_journal.Take());
  EXPECT_TRUE(PDoorChild::Send__delete__(bound.get()));
  Settle();
  EXPECT_EQ((Lines{"door: deletion"}), parent_journal.Take());
}

TEST_P(ManagedEndpointTest, MayBeBoundLater) {
  DoorEnd kept;
  child->on_give = [&](DoorEnd end, RoomChild*) { kept = std::move(end); };
  auto door = MakeDoor();
  EXPECT_TRUE(parent->SendGive(parent->OpenPDoorEndpoint(door), nullptr));
  Settle();
  EXPECT_FALSE(door->CanSend());
  EXPECT_TRUE(child->Bound(std::move(kept), "bound"));
  Settle();
  EXPECT_TRUE(door->CanSend());
}

TEST_P(ManagedEndpointTest, DroppedByTheReceiverEndsTheActor) {
  auto door = MakeDoor();
  EXPECT_TRUE(parent->SendGive(parent->OpenPDoorEndpoint(door), nullptr));
  Settle();
  EXPECT_EQ(kDropped, parent_journal.Take());
  EXPECT_EQ(LinkStatus::kDestroyed, door->link_status());
}

TEST_P(ManagedEndpointTest, DroppedUnsentEndsTheActorFromTheLoop) {
  parent->OpenPDoorEndpoint(MakeDoor());
  EXPECT_EQ(Lines(), parent_journal.Take());
  Settle();
  EXPECT_EQ(kDropped, parent_journal.Take());
}

TEST_P(ManagedEndpointTest, InAMessageThatIsRefusedEndsTheActorFromTheLoop) {
  DoorEnd end = parent->OpenPDoorEndpoint(MakeDoor());
  RoomParent stranger(&parent_journal);
  EXPECT_EQ(SendResult::kRefused, parent->SendGive(std::move(end), &stranger).code());
  EXPECT_EQ(Lines(), parent_journal.Take());
  Settle();
  EXPECT_EQ(kDropped, parent_journal.Take());
}

TEST_P(ManagedEndpointTest, ForAnActorThatIsGoneEndsTheActor) {
  auto room = ipdl::MakeRef<RoomParent>(&parent_journal);
  ASSERT_NE(nullptr, parent->SendPRoomConstructor(room));
  Settle();
  // The deletion and the message cross.
  EXPECT_TRUE(PRoomChild::Send__delete__(child->ManagedPRoomChild()[0].get()));
  EXPECT_TRUE(room->SendPut(parent->OpenPDoorEndpoint(MakeDoor())));
  Settle();
  EXPECT_EQ((Lines{"room: deletion", "door: managed endpoint dropped"}), parent_journal.Take());
}

TEST_P(ManagedEndpointTest, BesideAnActorThatIsGoneEndsTheActor) {
  auto room = ipdl::MakeRef<RoomParent>(&parent_journal);
  ASSERT_NE(nullptr, parent->SendPRoomConstructor(room));
  Settle();
  EXPECT_TRUE(PRoomChild::Send__delete__(child->ManagedPRoomChild()[0].get()));
  EXPECT_TRUE(parent->SendGive(parent->OpenPDoorEndpoint(MakeDoor()), room.get()));
  Settle();
  EXPECT_EQ((Lines{"room: deletion", "door: managed endpoint dropped"}), parent_journal.Take());
}

TEST_P(ManagedEndpointTest, StandsInStructsAndArrays) {
  int bound = 0;
  child->on_build = [&](Wing wing) {
    EXPECT_EQ("west", wing.name());
    for (DoorEnd& end : wing.doors()) {
      if (bound < 2 && child->Bound(std::move(end), "bound")) ++bound;
    }
  };
  std::vector<DoorEnd> ends;
  std::vector<RefPtr<DoorParent>> doors;
  for (int i = 0; i < 3; ++i) {
    doors.push_back(MakeDoor());
    ends.push_back(parent->OpenPDoorEndpoint(doors.back()));
  }
  EXPECT_TRUE(parent->SendBuild(Wing("west", std::move(ends)), std::nullopt));
  Settle();
  EXPECT_EQ(2, bound);
  EXPECT_TRUE(doors[0]->CanSend());
  EXPECT_TRUE(doors[1]->CanSend());
  EXPECT_EQ(kDropped, parent_journal.Take());
}

TEST_P(ManagedEndpointTest, ComesInAReply) {
  RefPtr<DoorChild> bound;
  child->SendAsk([&](DoorEnd end) { bound = child->Bound(std::move(end), "bound"); }, nullptr);
  Settle();
  ASSERT_TRUE(bound);
  EXPECT_TRUE(parent->door->CanSend());
  parent->door = nullptr;
}

TEST_P(ManagedEndpointTest, IsBoundBelowTheManagerThatOpenedItOnly) {
  auto room = ipdl::MakeRef<RoomParent>(&parent_journal);
  ASSERT_NE(nullptr, parent->SendPRoomConstructor(room));
  bool in_house = true;
  child->on_give = [&](DoorEnd end, RoomChild*) {
    in_house = child->Bound(std::move(end), "bound") != nullptr;
  };
  EXPECT_TRUE(parent->SendGive(room->OpenPDoorEndpoint(MakeDoor()), room.get()));
  Settle();
  EXPECT_FALSE(in_house);
  EXPECT_EQ(kDropped, parent_journal.Take());
  EXPECT_TRUE(child->CanSend());

  bool in_room = false;
  child->on_give = [&](DoorEnd end, RoomChild* twin) {
    auto door = ipdl::MakeRef<DoorChild>(&child_journal, "bound");
    in_room = twin->BindPDoorEndpoint(std::move(end), door);
  };
  EXPECT_TRUE(parent->SendGive(room->OpenPDoorEndpoint(MakeDoor()), room.get()));
  Settle();
  EXPECT_TRUE(in_room);
  EXPECT_EQ(1u, room->ManagedPDoorParent().size());
}

class TwoHousesTest : public ManagedEndpointTest {
 protected:
  TwoHousesTest()
      : other_parent(ipdl::MakeRef<HouseParent>(&parent_journal)),
        other_child(ipdl::MakeRef<HouseChild>(&child_journal)) {
    ipdl::Endpoint<PHouseParent> parent_end;
    ipdl::Endpoint<PHouseChild> child_end;
    EXPECT_TRUE(PHouse::CreateEndpoints(&parent_end, &child_end).ok());
    EXPECT_TRUE(parent_end.Bind(other_parent, loop.get()).ok());
    EXPECT_TRUE(child_end.Bind(other_child, loop.get()).ok());
    Settle();
  }
  ~TwoHousesTest() override {
    other_parent->Close();
    Settle();
  }

  RefPtr<HouseParent> other_parent;
  RefPtr<HouseChild> other_child;
};

RUN_ON_ONE_LOOP_AND_TWO(TwoHousesTest);

TEST_P(TwoHousesTest, AnotherConnectionDoesNotSendIt) {
  DoorEnd end = parent->OpenPDoorEndpoint(MakeDoor());
  EXPECT_EQ(SendResult::kRefused, other_parent->SendGive(std::move(end), nullptr).code());
  Settle();
  EXPECT_EQ(kDropped, parent_journal.Take());
}

TEST_P(TwoHousesTest, AnotherConnectionDoesNotBindIt) {
  bool bound = true;
  child->on_give = [&](DoorEnd end, RoomChild*) {
    bound = other_child->Bound(std::move(end), "bound") != nullptr;
  };
  EXPECT_TRUE(parent->SendGive(parent->OpenPDoorEndpoint(MakeDoor()), nullptr));
  Settle();
  EXPECT_FALSE(bound);
  EXPECT_EQ(kDropped, parent_journal.Take());
}

TEST_P(ManagedEndpointTest, IsNotBoundWhereItWasOpened) {
  DoorEnd end = parent->OpenPDoorEndpoint(MakeDoor());
  ipdl::ManagedEndpoint<PDoorParent> turned(std::move(end));
  auto door = ipdl::MakeRef<DoorParent>(&parent_journal, "other");
  EXPECT_FALSE(parent->BindPDoorEndpoint(std::move(turned), door));
  EXPECT_EQ(LinkStatus::kInactive, door->link_status());
  Settle();
  EXPECT_EQ(kDropped, parent_journal.Take());
}

TEST_P(ManagedEndpointTest, IsNotPassedOn) {
  SendResult sent = SendResult::kOk;
  child->on_give = [&](DoorEnd end, RoomChild*) { sent = child->SendBack(std::move(end)); };
  EXPECT_TRUE(parent->SendGive(parent->OpenPDoorEndpoint(MakeDoor()), nullptr));
  Settle();
  EXPECT_EQ(SendResult::kRefused, sent.code());
  EXPECT_EQ(kDropped, parent_journal.Take());
}

TEST_P(ManagedEndpointTest, AnEmptyOneIsNotSent) {
  EXPECT_EQ(SendResult::kRefused, parent->SendGive(DoorEnd(), nullptr).code());
}

TEST_P(ManagedEndpointTest, EndsWithItsManagerBeforeItIsBound) {
  auto room = ipdl::MakeRef<RoomParent>(&parent_journal);
  ASSERT_NE(nullptr, parent->SendPRoomConstructor(room));
  DoorEnd kept;
  RefPtr<RoomChild> twin;
  child->on_give = [&](DoorEnd end, RoomChild* its_room) {
    kept = std::move(end);
    twin = its_room;
  };
  EXPECT_TRUE(parent->SendGive(room->OpenPDoorEndpoint(MakeDoor()), room.get()));
  DoorEnd unsent = room->OpenPDoorEndpoint(MakeDoor());
  Settle();
  EXPECT_TRUE(PRoomParent::Send__delete__(room.get()));
  EXPECT_EQ((Lines{"door: ancestor deletion", "door: ancestor deletion", "room: deletion"}),
            parent_journal.Take());
  EXPECT_EQ(SendResult::kRefused, parent->SendGive(std::move(unsent), nullptr).code());
  Settle();
  auto door = ipdl::MakeRef<DoorChild>(&child_journal, "bound");
  EXPECT_FALSE(twin->BindPDoorEndpoint(std::move(kept), door));
  twin = nullptr;
  Settle();
  EXPECT_TRUE(parent->CanSend());
  EXPECT_TRUE(child->CanSend());
}

TEST_P(ManagedEndpointTest, OpeningWithoutAConnectionFailsLikeAConstructor) {
  parent->Close();
  parent_journal.Take();
  EXPECT_FALSE(parent->OpenPDoorEndpoint(MakeDoor()).valid());
  EXPECT_EQ((Lines{"door: failed constructor"}), parent_journal.Take());
  EXPECT_FALSE(parent->OpenPDoorEndpoint(nullptr).valid());
}

TEST_P(ManagedEndpointTest, AnActorIsOpenedOnce) {
  auto door = MakeDoor();
  DoorEnd end = parent->OpenPDoorEndpoint(door);
  EXPECT_FALSE(parent->OpenPDoorEndpoint(door).valid());
  EXPECT_EQ(nullptr, parent->SendPDoorConstructor(door));
  EXPECT_EQ(LinkStatus::kOffered, door->link_status());
}

TEST_P(ManagedEndpointTest, MayOutliveItsConnection) {
  DoorEnd received;
  child->on_give = [&](DoorEnd end, RoomChild*) { received = std::move(end); };
  EXPECT_TRUE(parent->SendGive(parent->OpenPDoorEndpoint(MakeDoor()), nullptr));
  DoorEnd unsent = parent->OpenPDoorEndpoint(MakeDoor());
  Settle();
  parent->Close();
  Settle();
  auto door = ipdl::MakeRef<DoorChild>(&child_journal, "bound");
  EXPECT_FALSE(child->BindPDoorEndpoint(std::move(received), door));
}

TEST_P(ManagedEndpointTest, ConstructorsOfBothSidesDoNotClash) {
  std::vector<RefPtr<DoorChild>> bound;
  child->on_give = [&](DoorEnd end, RoomChild*) {
    bound.push_back(child->Bound(std::move(end), "bound"));
    EXPECT_NE(nullptr, child->SendPDoorConstructor(
                           ipdl::MakeRef<DoorChild>(&child_journal, "of the child")));
  };
  std::vector<DoorEnd> ends;
  for (int i = 0; i < 5; ++i) {
    ends.push_back(parent->OpenPDoorEndpoint(MakeDoor()));
    EXPECT_NE(nullptr, parent->SendPDoorConstructor(MakeDoor()));
  }
  for (int i = 4; i >= 0; --i) EXPECT_TRUE(parent->SendGive(std::move(ends[i]), nullptr));
  Settle();
  EXPECT_EQ(15u, parent->ManagedPDoorParent().size());
  EXPECT_EQ(15u, child->ManagedPDoorChild().size());
  for (const auto& door : parent->ManagedPDoorParent()) EXPECT_TRUE(door->CanSend());
}

// --- Messages that wait --------------------------------------------------------------------------

class HallParent final : public TestActor<PHallParent> {
 public:
  explicit HallParent(Journal* journal) : TestActor(journal, "hall") {}
};

class HallChild final : public TestActor<PHallChild> {
 public:
  explicit HallChild(Journal* journal) : TestActor(journal, "hall") {}

 protected:
  ipdl::Result RecvLatest(DoorEnd end) override { return Bind(std::move(end), "latest"); }
  ipdl::Result RecvUrgent(DoorEnd end) override { return Bind(std::move(end), "urgent"); }
  ipdl::Result RecvIdle(uint32_t) override { return ipdl::Ok(); }

 private:
  ipdl::Result Bind(DoorEnd end, const std::string& name) {
    auto door = ipdl::MakeRef<DoorChild>(&journal(), name);
    EXPECT_TRUE(BindPDoorEndpoint(std::move(end), door));
    EXPECT_TRUE(door->SendKnock(7));
    return ipdl::Ok();
  }
};

TEST(ManagedEndpointThatWaits, IsBoundFromTheNewestAndDroppedFromTheOthers) {
  auto loop = *ipdl::RunLoop::Create();
  Journal parent_journal;
  Journal child_journal;
  auto parent = ipdl::MakeRef<HallParent>(&parent_journal);
  auto child = ipdl::MakeRef<HallChild>(&child_journal);
  ipdl::Endpoint<PHallParent> parent_end;
  ipdl::Endpoint<PHallChild> child_end;
  EXPECT_TRUE(PHall::CreateEndpoints(&parent_end, &child_end).ok());
  EXPECT_TRUE(parent_end.Bind(parent, loop.get()).ok());
  EXPECT_TRUE(child_end.Bind(child, loop.get()).ok());
  const auto open = [&](const std::string& name) {
    return parent->OpenPDoorEndpoint(ipdl::MakeRef<DoorParent>(&parent_journal, name));
  };
  EXPECT_TRUE(parent->SendIdle(1));
  EXPECT_TRUE(parent->SendLatest(open("first")));
  EXPECT_TRUE(parent->SendLatest(open("second")));
  EXPECT_TRUE(parent->SendUrgent(open("third")));
  while (loop->Turn(absl::ZeroDuration())) {
  }
  EXPECT_EQ((Lines{"third knock 7", "second knock 7", "first: managed endpoint dropped"}),
            parent_journal.Take());
  EXPECT_EQ(2u, parent->ManagedPDoorParent().size());
  parent->Close();
  while (loop->Turn(absl::ZeroDuration())) {
  }
}

// --- Freed by hand -------------------------------------------------------------------------------

class ManagedEndpointOfTool : public YardPair {};

RUN_ON_ONE_LOOP_AND_TWO(ManagedEndpointOfTool);

TEST_P(ManagedEndpointOfTool, IsFreedOnceHoweverItEnds) {
  auto* bound = new ToolChild(&child_journal, "bound");
  child->on_lend = [&](ipdl::ManagedEndpoint<PToolChild> end) {
    EXPECT_EQ(bound != nullptr, child->BindPToolEndpoint(std::move(end), bound));
    bound = nullptr;
  };
  for (const char* name : {"a", "b"}) {
    auto end = parent->OpenPToolEndpoint(new ToolParent(&parent_journal, name));
    EXPECT_TRUE(parent->SendLend(std::move(end)));
  }
  parent->OpenPToolEndpoint(new ToolParent(&parent_journal, "c"));
  Settle();
  EXPECT_EQ(
      (Lines{"c: managed endpoint dropped", "free c", "b: managed endpoint dropped", "free b"}),
      parent_journal.Take());
  parent->Close();
  EXPECT_EQ((Lines{"a: normal shutdown", "free a", "yard: normal shutdown"}),
            parent_journal.Take());
  parent->OpenPToolEndpoint(new ToolParent(&parent_journal, "d"));
  EXPECT_EQ((Lines{"d: failed constructor", "free d"}), parent_journal.Take());
}

// --- Two processes -------------------------------------------------------------------------------

FORKED_TEST(ManagedEndpointInTwoProcesses, ComesInASyncReplyAndIsBound) {
  ipdl::ProcessPair pair([](int socket) {
    auto loop = *ipdl::RunLoop::Create();
    Journal journal;
    auto child = ipdl::MakeRef<HouseChild>(&journal);
    ipdl::Endpoint<PHouseChild> end{EndInChild(socket)};
    ASSERT_TRUE(end.Bind(child, loop.get()).ok());
    for (uint32_t i = 0; i < 3; ++i) {
      DoorEnd door_end;
      ASSERT_TRUE(child->SendFetch(&door_end));
      auto door = child->Bound(std::move(door_end), "bound");
      ASSERT_TRUE(door);
      EXPECT_TRUE(door->SendKnock(i));
    }
    DoorEnd ignored;
    ASSERT_TRUE(child->SendFetch(&ignored));
    child->Close();
  });
  auto loop = *ipdl::RunLoop::Create();
  Journal journal;
  auto parent = ipdl::MakeRef<HouseParent>(&journal);
  ipdl::Endpoint<PHouseParent> end{EndInParent(pair.TakeSocket())};
  ASSERT_TRUE(end.Bind(parent, loop.get()).ok());
  while (parent->link_status() == LinkStatus::kConnected) loop->Turn(absl::InfiniteDuration());
  parent->door = nullptr;
  const Lines lines = journal.Take();
  ASSERT_EQ(8u, lines.size());
  for (int i = 0; i < 3; ++i) EXPECT_EQ("fetched knock " + std::to_string(i), lines[i]);
}

FORKED_TEST(ManagedEndpointInTwoProcesses, EndsWithAPeerThatDied) {
  ipdl::ProcessPair pair([](int socket) {
    auto loop = *ipdl::RunLoop::Create();
    Journal journal;
    auto child = ipdl::MakeRef<HouseChild>(&journal);
    DoorEnd given, asked;  // kept: one that is dropped would end its door before the death does
    child->on_give = [&](DoorEnd end, RoomChild*) {
      given = std::move(end);
      child->SendAsk([&](DoorEnd end) { asked = std::move(end); }, nullptr);  // the parent knows
    };
    ipdl::Endpoint<PHouseChild> end{EndInChild(socket)};
    ASSERT_TRUE(end.Bind(child, loop.get()).ok());
    loop->Run();
  });
  auto loop = *ipdl::RunLoop::Create();
  Journal journal;
  auto parent = ipdl::MakeRef<HouseParent>(&journal);
  ipdl::Endpoint<PHouseParent> end{EndInParent(pair.TakeSocket())};
  ASSERT_TRUE(end.Bind(parent, loop.get()).ok());
  EXPECT_TRUE(parent->SendGive(parent->Opened("door"), nullptr));
  auto door = parent->door;
  while (parent->door == door) loop->Turn(absl::InfiniteDuration());
  pair.Kill();
  while (parent->link_status() == LinkStatus::kConnected) loop->Turn(absl::InfiniteDuration());
  EXPECT_EQ(LinkStatus::kDestroyed, door->link_status());
  parent->door = nullptr;
  Lines lines = journal.Take();
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(
      (Lines{"asked: abnormal shutdown", "door: abnormal shutdown", "house: abnormal shutdown"}),
      lines);
}

}  // namespace
}  // namespace actors
