// Endpoints: made in pairs, bound anywhere, carried by messages, closed when dropped.

#include <unistd.h>

#include "PSide.h"
#include "runtime/foreign_close.h"
#include "tests/actors/actor_pair.h"

namespace actors {
namespace {

using Lines = std::vector<std::string>;

class EndpointTest : public ActorPair {
 protected:
  EndpointTest() { EXPECT_TRUE(PSide::CreateEndpoints(&side_parent_end, &side_child_end).ok()); }
  ~EndpointTest() override {
    if (side_parent) side_parent->Close();
    if (side_child) side_child->Close();
    Settle();
  }

  ipdl::Endpoint<PSideParent> side_parent_end;
  ipdl::Endpoint<PSideChild> side_child_end;
  ipdl::RefPtr<SideParent> side_parent = ipdl::MakeRef<SideParent>(&parent_journal, "side");
  ipdl::RefPtr<SideChild> side_child = ipdl::MakeRef<SideChild>(&child_journal, "side");
};

RUN_ON_ONE_LOOP_AND_TWO(EndpointTest);

TEST_P(EndpointTest, CarriedByAMessageOpensASecondConnection) {
  child->on_carry = [&](ipdl::Endpoint<PSideChild> end) {
    EXPECT_TRUE(end.Bind(side_child).ok());
    return ipdl::Ok();
  };
  EXPECT_TRUE(parent->SendCarry(std::move(side_child_end)));
  EXPECT_FALSE(side_child_end.valid());
  EXPECT_TRUE(side_parent_end.Bind(side_parent).ok());
  EXPECT_TRUE(side_parent->SendPing(1));
  Settle();
  EXPECT_TRUE(side_child->SendPing(2));
  Settle();
  EXPECT_EQ((Lines{"side ping 1"}), child_journal.Take());
  EXPECT_EQ((Lines{"side ping 2"}), parent_journal.Take());
  // It ends without touching the first one.
  side_child->Close();
  Settle();
  EXPECT_EQ((Lines{"side: normal shutdown"}), parent_journal.Take());
  EXPECT_TRUE(parent->IsOpen());
}

TEST_P(EndpointTest, OutlivesTheConnectionThatCarriedIt) {
  child->on_carry = [&](ipdl::Endpoint<PSideChild> end) {
    EXPECT_TRUE(end.Bind(side_child).ok());
    return ipdl::Ok();
  };
  EXPECT_TRUE(parent->SendCarry(std::move(side_child_end)));
  Settle();
  child->Close();
  EXPECT_TRUE(side_parent_end.Bind(side_parent).ok());
  EXPECT_TRUE(side_parent->SendPing(1));
  Settle();
  EXPECT_EQ((Lines{"child: normal shutdown", "side ping 1"}), child_journal.Take());
}

TEST_P(EndpointTest, MessagesSentBeforeTheOtherEndIsBoundWait) {
  EXPECT_TRUE(side_parent_end.Bind(side_parent).ok());
  for (uint32_t i = 0; i < 3; ++i) EXPECT_TRUE(side_parent->SendPing(i));
  Settle();
  EXPECT_TRUE(side_child_end.Bind(side_child).ok());
  Settle();
  EXPECT_EQ((Lines{"side ping 0", "side ping 1", "side ping 2"}), child_journal.Take());
}

TEST_P(EndpointTest, DroppedUnboundClosesTheOtherEnd) {
  EXPECT_TRUE(side_parent_end.Bind(side_parent).ok());
  EXPECT_TRUE(side_parent->SendPing(1));
  side_child_end = ipdl::Endpoint<PSideChild>();
  Settle();
  EXPECT_EQ((Lines{"side: abnormal shutdown"}), parent_journal.Take());
}

TEST_P(EndpointTest, DroppedByTheReceiverClosesTheOtherEnd) {
  EXPECT_TRUE(side_parent_end.Bind(side_parent).ok());
  EXPECT_TRUE(parent->SendCarry(std::move(side_child_end)));  // on_carry drops it
  Settle();
  ipdl::DrainForForeignClose();  // a peer's descriptor is closed by a thread of its own
  Settle();
  EXPECT_EQ((Lines{"side: abnormal shutdown"}), parent_journal.Take());
  EXPECT_TRUE(parent->IsOpen());
}

TEST_P(EndpointTest, BoundAfterThePeerDiedIsToldSo) {
  side_parent_end = ipdl::Endpoint<PSideParent>();
  EXPECT_TRUE(side_child_end.Bind(side_child).ok());
  Settle();
  EXPECT_EQ((Lines{"side: abnormal shutdown"}), child_journal.Take());
}

TEST_P(EndpointTest, BoundAfterTheOtherSideSentAndClosedGetsItAll) {
  EXPECT_TRUE(side_parent_end.Bind(side_parent).ok());
  EXPECT_TRUE(side_parent->SendPing(1));
  side_parent->Close();
  EXPECT_TRUE(side_child_end.Bind(side_child).ok());
  Settle();
  EXPECT_EQ((Lines{"side ping 1", "side: normal shutdown"}), child_journal.Take());
}

TEST_P(EndpointTest, CannotBeBoundEmptyTwiceOrToAUsedActor) {
  ipdl::Endpoint<PSideParent> empty;
  EXPECT_FALSE(empty.Bind(side_parent).ok());
  EXPECT_TRUE(side_parent_end.Bind(side_parent).ok());
  EXPECT_FALSE(side_parent_end.Bind(side_parent).ok());
  ipdl::Endpoint<PSideParent> more;
  ipdl::Endpoint<PSideChild> other;
  ASSERT_TRUE(PSide::CreateEndpoints(&more, &other).ok());
  const absl::Status used = more.Bind(side_parent);
  EXPECT_EQ("the PSide actor was bound before", std::string(used.message()));
  EXPECT_FALSE(more.valid());
  EXPECT_FALSE(ipdl::Endpoint<PSideParent>(std::move(more)).Bind(nullptr).ok());
}

TEST_P(EndpointTest, CannotBeSentEmpty) {
  EXPECT_EQ(ipdl::SendResult::kRefused, parent->SendCarry(ipdl::Endpoint<PSideChild>()).code());
  EXPECT_TRUE(parent->IsOpen());
}

TEST_P(EndpointTest, WithAForgedDescriptorCutsTheSenderOff) {
  int pipe_ends[2];
  ASSERT_EQ(0, pipe(pipe_ends));
  close(pipe_ends[1]);
  ipdl::Endpoint<PSideChild> forged{
      ipdl::EndpointBase(ipdl::FileDescriptor(pipe_ends[0]).TakeOwned())};
  EXPECT_TRUE(parent->SendCarry(std::move(forged)));
  Settle();
  EXPECT_EQ(
      "cut off unknown peer: PTree::Msg_Carry: end: a portal is expected, the message has file "
      "descriptor (byte 21)",
      child->cut_off);
}

TEST_P(EndpointTest, SaysOfItsPeerWhoHandedItOver) {
  std::string label;
  child->on_carry = [&](ipdl::Endpoint<PSideChild> end) {
    EXPECT_TRUE(end.Bind(side_child).ok());
    label = side_child->peer().ToString();
    return ipdl::Ok();
  };
  EXPECT_TRUE(parent->SendCarry(std::move(side_child_end)));
  Settle();
  EXPECT_EQ("endpoint from unknown peer", label);
  EXPECT_EQ(0, side_child->OtherPid());
}

TEST_P(EndpointTest, TheWrongProtocolOrSideIsFoundByTheHello) {
  // What a confused launcher could do: both ends taken for the parent's.
  EXPECT_TRUE(side_parent_end.Bind(side_parent).ok());
  ipdl::Endpoint<PSideParent> confused{ipdl::EndpointBase(std::move(side_child_end).TakePortal())};
  auto second = ipdl::MakeRef<SideParent>(&parent_journal, "second");
  EXPECT_TRUE(confused.Bind(second).ok());
  Settle();
  EXPECT_FALSE(side_parent->IsOpen());
  EXPECT_FALSE(second->IsOpen());
  ASSERT_LE(1u, log.size());
  EXPECT_NE(std::string::npos, log[0].find("hello: side: both ends are PSideParent"));
}

}  // namespace
}  // namespace actors
