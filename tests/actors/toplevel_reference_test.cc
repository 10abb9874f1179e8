// References to the top-level actor of the tree, which has no id among the others.

#include "tests/actors/hostile_peer.h"
#include "tests/actors/share_pair.h"
#include "tests/actors/yard_pair.h"

namespace actors {
namespace {

class ToplevelReference : public SharePair {};

RUN_ON_ONE_LOOP_AND_TWO(ToplevelReference);

TEST_P(ToplevelReference, ArrivesAsTheReceiversOwnActor) {
  bool met = false;
  parent->on_meet = [&](PShareParent* root, PShareParent* other, Roots roots) {
    met = true;
    EXPECT_EQ(parent.get(), root);
    EXPECT_EQ(nullptr, other);
    EXPECT_EQ(parent.get(), roots.one().AsParent());
    ASSERT_EQ(2u, roots.some().size());
    EXPECT_TRUE(roots.some()[0].IsNull());
    EXPECT_EQ(parent.get(), roots.some()[1].AsParent());
  };
  EXPECT_TRUE(child->SendMeet(child.get(), nullptr, Roots(child.get(), {nullptr, child.get()})));
  Settle();
  EXPECT_TRUE(met);
}

TEST_P(ToplevelReference, OfAnotherConnectionIsNotSent) {
  Journal journal;
  auto stranger = ipdl::MakeRef<ShareChild>(&journal);
  EXPECT_EQ(ipdl::SendResult::kRefused,
            child->SendMeet(stranger.get(), nullptr, Roots(child.get(), {})).code());
  Settle();
  EXPECT_TRUE(child->CanSend());
}

TEST_P(ToplevelReference, NullIsRefusedWhereNothingSaysNullable) {
  EXPECT_EQ(ipdl::SendResult::kRefused,
            child->SendMeet(nullptr, nullptr, Roots(child.get(), {})).code());
}

// A peer can write the number of the top-level actor where another protocol's actor is expected.
TEST(ToplevelReferenceFromAHostilePeer, WhereAnotherProtocolIsExpectedCutsThePeer) {
  auto loop = *ipdl::RunLoop::Create();
  ipdl::SetLogSink([](std::string_view) {});
  Journal journal;
  auto victim = ipdl::MakeRef<YardParent>(&journal);
  ipdl::Endpoint<PYardParent> end;
  HostilePeer peer(&end);
  EXPECT_TRUE(end.Bind(victim, loop.get()).ok());
  peer.Send(HelloBytes(PYard::kProtocol, ipdl::Side::kChild));
  peer.Send(MessageBytes(PYard::kProtocol, PYard::Msg_Use, 0).Put(ipdl::kToplevelReference));
  while (victim->link_status() == ipdl::LinkStatus::kConnected) {
    loop->Turn(absl::InfiniteDuration());
  }
  EXPECT_NE(std::string::npos,
            victim->cut_off.find("PYard::Msg_Use: tool: the top-level actor is a PYard, "
                                 "not a PTool"))
      << victim->cut_off;
  ipdl::SetLogSink(nullptr);
}

}  // namespace
}  // namespace actors
