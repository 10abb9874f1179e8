// What no honest peer does with nested calls: each cuts it off, with one line that says why. And
// the limit sync_depth, one below, at and above it, on the side that calls and on the side that
// handles.

#include <functional>
#include <memory>
#include <optional>

#include "PNest.h"
#include "PNestItem.h"
#include "tests/actors/hostile_peer.h"
#include "tests/actors/nest.h"

namespace actors {
namespace {

using ipdl::SendResult;
using Lines = std::vector<std::string>;
using ChildSide = NestSide<NestChild>;

constexpr int32_t kNobody = 0;  // routing of the top-level actor

// A victim with its hostile peer; what the peer has said before is what a call of the victim meets.
template <typename Victim>
class Scene {
 public:
  using Base = typename Victim::Generated;

  explicit Scene(const ipdl::Limits& limits = ipdl::Limits()) {
    ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
    loop = *ipdl::RunLoop::Create();
    victim = ipdl::MakeRef<Victim>(&journal);
    ipdl::Endpoint<Base> end;
    peer.emplace(&end);
    EXPECT_TRUE(end.Bind(victim, loop.get(), limits).ok());
    peer->Send(HelloBytes(PNest::kProtocol, ipdl::OtherSide(victim->side())));
  }
  ~Scene() {
    victim->Close();
    Settle();
    victim = nullptr;
    EXPECT_EQ(0, journal.live_actors);
    ipdl::SetLogSink(nullptr);
  }
  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }

  Journal journal;
  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::RefPtr<Victim> victim;
  std::optional<HostilePeer> peer;
  uint32_t answer = 0;
};

// A sync message with the transaction that its body begins with, and one number.
Bytes Call(uint16_t message, int32_t seqno, int32_t transaction, uint32_t n) {
  return MessageBytes(PNest::kProtocol, message, kNobody, seqno).Put(transaction).Put(n);
}

Bytes SyncReply(uint16_t message, int32_t seqno) {
  return ReplyBytes(PNest::kProtocol, message, kNobody, seqno, ipdl::kWireSync).Put(uint32_t{1});
}

// --- Transactions ------------------------------------------------------------------------------

// What the parent's own first call has the number 1, and so the transaction 1.
TEST(NestedHostile, ACallInATransactionThatNeverWasIsCutOff) {
  Scene<NestParent> scene;
  scene.peer->Send(Call(PNest::Msg_Inner, 5, 1, 0));
  scene.Settle();
  EXPECT_EQ(
      "cut off evil#1 (pid 7): PNest::Msg_Inner: transaction: no call of this side that it could "
      "be "
      "nested in belongs to 1",
      scene.victim->cut_off);
}

TEST(NestedHostile, ACallThatBeginsItsOwnTransactionIsNot) {
  Scene<NestParent> scene;
  scene.peer->Send(Call(PNest::Msg_Inner, 5, -5, 0));
  scene.Settle();
  EXPECT_EQ("", scene.victim->cut_off);
}

TEST(NestedHostile, ACallInATransactionOfAnotherSignIsCutOff) {
  Scene<NestParent> scene;
  scene.peer->Send(Call(PNest::Msg_Inner, 5, 5, 0));
  scene.Settle();
  EXPECT_NE(std::string::npos, scene.victim->cut_off.find("belongs to 5"));
}

TEST(NestedHostile, ACallInATransactionThatHasEndedIsCutOff) {
  Scene<NestParent> scene;
  scene.peer->Send(SyncReply(PNest::Msg_Inner, 1));
  EXPECT_TRUE(scene.victim->SendInner(0, &scene.answer));
  scene.peer->Send(Call(PNest::Msg_Inner, 5, 1, 0));
  scene.Settle();
  EXPECT_NE(std::string::npos, scene.victim->cut_off.find("belongs to 1"));
}

TEST(NestedHostile, ACallInTheTransactionOfACallThatWaitsIsHandled) {
  Scene<NestParent> scene;
  scene.peer->Send(Call(PNest::Msg_Inner, 5, 1, 0));
  scene.peer->Send(SyncReply(PNest::Msg_Inner, 1));
  EXPECT_TRUE(scene.victim->SendInner(0, &scene.answer));
  EXPECT_EQ("", scene.victim->cut_off);
}

TEST(NestedHostile, ACallWithoutATransactionIsCutOff) {
  Scene<NestParent> scene;
  scene.peer->Send(MessageBytes(PNest::kProtocol, PNest::Msg_Inner, kNobody, 5));
  scene.Settle();
  EXPECT_EQ(
      "cut off evil#1 (pid 7): PNest::Msg_Inner: transaction: the message ends within 4 bytes that "
      "are needed here (byte 16)",
      scene.victim->cut_off);
}

// --- Levels ------------------------------------------------------------------------------------

TEST(NestedHostile, ACallLessDeepThanTheCallThatItClaimsToBeInIsCutOff) {
  Scene<NestChild> scene;
  scene.peer->Send(Call(PNest::Msg_Inner, 5, -1, 0));
  scene.peer->Send(SyncReply(PNest::Msg_Deep, 1));
  EXPECT_TRUE(scene.victim->SendDeep(0, &scene.answer));
  scene.Settle();  // it waited behind the deeper call
  EXPECT_NE(std::string::npos, scene.victim->cut_off.find("belongs to -1"));
}

TEST(NestedHostile, AMessageThatClaimsAnotherLevelIsCutOff) {
  for (const uint16_t level : {0, ipdl::kWireInsideCpow + 0, ipdl::kNestingMask + 0}) {
    Scene<NestParent> scene;
    ipdl::ActorHeader header{
        .protocol = PNest::kProtocolId,
        .message = PNest::Msg_Inner,
        .flags = static_cast<uint16_t>(ipdl::kWireSync | ipdl::kWireHasReply | level),
        .routing = kNobody,
        .seqno = 5};
    scene.peer->Send(Bytes(header).Put(int32_t{-5}).Put(uint32_t{0}));
    scene.peer->Send(SyncReply(PNest::Msg_Inner, 1));
    scene.victim->SendInner(0, &scene.answer);
    scene.Settle();
    EXPECT_EQ("cut off evil#1 (pid 7): PNest::Msg_Inner: flags: not those of this message",
              scene.victim->cut_off);
  }
}

TEST(NestedHostile, AnUrgentMessageToTheWrongSideIsCutOff) {
  Scene<NestChild> scene;
  scene.peer->Send(MessageBytes(PNest::kProtocol, PNest::Msg_Urgent, kNobody).Put(uint32_t{0}));
  EXPECT_EQ(SendResult::kClosed, scene.victim->SendPlain(0, &scene.answer).code());
  scene.Settle();
  EXPECT_NE(std::string::npos, scene.victim->cut_off.find("this side does not receive it"));
}

// --- Replies -----------------------------------------------------------------------------------

TEST(NestedHostile, AReplyToNothingIsCutOff) {
  Scene<NestParent> scene;
  scene.peer->Send(SyncReply(PNest::Msg_Inner, 1));
  scene.Settle();
  EXPECT_EQ("cut off evil#1 (pid 7): PNest::Reply_Inner: seqno: 1 is not an open question",
            scene.victim->cut_off);
}

TEST(NestedHostile, ASecondReplyIsCutOff) {
  Scene<NestParent> scene;
  scene.peer->Send(SyncReply(PNest::Msg_Inner, 1));
  scene.peer->Send(SyncReply(PNest::Msg_Inner, 1));
  scene.victim->SendInner(0, &scene.answer);
  scene.Settle();
  EXPECT_NE(std::string::npos, scene.victim->cut_off.find("1 is not an open question"));
}

// The reply to an outer call that overtakes the inner one's is no crime; it is what it seems.
TEST(NestedHostile, RepliesInTheWrongOrderEndTheirOwnCalls) {
  Scene<NestParent> scene;
  scene.peer->Send(Call(PNest::Msg_Inner, 5, 1, 0));
  scene.peer->Send(SyncReply(PNest::Msg_Inner, 1));
  scene.peer->Send(SyncReply(PNest::Msg_Inner, 2));
  scene.victim->on = [&](What, uint32_t, uint32_t* answer) {
    EXPECT_TRUE(scene.victim->SendInner(0, answer));
    return ipdl::Ok();
  };
  EXPECT_TRUE(scene.victim->SendInner(0, &scene.answer));
  EXPECT_EQ("", scene.victim->cut_off);
}

TEST(NestedHostile, AReplyWithTheWrongMessageIsCutOff) {
  Scene<NestChild> scene;
  scene.peer->Send(SyncReply(PNest::Msg_Inner, 1));
  EXPECT_EQ(SendResult::kClosed, scene.victim->SendPlain(0, &scene.answer).code());
  scene.Settle();
  EXPECT_NE(std::string::npos, scene.victim->cut_off.find("1 belongs to another message"));
}

TEST(NestedHostile, ALateReplyIsTakenOnceAndMustBeTheRightOne) {
  for (const bool right : {true, false}) {
    Scene<NestParent> scene;
    scene.victim->SetReplyTimeoutMs(2);
    scene.victim->on_timeout = [] { return false; };
    EXPECT_EQ(SendResult::kTimedOut, scene.victim->SendInner(0, &scene.answer).code());
    scene.peer->Send(right ? SyncReply(PNest::Msg_Inner, 1) : SyncReply(PNest::Msg_Deep, 1));
    scene.Settle();
    EXPECT_EQ(right ? ""
                    : "cut off evil#1 (pid 7): PNest::Reply_Deep: it is not the reply that was "
                      "awaited",
              scene.victim->cut_off);
    scene.peer->Send(SyncReply(PNest::Msg_Inner, 1));
    scene.Settle();
    EXPECT_NE("", scene.victim->cut_off);
  }
}

TEST(NestedHostile, OnlySyncRepliesMayBeCancelled) {
  for (const uint8_t reason : {2, 3, 4, 5, 6}) {
    Scene<NestParent> scene;
    scene.peer->Send(ReplyBytes(PNest::kProtocol, PNest::Msg_Inner, kNobody, 1,
                                ipdl::kWireSync | ipdl::kWireRejected)
                         .Put(reason));
    const SendResult result = scene.victim->SendInner(0, &scene.answer);
    scene.Settle();
    const bool good = reason == 2 || reason == 3 || reason == 5;
    EXPECT_EQ(good ? ""
                   : "cut off evil#1 (pid 7): PNest::Reply_Inner: reason: not a reason that a peer "
                     "may give (byte 17)",
              scene.victim->cut_off);
    EXPECT_EQ(reason == 5 ? SendResult::kCancelled
              : good      ? SendResult::kRefused
                          : SendResult::kClosed,
              result.code());
  }
}

// What came in one read is there for the handler's own loop too, though the kernel has no more of
// it.
TEST(NestedHostile, ALoopInsideAHandlerFindsWhatWasReadBefore) {
  Scene<NestChild> scene;
  int handled = 0;
  scene.victim->on = [&](What, uint32_t, uint32_t*) {
    if (++handled == 1) {
      while (handled == 1) scene.loop->Turn(absl::InfiniteDuration());
    }
    return ipdl::Ok();
  };
  scene.peer->Send(Call(PNest::Msg_Inner, 5, 5, 0));
  scene.peer->Send(Call(PNest::Msg_Inner, 6, 6, 0));
  scene.peer->Send(SyncReply(PNest::Msg_Plain, 1));
  EXPECT_TRUE(scene.victim->SendPlain(0, &scene.answer));
  EXPECT_EQ(2, handled);
}

// A message that comes while older ones wait to be handled, one of which makes a call behind which
// a younger one waits.
TEST(NestedHostile, WhatComesKeepsItsOrderAlthoughOlderMessagesMakeCalls) {
  Scene<NestChild> scene;
  const auto note = [&](uint32_t n) {
    scene.peer->Send(MessageBytes(PNest::kProtocol, PNest::Msg_Note, kNobody).Put(n));
  };
  std::vector<uint32_t> notes;
  scene.victim->on = [&](What, uint32_t n, uint32_t*) {
    notes.push_back(n);
    if (n == 1) {
      note(3);
      scene.peer->Send(SyncReply(PNest::Msg_Plain, 2));
      EXPECT_TRUE(scene.victim->SendPlain(0, &scene.answer));
    }
    return ipdl::Ok();
  };
  note(1);
  scene.peer->Send(SyncReply(PNest::Msg_Plain, 1));
  EXPECT_TRUE(scene.victim->SendPlain(0, &scene.answer));
  note(2);
  scene.Settle();
  EXPECT_EQ((std::vector<uint32_t>{1, 2, 3}), notes);
}

// --- Depth -------------------------------------------------------------------------------------

// Calls back and forth between two honest sides; the answer is how deep it went.
void GoDeeper(auto& side, uint32_t n, uint32_t* answer) {
  uint32_t deeper = 0;
  const SendResult sent = side.actor->SendInner(n + 1, &deeper);
  EXPECT_TRUE(sent || sent == SendResult::kRefused);
  *answer = sent ? deeper : n;
}

FORKED_TEST(NestedDepth, TheNinthCallOfASideIsRefusedAndAllOthersAreAnswered) {
  NestSides both(Sides::kProcesses, [](ChildSide& side) {
    side.actor->on = [&](What, uint32_t n, uint32_t* answer) {
      GoDeeper(side, n, answer);
      return ipdl::Ok();
    };
    side.RunToEnd();
    EXPECT_EQ(Lines{}, side.log);
  });
  both.parent.actor->on = [&](What, uint32_t n, uint32_t* answer) {
    GoDeeper(both.parent, n, answer);
    return ipdl::Ok();
  };
  GoDeeper(both.parent, 0, &both.parent.answer);
  EXPECT_EQ(16u, both.parent.answer);  // eight calls of each side; the parent's ninth was refused
  ASSERT_EQ(1u, both.parent.log.size());
  EXPECT_NE(std::string::npos,
            both.parent.log[0].find("PNest::Msg_Inner was not sent to unknown peer: 8 sync calls "
                                    "wait inside one another (sync_depth)"));
  EXPECT_TRUE(both.parent.actor->SendInner(100, &both.parent.answer));  // all is as before
}

// A bomb: calls in calls, to make our handlers call back until the stack is full.
void Bomb(uint32_t calls, uint32_t limit, uint32_t* handled, std::string* cut_off) {
  ipdl::Limits limits;
  limits.sync_depth = limit;
  Scene<NestChild> scene(limits);
  // A handler of ours that turns the loop, so that calls pile up without any of our own.
  scene.victim->on = [&](What, uint32_t, uint32_t*) {
    const uint32_t number = ++*handled;
    if (number < calls) {
      scene.peer->Send(Call(PNest::Msg_Inner, static_cast<int32_t>(number + 1),
                            static_cast<int32_t>(number + 1), 0));
      scene.Settle();
    }
    return ipdl::Ok();
  };
  scene.peer->Send(Call(PNest::Msg_Inner, 1, 1, 0));
  scene.Settle();
  *cut_off = scene.victim->cut_off;
}

TEST(NestedDepth, APeerWithMoreCallsOpenThanAllowedIsCutOff) {
  for (const uint32_t calls : {3u, 4u, 5u}) {
    uint32_t handled = 0;
    std::string cut_off;
    Bomb(calls, 4, &handled, &cut_off);
    EXPECT_EQ(std::min(calls, 4u), handled);
    EXPECT_EQ(calls <= 4
                  ? ""
                  : "cut off evil#1 (pid 7): PNest::Msg_Inner: 4 sync calls of the peer wait "
                    "inside one another already (sync_depth)",
              cut_off);
  }
}

// The same by calling back whenever our handler calls.
TEST(NestedDepth, APeerThatCallsBackForEverIsCutOff) {
  Scene<NestParent> scene;
  int32_t handled = 0;
  scene.victim->on = [&](What, uint32_t, uint32_t* answer) {
    ++handled;
    scene.peer->Send(Call(PNest::Msg_Inner, 100 + handled, -100, 0));
    EXPECT_EQ(SendResult::kClosed, scene.victim->SendInner(0, answer).code());
    return ipdl::Ok();
  };
  scene.peer->Send(Call(PNest::Msg_Inner, 100, -100, 0));
  scene.Settle();
  EXPECT_EQ(8, handled);
  EXPECT_NE(std::string::npos, scene.victim->cut_off.find("(sync_depth)"));
}

}  // namespace
}  // namespace actors
