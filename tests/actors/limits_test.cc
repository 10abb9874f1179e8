// What one peer may cost: each limit one below, at and above its value, on the side that sends and
// on the side that must not trust the sender.

#include <memory>
#include <optional>

#include "PTree.h"
#include "tests/actors/actor_pair.h"
#include "tests/actors/hostile_peer.h"

namespace actors {
namespace {

using ipdl::SendResult;
using Lines = std::vector<std::string>;

constexpr uint32_t kFew = 5;

ipdl::Limits Few() {
  ipdl::Limits limits;
  limits.actors = kFew;
  limits.outstanding_replies = kFew;
  limits.queued_bytes = 64 * 1024;
  limits.message_bytes = 16 * 1024;
  return limits;
}

class LimitsTest : public ActorPair {
 protected:
  LimitsTest() : ActorPair(Few()) {}
};

// --- Actors -------------------------------------------------------------------------------------

RUN_ON_ONE_LOOP_AND_TWO(LimitsTest);

TEST_P(LimitsTest, TheSenderMayMakeSoManyActorsAndNoMore) {
  std::vector<ipdl::RefPtr<LeafParent>> leaves;
  for (uint32_t i = 0; i < kFew; ++i) leaves.push_back(MakeLeaf(i));
  auto one_more = ipdl::MakeRef<LeafParent>(&parent_journal, "one more");
  EXPECT_EQ(nullptr, parent->SendPLeafConstructor(one_more, 9));
  EXPECT_EQ((Lines{"one more: failed constructor"}), parent_journal.Take());
  Settle();
  EXPECT_EQ(kFew, child->ManagedPLeafChild().size());
  // One that goes makes room for another, in the same turn.
  EXPECT_TRUE(PLeafParent::Send__delete__(leaves[0].get(), ""));
  MakeLeaf(10);
  Settle();
  EXPECT_EQ(kFew, child->ManagedPLeafChild().size());
  EXPECT_TRUE(child->IsOpen());
}

TEST_P(LimitsTest, EachSideHasItsOwnShareOfActors) {
  for (uint32_t i = 0; i < kFew; ++i) {
    MakeLeaf(i);
    auto leaf = ipdl::MakeRef<LeafChild>(&child_journal, "theirs");
    EXPECT_NE(nullptr, child->SendPLeafConstructor(leaf, i));
  }
  Settle();
  EXPECT_EQ(2 * kFew, parent->ManagedPLeafParent().size());
  EXPECT_TRUE(parent->IsOpen());
}

TEST_P(LimitsTest, ActorsThatThePeerDeletesMakeRoomToo) {
  for (uint32_t i = 0; i < kFew; ++i) MakeLeaf(i);
  Settle();
  EXPECT_TRUE(PLeafChild::Send__delete__(child->ManagedPLeafChild()[2].get(), ""));
  Settle();
  MakeLeaf(10);
  Settle();
  EXPECT_EQ(kFew, child->ManagedPLeafChild().size());
}

// --- Outstanding replies ------------------------------------------------------------------------

TEST_P(LimitsTest, TheSenderMayHaveSoManyQuestionsOpen) {
  std::vector<TreeParent::AskResolver> kept;
  parent->on_ask = [&](std::string, TreeParent::AskResolver resolve) {
    kept.push_back(std::move(resolve));
    return ipdl::Ok();
  };
  int writable = 0;
  child->on_writable = [&] { ++writable; };
  int answered = 0;
  int failed = 0;
  const auto ask = [&] {
    child->SendAsk(
        "x", [&](std::string, uint32_t) { ++answered; },
        [&](ipdl::RejectReason reason) {
          EXPECT_EQ(ipdl::RejectReason::kSendError, reason);
          ++failed;
        });
  };
  for (uint32_t i = 0; i < kFew; ++i) ask();
  Settle();
  EXPECT_EQ(kFew, kept.size());
  EXPECT_EQ(0, failed);
  ask();
  Settle();
  EXPECT_EQ(1, failed);
  EXPECT_EQ(0, writable);
  // A sync question waits for no room, but is refused as well: it counts the same.
  int32_t sum = 0;
  EXPECT_EQ(SendResult::kWouldBlock, child->SendAdd(1, 2, &sum).code());
  for (auto& resolve : kept) resolve("y", 1);
  Settle();
  EXPECT_EQ(static_cast<int>(kFew), answered);
  EXPECT_EQ(1, writable);
  ask();
  Settle();
  ASSERT_EQ(kFew + 1, kept.size());
  kept.back()("y", 1);
  Settle();
}

TEST_P(LimitsTest, QuestionsOfDeletedActorsCountNoMore) {
  auto node = MakeNode("node");
  std::vector<NodeParent::AskResolver> kept;
  node->on_ask = [&](uint32_t, NodeParent::AskResolver resolve) {
    kept.push_back(std::move(resolve));
    return ipdl::Ok();
  };
  Settle();
  auto twin = Only<NodeChild>(child->ManagedPNodeChild());
  for (uint32_t i = 0; i < kFew; ++i) twin->SendAsk(i);
  EXPECT_TRUE(PNodeChild::Send__delete__(twin.get()));
  int answered = 0;
  for (uint32_t i = 0; i < kFew; ++i) {
    child->SendAsk(
        "x", [&](std::string, uint32_t) { ++answered; }, [](ipdl::RejectReason) { ADD_FAILURE(); });
  }
  Settle();
  EXPECT_EQ(static_cast<int>(kFew), answered);
  EXPECT_TRUE(parent->IsOpen());
}

// --- A peer that ignores the limits -------------------------------------------------------------

class HostileLimitsTest : public testing::Test {
 protected:
  HostileLimitsTest() : loop(*ipdl::RunLoop::Create()) {
    ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
    ipdl::Endpoint<PTreeParent> end;
    peer.emplace(&end);
    EXPECT_TRUE(end.Bind(victim, loop.get(), Few()).ok());
    peer->Send(HelloBytes(PTree::kProtocol, ipdl::Side::kChild));
  }
  ~HostileLimitsTest() override {
    victim->Close();
    kept.clear();
    ipdl::SetLogSink(nullptr);
  }
  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }

  std::vector<std::string> log;
  Journal journal;
  std::unique_ptr<ipdl::RunLoop> loop;
  std::optional<HostilePeer> peer;
  ipdl::RefPtr<TreeParent> victim = ipdl::MakeRef<TreeParent>(&journal);
  std::vector<TreeParent::AskResolver> kept;
};

TEST_F(HostileLimitsTest, TooManyActorsCutThePeerOff) {
  for (int32_t i = 1; i <= static_cast<int32_t>(kFew); ++i) {
    peer->Send(
        MessageBytes(PTree::kProtocol, PTree::Msg_PLeafConstructor, 0).Put(-i).Put(uint32_t{0}));
  }
  Settle();
  EXPECT_TRUE(victim->IsOpen());
  EXPECT_EQ(kFew, victim->ManagedPLeafParent().size());
  peer->Send(
      MessageBytes(PTree::kProtocol, PTree::Msg_PLeafConstructor, 0).Put(-100).Put(uint32_t{0}));
  Settle();
  EXPECT_EQ(
      "cut off evil#1 (pid 7): PTree::Msg_PLeafConstructor: the peer has 5 actors already (actors)",
      victim->cut_off);
  EXPECT_TRUE(peer->IsCutOff());
}

TEST_F(HostileLimitsTest, TooManyOpenQuestionsCutThePeerOff) {
  victim->on_ask = [&](std::string, TreeParent::AskResolver resolve) {
    kept.push_back(std::move(resolve));
    return ipdl::Ok();
  };
  for (int32_t i = 1; i <= static_cast<int32_t>(kFew); ++i) {
    peer->Send(MessageBytes(PTree::kProtocol, PTree::Msg_Ask, 0, i).String("x"));
  }
  Settle();
  EXPECT_TRUE(victim->IsOpen());
  kept[0]("answered", 0);
  peer->Send(MessageBytes(PTree::kProtocol, PTree::Msg_Ask, 0, 100).String("x"));
  Settle();
  EXPECT_TRUE(victim->IsOpen());
  peer->Send(MessageBytes(PTree::kProtocol, PTree::Msg_Ask, 0, 101).String("x"));
  Settle();
  EXPECT_EQ(
      "cut off evil#1 (pid 7): PTree::Msg_Ask: 5 questions of the peer are open already "
      "(outstanding_replies)",
      victim->cut_off);
}

TEST_F(HostileLimitsTest, AskingWithoutReadingTheRepliesCutsThePeerOff) {
  // Each question costs the peer 40 bytes and us 8 KiB.
  victim->on_ask = [](std::string, TreeParent::AskResolver resolve) {
    resolve(std::string(8 * 1024, 'x'), 0);
    return ipdl::Ok();
  };
  for (int32_t i = 1; i < 200 && victim->IsOpen(); ++i) {
    peer->Send(MessageBytes(PTree::kProtocol, PTree::Msg_Ask, 0, i).String("x"));
    Settle();
  }
  EXPECT_EQ(
      "cut off evil#1 (pid 7): it asks without reading the replies; 65536 bytes of them wait "
      "(queued_bytes)",
      victim->cut_off);
}

// --- Queued bytes -------------------------------------------------------------------------------

TEST_F(HostileLimitsTest, APeerThatDoesNotReadMakesSendsBlockAndHearsItAllLater) {
  int writable = 0;
  victim->on_writable = [&] { ++writable; };
  uint32_t sent = 0;
  SendResult result = SendResult::kOk;
  while ((result = victim->SendPoke(sent))) {
    ++sent;
    victim->Flush();
    ASSERT_LT(sent, 1'000'000u);
  }
  EXPECT_EQ(SendResult::kWouldBlock, result.code());
  EXPECT_LE(48u + sent * 32u, Few().queued_bytes);
  EXPECT_GT(48u + (sent + 2) * 32u, Few().queued_bytes);  // and a question, whether it was read
  Settle();
  EXPECT_EQ(0, writable);
  EXPECT_TRUE(victim->IsOpen());
  size_t received = 0;
  while (writable == 0) {
    received += peer->Receive().size();
    Settle();
  }
  EXPECT_TRUE(victim->SendPoke(sent++));
  Settle();
  received += peer->Receive().size();
  EXPECT_EQ(48u + sent * 32u, received);  // the hello and every poke that was not refused
  EXPECT_EQ(1, writable);
}

TEST_F(HostileLimitsTest, ReplyToAPeerThatReadsSlowlyIsHeldNotLost) {
  while (victim->SendPoke(0)) victim->Flush();
  // The queue is full; three questions come, and get their answers once there is room.
  for (int32_t i = 1; i <= 3; ++i) {
    peer->Send(MessageBytes(PTree::kProtocol, PTree::Msg_Add, 0, i).Put(i).Put(i));
  }
  Settle();
  EXPECT_TRUE(victim->IsOpen());
  std::string received;
  const auto replies = [&] {
    int found = 0;
    for (size_t at = 0; at + 32 <= received.size(); at += 8) {
      ipdl::ActorHeader header;
      std::memcpy(&header, received.data() + at + 8, sizeof(header));
      if (header.protocol == PTree::kProtocolId &&
          header.flags == (ipdl::kWireReply | ipdl::kWireSync)) {
        int32_t sum = 0;
        std::memcpy(&sum, received.data() + at + 24, sizeof(sum));
        EXPECT_EQ(2 * ++found, sum);
      }
    }
    return found;
  };
  // A turn may send the last of it before it sleeps, so it must not sleep for ever.
  while (replies() != 3) {
    received += peer->Receive();
    loop->Turn(absl::Milliseconds(1));
  }
}

// --- Message size -------------------------------------------------------------------------------

TEST_P(LimitsTest, AMessageAboveItsLimitIsRefusedAndTheNextOneGoes) {
  size_t largest = 0;
  parent->on_text = [&](std::string s, Rect, std::vector<uint8_t>) {
    largest = s.size();
    return ipdl::Ok();
  };
  // Header 8 + 16, string 4, rect 12, array 4, bool 1; the rest is the string.
  const size_t most = Few().message_bytes - 24 - 4 - 12 - 4 - 1;
  EXPECT_TRUE(child->SendText(std::string(most - 3, 'x'), Rect(), {}, false));
  Settle();
  EXPECT_EQ(most - 3, largest);
  EXPECT_EQ(SendResult::kRefused,
            child->SendText(std::string(most + 1, 'x'), Rect(), {}, false).code());
  EXPECT_EQ(1u, log.size());
  EXPECT_TRUE(child->SendText("small", Rect(), {}, false));
  Settle();
  EXPECT_EQ(5u, largest);
}

}  // namespace
}  // namespace actors
