// Sync calls nested in one another, between two processes: what is handled while a call waits, who
// goes first, and how transactions are cancelled.

#include "PNest.h"
#include "tests/actors/nest.h"
#include "tests/actors/process_ends.h"

namespace actors {
namespace {

using ipdl::SendResult;
using Lines = std::vector<std::string>;
using ChildSide = NestSide<NestChild>;

std::string Name(What what, uint32_t n) {
  static constexpr const char* kNames[] = {"plain", "inner", "deep", "urgent",
                                           "note",  "touch", "shout"};
  return std::string(kNames[static_cast<int>(what)]) + " " + std::to_string(n);
}

// --- What is handled while a call waits --------------------------------------------------------

TWO_SIDED_TEST(Nested, ADeeperCallIsHandledInsideAPlainOne) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What what, uint32_t n, uint32_t* answer) {
      side.journal.Add(Name(what, n));
      *answer = 7;
      return ipdl::Ok();
    };
    EXPECT_TRUE(side.actor->SendPlain(1, &side.answer));
    EXPECT_EQ(8u, side.answer);
    EXPECT_EQ((Lines{"inner 2"}), side.journal.Take());
    EXPECT_EQ(SendResult::kOk, side.actor->last_sync_result());
  });
  both.parent.actor->on = [&](What, uint32_t, uint32_t* answer) {
    EXPECT_TRUE(both.parent.actor->SendInner(2, answer));
    EXPECT_EQ(7u, *answer);
    ++*answer;
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Nested, TheHandlerOfACallMayCallBackAtTheSameLevel) {
  // Each calls the other until the number is 0; six calls wait inside one another.
  const auto count_down = [](auto& side) {
    return [&side](What, uint32_t n, uint32_t* answer) {
      if (n != 0) {
        EXPECT_TRUE(side.actor->SendInner(n - 1, answer));
      }
      *answer += n;
      return ipdl::Ok();
    };
  };
  NestSides both(sides, [&](ChildSide& side) {
    side.actor->on = count_down(side);
    side.RunToEnd();
  });
  both.parent.actor->on = count_down(both.parent);
  EXPECT_TRUE(both.parent.actor->SendInner(5, &both.parent.answer));
  EXPECT_EQ(15u, both.parent.answer);
}

TWO_SIDED_TEST(Nested, AllThreeLevelsNestInOrder) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What what, uint32_t n, uint32_t* answer) {
      EXPECT_EQ(What::kInner, what);
      EXPECT_TRUE(side.actor->SendDeep(n + 1, answer));
      return ipdl::Ok();
    };
    EXPECT_TRUE(side.actor->SendPlain(1, &side.answer));
    EXPECT_EQ(3u, side.answer);
  });
  both.parent.actor->on = [&](What what, uint32_t n, uint32_t* answer) {
    both.parent.journal.Add(Name(what, n));
    *answer = n;
    return what == What::kDeep || both.parent.actor->SendInner(n + 1, answer) ? ipdl::Ok()
                                                                              : ipdl::Refused("");
  };
  both.RunParent();
  EXPECT_EQ((Lines{"plain 1", "deep 3", "parent: normal shutdown"}), both.parent.journal.Take());
}

TWO_SIDED_TEST(Nested, PlainAndAsyncMessagesWaitAndKeepTheirOrder) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What what, uint32_t n, uint32_t* answer) {
      side.journal.Add(Name(what, n));
      if (answer != nullptr) *answer = n;
      return ipdl::Ok();
    };
    EXPECT_TRUE(side.actor->SendPlain(1, &side.answer));
    EXPECT_EQ((Lines{"inner 3"}), side.journal.lines);
    side.RunUntil([&] { return side.journal.lines.size() == 3; });
    EXPECT_EQ((Lines{"inner 3", "note 2", "note 4"}), side.journal.Take());
  });
  both.parent.actor->on = [&](What, uint32_t, uint32_t* answer) {
    EXPECT_TRUE(both.parent.actor->SendNote(2));
    EXPECT_TRUE(both.parent.actor->SendInner(3, answer));
    EXPECT_TRUE(both.parent.actor->SendNote(4));
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Nested, AnUrgentAsyncMessageIsHandledInsideACall) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What, uint32_t, uint32_t*) {
      EXPECT_TRUE(side.actor->SendNote(2));
      EXPECT_TRUE(side.actor->SendUrgent(3));
      return ipdl::Ok();
    };
    side.RunToEnd();
  });
  both.parent.actor->on = [&](What what, uint32_t n, uint32_t*) {
    both.parent.journal.Add(Name(what, n));
    return ipdl::Ok();
  };
  EXPECT_TRUE(both.parent.actor->SendInner(1, &both.parent.answer));
  EXPECT_EQ((Lines{"urgent 3"}), both.parent.journal.lines);
  both.parent.RunUntil([&] { return both.parent.journal.lines.size() == 2; });
  EXPECT_EQ((Lines{"urgent 3", "note 2"}), both.parent.journal.Take());
}

// --- Both sides call at once -------------------------------------------------------------------

// Each side sends before it reads anything, so the calls cross whatever the timing.
TWO_SIDED_TEST(Nested, OfTwoEqualCallsAtOnceTheParentsIsHandledFirst) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What what, uint32_t n, uint32_t*) {
      side.journal.Add(Name(what, n));
      return ipdl::Ok();
    };
    EXPECT_TRUE(side.actor->SendInner(2, &side.answer));
    EXPECT_EQ((Lines{"inner 1"}), side.journal.Take());  // inside our call
  });
  both.parent.actor->on = [&](What what, uint32_t n, uint32_t*) {
    both.parent.journal.Add(Name(what, n));
    return ipdl::Ok();
  };
  EXPECT_TRUE(both.parent.actor->SendInner(1, &both.parent.answer));
  EXPECT_EQ(Lines{}, both.parent.journal.lines);  // not inside ours
  both.RunParent();
  EXPECT_EQ((Lines{"inner 2", "parent: normal shutdown"}), both.parent.journal.Take());
}

TWO_SIDED_TEST(Nested, WhoeverYieldedMayBeCalledBackAndStillGetsItsAnswer) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What what, uint32_t n, uint32_t* answer) {
      side.journal.Add(Name(what, n));
      if (n == 1) {
        // In the parent's transaction: handled although the parent waits at this level.
        EXPECT_TRUE(side.actor->SendInner(3, answer));
      }
      return ipdl::Ok();
    };
    EXPECT_TRUE(side.actor->SendInner(2, &side.answer));
    EXPECT_EQ((Lines{"inner 1", "inner 4"}), side.journal.Take());
  });
  both.parent.actor->on = [&](What what, uint32_t n, uint32_t* answer) {
    both.parent.journal.Add(Name(what, n));
    if (n == 2) {
      EXPECT_TRUE(both.parent.actor->SendInner(4, answer));
    }
    return ipdl::Ok();
  };
  EXPECT_TRUE(both.parent.actor->SendInner(1, &both.parent.answer));
  EXPECT_EQ((Lines{"inner 3"}), both.parent.journal.Take());
  both.RunParent();
  EXPECT_EQ((Lines{"inner 2", "parent: normal shutdown"}), both.parent.journal.Take());
}

TWO_SIDED_TEST(Nested, OfTwoCallsAtOnceTheDeeperIsHandledFirst) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What what, uint32_t n, uint32_t*) {
      side.journal.Add(Name(what, n));
      return ipdl::Ok();
    };
    EXPECT_TRUE(side.actor->SendDeep(2, &side.answer));
    EXPECT_EQ(Lines{}, side.journal.lines);
    side.RunUntil([&] { return !side.journal.lines.empty(); });
    EXPECT_EQ((Lines{"inner 1"}), side.journal.Take());
  });
  both.parent.actor->on = [&](What what, uint32_t n, uint32_t*) {
    both.parent.journal.Add(Name(what, n));
    return ipdl::Ok();
  };
  EXPECT_TRUE(both.parent.actor->SendInner(1, &both.parent.answer));
  EXPECT_EQ((Lines{"deep 2"}), both.parent.journal.Take());
  both.RunParent();
}

// --- Cancellation ------------------------------------------------------------------------------

TWO_SIDED_TEST(Nested, ACallThatWouldDeadlockCancelsTheOneItWouldDeadlockWith) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What, uint32_t n, uint32_t* answer) {
      if (n == 1) {
        // The parent waits for us in a deeper call than this one.
        EXPECT_TRUE(side.actor->SendPlain(2, answer));
        EXPECT_EQ(102u, *answer);
      }
      *answer = 5;
      return ipdl::Ok();
    };
    side.RunToEnd();
  });
  bool called = false;
  both.parent.actor->on = [&](What, uint32_t n, uint32_t* answer) {
    called = true;
    *answer = n + 100;
    return ipdl::Ok();
  };
  both.parent.answer = 77;
  EXPECT_EQ(SendResult::kCancelled, both.parent.actor->SendInner(1, &both.parent.answer).code());
  EXPECT_EQ(77u, both.parent.answer);
  EXPECT_EQ(SendResult::kCancelled, both.parent.actor->last_sync_result());
  // What the cancelled handler answered in the end is not taken for the answer of a later call.
  EXPECT_TRUE(both.parent.actor->SendInner(3, &both.parent.answer));
  EXPECT_EQ(5u, both.parent.answer);
  EXPECT_EQ(SendResult::kOk, both.parent.actor->last_sync_result());
  both.parent.RunUntil([&] { return called; });
}

TWO_SIDED_TEST(Nested, TheChildCancelsTheCallThatItHandles) {
  NestSides both(sides, [](ChildSide& side) {
    EXPECT_FALSE(side.actor->CancelCurrentTransaction());
    side.actor->on = [&](What what, uint32_t n, uint32_t* answer) {
      *answer = n;
      if (n == 1) {
        EXPECT_TRUE(side.actor->CancelCurrentTransaction());
        EXPECT_FALSE(side.actor->CancelCurrentTransaction());  // it is over
        EXPECT_TRUE(side.actor->SendInner(9, answer));         // begins a new one
      }
      EXPECT_EQ(What::kInner, what);
      return ipdl::Refused("not sent either");
    };
    side.RunToEnd();
  });
  bool called = false;
  both.parent.actor->on = [&](What, uint32_t n, uint32_t*) {
    EXPECT_EQ(9u, n);
    called = true;
    return ipdl::Ok();
  };
  EXPECT_EQ(SendResult::kCancelled, both.parent.actor->SendInner(1, &both.parent.answer).code());
  EXPECT_EQ(SendResult::kRefused, both.parent.actor->SendInner(2, &both.parent.answer).code());
  both.parent.RunUntil([&] { return called; });
}

TWO_SIDED_TEST(Nested, CancellingEndsAllCallsOfTheTransactionOnBothSides) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What, uint32_t n, uint32_t* answer) {
      EXPECT_EQ(2u, n);
      EXPECT_EQ(SendResult::kCancelled, side.actor->SendInner(3, answer).code());
      return ipdl::Ok();
    };
    EXPECT_EQ(SendResult::kCancelled, side.actor->SendPlain(1, &side.answer).code());
    EXPECT_TRUE(side.actor->SendPlain(4, &side.answer));
    EXPECT_EQ(104u, side.answer);
  });
  both.parent.actor->on = [&](What, uint32_t n, uint32_t* answer) {
    *answer = n + 100;
    if (n == 1) {
      EXPECT_EQ(SendResult::kCancelled, both.parent.actor->SendInner(2, answer).code());
    } else if (n == 3) {
      EXPECT_TRUE(both.parent.actor->CancelCurrentTransaction());
    }
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Nested, CancellingLeavesOtherTransactionsAlone) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What, uint32_t, uint32_t*) {
      EXPECT_TRUE(side.actor->CancelCurrentTransaction());
      return ipdl::Ok();
    };
    EXPECT_TRUE(side.actor->SendInner(2, &side.answer));  // crosses the parent's
    EXPECT_EQ(102u, side.answer);
  });
  EXPECT_EQ(SendResult::kCancelled, both.parent.actor->SendInner(1, &both.parent.answer).code());
  both.RunParent();
}

TWO_SIDED_TEST(Nested, ACancelledConstructorLeavesNoActorOnEitherSide) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on_part = [&](uint32_t) {
      EXPECT_TRUE(side.actor->CancelCurrentTransaction());
      return ipdl::Ok();
    };
    side.RunToEnd();
    EXPECT_EQ((Lines{"part: failed constructor", "child: normal shutdown"}), side.journal.Take());
  });
  EXPECT_EQ(nullptr, both.parent.actor->SendPNestPartConstructor(both.parent.actor->NewPart(), 1));
  EXPECT_EQ(SendResult::kCancelled, both.parent.actor->last_sync_result());
  EXPECT_EQ((Lines{"part: failed constructor"}), both.parent.journal.Take());
  EXPECT_TRUE(both.parent.actor->ManagedPNestPartParent().empty());
}

// --- Actors ------------------------------------------------------------------------------------

TWO_SIDED_TEST(Nested, ASyncConstructorMayBeNested) {
  NestSides both(sides, [](ChildSide& side) {
    EXPECT_TRUE(side.actor->SendPlain(1, &side.answer));
    EXPECT_EQ(1u, side.actor->ManagedPNestPartChild().size());
  });
  both.parent.actor->on = [&](What, uint32_t, uint32_t*) {
    EXPECT_NE(nullptr,
              both.parent.actor->SendPNestPartConstructor(both.parent.actor->NewPart(), 1));
    return ipdl::Ok();
  };
  both.RunParent();
}

TWO_SIDED_TEST(Nested, AnActorDeletedWhileItsCallWaitsIsToldAtOnceAndTheCallFails) {
  NestSides both(sides, [](ChildSide& side) {
    side.RunUntil([&] { return !side.actor->ManagedPNestItemChild().empty(); });
    ipdl::RefPtr<PNestItemChild> item = side.actor->ManagedPNestItemChild()[0];
    side.actor->on = [&](What, uint32_t, uint32_t*) {
      EXPECT_TRUE(PNestItemChild::Send__delete__(item.get()));
      EXPECT_EQ((Lines{"item: deletion"}), side.journal.Take());
      EXPECT_FALSE(item->CanSend());
      return ipdl::Ok();
    };
    EXPECT_EQ(SendResult::kClosed, item->SendTouch(1, &side.answer).code());
    EXPECT_TRUE(side.actor->SendPlain(3, &side.answer));
  });
  auto item = both.parent.actor->NewItem();
  EXPECT_NE(nullptr, both.parent.actor->SendPNestItemConstructor(item, 1));
  both.parent.actor->on = [&](What what, uint32_t n, uint32_t* answer) {
    if (what == What::kTouch) {
      EXPECT_TRUE(both.parent.actor->SendInner(2, answer));
      EXPECT_TRUE(item->CanSend());  // its __delete__ waits its turn
    }
    both.parent.journal.Add(Name(what, n));
    return ipdl::Ok();
  };
  both.RunParent();
  EXPECT_EQ((Lines{"touch 1", "item: deletion", "plain 3", "parent: normal shutdown"}),
            both.parent.journal.Take());
}

TWO_SIDED_TEST(Nested, ACloseInsideANestedHandlerEndsEveryCall) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What, uint32_t, uint32_t*) {
      side.actor->Close();
      EXPECT_EQ((Lines{"child: normal shutdown"}), side.journal.Take());
      return ipdl::Ok();
    };
    EXPECT_EQ(SendResult::kClosed, side.actor->SendPlain(1, &side.answer).code());
  });
  both.parent.actor->on = [&](What, uint32_t, uint32_t* answer) {
    EXPECT_EQ(SendResult::kClosed, both.parent.actor->SendInner(2, answer).code());
    EXPECT_EQ(SendResult::kClosed, both.parent.actor->SendInner(3, answer).code());
    EXPECT_EQ(Lines{}, both.parent.journal.lines);  // not from inside a handler
    return ipdl::Ok();
  };
  both.RunParent();
  EXPECT_EQ((Lines{"parent: normal shutdown"}), both.parent.journal.Take());
}

// A nested message overtakes the constructors that wait.
TWO_SIDED_TEST(Nested, ACallToAnActorWhoseConstructorStillWaitsIsRefused) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What, uint32_t, uint32_t*) {
      auto item = side.actor->NewItem();
      EXPECT_NE(nullptr, side.actor->SendPNestItemConstructor(item, 1));
      EXPECT_NE(nullptr, side.actor->SendPNestPartConstructor(side.actor->NewPart(), 2));
      EXPECT_EQ(SendResult::kRefused, item->SendTouch(3, &side.answer).code());
      return ipdl::Ok();
    };
    side.RunUntil([&] { return !side.actor->ManagedPNestItemChild().empty(); });
    EXPECT_TRUE(side.actor->ManagedPNestItemChild()[0]->SendTouch(4, &side.answer));
  });
  EXPECT_TRUE(both.parent.actor->SendInner(1, &both.parent.answer));
  both.RunParent();
  EXPECT_EQ(Lines{}, both.parent.log);
}

TWO_SIDED_TEST(Nested, AnUrgentMessageDoesNotOvertakeTheConstructorOfItsActor) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What, uint32_t, uint32_t*) {
      auto item = ipdl::MakeRef<NestItemChild>(&side.journal, &side.actor->on);
      EXPECT_NE(nullptr, side.actor->SendPNestItemConstructor(item, 1));
      EXPECT_TRUE(item->SendShout(2));
      return ipdl::Ok();
    };
    side.RunToEnd();
  });
  both.parent.actor->on = [&](What what, uint32_t n, uint32_t*) {
    both.parent.journal.Add(Name(what, n));
    return ipdl::Ok();
  };
  EXPECT_TRUE(both.parent.actor->SendInner(1, &both.parent.answer));
  EXPECT_EQ(Lines{}, both.parent.journal.lines);
  both.parent.RunUntil([&] { return !both.parent.journal.lines.empty(); });
  EXPECT_EQ((Lines{"shout 2"}), both.parent.journal.Take());
}

// --- Replies that wait for room ----------------------------------------------------------------

// The child, which is stopped, does not read; the reply to its nested call must wait, and go out
// while the parent waits for the child.
FORKED_TEST(Nested, AReplyThatWaitsForRoomLeavesDuringTheCall) {
  ipdl::Limits limits;
  limits.message_bytes = 16 * 1024;
  ipdl::ProcessPair pair([limits](int socket) {
    ChildSide side([socket] { return EndInChild(socket); }, limits);
    side.actor->on = [&](What what, uint32_t, uint32_t* answer) {
      if (what == What::kInner) {
        EXPECT_TRUE(side.actor->SendInner(2, answer));
      }
      return ipdl::Ok();
    };
    side.RunToEnd();
  });
  limits.queued_bytes = 64 * 1024;
  NestSide<NestParent> parent([&pair] { return EndInParent(pair.TakeSocket()); }, limits);
  parent.actor->on = [&](What, uint32_t, uint32_t* answer) {
    pair.Stop();
    SendResult sent = SendResult::kOk;
    while (sent) sent = parent.actor->SendNote(0);
    EXPECT_EQ(SendResult::kWouldBlock, sent.code());
    pair.Continue();
    *answer = 5;
    return ipdl::Ok();
  };
  EXPECT_TRUE(parent.actor->SendInner(1, &parent.answer));
  EXPECT_EQ(5u, parent.answer);
}

// --- Loops inside handlers ---------------------------------------------------------------------

TWO_SIDED_TEST(Nested, ALoopInsideANestedHandlerHandlesOnlyWhatTheOuterCallAdmits) {
  NestSides both(sides, [](ChildSide& side) {
    side.actor->on = [&](What what, uint32_t n, uint32_t*) {
      side.journal.Add(Name(what, n));
      if (n == 2) side.RunUntil([&] { return side.journal.lines.size() == 2; });
      return ipdl::Ok();
    };
    // Crosses the parent's first call; the second comes while its handler turns the loop.
    EXPECT_TRUE(side.actor->SendPlain(1, &side.answer));
    EXPECT_EQ((Lines{"inner 2", "inner 4"}), side.journal.lines);
    side.RunUntil([&] { return side.journal.lines.size() == 3; });
    EXPECT_EQ((Lines{"inner 2", "inner 4", "note 3"}), side.journal.Take());
  });
  both.parent.actor->on = [&](What what, uint32_t, uint32_t* answer) {
    EXPECT_EQ(What::kPlain, what);
    *answer = 1;
    return ipdl::Ok();
  };
  both.parent.actor->SetReplyTimeoutMs(1);
  bool asked = false;
  both.parent.actor->on_timeout = [&] {
    if (!std::exchange(asked, true)) {
      EXPECT_TRUE(both.parent.actor->SendNote(3));
      EXPECT_TRUE(both.parent.actor->SendInner(4, &both.parent.answer));
    }
    return true;
  };
  EXPECT_TRUE(both.parent.actor->SendInner(2, &both.parent.answer));
  both.RunParent();
}

}  // namespace
}  // namespace actors
