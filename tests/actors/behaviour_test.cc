// What authors rely on, each between two processes and between two loops of one process: replies,
// trees, references, ends, values. What the other files show in detail on one thread stands here
// once more where both sides run at their own pace.

#include <optional>

#include "PEcho.h"
#include "PEchoChild.h"
#include "PEchoItemChild.h"
#include "PEchoItemParent.h"
#include "PEchoParent.h"
#include "runtime/log.h"
#include "tests/actors/tree_sides.h"

namespace actors {
namespace {

using ipdl::DestroyReason;
using ipdl::RejectReason;
using ipdl::RejectReasonName;
using ipdl::SendResult;
using Lines = std::vector<std::string>;

// Until the parent has handled all that the child sent before.
void Sync(ChildSide& side) {
  int32_t sum = 0;
  EXPECT_TRUE(side.child->SendAdd(0, 0, &sum));
}

// --- Replies -------------------------------------------------------------------------------------

TWO_SIDED_TEST(Behaviour, AHandlerAsksBackBeforeItAnswers) {
  TreeSides both(sides, [](ChildSide& side) {
    std::string got;
    side.child->SendAsk(
        "what", [&](std::string answer, uint32_t count) { got = answer + std::to_string(count); },
        [](RejectReason) { ADD_FAILURE(); });
    side.RunUntil([&] { return !got.empty(); });
    EXPECT_EQ("what twice 42", got);
  });
  both.parent->on_ask = [&](std::string question, TreeParent::AskResolver resolve) {
    auto kept = std::make_shared<TreeParent::AskResolver>(std::move(resolve));
    both.parent->SendAskChild(
        21, [kept, question](uint32_t twice) { (*kept)(question + " twice ", twice); },
        [](RejectReason) { ADD_FAILURE(); });
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Behaviour, AnAskerIsToldThatItsResolverIsGone) {
  TreeSides both(sides, [](ChildSide& side) {
    Lines told;
    const auto reject = [&](RejectReason why) { told.emplace_back(RejectReasonName(why)); };
    side.child->SendAsk("drop", nullptr, reject);
    side.child->SendAsk("refuse", nullptr, reject);
    side.RunUntil([&] { return told.size() == 2; });
    EXPECT_EQ((Lines{"resolver destroyed", "handler rejected"}), told);
    side.child->SendAsk("keep", nullptr, reject);
    side.RunUntil([&] { return told.size() == 3; });
    EXPECT_EQ("channel closed", told[2]);
  });
  std::vector<TreeParent::AskResolver> kept;
  both.parent->on_ask = [&](std::string question, TreeParent::AskResolver resolve) {
    if (question == "refuse") return ipdl::Refused("no");
    if (question == "keep") {
      kept.push_back(std::move(resolve));
      both.loop->Post([&] { both.parent->Close(); });
    }
    return ipdl::Ok();
  };
  both.RunParent();
  kept.clear();  // after the end: nobody hears of it
}

// --- The end of a connection
// ----------------------------------------------------------------------

TWO_SIDED_TEST(Behaviour, CloseInsideAHandlerEndsTheConnectionAtOnce) {
  TreeSides both(sides, [](ChildSide& side) {
    for (uint32_t n = 0; n < 100; ++n) side.child->SendNote(n);
    side.RunUntil([&] { return !side.child->CanSend(); });
    EXPECT_EQ(SendResult::kClosed, side.child->SendNote(100).code());
    side.RunUntil([&] { return !side.journal.lines.empty(); });
    EXPECT_EQ((Lines{"child: normal shutdown"}), side.journal.Take());
  });
  both.parent->on_note = [&](uint32_t n) {
    both.journal.Add("note " + std::to_string(n));
    if (n == 3) {
      EXPECT_TRUE(both.parent->CanSend());
      both.parent->Close();
      EXPECT_FALSE(both.parent->CanSend());
    }
    return ipdl::Ok();
  };
  both.RunParent();
  EXPECT_EQ((Lines{"note 0", "note 1", "note 2", "note 3", "parent: normal shutdown"}),
            both.journal.Take());
}

TWO_SIDED_TEST(Behaviour, ABadMessageEndsBothSidesAbnormally) {
  TreeSides both(sides, [](ChildSide& side) {
    auto leaf = ipdl::MakeRef<LeafChild>(&side.journal, "leaf");
    side.child->SendPLeafConstructor(leaf, 1);
    side.child->SendNote(7);
    side.RunUntil([&] { return side.journal.lines.size() == 2; });
    EXPECT_EQ((Lines{"leaf: abnormal shutdown", "child: abnormal shutdown"}), side.journal.Take());
  });
  both.parent->on_note = [](uint32_t) { return ipdl::BadMessage("n: seven"); };
  both.RunParent();
  EXPECT_EQ((Lines{"leaf 1: abnormal shutdown", "parent: abnormal shutdown"}), both.journal.Take());
  EXPECT_NE(std::string::npos, both.parent->cut_off.find("PTree::Msg_Note: n: seven"));
}

TWO_SIDED_TEST(Behaviour, CloseInsideAnEndIsNotAReentry) {
  TreeSides both(sides, [](ChildSide& side) {
    auto node = ipdl::MakeRef<NodeChild>(&side.journal, "node");
    side.child->SendPNodeConstructor(node, "node");
    for (uint32_t n = 0; n < 3; ++n) {
      auto leaf = ipdl::MakeRef<LeafChild>(&side.journal, "leaf");
      node->SendPLeafConstructor(leaf, n);
      leaf->on_destroy = [&side](DestroyReason) { side.child->Close(); };
    }
    side.child->SendNote(1);
    PNodeChild::Send__delete__(node.get());
    EXPECT_EQ((Lines{"leaf: ancestor deletion", "leaf: ancestor deletion",
                     "leaf: ancestor deletion", "node: deletion", "child: normal shutdown"}),
              side.journal.Take());
    EXPECT_EQ(1u, node->reference_count());
  });
  both.RunParent();
  EXPECT_EQ((Lines{"note 1", "leaf 0: ancestor deletion", "leaf 1: ancestor deletion",
                   "leaf 2: ancestor deletion", "node: deletion", "parent: normal shutdown"}),
            both.journal.Take());
}

TWO_SIDED_TEST(Behaviour, EveryActorOfATreeIsToldWhyItEnds) {
  TreeSides both(sides, [](ChildSide& side) {
    // Three levels, twice: one tree is deleted, the other ends with the connection.
    for (const char* name : {"a", "b"}) {
      auto top = ipdl::MakeRef<NodeChild>(&side.journal, name);
      side.child->SendPNodeConstructor(top, name);
      auto middle = ipdl::MakeRef<NodeChild>(&side.journal, std::string(name) + name);
      top->SendPNodeConstructor(middle, middle->name());
      middle->SendPLeafConstructor(ipdl::MakeRef<LeafChild>(&side.journal, "leaf"), 1);
      middle->on_destroy = [raw = middle.get(), top = top.get()](DestroyReason) {
        // Still listed while it is told.
        ASSERT_EQ(1u, top->ManagedPNodeChild().size());
        EXPECT_EQ(raw, top->ManagedPNodeChild()[0].get());
        EXPECT_EQ(top, raw->manager());
      };
      if (*name == 'a') PNodeChild::Send__delete__(top.get());
    }
    EXPECT_EQ((Lines{"leaf: ancestor deletion", "aa: ancestor deletion", "a: deletion"}),
              side.journal.Take());
    Sync(side);
    side.child->Close();
    EXPECT_EQ((Lines{"leaf: normal shutdown", "bb: normal shutdown", "b: normal shutdown",
                     "child: normal shutdown"}),
              side.journal.Take());
  });
  both.RunParent();
  EXPECT_EQ((Lines{"leaf 1: ancestor deletion", "aa: ancestor deletion", "a: deletion",
                   "leaf 1: normal shutdown", "bb: normal shutdown", "b: normal shutdown",
                   "parent: normal shutdown"}),
            both.journal.Take());
}

// --- Trees ---------------------------------------------------------------------------------------

TWO_SIDED_TEST(Behaviour, ConstructorsArriveInOrderBeforeWhatFollows) {
  TreeSides both(sides, [](ChildSide& side) {
    for (uint32_t n = 0; n < 10; ++n) {
      side.child->SendPLeafConstructor(ipdl::MakeRef<LeafChild>(&side.journal, "leaf"), n);
    }
    side.child->SendNote(10);
    Sync(side);
    EXPECT_EQ(10u, side.child->ManagedPLeafChild().size());
  });
  both.parent->on_note = [&](uint32_t n) {
    EXPECT_EQ(n, both.parent->ManagedPLeafParent().size());
    uint32_t next = 0;
    for (const auto& leaf : both.parent->ManagedPLeafParent()) {
      EXPECT_EQ("leaf " + std::to_string(next++), static_cast<LeafParent&>(*leaf).name());
    }
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Behaviour, BothSidesMakeActorsAtOnceWithoutClashes) {
  static constexpr size_t kActors = 200;
  const auto all_there = [](const auto& leaves) { return leaves.size() == 2 * kActors; };
  TreeSides both(sides, [all_there](ChildSide& side) {
    for (uint32_t n = 0; n < kActors; ++n) {
      auto leaf = ipdl::MakeRef<LeafChild>(&side.journal, "leaf");
      side.child->SendPLeafConstructor(leaf, n);
      EXPECT_LT(leaf->id(), 0);
      side.child->Flush();
    }
    side.RunUntil([&] { return all_there(side.child->ManagedPLeafChild()); });
    Sync(side);
  });
  for (uint32_t n = 0; n < kActors; ++n) {
    auto leaf = ipdl::MakeRef<LeafParent>(&both.journal, "leaf");
    both.parent->SendPLeafConstructor(leaf, n);
    EXPECT_GT(leaf->id(), 0);
    both.loop->Turn(absl::ZeroDuration());
  }
  both.RunParent();
  EXPECT_EQ(2 * kActors + 1, both.journal.lines.size());
}

TWO_SIDED_TEST(Behaviour, EachActorIsListedUnderItsOwnManager) {
  TreeSides both(sides, [](ChildSide& side) {
    auto node = ipdl::MakeRef<NodeChild>(&side.journal, "node");
    side.child->SendPNodeConstructor(node, "node");
    side.child->SendPLeafConstructor(ipdl::MakeRef<LeafChild>(&side.journal, "leaf"), 1);
    node->SendPLeafConstructor(ipdl::MakeRef<LeafChild>(&side.journal, "leaf"), 2);
    auto inner = ipdl::MakeRef<NodeChild>(&side.journal, "inner");
    node->SendPNodeConstructor(inner, "inner");
    Sync(side);
    EXPECT_EQ(1u, side.child->ManagedPLeafChild().size());
    EXPECT_EQ(1u, node->ManagedPLeafChild().size());
    EXPECT_EQ(1u, side.child->ManagedPNodeChild().size());
    PNodeChild::Send__delete__(inner.get());
    EXPECT_EQ(0u, node->ManagedPNodeChild().size());
    Sync(side);
  });
  both.parent->on_add = [&, calls = 0](int32_t, int32_t, int32_t*) mutable {
    EXPECT_EQ(1u, both.parent->ManagedPLeafParent().size());
    EXPECT_EQ(1u, both.parent->ManagedPNodeParent().size());
    if (both.parent->ManagedPNodeParent().size() == 1) {
      const auto node = both.parent->ManagedPNodeParent()[0];
      EXPECT_EQ(1u, node->ManagedPLeafParent().size());
      EXPECT_EQ(calls++ == 0 ? 1u : 0u, node->ManagedPNodeParent().size());
    }
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Behaviour, ReferencesLeadToTheSameActors) {
  TreeSides both(sides, [](ChildSide& side) {
    auto node = ipdl::MakeRef<NodeChild>(&side.journal, "node");
    side.child->SendPNodeConstructor(node, "node");
    auto inner = ipdl::MakeRef<NodeChild>(&side.journal, "inner");
    node->SendPNodeConstructor(inner, "inner");
    auto leaf = ipdl::MakeRef<LeafChild>(&side.journal, "leaf");
    inner->SendPLeafConstructor(leaf, 3);
    side.child->SendUse(leaf.get(), inner.get());
    side.child->SendUse(leaf.get(), nullptr);
    PNodeChild::Send__delete__(inner.get());
    // What it managed went with it, and is no value any more.
    EXPECT_EQ(SendResult::kRefused, side.child->SendUse(leaf.get(), node.get()).code());
    Sync(side);
  });
  both.RunParent();
  EXPECT_EQ((Lines{"use leaf 3 inner", "use leaf 3 null", "leaf 3: ancestor deletion",
                   "inner: deletion", "node: normal shutdown", "parent: normal shutdown"}),
            both.journal.Take());
}

TWO_SIDED_TEST(Behaviour, CrossingDeletesAndMessagesHarmNobody) {
  // The parent deletes what the child is still talking to, and deleting itself.
  static constexpr uint32_t kRounds = 100;
  TreeSides both(sides, [](ChildSide& side) {
    for (uint32_t n = 0; n < kRounds; ++n) {
      auto leaf = ipdl::MakeRef<LeafChild>(&side.journal, "leaf");
      side.child->SendPLeafConstructor(leaf, n);
      side.child->Flush();
      for (uint32_t i = 0; i < 5 && leaf->CanSend(); ++i) {
        leaf->SendHello(i);
        side.child->Flush();
        side.loop->Turn(absl::ZeroDuration());
      }
      if (leaf->CanSend()) PLeafChild::Send__delete__(leaf.get(), "");
    }
    Sync(side);
    EXPECT_TRUE(side.child->CanSend());
    EXPECT_EQ(0u, side.child->ManagedPLeafChild().size());
    EXPECT_EQ(kRounds, side.journal.lines.size());
  });
  both.parent->on_leaf = [](LeafParent* leaf) {
    leaf->on_hello = [leaf](uint32_t) {
      PLeafParent::Send__delete__(leaf, "");
      return ipdl::Ok();
    };
    return ipdl::Ok();
  };
  both.RunParent();
  EXPECT_EQ(kRounds + 1, both.journal.lines.size());
}

TWO_SIDED_TEST(Behaviour, AFailedConstructorEndsTheConnectionAndItsTree) {
  TreeSides both(sides, [](ChildSide& side) {
    side.child->SendPLeafConstructor(ipdl::MakeRef<LeafChild>(&side.journal, "leaf"), 1);
    side.RunUntil([&] { return side.journal.lines.size() == 2; });
    EXPECT_EQ((Lines{"leaf: abnormal shutdown", "child: abnormal shutdown"}), side.journal.Take());
  });
  both.parent->on_leaf = [](LeafParent*) { return ipdl::Refused("no room"); };
  both.RunParent();
  EXPECT_EQ((Lines{"leaf 1: failed constructor", "parent: abnormal shutdown"}),
            both.journal.Take());
}

// --- Order ---------------------------------------------------------------------------------------

TWO_SIDED_TEST(Behaviour, WhatWasSentBeforeASyncReplyIsNotStuckBehindIt) {
  TreeSides both(sides, [](ChildSide& side) {
    for (uint32_t n = 0; n < 200; ++n) {
      Sync(side);
      side.RunUntil([&] { return side.journal.lines.size() == n + 1; });
    }
  });
  both.parent->on_add = [&, n = 0u](int32_t, int32_t, int32_t*) mutable {
    both.parent->SendPoke(n++);
    return ipdl::Ok();
  };
  both.RunParent();
}

// --- Values --------------------------------------------------------------------------------------

TWO_SIDED_TEST(Behaviour, ActorsTravelInsideStructsUnionsAndArrays) {
  TreeSides both(sides, [](ChildSide& side) {
    auto leaf = ipdl::MakeRef<LeafChild>(&side.journal, "leaf");
    side.child->SendPLeafConstructor(leaf, 1);
    auto node = ipdl::MakeRef<NodeChild>(&side.journal, "node");
    side.child->SendPNodeConstructor(node, "node");
    side.child->SendMixed(Bundle(leaf.get(), node.get(), {leaf.get(), leaf.get()}),
                          std::vector<uint32_t>{1, 2, 3}, Rect(-1, 2, "rect"));
    Sync(side);
  });
  bool came = false;
  both.parent->on_mixed = [&](Bundle bundle, Thing thing, std::optional<Rect> rect) {
    came = true;
    PLeafParent* const leaf = both.parent->ManagedPLeafParent()[0].get();
    EXPECT_EQ(leaf, bundle.leaf().AsParent());
    EXPECT_EQ(both.parent->ManagedPNodeParent()[0].get(), bundle.node().AsParent());
    EXPECT_EQ(2u, bundle.leaves().size());
    EXPECT_EQ((std::vector<uint32_t>{1, 2, 3}), thing.get_ArrayOfuint32_t());
    EXPECT_EQ("rect", rect->label());
    return ipdl::Ok();
  };
  both.RunParent();
  EXPECT_TRUE(came);
}

class EchoItemParent final : public PEchoItemParent {};
class EchoItemChild final : public PEchoItemChild {};

class EchoParent final : public PEchoParent {
 private:
  ipdl::Result RecvSame(Json value, Json* same) override {
    *same = std::move(value);
    return ipdl::Ok();
  }
  ipdl::Result RecvPointers(std::unique_ptr<Member> one, std::unique_ptr<Member> none,
                            std::unique_ptr<Member>* same,
                            std::unique_ptr<Member>* nothing) override {
    EXPECT_EQ(nullptr, none);
    *same = std::move(one);
    *nothing = std::move(none);
    return ipdl::Ok();
  }
  ipdl::RefPtr<PEchoItemParent> AllocPEchoItemParent() override {
    return ipdl::MakeRef<EchoItemParent>();
  }
};

class EchoChild final : public PEchoChild {};

void Echo(EchoChild& child) {
  auto item = ipdl::MakeRef<EchoItemChild>();
  child.SendPEchoItemConstructor(item);
  std::vector<Json> list;
  list.emplace_back(true);
  list.emplace_back(1.5);
  list.emplace_back(ipdl::SideVariant<PEchoItemParent*, PEchoItemChild*>(item.get()));
  std::vector<Member> members;
  members.emplace_back("list", Json(std::move(list)));
  members.emplace_back("text", Json(std::string("text")));
  const Json value(std::move(members));
  Json same;
  EXPECT_TRUE(child.SendSame(value, &same));
  EXPECT_TRUE(value == same);
  const Json& came_back = same.get_ArrayOfMember()[0].value().get_ArrayOfJson()[2];
  EXPECT_EQ(item.get(), came_back.get_PEchoItem().AsChild());

  const auto one = std::make_unique<Member>("one", Json(1.0));
  std::unique_ptr<Member> again;
  std::unique_ptr<Member> nothing = std::make_unique<Member>();
  EXPECT_TRUE(child.SendPointers(one, nullptr, &again, &nothing));
  ASSERT_NE(nullptr, again);
  EXPECT_TRUE(*one == *again);  // and what was sent is still here
  EXPECT_EQ(nullptr, nothing);
}

TWO_SIDED_TEST(Behaviour, RecursiveValuesWithActorsAndPointersSurviveAnEcho) {
  TwoSides both(sides, [](const TwoSides::MakeEnd& make_end) {
    auto loop = *ipdl::RunLoop::Create();
    auto child = ipdl::MakeRef<EchoChild>();
    ipdl::Endpoint<PEchoChild> end{make_end()};
    ASSERT_TRUE(end.Bind(child).ok());
    Echo(*child);
    child->Close();
  });
  auto loop = *ipdl::RunLoop::Create();
  auto parent = ipdl::MakeRef<EchoParent>();
  ipdl::Endpoint<PEchoParent> end{both.MakeParentEnd()};
  ASSERT_TRUE(end.Bind(parent).ok());
  while (parent->IsOpen()) loop->Turn(absl::InfiniteDuration());
}

}  // namespace
}  // namespace actors
