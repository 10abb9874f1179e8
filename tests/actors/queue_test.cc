// Messages that wait: which is handled first, which take one another's place, and what becomes of
// those that are dropped.

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "PQueue.h"
#include "PQueueChild.h"
#include "PQueueItemChild.h"
#include "PQueueItemParent.h"
#include "PQueueParent.h"
#include "glue/endpoint.h"
#include "glue/incoming_queue.h"
#include "gtest/gtest.h"
#include "runtime/foreign_close.h"
#include "runtime/open_descriptors_for_test.h"
#include "runtime/run_loop.h"
#include "tests/actors/journal.h"

namespace actors {
namespace {

using ipdl::Compression;
using ipdl::IncomingQueue;
using ipdl::MessagePriority;
using Lines = std::vector<std::string>;

// --- The queue by itself ------------------------------------------------------------------------

ipdl::OwnedMessage Text(const std::string& text) {
  return {{reinterpret_cast<const uint8_t*>(text.data()), text.size()}, {}};
}

Lines Drain(IncomingQueue& queue) {
  Lines lines;
  while (!queue.empty()) {
    const ipdl::OwnedMessage message = queue.Pop();
    lines.emplace_back(message.bytes().begin(), message.bytes().end());
  }
  EXPECT_EQ(0u, queue.cost());
  return lines;
}

TEST(IncomingQueueTest, TheMostUrgentIsNextAndTheOldestAmongEquals) {
  IncomingQueue queue;
  int n = 0;
  for (const MessagePriority priority :
       {MessagePriority::kNormal, MessagePriority::kLow, MessagePriority::kControl,
        MessagePriority::kInput, MessagePriority::kNormal, MessagePriority::kVsync,
        MessagePriority::kMediumHigh, MessagePriority::kControl}) {
    EXPECT_FALSE(queue.Push(Text(std::to_string(n++)), {.priority = priority}));
  }
  EXPECT_EQ((Lines{"2", "7", "5", "3", "6", "0", "4", "1"}), Drain(queue));
}

TEST(IncomingQueueTest, AnAdjacentMessageTakesThePlaceOfTheLastOneOnly) {
  IncomingQueue queue;
  const IncomingQueue::Manner move = {.compression = Compression::kAdjacent, .key = {1, 2, 3}};
  const IncomingQueue::Manner other = {.compression = Compression::kAdjacent, .key = {1, 4, 3}};
  EXPECT_FALSE(queue.Push(Text("a"), move));
  EXPECT_TRUE(queue.Push(Text("b"), move));
  EXPECT_FALSE(queue.Push(Text("between"), {}));
  EXPECT_FALSE(queue.Push(Text("c"), move));
  EXPECT_FALSE(queue.Push(Text("d"), other));
  EXPECT_FALSE(queue.Push(Text("e"), move));
  EXPECT_EQ((Lines{"b", "between", "c", "d", "e"}), Drain(queue));
}

TEST(IncomingQueueTest, AMessageThatWasTakenOutIsNotReplaced) {
  IncomingQueue queue;
  for (const Compression compression : {Compression::kAdjacent, Compression::kAll}) {
    const IncomingQueue::Manner manner = {.compression = compression, .key = {1, 2, 3}};
    EXPECT_FALSE(queue.Push(Text("a"), manner));
    (void)queue.Pop();
    EXPECT_FALSE(queue.Push(Text("b"), manner));
    queue.Clear();
    EXPECT_FALSE(queue.Push(Text("c"), manner));
    EXPECT_EQ((Lines{"c"}), Drain(queue));
  }
}

TEST(IncomingQueueTest, ANewcomerReplacesItsLikeWhereverItIs) {
  IncomingQueue queue;
  const IncomingQueue::Manner state = {.compression = Compression::kAll, .key = {1, 2, 3}};
  const IncomingQueue::Manner other = {.compression = Compression::kAll, .key = {1, 2, 4}};
  EXPECT_FALSE(queue.Push(Text("a"), state));
  EXPECT_FALSE(queue.Push(Text("between"), {}));
  EXPECT_FALSE(queue.Push(Text("other"), other));
  EXPECT_TRUE(queue.Push(Text("b"), state));
  EXPECT_FALSE(queue.Push(Text("after"), {}));
  EXPECT_EQ((Lines{"between", "other", "b", "after"}), Drain(queue));
}

TEST(IncomingQueueTest, CostsWhatItsMessagesCost) {
  IncomingQueue queue;
  const IncomingQueue::Manner state = {.compression = Compression::kAll, .key = {1, 2, 3}};
  EXPECT_EQ(0u, queue.cost());
  queue.Push(Text("four"), state);
  EXPECT_EQ(Text("four").cost(), queue.cost());
  queue.Push(Text("sixsix"), state);
  EXPECT_EQ(Text("sixsix").cost(), queue.cost());
  queue.Clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(0u, queue.cost());
}

// --- Between two actors -------------------------------------------------------------------------

class ItemParent final : public TestActor<PQueueItemParent> {
 public:
  ItemParent(Journal* journal, std::string name) : TestActor(journal, std::move(name)) {}

 private:
  ipdl::Result RecvMoved(uint32_t n) override {
    journal().Add(name() + " moved " + std::to_string(n));
    return ipdl::Ok();
  }
  ipdl::Result Recv__delete__() override { return ipdl::Ok(); }
};

class ItemChild final : public TestActor<PQueueItemChild> {
 public:
  ItemChild(Journal* journal, std::string name) : TestActor(journal, std::move(name)) {}
};

class QueueParent final : public TestActor<PQueueParent> {
 public:
  explicit QueueParent(Journal* journal) : TestActor(journal, "parent") {}

 private:
  ipdl::Result Note(const char* what, uint32_t n) {
    journal().Add(std::string(what) + " " + std::to_string(n));
    return ipdl::Ok();
  }
  ipdl::Result RecvNormal(uint32_t n) override { return Note("normal", n); }
  ipdl::Result RecvLow(uint32_t n) override { return Note("low", n); }
  ipdl::Result RecvMediumHigh(uint32_t n) override { return Note("mediumhigh", n); }
  ipdl::Result RecvInput(uint32_t n) override { return Note("input", n); }
  ipdl::Result RecvVsync(uint32_t n) override { return Note("vsync", n); }
  ipdl::Result RecvControl(uint32_t n) override { return Note("control", n); }
  ipdl::Result RecvMove(uint32_t n, std::optional<ipdl::FileDescriptor> with) override {
    return Note(with ? "move with" : "move", n);
  }
  ipdl::Result RecvState(uint32_t n) override { return Note("state", n); }
  ipdl::Result RecvLazy(uint32_t n) override { return Note("lazy", n); }
  ipdl::Result RecvAsk(uint32_t n, AskResolver resolve) override {
    resolve(n);
    return ipdl::Ok();
  }
  ipdl::Result RecvAskSoon(uint32_t n, AskSoonResolver resolve) override {
    resolve(n);
    return ipdl::Ok();
  }
  // While the child waits for the answer.
  ipdl::Result RecvWait(uint32_t* n) override {
    for (uint32_t i = 1; i <= 2; ++i) {
      EXPECT_TRUE(SendTold(i));
      EXPECT_TRUE(SendUrgent(i));
    }
    *n = 7;
    return ipdl::Ok();
  }
  ipdl::RefPtr<PQueueItemParent> AllocPQueueItemParent(const std::string& name) override {
    return ipdl::MakeRef<ItemParent>(&journal(), name);
  }
};

class QueueChild final : public TestActor<PQueueChild> {
 public:
  explicit QueueChild(Journal* journal) : TestActor(journal, "child") {}

 private:
  ipdl::Result RecvTold(uint32_t n) override {
    journal().Add("told " + std::to_string(n));
    return ipdl::Ok();
  }
  ipdl::Result RecvUrgent(uint32_t n) override {
    journal().Add("urgent " + std::to_string(n));
    return ipdl::Ok();
  }
};

// What the child sends in one turn waits at the parent together.
class WaitingMessages : public testing::Test {
 protected:
  WaitingMessages() {
    ipdl::Endpoint<PQueueParent> parent_end;
    ipdl::Endpoint<PQueueChild> child_end;
    EXPECT_TRUE(PQueue::CreateEndpoints(&parent_end, &child_end).ok());
    EXPECT_TRUE(parent_end.Bind(parent, loop.get()).ok());
    EXPECT_TRUE(child_end.Bind(child, loop.get()).ok());
    Settle();
  }
  ~WaitingMessages() override {
    parent->Close();
    child->Close();
    Settle();
    parent = nullptr;
    child = nullptr;
    ipdl::DrainForForeignClose();
    EXPECT_EQ(0, journal.live_actors);
    EXPECT_EQ(0, child_journal.live_actors);
  }
  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }

  std::unique_ptr<ipdl::RunLoop> loop = *ipdl::RunLoop::Create();
  Journal journal;
  Journal child_journal;
  ipdl::RefPtr<QueueParent> parent = ipdl::MakeRef<QueueParent>(&journal);
  ipdl::RefPtr<QueueChild> child = ipdl::MakeRef<QueueChild>(&child_journal);
};

TEST_F(WaitingMessages, UrgentOnesOvertakeOthers) {
  EXPECT_TRUE(child->SendLow(1));
  EXPECT_TRUE(child->SendNormal(2));
  EXPECT_TRUE(child->SendMediumHigh(3));
  EXPECT_TRUE(child->SendInput(4));
  EXPECT_TRUE(child->SendVsync(5));
  EXPECT_TRUE(child->SendControl(6));
  EXPECT_TRUE(child->SendNormal(7));
  EXPECT_TRUE(child->SendControl(8));
  Settle();
  EXPECT_EQ((Lines{"control 6", "control 8", "vsync 5", "input 4", "mediumhigh 3", "normal 2",
                   "normal 7", "low 1"}),
            journal.Take());
}

TEST_F(WaitingMessages, TheLastWordsOfAPeerAreAllHandled) {
  EXPECT_TRUE(child->SendLow(1));
  EXPECT_TRUE(child->SendNormal(2));
  child->Close();
  Settle();
  EXPECT_EQ((Lines{"normal 2", "low 1", "parent: normal shutdown"}), journal.Take());
}

TEST_F(WaitingMessages, LazyOnesKeepTheirPlace) {
  EXPECT_TRUE(child->SendNormal(1));
  EXPECT_TRUE(child->SendLazy(2));
  EXPECT_TRUE(child->SendNormal(3));
  EXPECT_TRUE(child->SendLazy(4));
  Settle();
  EXPECT_EQ((Lines{"normal 1", "lazy 2", "normal 3", "lazy 4"}), journal.Take());
}

TEST_F(WaitingMessages, OfConsecutiveOnesTheNewestIsHandled) {
  for (uint32_t n : {1u, 2u, 3u}) EXPECT_TRUE(child->SendMove(n, std::nullopt));
  EXPECT_TRUE(child->SendNormal(4));
  for (uint32_t n : {5u, 6u}) EXPECT_TRUE(child->SendMove(n, std::nullopt));
  Settle();
  EXPECT_EQ((Lines{"move 3", "normal 4", "move 6"}), journal.Take());
  // Nothing waits any more, so nothing is dropped.
  EXPECT_TRUE(child->SendMove(7, std::nullopt));
  Settle();
  EXPECT_TRUE(child->SendMove(8, std::nullopt));
  Settle();
  EXPECT_EQ((Lines{"move 7", "move 8"}), journal.Take());
}

TEST_F(WaitingMessages, WhatADroppedOneCarriedIsClosed) {
  const int before = ipdl::OpenDescriptors();
  for (uint32_t n : {1u, 2u, 3u}) {
    EXPECT_TRUE(child->SendMove(n, ipdl::FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC))));
  }
  Settle();
  EXPECT_EQ((Lines{"move with 3"}), journal.Take());
  ipdl::DrainForForeignClose();
  EXPECT_EQ(before, ipdl::OpenDescriptors());
}

TEST_F(WaitingMessages, OfAllThatWaitTheNewestIsHandledForEachActor) {
  const auto first = ipdl::MakeRef<ItemChild>(&child_journal, "first");
  const auto second = ipdl::MakeRef<ItemChild>(&child_journal, "second");
  EXPECT_NE(nullptr, child->SendPQueueItemConstructor(first, "first"));
  EXPECT_NE(nullptr, child->SendPQueueItemConstructor(second, "second"));
  Settle();
  for (uint32_t n : {1u, 2u}) {
    EXPECT_TRUE(child->SendState(n));
    EXPECT_TRUE(first->SendMoved(10 + n));
    EXPECT_TRUE(second->SendMoved(20 + n));
  }
  EXPECT_TRUE(child->SendNormal(3));
  Settle();
  EXPECT_EQ((Lines{"state 2", "first moved 12", "second moved 22", "normal 3"}), journal.Take());
}

TEST_F(WaitingMessages, AnActorsLastMessagesStayBehindItsConstructor) {
  const auto item = ipdl::MakeRef<ItemChild>(&child_journal, "item");
  EXPECT_NE(nullptr, child->SendPQueueItemConstructor(item, "item"));
  EXPECT_TRUE(item->SendMoved(1));
  EXPECT_TRUE(item->SendMoved(2));
  EXPECT_TRUE(PQueueItemChild::Send__delete__(item.get()));
  Settle();
  // Before an actor exists nothing is known of its messages, so none is dropped.
  EXPECT_EQ((Lines{"item moved 1", "item moved 2", "item: deletion"}), journal.Take());
}

TEST_F(WaitingMessages, AnUrgentAnswerOvertakesOthers) {
  const auto note = [this](uint32_t n) { child_journal.Add("answer " + std::to_string(n)); };
  const auto fail = [](ipdl::RejectReason) { ADD_FAILURE(); };
  child->SendAsk(1, note, fail);
  child->SendAskSoon(2, note, fail);
  child->SendAsk(3, note, fail);
  Settle();
  EXPECT_EQ((Lines{"answer 2", "answer 1", "answer 3"}), child_journal.Take());
}

TEST(WaitingBehindASyncCall, UrgentMessagesComeFirstWhenItIsOver) {
  ipdl::Endpoint<PQueueParent> parent_end;
  ipdl::Endpoint<PQueueChild> child_end;
  ASSERT_TRUE(PQueue::CreateEndpoints(&parent_end, &child_end).ok());
  std::thread other([end = std::move(parent_end)]() mutable {
    const std::unique_ptr<ipdl::RunLoop> loop = *ipdl::RunLoop::Create();
    Journal journal;
    const auto parent = ipdl::MakeRef<QueueParent>(&journal);
    ASSERT_TRUE(end.Bind(parent, loop.get()).ok());
    while (parent->IsOpen()) loop->Turn(absl::InfiniteDuration());
  });
  {
    const std::unique_ptr<ipdl::RunLoop> loop = *ipdl::RunLoop::Create();
    Journal journal;
    auto child = ipdl::MakeRef<QueueChild>(&journal);
    ASSERT_TRUE(child_end.Bind(child, loop.get()).ok());
    uint32_t n = 0;
    EXPECT_TRUE(child->SendWait(&n));
    EXPECT_EQ(7u, n);
    EXPECT_EQ(Lines{}, journal.lines);
    while (journal.lines.size() < 4) loop->Turn(absl::InfiniteDuration());
    EXPECT_EQ((Lines{"urgent 1", "urgent 2", "told 1", "told 2"}), journal.Take());
    child->Close();
  }
  other.join();
}

}  // namespace
}  // namespace actors
