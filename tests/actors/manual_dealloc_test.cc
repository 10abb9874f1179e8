// Actors of [ManualDealloc] protocols: freed once, whatever ends them, and never while in use.
// That none is left over or freed twice, the fixture (and AddressSanitizer) checks in each test.

#include "tests/actors/yard_pair.h"
#include "tests/support/forked_test.h"

namespace actors {
namespace {

using ipdl::RefPtr;
using Lines = std::vector<std::string>;

class ManualDealloc : public YardPair {
 protected:
  ToolParent* MakeTool(const std::string& name) {
    auto* tool = new ToolParent(&parent_journal, name);
    EXPECT_EQ(tool, parent->SendPToolConstructor(tool, name));
    return tool;
  }
};

RUN_ON_ONE_LOOP_AND_TWO(ManualDealloc);

TEST_P(ManualDealloc, BothSidesFreeAfterADelete) {
  ToolParent* tool = MakeTool("saw");
  Settle();
  EXPECT_EQ(2, child_journal.live_actors);  // with the yard
  EXPECT_TRUE(PToolParent::Send__delete__(tool));
  EXPECT_EQ((Lines{"saw: deletion", "free saw"}), parent_journal.Take());
  Settle();
  EXPECT_EQ((Lines{"saw: deletion", "free saw"}), child_journal.Take());
}

TEST_P(ManualDealloc, TheConstructorWithoutAnActorAllocatesIt) {
  PToolChild* tool = child->SendPToolConstructor("axe");
  ASSERT_NE(nullptr, tool);
  EXPECT_EQ("axe", static_cast<ToolChild*>(tool)->name());
  EXPECT_TRUE(tool->SendHello(3));
  Settle();
  EXPECT_EQ((Lines{"axe hello 3"}), parent_journal.Take());
}

TEST_P(ManualDealloc, TheConstructorWithoutAnActorFreesWhatCannotBeSent) {
  parent->Close();
  parent_journal.Take();
  EXPECT_EQ(nullptr, parent->SendPToolConstructor("axe"));
  EXPECT_EQ((Lines{"axe: failed constructor", "free axe"}), parent_journal.Take());
}

TEST_P(ManualDealloc, AnAllocThatAnswersNullSendsNothing) {
  parent->alloc_tool = [](const std::string&) { return nullptr; };
  EXPECT_EQ(nullptr, parent->SendPToolConstructor("axe"));
  Settle();
  EXPECT_TRUE(parent->CanSend());
}

TEST_P(ManualDealloc, AnActorThatWasNeverSentIsTheAuthors) {
  auto* tool = new ToolParent(&parent_journal, "saw");
  { const RefPtr<PToolParent> passing(tool); }
  EXPECT_EQ(2, parent_journal.live_actors);  // with the yard
  delete tool;
}

TEST_P(ManualDealloc, AnActorIsNotTakenTwice) {
  ToolParent* tool = MakeTool("saw");
  EXPECT_EQ(nullptr, parent->SendPToolConstructor(tool, "saw"));
  EXPECT_EQ(2, parent_journal.live_actors);  // with the yard
  EXPECT_TRUE(tool->CanSend());
}

TEST_P(ManualDealloc, ItIsFreedOnceTheManagerIsDeleted) {
  auto plot = ipdl::MakeRef<PlotParent>(&parent_journal);
  ASSERT_NE(nullptr, parent->SendPPlotConstructor(plot));
  const std::vector<uint8_t> data(5);
  ASSERT_NE(nullptr, plot->SendPToolConstructor("rake", data));
  Settle();
  EXPECT_TRUE(PPlotParent::Send__delete__(plot.get()));
  const Lines expected = {"rake of 5: ancestor deletion", "free rake of 5", "plot: deletion"};
  EXPECT_EQ(expected, parent_journal.Take());
  Settle();
  EXPECT_EQ(expected, child_journal.Take());
}

TEST_P(ManualDealloc, ACloseFreesAll) {
  MakeTool("a");
  MakeTool("b");
  Settle();
  parent->Close();
  EXPECT_EQ((Lines{"a: normal shutdown", "free a", "b: normal shutdown", "free b",
                   "yard: normal shutdown"}),
            parent_journal.Take());
}

TEST_P(ManualDealloc, ACutOffFreesAll) {
  MakeTool("a");
  Settle();
  child->on_use = [](PToolChild*) { return ipdl::BadMessage("no"); };
  EXPECT_TRUE(parent->SendUse(parent->ManagedPToolParent()[0].get()));
  Settle();
  const Lines expected = {"a: abnormal shutdown", "free a", "yard: abnormal shutdown"};
  EXPECT_EQ(expected, parent_journal.Take());
  EXPECT_EQ(expected, child_journal.Take());
  EXPECT_NE("", child->cut_off);
}

TEST_P(ManualDealloc, AFailedConstructorFreesOnBothSides) {
  child->on_tool = [](PToolChild*) { return ipdl::BadMessage("no tools"); };
  MakeTool("a");
  Settle();
  EXPECT_EQ((Lines{"a: failed constructor", "free a", "yard: abnormal shutdown"}),
            child_journal.Take());
  EXPECT_EQ((Lines{"a: abnormal shutdown", "free a", "yard: abnormal shutdown"}),
            parent_journal.Take());
}

TEST_P(ManualDealloc, AnAllocThatClosesLeavesNothing) {
  child->alloc_tool = [this](const std::string& name) {
    child->Close();
    return new ToolChild(&child_journal, name);
  };
  MakeTool("a");
  Settle();
  EXPECT_EQ((Lines{"yard: normal shutdown", "a: failed constructor", "free a"}),
            child_journal.Take());
}

TEST_P(ManualDealloc, ItIsNotFreedWhileItHandlesAMessage) {
  ToolParent* tool = MakeTool("a");
  Settle();
  auto* peer = static_cast<ToolChild*>(child->ManagedPToolChild()[0].get());
  peer->on_hello = [peer](uint32_t) {
    EXPECT_TRUE(PToolChild::Send__delete__(peer));
    peer->journal().Add("still " + peer->name());
    return ipdl::Ok();
  };
  EXPECT_TRUE(tool->SendHello(1));
  Settle();
  EXPECT_EQ((Lines{"a: deletion", "still a", "free a"}), child_journal.Take());
}

TEST_P(ManualDealloc, ARefPtrDelaysItToItsOwnEnd) {
  ToolParent* tool = MakeTool("a");
  RefPtr<PToolParent> kept(tool);
  EXPECT_TRUE(PToolParent::Send__delete__(tool));
  EXPECT_EQ((Lines{"a: deletion"}), parent_journal.Take());
  kept = nullptr;
  EXPECT_EQ((Lines{"free a"}), parent_journal.Take());
}

TEST_P(ManualDealloc, ARefPtrMayOutliveTheConnectionAndTheManager) {
  RefPtr<PToolParent> kept(MakeTool("a"));
  parent->Close();
  parent_journal.Take();
  kept = nullptr;
  EXPECT_EQ((Lines{"free a"}), parent_journal.Take());
}

FORKED_TEST(ManualDeallocInTwoProcesses, BothSidesMakeAndFree) {
  RunYards(
      [](YardSide<YardParent>& side) {
        ASSERT_NE(nullptr, side.yard->SendPToolConstructor("of the parent"));
        side.RunToEnd();
        EXPECT_EQ(
            (Lines{"of the child: deletion", "free of the child", "of the parent: normal shutdown",
                   "free of the parent", "yard: normal shutdown"}),
            side.journal.Take());
      },
      [](YardSide<YardChild>& side) {
        PToolChild* tool = side.yard->SendPToolConstructor("of the child");
        ASSERT_NE(nullptr, tool);
        EXPECT_TRUE(PToolChild::Send__delete__(tool));
        while (side.yard->ManagedPToolChild().empty()) side.loop->Turn(absl::InfiniteDuration());
      });
}

FORKED_TEST(ManualDeallocInTwoProcesses, ADeadPeerFreesAll) {
  RunYards(
      [](YardSide<YardParent>& side) {
        side.yard->on_use = [&](PToolParent*) {
          side.child_process->Kill();
          return ipdl::Ok();
        };
        ASSERT_NE(nullptr, side.yard->SendPToolConstructor("a"));
        side.RunToEnd();
        EXPECT_EQ((Lines{"a: abnormal shutdown", "free a", "yard: abnormal shutdown"}),
                  side.journal.Take());
      },
      [](YardSide<YardChild>& side) {
        side.yard->on_tool = [&](PToolChild* tool) {
          EXPECT_TRUE(side.yard->SendUse(tool));
          return ipdl::Ok();
        };
        side.RunToEnd();
      });
}

}  // namespace
}  // namespace actors
