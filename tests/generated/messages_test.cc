// Every kind of message of PTour, PStop and PLeg between two actors: what the sender passed is what
// the author's function on the other side receives.
//
// Both actors live on one loop; for sync messages the parent lives on a thread of its own. How
// actors end, and what a malformed peer gets, is tested with the glue (tests/actors/).

#include <fcntl.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "LegChild.h"
#include "LegParent.h"
#include "PEye.h"
#include "PTour.h"
#include "TourChild.h"
#include "TourParent.h"
#include "absl/time/time.h"
#include "glue/detached.h"
#include "glue/endpoint.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/generated/eye_of_child.h"
#include "tests/generated/eye_of_parent.h"

namespace demo {
namespace {

using ipdl::MakeRef;
using ipdl::RefPtr;
using values::Description;
using values::Json;
using values::Number;
using values::Plane;

ipdl::FileDescriptor OpenNull() {
  return ipdl::FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

class Messages : public testing::Test {
 protected:
  Messages() : loop(*ipdl::RunLoop::Create()) {
    ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
    ipdl::Endpoint<PTourParent> parent_end;
    ipdl::Endpoint<PTourChild> child_end;
    EXPECT_TRUE(PTour::CreateEndpoints(&parent_end, &child_end).ok());
    EXPECT_TRUE(parent_end.Bind(parent, loop.get()).ok());
    EXPECT_TRUE(child_end.Bind(child, loop.get()).ok());
  }
  ~Messages() override {
    parent->Close();
    child->Close();
    Settle();
    ipdl::SetLogSink(nullptr);
  }

  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }

  // What the parent noted of the one message that the child has just sent.
  std::vector<uint32_t> Received(const std::string& word) {
    Settle();
    EXPECT_EQ(std::vector<std::string>{word}, parent->log);
    EXPECT_EQ(std::vector<std::string>{}, log);
    parent->log.clear();
    return std::exchange(parent->numbers, {});
  }

  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> loop;
  RefPtr<TourParent> parent = MakeRef<TourParent>();
  RefPtr<TourChild> child = MakeRef<TourChild>();
};

using Numbers = std::vector<uint32_t>;

TEST_F(Messages, CarryScalarsAndStrings) {
  EXPECT_TRUE(child->SendPing(7, "hello"));
  EXPECT_EQ(Numbers{7}, Received("Ping"));
  EXPECT_EQ("hello", parent->text);
  EXPECT_TRUE(child->SendIdle());
  EXPECT_EQ(Numbers{}, Received("Idle"));
  EXPECT_TRUE(child->SendPlain(true, 'c', 2.5, 99, tests::Colour::kBlue, {3, 4}));
  EXPECT_EQ((Numbers{1, 'c', 10, 99, 2, 3, 4}), Received("Plain"));
  EXPECT_TRUE(child->SendStrings("a", u"b", std::nullopt, {"c", "d"}));
  Received("Strings");
  EXPECT_EQ("a|b|-|c|d", parent->text);
}

TEST_F(Messages, CarryArrays) {
  std::vector<ipdl::FileDescriptor> files;
  files.push_back(OpenNull());
  files.push_back(OpenNull());
  const std::vector<std::vector<uint32_t>> table = {{1}, {2, 3}};
  EXPECT_TRUE(child->SendArrays({1, 2, 3}, {true, false}, {Plane(1, 2)}, {Json(1.0), Json(true)},
                                std::move(files), table));
  EXPECT_EQ((Numbers{3, 2, 1, 2}), Received("Arrays"));
  EXPECT_EQ((std::vector<Json>{Json(1.0), Json(true)}), parent->jsons);
  EXPECT_EQ(2u, parent->files.size());
}

TEST_F(Messages, CarryHandles) {
  Files files;
  files.one() = OpenNull();
  files.many().push_back(OpenNull());
  EXPECT_TRUE(child->SendHandles(OpenNull(), std::nullopt, *ipdl::ByteBuf::Allocate(100),
                                 std::nullopt, std::move(files), Possession(tests::Ticket(1))));
  EXPECT_EQ((Numbers{100, Possession::TTicket, 0}), Received("Handles"));
  ASSERT_EQ(2u, parent->files.size());
  EXPECT_TRUE(parent->files[1].valid());
}

TEST_F(Messages, RefuseAnEmptyHandleAndGoOn) {
  EXPECT_EQ(ipdl::SendResult::kRefused,
            child
                ->SendHandles(ipdl::FileDescriptor(), std::nullopt, ipdl::ByteBuf(), std::nullopt,
                              Files(), Possession())
                .code());
  log.clear();
  EXPECT_TRUE(child->SendIdle());
  Received("Idle");
}

TEST_F(Messages, CarryImportedTypes) {
  auto shared = MakeRef<tests::Shared>(4u);
  tests::Coin coin(3);
  const tests::Blueprint blueprint(2);
  std::vector<tests::Ticket> tickets(5);
  EXPECT_TRUE(child->SendImported(tests::Ticket(1), blueprint, std::move(coin), shared.get(),
                                  nullptr, std::move(tickets), tests::Coin(6)));
  EXPECT_EQ((Numbers{1, 2, 3, 4, 0, 5, 6}), Received("Imported"));
  EXPECT_EQ(0u, coin.cents());
}

TEST_F(Messages, RefuseANullWhereTheProtocolSaysNothingOfNullable) {
  EXPECT_EQ(ipdl::SendResult::kRefused,
            child
                ->SendImported(tests::Ticket(1), tests::Blueprint(), tests::Coin(), nullptr,
                               nullptr, {}, std::nullopt)
                .code());
  EXPECT_EQ(ipdl::SendResult::kRefused,
            child->SendActors(nullptr, nullptr, {}, Itinerary(), Target(std::string())).code());
  Settle();
  EXPECT_EQ(std::vector<std::string>{}, parent->log);
}

TEST_F(Messages, CarryPointersWithoutConsumingThem) {
  const auto description = std::make_unique<Description>();
  EXPECT_TRUE(child->SendPointers(description, nullptr, std::make_unique<tests::Ticket>(1)));
  EXPECT_EQ((Numbers{1, 0, 1}), Received("Pointers"));
  EXPECT_NE(nullptr, description);
}

class TreeMessages : public Messages {
 protected:
  TreeMessages() {
    near = MakeRef<StopChild>();
    EXPECT_EQ(near.get(), child->SendPStopConstructor(near, "near"));
    Settle();
    EXPECT_EQ(1u, parent->ManagedPStopParent().size());
    far = static_cast<StopParent*>(parent->ManagedPStopParent()[0].get());
  }

  RefPtr<StopChild> near;
  RefPtr<StopParent> far;
};

TEST_F(TreeMessages, ConstructActorsOnTheOtherSide) {
  EXPECT_EQ("near", far->name);
  EXPECT_EQ(near->id(), far->id());
  EXPECT_EQ(child.get(), near->Manager());
  EXPECT_EQ(parent.get(), far->Manager());
  EXPECT_TRUE(near->SendRename("new"));
  EXPECT_TRUE(far->SendRename("old"));
  Settle();
  EXPECT_EQ("new", far->name);
  EXPECT_EQ("old", near->name);
}

TEST_F(TreeMessages, DeleteActorsOnBothSides) {
  EXPECT_TRUE(PStopParent::Send__delete__(far.get(), "enough"));
  EXPECT_EQ(ipdl::DestroyReason::kDeletion, far->destroyed);
  Settle();
  EXPECT_EQ("enough", near->farewell);
  EXPECT_EQ(ipdl::DestroyReason::kDeletion, near->destroyed);
  EXPECT_TRUE(child->ManagedPStopChild().empty());
  EXPECT_FALSE(near->SendRename("too late"));
}

TEST_F(TreeMessages, CarryActors) {
  const Itinerary itinerary("tour", near.get(), nullptr, {near.get(), near.get()}, std::nullopt);
  const ipdl::SideVariant<PStopParent*, PStopChild*> stops[] = {near.get()};
  EXPECT_TRUE(child->SendActors(near.get(), nullptr, stops, itinerary,
                                Target(ipdl::SideVariant<PStopParent*, PStopChild*>(near.get()))));
  Settle();
  EXPECT_EQ(std::vector<std::string>{}, log);
  EXPECT_EQ(Numbers{1}, parent->numbers);
  EXPECT_EQ(far.get(), parent->stop);
  EXPECT_EQ(nullptr, parent->leg);
  EXPECT_EQ(far.get(), parent->itinerary.first().AsParent());
  EXPECT_TRUE(parent->itinerary.last().IsNull());
  EXPECT_EQ(2u, parent->itinerary.stops().size());
  EXPECT_EQ(far.get(), parent->target.get_PStop().AsParent());
}

TEST_F(TreeMessages, ConstructByVirtualFunctionsToo) {
  auto leg = MakeRef<LegParent>();
  EXPECT_EQ(leg.get(),
            parent->SendPLegConstructor(leg, far.get(), nullptr, tests::Coin(5), tests::Ticket(6)));
  Settle();
  EXPECT_EQ((Numbers{1, 0, 5, 6}), child->numbers);
  EXPECT_EQ(near.get(), child->stop);
  ASSERT_EQ(1u, child->ManagedPLegChild().size());
  auto walker = static_cast<LegChild*>(child->ManagedPLegChild()[0].get());
  EXPECT_TRUE(leg->SendWalk(10, leg.get(), Possession(tests::Ticket(1))));
  Settle();
  EXPECT_EQ(10u + 1u + Possession::TTicket, walker->steps);

  std::optional<Json> explained;
  Files files;
  files.one() = OpenNull();
  files.many().push_back(OpenNull());
  walker->SendExplain(
      std::move(files), [&](Json json) { explained = std::move(json); }, [](ipdl::RejectReason) {});
  Settle();
  EXPECT_EQ(Json(1.0), explained);
  EXPECT_TRUE(PLegChild::Send__delete__(walker));
  Settle();
  EXPECT_TRUE(leg->deleted);
}

TEST_F(TreeMessages, FailWithoutTheActor) {
  EXPECT_EQ(nullptr, child->SendPStopConstructor(nullptr, "no actor"));
  EXPECT_EQ(ipdl::SendResult::kClosed, PStopChild::Send__delete__(nullptr, "").code());
}

TEST_F(Messages, CarryEndpoints) {
  ipdl::Endpoint<PEyeParent> parent_end;
  ipdl::Endpoint<PEyeChild> child_end;
  ASSERT_TRUE(PEye::CreateEndpoints(&parent_end, &child_end).ok());
  EXPECT_TRUE(child->SendEnds(std::move(parent_end), std::nullopt));
  EXPECT_EQ(Numbers{0}, Received("Ends"));
  auto looker = MakeRef<tests::EyeOfParent>();
  auto seer = MakeRef<tests::EyeOfChild>();
  ASSERT_TRUE(parent->eye.Bind(looker, loop.get()).ok());
  ASSERT_TRUE(child_end.Bind(seer, loop.get()).ok());
  EXPECT_TRUE(looker->SendLook());
  Settle();
  EXPECT_EQ("something", looker->seen);
  looker->Close();
  Settle();
}

TEST_F(Messages, CarryOptionalsToTheChild) {
  ipdl::Endpoint<PEyeParent> parent_end;
  ipdl::Endpoint<PEyeChild> child_end;
  ASSERT_TRUE(PEye::CreateEndpoints(&parent_end, &child_end).ok());
  EXPECT_TRUE(
      parent->SendTake(OpenNull(), nullptr, std::move(child_end), {Plane(), Plane()}, Number(5)));
  Settle();
  EXPECT_EQ((Numbers{1, 2, 1}), child->numbers);
  EXPECT_TRUE(child->file.valid());
}

TEST_F(Messages, AnswerThroughCallbacks) {
  std::string answer;
  uint32_t count = 0;
  bool confirmed = false;
  child->SendAsk(
      "what",
      [&](std::string text, uint32_t n) {
        answer = std::move(text);
        count = n;
      },
      [](ipdl::RejectReason) { FAIL(); });
  child->SendConfirm([&] { confirmed = true; }, [](ipdl::RejectReason) { FAIL(); });
  EXPECT_EQ("", answer);
  Settle();
  EXPECT_EQ("what!", answer);
  EXPECT_EQ(7u, count);
  EXPECT_TRUE(confirmed);
}

ipdl::Detached AskAll(RefPtr<TourChild> child, std::vector<std::string>* log) {
  auto answer = co_await child->SendAsk("later");
  auto& [text, count] = answer.value();
  log->push_back(text + std::to_string(count));
  auto json = co_await child->SendOne(Number(2.5));
  log->push_back(std::to_string(json->get_double()));
  auto given = co_await child->SendGive(OpenNull());
  auto& [file, stop, shared] = given.value();
  log->push_back(std::to_string(file.valid()) + std::to_string(stop == nullptr) +
                 std::to_string(shared->value()));
  auto echoed = co_await child->SendEchoAsk(Json(true));
  log->push_back(std::to_string(echoed->get_bool()));
  auto confirmed = co_await child->SendConfirm();
  log->push_back(std::to_string(confirmed.ok()));
}

TEST_F(Messages, AnswerToCoroutines) {
  std::vector<std::string> answers;
  AskAll(child, &answers);
  Settle();
  EXPECT_EQ(std::vector<std::string>{}, answers);
  ASSERT_TRUE(parent->waiting.has_value());
  (*parent->waiting)("now", 1);
  Settle();
  EXPECT_EQ((std::vector<std::string>{"now1", "2.500000", "1111", "1", "1"}), answers);
}

TEST_F(Messages, GoBothWays) {
  EXPECT_TRUE(child->SendEcho(Json(true)));
  Settle();
  EXPECT_EQ(std::vector<Json>{Json(true)}, child->echoes);
}

// [VirtualSendImpl]: an author's class may wrap the sending.
class CountingParent : public TourParent {
 public:
  int sent = 0;

  ipdl::SendResult SendOverridable(uint32_t n) override {
    ++sent;
    return TourParent::SendOverridable(n + 1);
  }
};

TEST_F(Messages, LetAuthorsOverrideTheSending) {
  auto counting = MakeRef<CountingParent>();
  auto other = MakeRef<TourChild>();
  ipdl::Endpoint<PTourParent> parent_end;
  ipdl::Endpoint<PTourChild> child_end;
  ASSERT_TRUE(PTour::CreateEndpoints(&parent_end, &child_end).ok());
  ASSERT_TRUE(parent_end.Bind(counting, loop.get()).ok());
  ASSERT_TRUE(child_end.Bind(other, loop.get()).ok());
  PTourParent* base = counting.get();
  EXPECT_TRUE(base->SendOverridable(4));
  Settle();
  EXPECT_EQ(1, counting->sent);
  EXPECT_EQ(Numbers{5}, other->numbers);
  counting->Close();
  Settle();
}

// The child on the test's thread, the parent on another.
class SyncMessages : public testing::Test {
 protected:
  SyncMessages() : loop(*ipdl::RunLoop::Create()) {
    ipdl::SetLogSink([](std::string_view) {});
    ipdl::Endpoint<PTourParent> parent_end;
    ipdl::Endpoint<PTourChild> child_end;
    EXPECT_TRUE(PTour::CreateEndpoints(&parent_end, &child_end).ok());
    EXPECT_TRUE(child_end.Bind(child, loop.get()).ok());
    other = std::thread([end = std::move(parent_end)]() mutable {
      auto its_loop = *ipdl::RunLoop::Create();
      // Ends the loop when its connection does.
      class Quitter : public TourParent {
        void ActorDestroy(ipdl::DestroyReason) override { ipdl::RunLoop::Current()->Quit(); }
      };
      EXPECT_TRUE(end.Bind(MakeRef<Quitter>(), its_loop.get()).ok());
      its_loop->Run();
    });
  }
  ~SyncMessages() override {
    child->Close();
    other.join();
    ipdl::SetLogSink(nullptr);
  }

  std::unique_ptr<ipdl::RunLoop> loop;
  RefPtr<TourChild> child = MakeRef<TourChild>();
  std::thread other;
};

TEST_F(SyncMessages, ReturnResults) {
  int32_t sum = 0;
  EXPECT_TRUE(child->SendAdd(40, 2, &sum));
  EXPECT_EQ(42, sum);
  EXPECT_TRUE(child->SendWait());
}

TEST_F(SyncMessages, ReturnHandlesStructsAndNulls) {
  std::vector<ipdl::FileDescriptor> files;
  files.push_back(OpenNull());
  EXPECT_TRUE(child->SendArrays({}, {}, {}, {}, std::move(files), {}));
  ipdl::FileDescriptor file;
  Description description;
  std::vector<Json> facts;
  PStopChild* stop = nullptr;
  RefPtr<tests::Shared> shared;
  RefPtr<tests::Shared> must;
  EXPECT_TRUE(child->SendFetch("label", &file, &description, &facts, &stop, &shared, &must));
  EXPECT_TRUE(file.valid());
  EXPECT_EQ("label", description.label());
  EXPECT_EQ(std::vector<Json>{Json(3.5)}, facts);
  EXPECT_EQ(nullptr, stop);
  EXPECT_EQ(8u, shared->value());
  EXPECT_EQ(9u, must->value());
}

TEST_F(SyncMessages, FailWhenAResultCannotBeSent) {
  ipdl::FileDescriptor file;  // none was given to the parent, so it has none to return
  Description description;
  std::vector<Json> facts;
  PStopChild* stop = nullptr;
  RefPtr<tests::Shared> shared;
  RefPtr<tests::Shared> must;
  EXPECT_FALSE(child->SendFetch("null", &file, &description, &facts, &stop, &shared, &must));
  EXPECT_TRUE(child->SendWait());
}

TEST_F(SyncMessages, ConstructActors) {
  auto first = MakeRef<StopChild>();
  ASSERT_EQ(first.get(), child->SendPStopConstructor(first, "first"));
  auto second = MakeRef<StopChild>();
  uint32_t place = 0;
  EXPECT_EQ(second.get(), first->SendPStopConstructor(second, "name", 2, &place));
  EXPECT_EQ(6u, place);
  EXPECT_EQ(first.get(), second->Manager());
}

}  // namespace
}  // namespace demo
