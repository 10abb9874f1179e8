// How actors come and go: order, reasons, and what authors may do inside ActorDestroy.

#include "tests/actors/actor_pair.h"

namespace actors {
namespace {

using ipdl::DestroyReason;
using ipdl::LinkStatus;
using ipdl::RefPtr;
using Lines = std::vector<std::string>;

class LifeCycle : public ActorPair {};

RUN_ON_ONE_LOOP_AND_TWO(LifeCycle);

TEST_P(LifeCycle, MessagesArriveInOrderBothWays) {
  EXPECT_TRUE(child->SendNote(1));
  EXPECT_TRUE(parent->SendPoke(2));
  EXPECT_TRUE(child->SendNote(3));
  Settle();
  EXPECT_EQ((Lines{"note 1", "note 3"}), parent_journal.Take());
  EXPECT_EQ((Lines{"poke 2"}), child_journal.Take());
}

TEST_P(LifeCycle, IdsCountUpInTheSignOfTheMaker) {
  auto a = MakeNode("a");
  auto b = MakeLeaf(1);
  auto c = ipdl::MakeRef<LeafChild>(&child_journal, "c");
  EXPECT_EQ(c.get(), child->SendPLeafConstructor(c, 2));
  EXPECT_EQ(0, parent->id());
  EXPECT_EQ(1, a->id());
  EXPECT_EQ(2, b->id());
  EXPECT_EQ(-1, c->id());
  EXPECT_TRUE(PLeafParent::Send__delete__(b.get(), ""));
  auto d = MakeLeaf(3);
  EXPECT_EQ(3, d->id());
}

TEST_P(LifeCycle, TheConnectionKeepsActorsAlive) {
  EXPECT_NE(nullptr,
            child->SendPLeafConstructor(ipdl::MakeRef<LeafChild>(&child_journal, "kept"), 1));
  Settle();
  ASSERT_EQ(1u, child->ManagedPLeafChild().size());
  ASSERT_EQ(1u, parent->ManagedPLeafParent().size());
  EXPECT_TRUE(child->ManagedPLeafChild()[0]->SendHello(5));
  Settle();
  EXPECT_EQ((Lines{"leaf 1 hello 5"}), parent_journal.Take());
}

TEST_P(LifeCycle, CloseInsideAHandlerStopsSendingAtOnce) {
  bool could_send_after = true;
  parent->on_note = [&](uint32_t) {
    parent->Close();
    could_send_after = parent->CanSend();
    return ipdl::Ok();
  };
  EXPECT_TRUE(child->SendNote(1));
  EXPECT_TRUE(child->SendNote(2));
  Settle();
  EXPECT_FALSE(could_send_after);
  EXPECT_EQ((Lines{"parent: normal shutdown"}), parent_journal.Take());
  EXPECT_EQ((Lines{"child: normal shutdown"}), child_journal.Take());
  EXPECT_EQ(ipdl::SendResult::kClosed, child->SendNote(3).code());
  EXPECT_EQ(LinkStatus::kDestroyed, child->link_status());
}

TEST_P(LifeCycle, WhatWasSentBeforeCloseIsDelivered) {
  for (uint32_t i = 0; i < 3; ++i) EXPECT_TRUE(child->SendNote(i));
  child->Close();
  Settle();
  EXPECT_EQ((Lines{"note 0", "note 1", "note 2", "parent: normal shutdown"}),
            parent_journal.Take());
}

TEST_P(LifeCycle, DeleteEndsTheSubtreeChildrenFirst) {
  auto root = MakeNode("root");
  auto left = MakeNode("left", root.get());
  auto leaf = MakeLeaf(1, left.get());
  auto right = MakeNode("right", root.get());
  Settle();
  EXPECT_TRUE(PNodeParent::Send__delete__(root.get()));
  const Lines expected{"leaf 1: ancestor deletion", "left: ancestor deletion",
                       "right: ancestor deletion", "root: deletion"};
  EXPECT_EQ(expected, parent_journal.Take());
  Settle();
  EXPECT_EQ(expected, child_journal.Take());
  EXPECT_TRUE(child->ManagedPNodeChild().empty());
  EXPECT_TRUE(parent->IsOpen());
}

TEST_P(LifeCycle, CloseEndsTheWholeTreeOnBothSides) {
  auto root = MakeNode("root");
  MakeLeaf(1, root.get());
  MakeLeaf(2);
  Settle();
  child->Close();
  const Lines below{"leaf 1: normal shutdown", "root: normal shutdown", "leaf 2: normal shutdown"};
  Lines expected = below;
  expected.push_back("child: normal shutdown");
  EXPECT_EQ(expected, child_journal.Take());
  Settle();
  expected = below;
  expected.push_back("parent: normal shutdown");
  EXPECT_EQ(expected, parent_journal.Take());
}

TEST_P(LifeCycle, TheWholeSubtreeIsDoomedBeforeAnyoneIsTold) {
  auto root = MakeNode("root");
  auto leaf = MakeLeaf(1, root.get());
  auto other = MakeLeaf(2);
  bool root_could_send = true;
  bool other_could_send = false;
  ipdl::SendResult sent = ipdl::SendResult::kOk;
  leaf->on_destroy = [&](DestroyReason) {
    root_could_send = root->CanSend();
    other_could_send = other->CanSend();
    sent = root->SendHello("too late");
  };
  EXPECT_TRUE(PNodeParent::Send__delete__(root.get()));
  EXPECT_FALSE(root_could_send);
  EXPECT_TRUE(other_could_send);
  EXPECT_EQ(ipdl::SendResult::kClosed, sent.code());
}

TEST_P(LifeCycle, InsideActorDestroyTheManagerStillListsTheActor) {
  auto root = MakeNode("root");
  auto leaf = MakeLeaf(1, root.get());
  bool listed = false;
  ipdl::Actor* manager = nullptr;
  leaf->on_destroy = [&](DestroyReason) {
    manager = leaf->Manager();
    for (const auto& managed : root->ManagedPLeafParent()) listed |= managed == leaf;
  };
  EXPECT_TRUE(PLeafParent::Send__delete__(leaf.get(), ""));
  EXPECT_EQ(root.get(), manager);
  EXPECT_TRUE(listed);
  EXPECT_EQ(nullptr, leaf->Manager());
  EXPECT_TRUE(root->ManagedPLeafParent().empty());
}

TEST_P(LifeCycle, CloseInsideActorDestroyRunsAfterTheSubtree) {
  auto root = MakeNode("root");
  auto leaf = MakeLeaf(1, root.get());
  MakeLeaf(2, root.get());
  int depth = 0;
  leaf->on_destroy = [&](DestroyReason) {
    ++depth;
    parent->Close();
    parent_journal.Add("closed inside");
    --depth;
  };
  root->on_destroy = [&](DestroyReason) { EXPECT_EQ(0, depth); };
  parent->on_destroy = [&](DestroyReason) { EXPECT_EQ(0, depth); };
  EXPECT_TRUE(PNodeParent::Send__delete__(root.get()));
  EXPECT_EQ((Lines{"leaf 1: ancestor deletion", "closed inside", "leaf 2: ancestor deletion",
                   "root: deletion", "parent: normal shutdown"}),
            parent_journal.Take());
  EXPECT_EQ(1u, root->reference_count());
  EXPECT_EQ(1u, leaf->reference_count());
  EXPECT_EQ(1u, parent->reference_count());
}

TEST_P(LifeCycle, ActorDestroyMayDeleteSiblingsAndItself) {
  auto a = MakeLeaf(1);
  auto b = MakeLeaf(2);
  a->on_destroy = [&](DestroyReason) {
    EXPECT_TRUE(PLeafParent::Send__delete__(b.get(), ""));
    EXPECT_FALSE(b->CanSend());
    EXPECT_FALSE(PLeafParent::Send__delete__(a.get(), ""));
    parent_journal.Add("deleted the other");
  };
  EXPECT_TRUE(PLeafParent::Send__delete__(a.get(), ""));
  EXPECT_EQ((Lines{"leaf 1: deletion", "deleted the other", "leaf 2: deletion"}),
            parent_journal.Take());
  Settle();
  EXPECT_EQ((Lines{"leaf 1: deletion", "leaf 2: deletion"}), child_journal.Take());
}

TEST_P(LifeCycle, ActorDestroyMayReleaseTheLastReference) {
  auto leaf = MakeLeaf(1);
  leaf->on_destroy = [&](DestroyReason) { leaf = nullptr; };
  LeafParent* raw = leaf.get();
  EXPECT_TRUE(PLeafParent::Send__delete__(raw, ""));
  EXPECT_EQ(nullptr, leaf.get());
  EXPECT_EQ(1, parent_journal.live_actors);  // only the top-level one
}

TEST_P(LifeCycle, DeleteInsideAHandlerOfTheActor) {
  auto leaf = MakeLeaf(1);
  Settle();
  leaf->on_hello = [&](uint32_t) {
    EXPECT_TRUE(PLeafParent::Send__delete__(leaf.get(), "enough"));
    return ipdl::Ok();
  };
  auto twin = Only<LeafChild>(child->ManagedPLeafChild());
  EXPECT_TRUE(twin->SendHello(1));
  EXPECT_TRUE(twin->SendHello(2));
  Settle();
  EXPECT_EQ((Lines{"leaf 1: deletion"}), parent_journal.Take());
  EXPECT_EQ((Lines{"leaf 1 deleted because enough", "leaf 1: deletion"}), child_journal.Take());
  EXPECT_TRUE(parent->IsOpen());
}

TEST_P(LifeCycle, CrossingDeletesAreNobodysFault) {
  auto leaf = MakeLeaf(1);
  Settle();
  auto twin = Only<LeafChild>(child->ManagedPLeafChild());
  EXPECT_TRUE(PLeafParent::Send__delete__(leaf.get(), "parent"));
  EXPECT_TRUE(PLeafChild::Send__delete__(twin.get(), "child"));
  Settle();
  EXPECT_EQ((Lines{"leaf 1: deletion"}), parent_journal.Take());
  EXPECT_EQ((Lines{"leaf 1: deletion"}), child_journal.Take());
  EXPECT_TRUE(parent->IsOpen());
  EXPECT_EQ(Lines{}, log);
}

TEST_P(LifeCycle, MessagesThatCrossADeleteAreIgnored) {
  auto node = MakeNode("node");
  Settle();
  auto twin = Only<NodeChild>(child->ManagedPNodeChild());
  EXPECT_TRUE(PNodeParent::Send__delete__(node.get()));
  // The child does not know yet: a message, a constructor below it, a message to what that made.
  EXPECT_TRUE(twin->SendHello("are you there"));
  auto leaf = ipdl::MakeRef<LeafChild>(&child_journal, "orphan");
  EXPECT_NE(nullptr, twin->SendPLeafConstructor(leaf, 1));
  EXPECT_TRUE(leaf->SendHello(2));
  Settle();
  EXPECT_EQ((Lines{"node: deletion"}), parent_journal.Take());
  EXPECT_EQ((Lines{"orphan: ancestor deletion", "node: deletion"}), child_journal.Take());
  EXPECT_TRUE(child->SendNote(1));
  Settle();
  EXPECT_EQ((Lines{"note 1"}), parent_journal.Take());
  EXPECT_EQ(Lines{}, log);
}

TEST_P(LifeCycle, DeleteOfASiblingInsideAHandlerDropsWhatIsOnItsWay) {
  auto a = MakeLeaf(1);
  auto b = MakeLeaf(2);
  Settle();
  a->on_hello = [&](uint32_t) {
    EXPECT_TRUE(PLeafParent::Send__delete__(b.get(), "by 1"));
    parent_journal.Add("deleted the other");
    return ipdl::Ok();
  };
  b->on_hello = [&](uint32_t) {
    ADD_FAILURE() << "it is gone";
    return ipdl::Ok();
  };
  auto twins = child->ManagedPLeafChild();
  EXPECT_TRUE(twins[0]->SendHello(1));
  EXPECT_TRUE(twins[1]->SendHello(2));
  Settle();
  EXPECT_EQ((Lines{"leaf 2: deletion", "deleted the other"}), parent_journal.Take());
  EXPECT_EQ((Lines{"leaf 2 deleted because by 1", "leaf 2: deletion"}), child_journal.Take());
  EXPECT_EQ(Lines{}, log);
}

TEST_P(LifeCycle, DeleteOfTheManagerInsideAHandlerEndsBoth) {
  auto node = MakeNode("node");
  auto leaf = MakeLeaf(1, node.get());
  Settle();
  leaf->on_hello = [&](uint32_t) {
    EXPECT_TRUE(PNodeParent::Send__delete__(node.get()));
    EXPECT_FALSE(leaf->CanSend());
    parent_journal.Add("deleted the manager");
    return ipdl::Ok();
  };
  auto twin = Only<NodeChild>(child->ManagedPNodeChild());
  EXPECT_TRUE(Only<LeafChild>(twin->ManagedPLeafChild())->SendHello(1));
  Settle();
  EXPECT_EQ((Lines{"leaf 1: ancestor deletion", "node: deletion", "deleted the manager"}),
            parent_journal.Take());
  EXPECT_EQ((Lines{"leaf 1: ancestor deletion", "node: deletion"}), child_journal.Take());
}

TEST_P(LifeCycle, ActorDestroyMaySendThroughOthersAndMakeActors) {
  auto a = MakeLeaf(1);
  Settle();
  a->on_destroy = [&](DestroyReason) {
    EXPECT_TRUE(parent->SendPoke(7));
    MakeLeaf(2);
    EXPECT_EQ(ipdl::SendResult::kClosed, a->SendHello(1).code());
  };
  EXPECT_TRUE(PLeafChild::Send__delete__(child->ManagedPLeafChild()[0].get(), ""));
  Settle();
  EXPECT_EQ((Lines{"leaf 1: deletion", "poke 7"}), child_journal.Take());
  EXPECT_EQ(1u, child->ManagedPLeafChild().size());
  EXPECT_EQ(1u, parent->ManagedPLeafParent().size());
}

TEST_P(LifeCycle, QuestionsBelowADeletedManagerAreRejectedJustBeforeTheirActorIsTold) {
  auto root = MakeNode("root");
  auto node = MakeNode("node", root.get());
  const auto ask = [&](NodeParent& asker, const std::string& name) {
    asker.SendAsk(
        1, [](uint32_t) { ADD_FAILURE() << "it was answered"; },
        [&, name](ipdl::RejectReason why) {
          EXPECT_EQ(ipdl::RejectReason::kActorDestroyed, why);
          EXPECT_FALSE(root->CanSend());
          parent_journal.Add(name + " is rejected");
        });
  };
  ask(*root, "root");
  ask(*node, "node");
  EXPECT_TRUE(PNodeParent::Send__delete__(root.get()));
  EXPECT_EQ(
      (Lines{"node is rejected", "node: ancestor deletion", "root is rejected", "root: deletion"}),
      parent_journal.Take());
  Settle();  // the answers come late
  EXPECT_TRUE(parent->IsOpen());
  EXPECT_EQ(Lines{}, log);
}

TEST_P(LifeCycle, EachInstanceIsListedUnderItsRealManager) {
  auto node = MakeNode("node");
  auto below_top = MakeLeaf(1);
  auto below_node = MakeLeaf(2, node.get());
  Settle();
  ASSERT_EQ(1u, parent->ManagedPLeafParent().size());
  EXPECT_EQ(below_top.get(), parent->ManagedPLeafParent()[0].get());
  ASSERT_EQ(1u, node->ManagedPLeafParent().size());
  EXPECT_EQ(below_node.get(), node->ManagedPLeafParent()[0].get());
  EXPECT_EQ(node.get(), below_node->Manager());
  EXPECT_EQ(parent.get(), below_node->toplevel());
  EXPECT_EQ(1u, child->ManagedPLeafChild().size());
  EXPECT_EQ(1u, child->ManagedPNodeChild()[0]->ManagedPLeafChild().size());
}

TEST_P(LifeCycle, TenConstructorsArriveInOrder) {
  for (uint32_t i = 0; i < 10; ++i) MakeLeaf(i);
  EXPECT_TRUE(parent->SendPoke(1));
  size_t managed_at_poke = 0;
  child->on_poke = [&](uint32_t) {
    managed_at_poke = child->ManagedPLeafChild().size();
    return ipdl::Ok();
  };
  Settle();
  EXPECT_EQ(10u, managed_at_poke);
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_EQ("leaf " + std::to_string(i),
              static_cast<LeafChild*>(child->ManagedPLeafChild()[i].get())->name());
  }
}

TEST_P(LifeCycle, ADeepChainOfManagersEndsWithoutRecursion) {
  RefPtr<NodeParent> node = MakeNode("n");
  RefPtr<NodeParent> root = node;
  for (int i = 0; i < 10000; ++i) node = MakeNode("n", node.get());
  node = nullptr;
  Settle();
  EXPECT_TRUE(PNodeParent::Send__delete__(root.get()));
  EXPECT_EQ(10001u, parent_journal.Take().size());
  Settle();
  EXPECT_EQ(10001u, child_journal.Take().size());
}

TEST_P(LifeCycle, AConstructorOnAClosedConnectionFailsTheActor) {
  parent->Close();
  parent_journal.Take();
  auto leaf = ipdl::MakeRef<LeafParent>(&parent_journal, "leaf");
  EXPECT_EQ(nullptr, parent->SendPLeafConstructor(leaf, 1));
  EXPECT_EQ((Lines{"leaf: failed constructor"}), parent_journal.Take());
  EXPECT_EQ(LinkStatus::kDestroyed, leaf->link_status());
  EXPECT_EQ(1u, leaf->reference_count());
}

TEST_P(LifeCycle, ANullOrUsedActorCannotBeConstructed) {
  auto leaf = MakeLeaf(1);
  EXPECT_EQ(nullptr, parent->SendPLeafConstructor(nullptr, 1));
  EXPECT_EQ(nullptr, parent->SendPLeafConstructor(leaf, 1));
  EXPECT_TRUE(leaf->CanSend());
  EXPECT_EQ(2u, log.size());
}

TEST_P(LifeCycle, AFailedConstructorHandlerEndsTheActorAndThePeer) {
  parent->on_leaf = [&](LeafParent* leaf) {
    parent_journal.Add("got " + leaf->name());
    return ipdl::BadMessage("n: not one of ours");
  };
  auto leaf = ipdl::MakeRef<LeafChild>(&child_journal, "leaf");
  EXPECT_NE(nullptr, child->SendPLeafConstructor(leaf, 9));
  Settle();
  EXPECT_EQ((Lines{"got leaf 9", "leaf 9: failed constructor", "parent: abnormal shutdown"}),
            parent_journal.Take());
  EXPECT_EQ((Lines{"leaf: abnormal shutdown", "child: abnormal shutdown"}), child_journal.Take());
  EXPECT_EQ("cut off unknown peer: PTree::Msg_PLeafConstructor: n: not one of ours",
            parent->cut_off);
}

TEST_P(LifeCycle, AnAllocThatGivesNothingCutsThePeerOff) {
  parent->alloc_leaf = [](uint32_t) { return nullptr; };
  EXPECT_NE(nullptr,
            child->SendPLeafConstructor(ipdl::MakeRef<LeafChild>(&child_journal, "leaf"), 9));
  Settle();
  EXPECT_EQ("cut off unknown peer: PTree::Msg_PLeafConstructor: this side has no actor for it",
            parent->cut_off);
  EXPECT_EQ(1u, log.size());
}

TEST_P(LifeCycle, ClosingTwiceAndSendingAfterwardsIsHarmless) {
  child->Close();
  child->Close();
  EXPECT_FALSE(child->IsOpen());
  EXPECT_FALSE(child->SendNote(1));
  EXPECT_FALSE(child->Flush());
  EXPECT_EQ(0u, child->queued_bytes());
  EXPECT_EQ((Lines{"child: normal shutdown"}), child_journal.Take());
}

TEST_P(LifeCycle, AnUnboundActorCannotSend) {
  auto alone = ipdl::MakeRef<TreeChild>(&child_journal, "alone");
  EXPECT_FALSE(alone->CanSend());
  EXPECT_FALSE(alone->IsOpen());
  EXPECT_EQ(ipdl::SendResult::kClosed, alone->SendNote(1).code());
  EXPECT_EQ(nullptr, alone->loop());
  alone->Close();
  EXPECT_EQ(LinkStatus::kInactive, alone->link_status());
}

TEST_P(LifeCycle, WhatCameBeforeTheEndIsMadeAlsoWhenTheEndIsKnown) {
  child->SendPLeafConstructor(ipdl::MakeRef<LeafChild>(&child_journal, "leaf"), 1);
  child->SendNote(2);
  child->Close();
  parent->SendPoke(3);
  parent->Flush();  // finds out that nobody is there
  Settle();
  EXPECT_EQ((Lines{"note 2", "leaf 1: normal shutdown", "parent: normal shutdown"}),
            parent_journal.Take());
}

}  // namespace
}  // namespace actors
