// Kinds of process: a side is bound only where its protocol says, by what the launcher knows of the
// process and never by what that says of itself. With processes.

#include <gmock/gmock.h>

#include <numeric>

#include "glue/process_kind.h"
#include "tests/actors/crew.h"
#include "tests/support/forked_test.h"

namespace actors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const ipdl::LaunchOptions kChild = {.kind = "Child"};

struct Rope {
  Rope() { EXPECT_TRUE(PRope::CreateEndpoints(&parent, &child).ok()); }
  ipdl::Endpoint<PRopeParent> parent;
  ipdl::Endpoint<PRopeChild> child;
};

// This side of a rope, which must hear nothing.
ipdl::RefPtr<RopeParent> BindDeaf(ipdl::Endpoint<PRopeParent> end, std::string* ended) {
  auto actor = ipdl::MakeRef<RopeParent>();
  actor->on_say = [](uint32_t n) { ADD_FAILURE() << "heard " << n; };
  actor->on_end = [ended](std::string_view why) { *ended = why; };
  EXPECT_TRUE(end.Bind(actor).ok());
  return actor;
}

TEST(KindsTest, SidesLiveWhereTheirProtocolSays) {
  ipdl::ProtocolInfo protocol = {};
  protocol.name = "demo::PFoo";
  const auto child_in = [&](const char* kinds, std::string_view kind) {
    protocol.child_kinds = kinds;
    return ipdl::MayLiveIn(protocol, ipdl::Side::kChild, kind, "the peer");
  };
  EXPECT_TRUE(child_in(nullptr, "").ok());
  EXPECT_TRUE(child_in("Content GPU", "Content").ok());
  EXPECT_TRUE(child_in("Content GPU", "GPU").ok());
  EXPECT_TRUE(child_in("!Parent", "whatever its launcher calls it").ok());
  for (const char* kind : {"", "GP", "GPUs", "content", "Content GPU", "!Parent"}) {
    EXPECT_FALSE(child_in("Content GPU", kind).ok()) << kind;
  }
  EXPECT_FALSE(child_in("!Parent", "Parent").ok());
  EXPECT_FALSE(child_in("!Parent", "").ok());
  EXPECT_EQ(
      "the child side of PFoo lives in processes of any kind but Parent, and the peer is of kind "
      "(unknown)",
      std::string(child_in("!Parent", "").message()));
}

FORKED_TEST(Kinds, BothSidesMayLiveInOneProcess) {
  auto loop = *ipdl::RunLoop::Create();
  Rope rope;
  auto parent = ipdl::MakeRef<RopeParent>();
  auto child = ipdl::MakeRef<RopeChild>();
  uint32_t heard = 0;
  parent->on_say = [&](uint32_t n) { heard = n; };
  EXPECT_TRUE(rope.parent.Bind(parent).ok());
  EXPECT_TRUE(rope.child.Bind(child).ok());
  EXPECT_TRUE(child->SendSay(7));
  while (heard != 7) loop->Turn(absl::InfiniteDuration());
  child->Close();
  while (loop->Turn(absl::ZeroDuration())) {
  }
}

FORKED_TEST(Kinds, ThisProcessIsTheParentAndBindsNoChildSideOfAnother) {
  Crew crew;
  crew.Launch("a", kChild);
  Rope rope;
  EXPECT_TRUE(crew["a"].orders->SendHoldRopeParent(std::move(rope.parent)));
  const absl::Status bound = rope.child.Bind(ipdl::MakeRef<RopeChild>());
  EXPECT_EQ(
      "the child side of PRope lives in processes of any kind but Parent, and this process is of "
      "kind "
      "Parent",
      std::string(bound.message()));
  EXPECT_FALSE(rope.child.valid());
}

FORKED_TEST(Kinds, WhoBoundTheWrongSideFirstIsFoundByTheOther) {
  Crew crew;
  crew.Launch("liar", {.arguments = {"Parent"}});
  Rope rope;
  auto wrong = ipdl::MakeRef<RopeChild>();
  std::string ended;
  wrong->on_say = [](uint32_t) { ADD_FAILURE(); };
  wrong->on_end = [&](std::string_view why) { ended = why; };
  EXPECT_TRUE(rope.child.Bind(wrong).ok());
  EXPECT_TRUE(crew["liar"].orders->SendHoldRopeParent(std::move(rope.parent)));
  EXPECT_TRUE(crew["liar"].orders->SendBind());
  crew.RunUntil([&] { return !ended.empty(); });
}

FORKED_TEST(Kinds, TheRightKindsTalk) {
  Crew crew;
  crew.Launch("a", kChild);
  Rope rope;
  auto actor = ipdl::MakeRef<RopeParent>();
  std::vector<uint32_t> heard;
  actor->on_say = [&](uint32_t n) { heard.push_back(n); };
  EXPECT_TRUE(rope.parent.Bind(actor).ok());
  EXPECT_TRUE(actor->SendSay(1));
  EXPECT_TRUE(crew["a"].orders->SendHoldRope(std::move(rope.child)));
  EXPECT_TRUE(crew["a"].orders->SendBind());
  EXPECT_TRUE(crew["a"].orders->SendSay(5, 1));
  crew.RunUntil([&] { return !heard.empty() && !crew["a"].orders->heard.empty(); });
  EXPECT_THAT(heard, ElementsAre(5));
  EXPECT_THAT(crew["a"].orders->heard, ElementsAre(1));
  actor->Close();
}

FORKED_TEST(Kinds, AnHonestProcessOfTheWrongKindRefuses) {
  Crew crew;
  crew.Launch("a", {.kind = "Parent"});
  Rope rope;
  std::string ended;
  const auto actor = BindDeaf(std::move(rope.parent), &ended);
  EXPECT_TRUE(crew["a"].orders->SendHoldRope(std::move(rope.child)));
  EXPECT_TRUE(crew["a"].orders->SendBind());
  crew.AwaitDid(
      "a",
      "refused: the child side of PRope lives in processes of any kind but Parent, and this "
      "process is of kind Parent");
  crew.RunUntil([&] { return !ended.empty(); });
  EXPECT_EQ("", crew["a"].violation);
}

FORKED_TEST(Kinds, ALiarOfTheWrongKindIsCutOff) {
  Crew crew;
  crew.Launch("liar", {.arguments = {"Child"}, .kind = "Parent"});
  Rope rope;
  std::string ended;
  const auto actor = BindDeaf(std::move(rope.parent), &ended);
  EXPECT_TRUE(crew["liar"].orders->SendHoldRope(std::move(rope.child)));
  EXPECT_TRUE(crew["liar"].orders->SendBind());
  EXPECT_TRUE(crew["liar"].orders->SendSay(1, 1));
  crew.RunUntil([&] { return !ended.empty() && !crew["liar"].exit.empty(); });
  EXPECT_THAT(
      crew["liar"].violation,
      HasSubstr("hello: the child side of PRope lives in processes of any kind but Parent, and the "
                "peer is of kind Parent"));
}

FORKED_TEST(Kinds, ALiarIsNotTakenForTheParentByAnotherChild) {
  Crew crew;
  crew.Launch("liar", {.arguments = {"Parent"}});
  crew.Launch("judge", {.kind = "Child", .trusted_to_judge = true});
  Rope rope;
  EXPECT_TRUE(crew["liar"].orders->SendHoldRopeParent(std::move(rope.parent)));
  EXPECT_TRUE(crew["liar"].orders->SendBind());
  EXPECT_TRUE(crew["liar"].orders->SendSay(0, 3));
  EXPECT_TRUE(crew["judge"].orders->SendHoldRope(std::move(rope.child)));
  EXPECT_TRUE(crew["judge"].orders->SendBind());
  crew.AwaitDid("judge", "line: abnormal shutdown");
  EXPECT_THAT(crew["judge"].orders->heard, IsEmpty());
}

FORKED_TEST(Kinds, NothingIsHandledBeforeThePeerIsKnown) {
  // The end passes through a process that might have been the peer.
  Crew crew;
  crew.Launch("a", {.kind = "Parent"});
  crew.Launch("b", kChild);
  crew.Introduce("a", "b");
  Rope rope;
  auto actor = ipdl::MakeRef<RopeParent>();
  EXPECT_TRUE(rope.parent.Bind(actor).ok());
  for (uint32_t n = 0; n < 100; ++n) EXPECT_TRUE(actor->SendSay(n));
  EXPECT_TRUE(crew["a"].orders->SendHoldRope(std::move(rope.child)));
  EXPECT_TRUE(crew["a"].orders->SendPass());
  crew.AwaitDid("b", "holds");
  EXPECT_TRUE(crew["b"].orders->SendBind());
  for (uint32_t n = 100; n < 200; ++n) EXPECT_TRUE(actor->SendSay(n));
  crew.RunUntil([&] { return crew["b"].orders->heard.size() == 200; });
  std::vector<uint32_t> all(200);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(all, crew["b"].orders->heard);
  actor->Close();
}

FORKED_TEST(Kinds, WhatAPeerSaidBeforeItClosedIsHandled) {
  Crew crew;
  crew.Launch("a", kChild);
  Rope rope;
  auto actor = ipdl::MakeRef<RopeParent>();
  EXPECT_TRUE(rope.parent.Bind(actor).ok());
  EXPECT_TRUE(crew["a"].orders->SendHoldRope(std::move(rope.child)));
  crew.AwaitDid("a", "holds");
  EXPECT_TRUE(actor->SendSay(1));
  actor->Close();
  EXPECT_TRUE(crew["a"].orders->SendBind());
  crew.AwaitDid("a", "line: normal shutdown");
  EXPECT_THAT(crew["a"].orders->heard, ElementsAre(1));
}

}  // namespace
}  // namespace actors
