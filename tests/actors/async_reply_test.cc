// Replies to asynchronous messages: callbacks, coroutines, and every way in which none comes.

#include <optional>

#include "glue/detached.h"
#include "tests/actors/actor_pair.h"

namespace actors {
namespace {

using ipdl::RejectReason;
using ipdl::RejectReasonName;
using Lines = std::vector<std::string>;

class AsyncReply : public ActorPair {
 protected:
  // Asks with callbacks that write to the child's journal.
  void Ask(const std::string& question) {
    child->SendAsk(
        question,
        [this](std::string answer, uint32_t count) {
          child_journal.Add(answer + " " + std::to_string(count));
        },
        [this](RejectReason reason) {
          child_journal.Add(std::string("rejected: ") + RejectReasonName(reason));
        });
  }
  // The same with a coroutine.
  ipdl::Detached Await(ipdl::RefPtr<TreeChild> asker, std::string question) {
    auto reply = co_await asker->SendAsk(question);
    if (reply.ok()) {
      auto& [answer, count] = reply.value();
      child_journal.Add("awaited " + answer + " " + std::to_string(count));
    } else {
      child_journal.Add(std::string("await failed: ") + RejectReasonName(reply.reason()));
    }
  }
  // Keeps the resolver of every question.
  void KeepResolvers() {
    parent->on_ask = [this](std::string, TreeParent::AskResolver resolve) {
      kept.push_back(std::move(resolve));
      return ipdl::Ok();
    };
  }

  std::vector<TreeParent::AskResolver> kept;
};

RUN_ON_ONE_LOOP_AND_TWO(AsyncReply);

TEST_P(AsyncReply, CallbacksGetTheValuesAndNeverRunInsideTheSend) {
  Ask("one");
  Ask("two");
  EXPECT_EQ(Lines{}, child_journal.lines);
  Settle();
  EXPECT_EQ((Lines{"one! 3", "two! 3"}), child_journal.Take());
}

TEST_P(AsyncReply, ACoroutineGetsTheValues) {
  Await(child, "why");
  Await(child, "how");
  EXPECT_EQ(Lines{}, child_journal.lines);
  Settle();
  EXPECT_EQ((Lines{"awaited why! 3", "awaited how! 3"}), child_journal.Take());
}

TEST_P(AsyncReply, OneValueIsItself) {
  std::optional<uint32_t> twice;
  auto ask = [&](ipdl::RefPtr<TreeParent> asker) -> ipdl::Detached {
    auto reply = co_await asker->SendAskChild(21);
    if (reply) twice = *reply;
  };
  ask(parent);
  Settle();
  EXPECT_EQ(42u, twice.value_or(0));
}

TEST_P(AsyncReply, AReplyMayBeAwaitedAfterItCame) {
  auto reply = child->SendAsk("early");
  EXPECT_FALSE(reply.done());
  Settle();
  EXPECT_TRUE(reply.done());
  auto read = [&]() -> ipdl::Detached {
    auto result = co_await reply;
    child_journal.Add(std::get<0>(result.value()));
  };
  read();
  EXPECT_EQ((Lines{"early!"}), child_journal.Take());
}

TEST_P(AsyncReply, AReplyMayBeKeptAndTakenWhenItIsThere) {
  auto reply = child->SendAsk("early");
  EXPECT_FALSE(reply.done());
  EXPECT_FALSE(reply.Take().has_value());
  Settle();
  ASSERT_TRUE(reply.done());
  auto answer = reply.Take();
  ASSERT_TRUE(answer.has_value() && answer->ok());
  EXPECT_EQ("early!", std::get<0>(answer->value()));

  auto lost = child->SendAsk("late");
  child->Close();
  Settle();
  ASSERT_TRUE(lost.done());
  EXPECT_EQ(ipdl::RejectReason::kChannelClosed, lost.Take()->reason());
}

TEST_P(AsyncReply, CallbacksMayBeGivenAfterTheAnswerCame) {
  auto reply = child->SendAsk("early");
  Settle();
  std::move(reply).Then([this](std::string answer, uint32_t) { child_journal.Add(answer); },
                        [this](RejectReason) { child_journal.Add("rejected"); });
  EXPECT_EQ(Lines{}, child_journal.lines);
  Settle();
  EXPECT_EQ((Lines{"early!"}), child_journal.Take());
}

TEST_P(AsyncReply, ACallbackMayBeNull) {
  KeepResolvers();
  child->SendAsk(
      "no", [this](std::string, uint32_t) { child_journal.Add("resolved"); }, nullptr);
  child->SendAsk("yes", nullptr, [this](RejectReason) { child_journal.Add("rejected"); });
  Settle();
  ASSERT_EQ(2u, kept.size());
  kept[0].Reject();
  kept[1]("yes", 1);
  Settle();
  EXPECT_EQ(Lines{}, child_journal.lines);
}

TEST_P(AsyncReply, CallbacksMayBeMoveOnly) {
  auto token = std::make_unique<int>(7);
  child->SendAsk(
      "who",
      [this, token = std::move(token)](std::string, uint32_t) {
        child_journal.Add(std::to_string(*token));
      },
      nullptr);
  Settle();
  EXPECT_EQ((Lines{"7"}), child_journal.Take());
}

TEST_P(AsyncReply, ADroppedReplyIsIgnored) {
  KeepResolvers();
  child->SendAsk("who cares");
  Settle();
  kept[0]("nobody", 0);
  kept.clear();
  Settle();
  EXPECT_TRUE(child->IsOpen());
  EXPECT_EQ(Lines{}, log);
}

TEST_P(AsyncReply, AKeptResolverAnswersLaterAndInAnyOrder) {
  KeepResolvers();
  Ask("a");
  Ask("b");
  Settle();
  EXPECT_EQ(Lines{}, child_journal.lines);
  ASSERT_EQ(2u, kept.size());
  EXPECT_TRUE(kept[0].pending());
  kept[1]("B", 2);
  kept[0]("A", 1);
  EXPECT_FALSE(kept[0].pending());
  Settle();
  EXPECT_EQ((Lines{"B 2", "A 1"}), child_journal.Take());
}

TEST_P(AsyncReply, AHandlerMayAskBackBeforeItAnswers) {
  parent->on_ask = [this](std::string question, TreeParent::AskResolver resolve) {
    parent->SendAskChild(
        4,
        [question, resolve = std::move(resolve)](uint32_t twice) mutable {
          resolve(question, twice);
        },
        [](RejectReason) { ADD_FAILURE(); });
    return ipdl::Ok();
  };
  Ask("nested");
  Settle();
  EXPECT_EQ((Lines{"nested 8"}), child_journal.Take());
}

TEST_P(AsyncReply, ADroppedResolverRejects) {
  parent->on_ask = [](std::string, TreeParent::AskResolver) { return ipdl::Ok(); };
  Ask("a");
  Await(child, "b");
  Settle();
  EXPECT_EQ((Lines{"rejected: resolver destroyed", "await failed: resolver destroyed"}),
            child_journal.Take());
}

TEST_P(AsyncReply, AResolverMayReject) {
  parent->on_ask = [](std::string, TreeParent::AskResolver resolve) {
    resolve.Reject();
    return ipdl::Ok();
  };
  Ask("a");
  Settle();
  EXPECT_EQ((Lines{"rejected: handler rejected"}), child_journal.Take());
}

TEST_P(AsyncReply, ARefusingHandlerRejectsAndTheConnectionGoesOn) {
  parent->on_ask = [](std::string, TreeParent::AskResolver) { return ipdl::Refused("not today"); };
  Ask("a");
  Settle();
  EXPECT_EQ((Lines{"rejected: handler rejected"}), child_journal.Take());
  EXPECT_TRUE(child->IsOpen());
  ASSERT_EQ(1u, log.size());
  EXPECT_NE(std::string::npos, log[0].find("PTree::Msg_Ask: not today"));
}

TEST_P(AsyncReply, ARefusingHandlerThatKeptTheResolverAnswersOnce) {
  parent->on_ask = [this](std::string, TreeParent::AskResolver resolve) {
    kept.push_back(std::move(resolve));
    return ipdl::Refused("not today");
  };
  Ask("a");
  Settle();
  EXPECT_FALSE(kept[0].pending());
  kept[0]("late", 1);
  kept.clear();
  Settle();
  EXPECT_EQ((Lines{"rejected: handler rejected"}), child_journal.Take());
  EXPECT_TRUE(child->IsOpen());
}

TEST_P(AsyncReply, AnsweringTwiceSendsTheFirstAndLogsTheSecond) {
  parent->on_ask = [](std::string, TreeParent::AskResolver resolve) {
    resolve("first", 1);
    resolve("second", 2);
    resolve.Reject();
    return ipdl::Ok();
  };
  Ask("a");
  Settle();
  EXPECT_EQ((Lines{"first 1"}), child_journal.Take());
  EXPECT_EQ(2u, log.size());
  EXPECT_TRUE(child->IsOpen());
}

TEST_P(AsyncReply, AResolverUsedAfterTheEndDoesNothing) {
  KeepResolvers();
  Ask("a");
  Ask("b");
  Ask("c");
  Settle();
  parent->Close();
  EXPECT_FALSE(kept[0].pending());
  kept[0]("late", 1);
  kept[1].Reject();
  kept.clear();
  Settle();
  EXPECT_EQ((Lines{"rejected: channel closed", "rejected: channel closed",
                   "rejected: channel closed", "child: normal shutdown"}),
            child_journal.Take());
}

TEST_P(AsyncReply, AResolverOfADeletedActorDoesNothing) {
  auto node = MakeNode("node");
  std::vector<NodeParent::AskResolver> resolvers;
  node->on_ask = [&](uint32_t, NodeParent::AskResolver resolve) {
    resolvers.push_back(std::move(resolve));
    return ipdl::Ok();
  };
  Settle();
  auto twin = Only<NodeChild>(child->ManagedPNodeChild());
  twin->SendAsk(
      1, [](uint32_t) { ADD_FAILURE(); },
      [&](RejectReason reason) {
        child_journal.Add(std::string("rejected: ") + RejectReasonName(reason));
      });
  Settle();
  ASSERT_EQ(1u, resolvers.size());
  EXPECT_TRUE(PNodeParent::Send__delete__(node.get()));
  EXPECT_FALSE(resolvers[0].pending());
  resolvers[0](2);
  Settle();
  EXPECT_EQ((Lines{"rejected: actor destroyed", "node: deletion"}), child_journal.Take());
  EXPECT_TRUE(parent->IsOpen());
}

TEST_P(AsyncReply, AResolverStoredInItsActorDoesNotKeepItAlive) {
  auto node = MakeNode("node");
  struct Holder {
    std::optional<NodeParent::AskResolver> resolver;
  };
  auto holder = std::make_shared<Holder>();
  node->on_ask = [holder](uint32_t, NodeParent::AskResolver resolve) {
    holder->resolver.emplace(std::move(resolve));
    return ipdl::Ok();
  };
  Settle();
  Only<NodeChild>(child->ManagedPNodeChild())->SendAsk(1);
  Settle();
  EXPECT_EQ(2u, node->reference_count());  // ours and the connection's
}

TEST_P(AsyncReply, CallbacksAreRejectedJustBeforeActorDestroyInTheOrderAsked) {
  KeepResolvers();
  Ask("a");
  Ask("b");
  Settle();
  child->Close();
  EXPECT_EQ(
      (Lines{"rejected: channel closed", "rejected: channel closed", "child: normal shutdown"}),
      child_journal.Take());
}

TEST_P(AsyncReply, ACoroutineIsResumedFromTheLoopWhenItsActorEnds) {
  KeepResolvers();
  Await(child, "a");
  Settle();
  child->Close();
  EXPECT_EQ((Lines{"child: normal shutdown"}), child_journal.Take());
  Settle();
  EXPECT_EQ((Lines{"await failed: channel closed"}), child_journal.Take());
}

TEST_P(AsyncReply, ACoroutineIsResumedWhenThePeerDies) {
  KeepResolvers();
  Await(child, "a");
  Settle();
  parent->Close();
  Settle();
  EXPECT_EQ((Lines{"child: normal shutdown", "await failed: channel closed"}),
            child_journal.Take());
}

TEST_P(AsyncReply, AQuestionOnAClosedConnectionIsRejectedFromTheLoop) {
  child->Close();
  child_journal.Take();
  Ask("a");
  EXPECT_EQ(Lines{}, child_journal.lines);
  Await(child, "b");
  EXPECT_EQ((Lines{"await failed: send error"}), child_journal.Take());
  Settle();
  EXPECT_EQ((Lines{"rejected: send error"}), child_journal.Take());
}

TEST_P(AsyncReply, ACoroutineMayEndTheActorThatItAskedThrough) {
  auto ask = [this](ipdl::RefPtr<TreeChild> asker) -> ipdl::Detached {
    auto reply = co_await asker->SendAsk("x");
    EXPECT_TRUE(reply.ok());
    asker->Close();
    child_journal.Add("closed");
  };
  ask(child);
  Settle();
  EXPECT_EQ((Lines{"child: normal shutdown", "closed"}), child_journal.Take());
}

TEST_P(AsyncReply, ALateReplyToADeletedActorIsIgnored) {
  auto node = MakeNode("node");
  Settle();
  auto twin = Only<NodeChild>(child->ManagedPNodeChild());
  twin->SendAsk(
      1, [](uint32_t) { ADD_FAILURE(); },
      [&](RejectReason reason) {
        child_journal.Add(std::string("rejected: ") + RejectReasonName(reason));
      });
  // The delete is sent before the reply can come.
  EXPECT_TRUE(PNodeChild::Send__delete__(twin.get()));
  Settle();
  EXPECT_EQ((Lines{"rejected: actor destroyed", "node: deletion"}), child_journal.Take());
  EXPECT_TRUE(child->IsOpen());
  EXPECT_EQ(Lines{}, log);
}

TEST_P(AsyncReply, AReplyThatCannotBeWrittenIsARejection) {
  auto leaf = ipdl::MakeRef<LeafParent>(&parent_journal, "stranger");
  parent->on_ask_leaf = [&](TreeParent::AskLeafResolver resolve) {
    resolve(leaf.get());  // not of this connection
    return ipdl::Ok();
  };
  child->SendAskLeaf([](PLeafChild*) { ADD_FAILURE(); },
                     [&](RejectReason reason) { child_journal.Add(RejectReasonName(reason)); });
  Settle();
  EXPECT_EQ((Lines{"handler rejected"}), child_journal.Take());
  EXPECT_TRUE(child->IsOpen());
}

TEST_P(AsyncReply, AnActorInAReplyIsTheAskersOwn) {
  auto leaf = MakeLeaf(1);
  parent->on_ask_leaf = [&](TreeParent::AskLeafResolver resolve) {
    resolve(leaf.get());
    return ipdl::Ok();
  };
  PLeafChild* got = nullptr;
  child->SendAskLeaf([&](PLeafChild* answer) { got = answer; },
                     [](RejectReason) { ADD_FAILURE(); });
  Settle();
  ASSERT_EQ(1u, child->ManagedPLeafChild().size());
  EXPECT_EQ(child->ManagedPLeafChild()[0].get(), got);
}

TEST_P(AsyncReply, ADestroyedLoopStillAnswersTheCoroutine) {
  KeepResolvers();
  Await(child, "a");
  Settle();
  child->Close();
  parent->Close();
  child_journal.Take();
  // The old one dies with the resumption in its queue.
  (child_loop ? child_loop : loop) = *ipdl::RunLoop::Create();
  EXPECT_EQ((Lines{"await failed: channel closed"}), child_journal.Take());
}

}  // namespace
}  // namespace actors
