// Actors as arguments: they arrive as the receiver's own, or not at all.

#include "tests/actors/actor_pair.h"

namespace actors {
namespace {

using Lines = std::vector<std::string>;

class ActorReference : public ActorPair {};

RUN_ON_ONE_LOOP_AND_TWO(ActorReference);

TEST_P(ActorReference, ArrivesAsTheReceiversActor) {
  auto node = MakeNode("node");
  auto leaf = MakeLeaf(1, node.get());
  Settle();
  auto node_twin = Only<NodeChild>(child->ManagedPNodeChild());
  auto leaf_twin = Only<LeafChild>(node_twin->ManagedPLeafChild());
  EXPECT_TRUE(child->SendUse(leaf_twin.get(), node_twin.get()));
  EXPECT_TRUE(child->SendUse(leaf_twin.get(), nullptr));
  Settle();
  EXPECT_EQ((Lines{"use leaf 1 node", "use leaf 1 null"}), parent_journal.Take());
}

TEST_P(ActorReference, StandsInsideStructsUnionsAndArrays) {
  MakeNode("node");
  auto one = MakeLeaf(1);
  auto two = MakeLeaf(2);
  Settle();
  auto node_twin = Only<NodeChild>(child->ManagedPNodeChild());
  auto leaves = child->ManagedPLeafChild();
  ASSERT_EQ(2u, leaves.size());
  std::optional<Bundle> bundle;
  std::optional<Thing> thing;
  std::optional<Rect> rect;
  parent->on_mixed = [&](Bundle b, Thing t, std::optional<Rect> r) {
    bundle = std::move(b);
    thing = std::move(t);
    rect = std::move(r);
    return ipdl::Ok();
  };
  EXPECT_TRUE(
      child->SendMixed(Bundle(leaves[0].get(), node_twin.get(), {leaves[1].get(), leaves[0].get()}),
                       Thing(leaves[1].get()), Rect(1, -2, "three")));
  Settle();
  ASSERT_TRUE(bundle && thing && rect);
  EXPECT_EQ(one.get(), bundle->leaf().AsParent());
  EXPECT_EQ(nullptr, bundle->leaf().AsChild());
  EXPECT_EQ("node", static_cast<NodeParent*>(bundle->node().AsParent())->name());
  ASSERT_EQ(2u, bundle->leaves().size());
  EXPECT_EQ(two.get(), bundle->leaves()[0].AsParent());
  EXPECT_EQ(one.get(), bundle->leaves()[1].AsParent());
  ASSERT_EQ(Thing::TPLeaf, thing->type());
  EXPECT_EQ(two.get(), thing->get_PLeaf().AsParent());
  EXPECT_EQ(-2, rect->y());
  EXPECT_EQ("three", rect->label());
}

TEST_P(ActorReference, ANullableFieldMayBeNullAndOthersMayNot) {
  MakeLeaf(1);
  Settle();
  auto leaf = Only<LeafChild>(child->ManagedPLeafChild());
  int mixed = 0;
  parent->on_mixed = [&](Bundle bundle, Thing, std::optional<Rect>) {
    ++mixed;
    EXPECT_TRUE(bundle.node().IsNull());
    return ipdl::Ok();
  };
  EXPECT_TRUE(child->SendMixed(Bundle(leaf.get(), nullptr, {}), Rect(), std::nullopt));
  EXPECT_EQ(ipdl::SendResult::kRefused,
            child->SendMixed(Bundle(nullptr, nullptr, {}), Rect(), std::nullopt).code());
  EXPECT_EQ(ipdl::SendResult::kRefused, child->SendUse(nullptr, nullptr).code());
  Settle();
  EXPECT_EQ(1, mixed);
  EXPECT_TRUE(child->IsOpen());
}

TEST_P(ActorReference, OfAnotherConnectionOrADeadActorIsRefused) {
  MakeLeaf(1);
  Settle();
  auto leaf = Only<LeafChild>(child->ManagedPLeafChild());
  auto stranger = ipdl::MakeRef<LeafChild>(&child_journal, "stranger");
  EXPECT_EQ(ipdl::SendResult::kRefused, child->SendUse(stranger.get(), nullptr).code());
  EXPECT_TRUE(PLeafChild::Send__delete__(leaf.get(), ""));
  EXPECT_EQ(ipdl::SendResult::kRefused, child->SendUse(leaf.get(), nullptr).code());
  EXPECT_EQ(2u, log.size());
  EXPECT_TRUE(child->IsOpen());
}

TEST_P(ActorReference, ToAnActorWhoseDeleteCrossedDropsTheMessage) {
  auto leaf = MakeLeaf(1);
  Settle();
  auto twin = Only<LeafChild>(child->ManagedPLeafChild());
  EXPECT_TRUE(PLeafParent::Send__delete__(leaf.get(), ""));
  EXPECT_TRUE(child->SendUse(twin.get(), nullptr));
  EXPECT_TRUE(child->SendMixed(Bundle(twin.get(), nullptr, {}), Rect(), std::nullopt));
  EXPECT_TRUE(child->SendNote(1));
  Settle();
  EXPECT_EQ((Lines{"leaf 1: deletion", "note 1"}), parent_journal.Take());
  EXPECT_EQ(Lines{}, log);
}

TEST_P(ActorReference, InAReplyToAnActorThatIsGoneRejects) {
  auto leaf = MakeLeaf(1);
  parent->on_ask_leaf = [&](TreeParent::AskLeafResolver resolve) {
    resolve(leaf.get());
    return ipdl::Ok();
  };
  Settle();
  auto twin = Only<LeafChild>(child->ManagedPLeafChild());
  child->SendAskLeaf([](PLeafChild*) { ADD_FAILURE(); },
                     [&](ipdl::RejectReason why) { child_journal.Add(RejectReasonName(why)); });
  EXPECT_TRUE(child->Flush());
  // The parent answers while our delete is on its way.
  EXPECT_TRUE(PLeafChild::Send__delete__(twin.get(), ""));
  Settle();
  EXPECT_EQ((Lines{"leaf 1: deletion", "actor destroyed"}), child_journal.Take());
  EXPECT_TRUE(child->IsOpen());
}

TEST_P(ActorReference, OfTheActorUnderConstructionIsAllowed) {
  // A node's constructor that is followed at once by a use of the node.
  auto node = ipdl::MakeRef<NodeChild>(&child_journal, "node");
  auto leaf = ipdl::MakeRef<LeafChild>(&child_journal, "leaf");
  EXPECT_NE(nullptr, child->SendPNodeConstructor(node, "node"));
  EXPECT_NE(nullptr, node->SendPLeafConstructor(leaf, 4));
  EXPECT_TRUE(child->SendUse(leaf.get(), node.get()));
  Settle();
  EXPECT_EQ((Lines{"use leaf 4 node"}), parent_journal.Take());
}

}  // namespace
}  // namespace actors
