// Sync calls that take too long: when the author is asked, what ends, and how the connection
// recovers when the late reply comes. The peers are slow only by never answering before they are
// told to; no test depends on how long anything takes.

#include "tests/actors/nest.h"

namespace actors {
namespace {

using ipdl::SendResult;
using Lines = std::vector<std::string>;
using ChildSide = NestSide<NestChild>;

// The child waits inside its handler of Inner(1) until the parent has given up and says Note.
void HangUntilNote(ChildSide& side) {
  bool noted = false;
  side.actor->on = [&](What what, uint32_t n, uint32_t* answer) {
    if (what == What::kNote) {
      noted = true;
    } else if (n == 1) {
      side.RunUntil([&] { return noted; });
    }
    if (answer != nullptr) *answer = n + 100;
    return ipdl::Ok();
  };
  side.RunToEnd();
}

TWO_SIDED_TEST(ReplyTimeout, ACallThatIsGivenUpTimesOutAndTheLateReplyEndsThat) {
  NestSides both(sides, HangUntilNote);
  NestParent& parent = *both.parent.actor;
  parent.SetReplyTimeoutMs(2);
  int asked = 0;
  parent.on_timeout = [&] { return ++asked, false; };
  EXPECT_EQ(SendResult::kTimedOut, parent.SendInner(1, &both.parent.answer).code());
  EXPECT_EQ(1, asked);
  EXPECT_EQ(SendResult::kTimedOut, parent.last_sync_result());
  EXPECT_TRUE(parent.CanSend());
  // Nothing is sent, and no time is spent, until the late reply comes.
  EXPECT_EQ(SendResult::kPreviousTimeout, parent.SendInner(2, &both.parent.answer).code());
  EXPECT_EQ(nullptr, parent.SendPNestPartConstructor(parent.NewPart(), 1));
  EXPECT_EQ(SendResult::kPreviousTimeout, parent.last_sync_result());
  EXPECT_EQ(1, asked);
  parent.SetReplyTimeoutMs(0);
  EXPECT_TRUE(parent.SendNote(3));
  SendResult result = SendResult::kPreviousTimeout;
  both.parent.RunUntil([&] {
    result = parent.SendInner(4, &both.parent.answer);
    return result != SendResult::kPreviousTimeout;
  });
  EXPECT_EQ(SendResult::kOk, result.code());
  EXPECT_EQ(104u, both.parent.answer);
}

TWO_SIDED_TEST(ReplyTimeout, TheAuthorMayGoOnWaitingAnyNumberOfTimes) {
  NestSides both(sides, HangUntilNote);
  NestParent& parent = *both.parent.actor;
  parent.SetReplyTimeoutMs(2);
  int asked = 0;
  parent.on_timeout = [&] {
    if (++asked == 3) {
      EXPECT_TRUE(parent.SendNote(2));
    }
    return true;
  };
  EXPECT_TRUE(parent.SendInner(1, &both.parent.answer));
  EXPECT_EQ(101u, both.parent.answer);
  EXPECT_LE(3, asked);
}

FORKED_TEST(ReplyTimeout, WithoutAnAnswerOfItsOwnAnActorGoesOnWaiting) {
  struct Plain final : TestActor<PNestParent> {
    explicit Plain(Journal* journal) : TestActor(journal, "plain") {}
    using PNestParent::ShouldContinueFromReplyTimeout;
    ipdl::Result RecvPlain(uint32_t, uint32_t*) override { return ipdl::Ok(); }
    ipdl::Result RecvDeep(uint32_t, uint32_t*) override { return ipdl::Ok(); }
    ipdl::Result RecvUrgent(uint32_t) override { return ipdl::Ok(); }
    ipdl::Result RecvInner(uint32_t, uint32_t*) override { return ipdl::Ok(); }
    ipdl::Result RecvNote(uint32_t) override { return ipdl::Ok(); }
    ipdl::RefPtr<PNestItemParent> AllocPNestItemParent(uint32_t) override { return nullptr; }
    ipdl::RefPtr<PNestPartParent> AllocPNestPartParent(uint32_t) override { return nullptr; }
  };
  Journal journal;
  EXPECT_TRUE(ipdl::MakeRef<Plain>(&journal)->ShouldContinueFromReplyTimeout());
}

TWO_SIDED_TEST(ReplyTimeout, TheAuthorMayCloseTheConnectionInstead) {
  NestSides both(sides, HangUntilNote);
  NestParent& parent = *both.parent.actor;
  parent.SetReplyTimeoutMs(2);
  parent.on_timeout = [&] {
    EXPECT_TRUE(parent.SendNote(2));  // lets the child go
    parent.Close();
    return true;
  };
  EXPECT_EQ(SendResult::kClosed, parent.SendInner(1, &both.parent.answer).code());
}

FORKED_TEST(ReplyTimeout, TheAuthorMayKillAPeerThatHangs) {
  NestSides both(Sides::kProcesses, [](ChildSide& side) {
    side.actor->on = [&](What, uint32_t, uint32_t*) {
      side.RunUntil([] { return false; });
      return ipdl::Ok();
    };
    side.RunToEnd();
  });
  NestParent& parent = *both.parent.actor;
  parent.SetReplyTimeoutMs(2);
  parent.on_timeout = [&] { return both.sides.processes().Kill(), true; };
  EXPECT_EQ(SendResult::kClosed, parent.SendInner(1, &both.parent.answer).code());
  both.RunParent();
  EXPECT_EQ((Lines{"parent: abnormal shutdown"}), both.parent.journal.Take());
}

TWO_SIDED_TEST(ReplyTimeout, AfterATimeoutCallsOfThePeerAreHandledStill) {
  NestSides both(sides, [](ChildSide& side) {
    bool noted = false;
    side.actor->on = [&](What what, uint32_t, uint32_t* answer) {
      if (what == What::kNote) return noted = true, ipdl::Ok();
      side.RunUntil([&] { return noted; });
      // The parent's call, in whose transaction this is, does not wait any more.
      EXPECT_TRUE(side.actor->SendInner(5, answer));
      EXPECT_TRUE(side.actor->SendDeep(6, answer));
      EXPECT_EQ(106u, *answer);
      return ipdl::Ok();
    };
    side.RunToEnd();
  });
  NestParent& parent = *both.parent.actor;
  parent.SetReplyTimeoutMs(2);
  parent.on_timeout = [] { return false; };
  EXPECT_EQ(SendResult::kTimedOut, parent.SendInner(1, &both.parent.answer).code());
  int handled = 0;
  parent.on = [&](What, uint32_t n, uint32_t* answer) {
    ++handled;
    *answer = n + 100;
    uint32_t unused = 0;
    EXPECT_EQ(SendResult::kPreviousTimeout, parent.SendInner(9, &unused).code());
    return ipdl::Ok();
  };
  EXPECT_TRUE(parent.SendNote(2));
  both.parent.RunUntil([&] { return handled == 2; });
}

TWO_SIDED_TEST(ReplyTimeout, ATimedOutCallMayBeCancelledByItsHandler) {
  NestSides both(sides, [](ChildSide& side) {
    bool noted = false;
    side.actor->on = [&](What what, uint32_t n, uint32_t*) {
      if (what == What::kNote) return noted = true, ipdl::Ok();
      if (n == 1) {
        side.RunUntil([&] { return noted; });
        EXPECT_TRUE(side.actor->CancelCurrentTransaction());
      }
      return ipdl::Ok();
    };
    side.RunToEnd();
  });
  NestParent& parent = *both.parent.actor;
  parent.SetReplyTimeoutMs(2);
  parent.on_timeout = [] { return false; };
  EXPECT_EQ(SendResult::kTimedOut, parent.SendInner(1, &both.parent.answer).code());
  EXPECT_TRUE(parent.SendNote(2));
  parent.SetReplyTimeoutMs(0);
  SendResult result = SendResult::kPreviousTimeout;
  both.parent.RunUntil([&] {
    result = parent.SendInner(3, &both.parent.answer);
    return result != SendResult::kPreviousTimeout;
  });
  EXPECT_EQ(SendResult::kOk, result.code());
}

// --- What does not time out --------------------------------------------------------------------

// Lets far more time pass than the timeouts below.
void TakeLong(ChildSide& side) {
  bool over = false;
  side.loop->PostDelayed(absl::Milliseconds(20), [&] { over = true; });
  side.RunUntil([&] { return over; });
}

void NeverGiveUp(NestParent& parent) {
  parent.SetReplyTimeoutMs(1);
  parent.on_timeout = [] {
    ADD_FAILURE() << "this call does not time out";
    return false;
  };
}

// The child may have made the actor: to forget that call would leave it there.
TWO_SIDED_TEST(ReplyTimeout, AConstructorDoesNotTimeOut) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on_part = [&](uint32_t) { return TakeLong(side), ipdl::Ok(); };
    side.RunToEnd();
  });
  NestParent& parent = *both.parent.actor;
  NeverGiveUp(parent);
  EXPECT_NE(nullptr, parent.SendPNestPartConstructor(parent.NewPart(), 1));
}

// It waits for the sake of the call around it; only the outermost gives up.
TWO_SIDED_TEST(ReplyTimeout, ACallInsideAHandlerDoesNotTimeOut) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What, uint32_t, uint32_t*) { return TakeLong(side), ipdl::Ok(); };
    EXPECT_TRUE(side.actor->SendPlain(1, &side.answer));
  });
  NestParent& parent = *both.parent.actor;
  NeverGiveUp(parent);
  parent.on = [&](What, uint32_t n, uint32_t* answer) {
    EXPECT_TRUE(parent.SendInner(n + 1, answer));
    return ipdl::Ok();
  };
  both.RunParent();
}

}  // namespace
}  // namespace actors
