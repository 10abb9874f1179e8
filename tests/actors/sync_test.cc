// Sync calls between two processes: the results, what waits meanwhile, and how they fail.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "PSide.h"
#include "tests/actors/tree_sides.h"

namespace actors {
namespace {

using Lines = std::vector<std::string>;

TWO_SIDED_TEST(Sync, ReturnsTheResults) {
  TreeSides both(sides, [](ChildSide& side) {
    int32_t sum = 0;
    EXPECT_TRUE(side.child->SendAdd(2, 40, &sum));
    EXPECT_EQ(42, sum);
    std::string text;
    std::optional<ipdl::FileDescriptor> fd;
    EXPECT_TRUE(side.child->SendFetch("nothing", &text, &fd));
    EXPECT_EQ("nothing", text);
    EXPECT_FALSE(fd.has_value());
  });
  both.RunParent();
  EXPECT_EQ((Lines{"parent: normal shutdown"}), both.journal.Take());
}

TWO_SIDED_TEST(Sync, CarriesHandlesBack) {
  TreeSides both(sides, [](ChildSide& side) {
    std::string text;
    std::optional<ipdl::FileDescriptor> fd;
    EXPECT_TRUE(side.child->SendFetch("memory", &text, &fd));
    ASSERT_TRUE(fd.has_value());
    char bytes[5] = {};
    EXPECT_EQ(5, pread(fd->get(), bytes, 5, 0));
    EXPECT_EQ("hello", std::string(bytes, 5));
  });
  both.parent->on_fetch = [](std::string, std::string*, std::optional<ipdl::FileDescriptor>* fd) {
    fd->emplace(memfd_create("fetched", MFD_CLOEXEC));
    EXPECT_EQ(5, write((*fd)->get(), "hello", 5));
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Sync, CarriesActorsAsTheCallersOwn) {
  TreeSides both(sides, [](ChildSide& side) {
    auto leaf = ipdl::MakeRef<LeafChild>(&side.journal, "leaf");
    EXPECT_NE(nullptr, side.child->SendPLeafConstructor(leaf, 1));
    PLeafChild* same = nullptr;
    EXPECT_TRUE(side.child->SendSame(leaf.get(), &same));
    EXPECT_EQ(leaf.get(), same);
    EXPECT_TRUE(side.child->SendSame(nullptr, &same));
    EXPECT_EQ(nullptr, same);
    uint32_t count = 0;
    EXPECT_TRUE(leaf->SendCount(&count));
    EXPECT_TRUE(leaf->SendCount(&count));
    EXPECT_EQ(2u, count);
  });
  both.RunParent();
}

TWO_SIDED_TEST(Sync, AsyncMessagesSentBeforeItArriveBeforeIt) {
  TreeSides both(sides, [](ChildSide& side) {
    int32_t sum = 0;
    EXPECT_TRUE(side.child->SendNote(1));
    EXPECT_TRUE(side.child->SendAdd(0, 0, &sum));
    EXPECT_TRUE(side.child->SendNote(2));
  });
  both.parent->on_add = [&](int32_t, int32_t, int32_t*) {
    both.journal.Add("add");
    return ipdl::Ok();
  };
  both.RunParent();
  EXPECT_EQ((Lines{"note 1", "add", "note 2", "parent: normal shutdown"}), both.journal.Take());
}

TWO_SIDED_TEST(Sync, WhatComesMeanwhileWaitsUntilTheHandlerIsDoneAndKeepsItsOrder) {
  TreeSides both(sides, [](ChildSide& side) {
    std::vector<std::string> events;
    side.child->on_poke = [&](uint32_t n) {
      events.push_back("poke " + std::to_string(n));
      if (n == 1) {
        int32_t sum = 0;
        EXPECT_TRUE(side.child->SendAdd(1, 1, &sum));
        events.push_back("sum " + std::to_string(sum));
        // A second call, with messages already waiting.
        EXPECT_TRUE(side.child->SendAdd(2, 2, &sum));
        events.push_back("sum " + std::to_string(sum));
      }
      return ipdl::Ok();
    };
    side.RunUntil([&] { return events.size() == 9; });
    EXPECT_EQ((Lines{"poke 1", "sum 2", "sum 4", "poke 2", "poke 3", "poke 4", "poke 5", "poke 6",
                     "poke 7"}),
              events);
  });
  uint32_t next = 4;
  both.parent->on_add = [&](int32_t a, int32_t b, int32_t* sum) {
    EXPECT_TRUE(both.parent->SendPoke(next++));
    EXPECT_TRUE(both.parent->SendPoke(next++));
    *sum = a + b;
    return ipdl::Ok();
  };
  // All three are in the child's receive buffer together when it handles the first.
  for (uint32_t n = 1; n <= 3; ++n) EXPECT_TRUE(both.parent->SendPoke(n));
  both.RunParent();
}

TWO_SIDED_TEST(Sync, RepliesToEarlierQuestionsWaitToo) {
  TreeSides both(sides, [](ChildSide& side) {
    bool in_call = false;
    std::vector<std::string> events;
    side.child->SendAsk(
        "early",
        [&](std::string answer, uint32_t) {
          EXPECT_FALSE(in_call);
          events.push_back(answer);
        },
        [](ipdl::RejectReason) { ADD_FAILURE(); });
    int32_t sum = 0;
    in_call = true;
    EXPECT_TRUE(side.child->SendAdd(1, 1, &sum));
    in_call = false;
    events.push_back("sum");
    side.RunUntil([&] { return events.size() == 2; });
    EXPECT_EQ((Lines{"sum", "early!"}), events);
  });
  both.RunParent();
}

TWO_SIDED_TEST(Sync, NoTaskOrTimerRunsMeanwhile) {
  TreeSides both(sides, [](ChildSide& side) {
    bool ran = false;
    side.loop->Post([&] { ran = true; });
    side.loop->PostDelayed(absl::ZeroDuration(), [&] { ran = true; });
    int32_t sum = 0;
    EXPECT_TRUE(side.child->SendAdd(1, 1, &sum));
    EXPECT_FALSE(ran);
    side.RunUntil([&] { return ran; });
  });
  both.RunParent();
}

TWO_SIDED_TEST(Sync, AnotherConnectionOfTheSameThreadWaitsToo) {
  TreeSides both(sides, [](ChildSide& side) {
    auto other = ipdl::MakeRef<SideChild>(&side.journal, "side");
    side.child->on_carry = [&](ipdl::Endpoint<PSideChild> end) {
      EXPECT_TRUE(end.Bind(other).ok());
      return ipdl::Ok();
    };
    side.RunUntil([&] { return other->IsOpen(); });
    int32_t sum = 0;
    EXPECT_TRUE(side.child->SendAdd(1, 1, &sum));
    EXPECT_TRUE(side.child->SendAdd(1, 1, &sum));
    EXPECT_EQ(Lines{}, side.journal.lines);
    side.RunUntil([&] { return side.journal.lines.size() == 3; });
    EXPECT_EQ((Lines{"side ping 1", "side ping 2", "side: normal shutdown"}), side.journal.Take());
  });
  auto other = ipdl::MakeRef<SideParent>(&both.journal, "side");
  ipdl::Endpoint<PSideParent> ours;
  ipdl::Endpoint<PSideChild> theirs;
  ASSERT_TRUE(PSide::CreateEndpoints(&ours, &theirs).ok());
  ASSERT_TRUE(ours.Bind(other).ok());
  EXPECT_TRUE(both.parent->SendCarry(std::move(theirs)));
  int calls = 0;
  both.parent->on_add = [&](int32_t, int32_t, int32_t*) {
    if (++calls == 1) {
      // Leaves before the reply, so that it is there while the child waits.
      EXPECT_TRUE(other->SendPing(1));
      EXPECT_TRUE(other->SendPing(2));
      other->Close();
    }
    return ipdl::Ok();
  };
  both.RunParent();
  EXPECT_EQ(2, calls);
}

TWO_SIDED_TEST(Sync, ACallThroughAConnectionThatPausedForAnotherStillGetsItsReply) {
  TreeSides both(sides, [](ChildSide& side) {
    auto other = ipdl::MakeRef<SideChild>(&side.journal, "side");
    side.child->on_carry = [&](ipdl::Endpoint<PSideChild> end) {
      EXPECT_TRUE(end.Bind(other).ok());
      return ipdl::Ok();
    };
    side.RunUntil([&] { return other->IsOpen(); });
    int32_t sum = 0;
    EXPECT_TRUE(side.child->SendAdd(1, 1, &sum));  // a ping comes for `other` and waits
    uint32_t seven = 0;
    EXPECT_TRUE(other->SendGet(&seven));
    EXPECT_EQ(7u, seven);
    side.RunUntil([&] { return side.journal.lines.size() == 2; });
    EXPECT_EQ((Lines{"side ping 1", "side ping 2"}), side.journal.Take());
    other->Close();
  });
  auto other = ipdl::MakeRef<SideParent>(&both.journal, "side");
  ipdl::Endpoint<PSideParent> ours;
  ipdl::Endpoint<PSideChild> theirs;
  ASSERT_TRUE(PSide::CreateEndpoints(&ours, &theirs).ok());
  ASSERT_TRUE(ours.Bind(other).ok());
  EXPECT_TRUE(both.parent->SendCarry(std::move(theirs)));
  both.parent->on_add = [&](int32_t, int32_t, int32_t*) {
    EXPECT_TRUE(other->SendPing(1));
    EXPECT_TRUE(other->Flush());
    EXPECT_TRUE(other->SendPing(2));
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Sync, ARefusalFailsTheCallAndTheConnectionGoesOn) {
  TreeSides both(sides, [](ChildSide& side) {
    std::string text;
    std::optional<ipdl::FileDescriptor> fd;
    EXPECT_EQ(ipdl::SendResult::kRefused, side.child->SendFetch("no", &text, &fd).code());
    EXPECT_TRUE(side.child->SendFetch("yes", &text, &fd));
    EXPECT_EQ("yes", text);
  });
  both.parent->on_fetch = [](std::string what, std::string* text,
                             std::optional<ipdl::FileDescriptor>*) {
    *text = what;
    return what == "no" ? ipdl::Refused("no") : ipdl::Ok();
  };
  both.RunParent();
  ASSERT_EQ(1u, both.log.size());
  EXPECT_NE(std::string::npos, both.log[0].find("PTree::Msg_Fetch: no"));
}

TWO_SIDED_TEST(Sync, AReplyThatIsTooLargeFailsTheCall) {
  TreeSides both(sides, [](ChildSide& side) {
    std::string text;
    std::optional<ipdl::FileDescriptor> fd;
    EXPECT_EQ(ipdl::SendResult::kRefused, side.child->SendFetch("all", &text, &fd).code());
    int32_t sum = 0;
    EXPECT_TRUE(side.child->SendAdd(1, 2, &sum));
  });
  both.parent->on_fetch = [](std::string, std::string* text, std::optional<ipdl::FileDescriptor>*) {
    text->resize(2 * 1024 * 1024);
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Sync, ABadCallCutsTheCallerOff) {
  TreeSides both(sides, [](ChildSide& side) {
    side.child->on_destroy = [&](ipdl::DestroyReason) { side.journal.Add("told"); };
    int32_t sum = 0;
    EXPECT_EQ(ipdl::SendResult::kClosed, side.child->SendAdd(1, 1, &sum).code());
    EXPECT_FALSE(side.child->CanSend());
    EXPECT_EQ(Lines{}, side.journal.lines);  // not from inside the call
    side.RunUntil([&] { return !side.journal.lines.empty(); });
    EXPECT_EQ((Lines{"child: abnormal shutdown", "told"}), side.journal.Take());
  });
  both.parent->on_add = [](int32_t, int32_t, int32_t*) { return ipdl::BadMessage("a: is wrong"); };
  both.RunParent();
  EXPECT_EQ("cut off unknown peer: PTree::Msg_Add: a: is wrong", both.parent->cut_off);
}

TWO_SIDED_TEST(Sync, ACloseOfTheOtherSideEndsTheCall) {
  TreeSides both(sides, [](ChildSide& side) {
    int32_t sum = 0;
    EXPECT_EQ(ipdl::SendResult::kClosed, side.child->SendAdd(1, 1, &sum).code());
    EXPECT_EQ(Lines{}, side.journal.lines);
    side.RunUntil([&] { return side.journal.lines.size() == 2; });
    EXPECT_EQ((Lines{"poke 1", "child: normal shutdown"}), side.journal.Take());
  });
  both.parent->on_add = [&](int32_t, int32_t, int32_t*) {
    EXPECT_TRUE(both.parent->SendPoke(1));
    both.parent->Close();
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Sync, ToAnActorThatIsGoneIsRefused) {
  TreeSides both(sides, [](ChildSide& side) {
    side.RunUntil([&] { return !side.child->ManagedPLeafChild().empty(); });
    ipdl::RefPtr<PLeafChild> leaf = side.child->ManagedPLeafChild()[0];
    int32_t sum = 0;
    EXPECT_TRUE(side.child->SendAdd(0, 0, &sum));  // the parent deletes the leaf; we do not know
    uint32_t count = 0;
    EXPECT_EQ(ipdl::SendResult::kRefused, leaf->SendCount(&count).code());
    PLeafChild* same = nullptr;
    EXPECT_EQ(ipdl::SendResult::kRefused, side.child->SendSame(leaf.get(), &same).code());
    EXPECT_TRUE(leaf->CanSend());
    side.RunUntil([&] { return !leaf->CanSend(); });
    EXPECT_TRUE(side.child->IsOpen());
  });
  auto leaf = ipdl::MakeRef<LeafParent>(&both.journal, "leaf");
  EXPECT_NE(nullptr, both.parent->SendPLeafConstructor(leaf, 1));
  both.parent->on_add = [&](int32_t, int32_t, int32_t*) {
    EXPECT_TRUE(PLeafParent::Send__delete__(leaf.get(), ""));
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Sync, TooMuchThatWaitsCutsThePeerOff) {
  ipdl::Limits tight;
  tight.queued_bytes = 64 * 1024;
  TreeSides both(
      sides,
      [](ChildSide& side) {
        int32_t sum = 0;
        EXPECT_EQ(ipdl::SendResult::kClosed, side.child->SendAdd(1, 1, &sum).code());
        side.RunUntil([&] { return !side.child->cut_off.empty(); });
        EXPECT_EQ(
            "cut off " + side.child->peer().ToString() +
                ": PTree::Msg_Poke: more than 65536 bytes wait behind a sync call (queued_bytes)",
            side.child->cut_off);
      },
      tight);
  both.parent->on_add = [&](int32_t, int32_t, int32_t*) {
    for (uint32_t n = 0; n < 4000 && both.parent->SendPoke(n); ++n) {
    }
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Sync, ALoopRunInsideAHandlerLosesNothing) {
  TreeSides both(sides, [](ChildSide& side) {
    std::vector<std::string> events;
    side.child->on_poke = [&](uint32_t n) {
      events.push_back("poke " + std::to_string(n));
      if (n == 1) {
        bool answered = false;
        side.child->SendAsk(
            "inner", [&](std::string, uint32_t) { answered = true; },
            [](ipdl::RejectReason) { ADD_FAILURE(); });
        while (!answered) side.loop->Turn(absl::InfiniteDuration());
        int32_t sum = 0;
        EXPECT_TRUE(side.child->SendAdd(1, 1, &sum));
        events.push_back("inner loop done");
      }
      return ipdl::Ok();
    };
    side.RunUntil([&] { return events.size() == 4; });
    EXPECT_EQ((Lines{"poke 1", "poke 2", "inner loop done", "poke 3"}), events);
  });
  EXPECT_TRUE(both.parent->SendPoke(1));
  EXPECT_TRUE(both.parent->SendPoke(2));
  both.parent->on_add = [&](int32_t, int32_t, int32_t*) {
    EXPECT_TRUE(both.parent->SendPoke(3));
    return ipdl::Ok();
  };
  both.RunParent();
}

}  // namespace
}  // namespace actors
