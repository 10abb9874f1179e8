// NestParent, NestChild: implementations of PNest for the tests of nested calls, and NestSides,
// which joins one of each in two processes or on two loops.
//
// What it is: every handler of an actor, and of the actors that it manages, is one hook, `on`,
// which is told the kind of message and its number; by default it answers the number plus 100. What
// it is not: for anything but PNest. For example:
//
//   TWO_SIDED_TEST(Nested, Something) {
//     NestSides both(sides, [](NestSide<NestChild>& side) {
//       EXPECT_TRUE(side.actor->SendPlain(1, &side.answer));
//     });
//     both.parent.actor->on = [&](What what, uint32_t n, uint32_t* answer) { ... };
//     both.RunParent();
//   }
//
// The child's function runs once its actor is bound; when it returns, the child closes, which ends
// RunParent.

#ifndef IPDL_TESTS_ACTORS_NEST_H_
#define IPDL_TESTS_ACTORS_NEST_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "PNestChild.h"
#include "PNestItemChild.h"
#include "PNestItemParent.h"
#include "PNestParent.h"
#include "PNestPartChild.h"
#include "PNestPartParent.h"
#include "glue/endpoint.h"
#include "gtest/gtest.h"
#include "runtime/limits.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/actors/journal.h"
#include "tests/actors/two_sides.h"

namespace actors {

enum class What : uint8_t { kPlain, kInner, kDeep, kUrgent, kNote, kTouch, kShout };

using NestHandler = std::function<ipdl::Result(What what, uint32_t n, uint32_t* answer)>;

// A managed actor tells its manager's hook.
class NestItemParent final : public TestActor<PNestItemParent> {
 public:
  NestItemParent(Journal* journal, const NestHandler* on) : TestActor(journal, "item"), on_(on) {}
  ipdl::Result RecvShout(uint32_t n) override { return (*on_)(What::kShout, n, nullptr); }
  ipdl::Result RecvTouch(uint32_t n, uint32_t* answer) override {
    return (*on_)(What::kTouch, n, answer);
  }

 private:
  const NestHandler* on_;
};

class NestItemChild final : public TestActor<PNestItemChild> {
 public:
  NestItemChild(Journal* journal, const NestHandler* on) : TestActor(journal, "item"), on_(on) {}
  ipdl::Result RecvTouch(uint32_t n, uint32_t* answer) override {
    return (*on_)(What::kTouch, n, answer);
  }

 private:
  const NestHandler* on_;
};

template <typename Base>
class NestPart final : public TestActor<Base> {
 public:
  explicit NestPart(Journal* journal) : TestActor<Base>(journal, "part") {}
};

// What the two sides have in common.
template <typename Base, typename Item, typename ItemBase, typename PartBase>
class NestActor : public TestActor<Base> {
 public:
  NestActor(Journal* journal, std::string name) : TestActor<Base>(journal, std::move(name)) {}

  NestHandler on = [](What, uint32_t n, uint32_t* answer) {
    if (answer != nullptr) *answer = n + 100;
    return ipdl::Ok();
  };
  // What the constructor of a part does.
  std::function<ipdl::Result(uint32_t n)> on_part = [](uint32_t) { return ipdl::Ok(); };
  std::function<bool()> on_timeout = [] { return true; };
  // The line of the cut-off, if there was one.
  std::string cut_off;

  ipdl::Result RecvInner(uint32_t n, uint32_t* answer) override {
    return on(What::kInner, n, answer);
  }
  ipdl::Result RecvNote(uint32_t n) override { return on(What::kNote, n, nullptr); }

  ipdl::RefPtr<Item> NewItem() { return ipdl::MakeRef<Item>(&this->journal(), &on); }
  ipdl::RefPtr<NestPart<PartBase>> NewPart() {
    return ipdl::MakeRef<NestPart<PartBase>>(&this->journal());
  }

 protected:
  bool ShouldContinueFromReplyTimeout() override { return on_timeout(); }
  void OnPeerCutOff(std::string_view line) override { cut_off = line; }
};

class NestParent final
    : public NestActor<PNestParent, NestItemParent, PNestItemParent, PNestPartParent> {
 public:
  explicit NestParent(Journal* journal) : NestActor(journal, "parent") {}
  ipdl::Result RecvPlain(uint32_t n, uint32_t* answer) override {
    return on(What::kPlain, n, answer);
  }
  ipdl::Result RecvDeep(uint32_t n, uint32_t* answer) override {
    return on(What::kDeep, n, answer);
  }
  ipdl::Result RecvUrgent(uint32_t n) override { return on(What::kUrgent, n, nullptr); }
  ipdl::RefPtr<PNestItemParent> AllocPNestItemParent(uint32_t) override { return NewItem(); }
  ipdl::RefPtr<PNestPartParent> AllocPNestPartParent(uint32_t) override { return NewPart(); }
  ipdl::Result RecvPNestPartConstructor(PNestPartParent*, uint32_t n) override {
    return on_part(n);
  }
};

class NestChild final
    : public NestActor<PNestChild, NestItemChild, PNestItemChild, PNestPartChild> {
 public:
  explicit NestChild(Journal* journal) : NestActor(journal, "child") {}
  ipdl::RefPtr<PNestItemChild> AllocPNestItemChild(uint32_t) override { return NewItem(); }
  ipdl::RefPtr<PNestPartChild> AllocPNestPartChild(uint32_t) override { return NewPart(); }
  ipdl::Result RecvPNestPartConstructor(PNestPartChild*, uint32_t n) override { return on_part(n); }
};

// One side in its process: its loop, its actor and what it logs. The actor is closed with it.
template <typename Actor>
struct NestSide {
  using Base = typename Actor::Generated;

  // Keeps the log of the process unless it is another side's.
  NestSide(const TwoSides::MakeEnd& make_end, const ipdl::Limits& limits, bool has_log = true)
      : has_log(has_log) {
    if (has_log) ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
    loop = *ipdl::RunLoop::Create();
    actor = ipdl::MakeRef<Actor>(&journal);
    ipdl::Endpoint<Base> end{make_end()};
    EXPECT_TRUE(end.Bind(actor, loop.get(), limits).ok());
  }
  ~NestSide() {
    actor->Close();
    actor = nullptr;
    EXPECT_EQ(0, journal.live_actors);
    if (has_log) ipdl::SetLogSink(nullptr);
  }

  // Turns the loop until `done`; the time limit of the test is for the case that never comes.
  template <typename Done>
  void RunUntil(Done done) {
    while (!done()) loop->Turn(absl::InfiniteDuration());
  }
  void RunToEnd() {
    RunUntil([this] { return actor->link_status() != ipdl::LinkStatus::kConnected; });
  }

  const bool has_log;
  Journal journal;
  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::RefPtr<Actor> actor;
  uint32_t answer = 0;
};

// The NestParent here, the NestChild in another process or on another loop.
class NestSides {
 public:
  NestSides(Sides where, const std::function<void(NestSide<NestChild>&)>& child,
            const ipdl::Limits& limits = ipdl::Limits())
      : sides(where,
              [where, child, limits](const TwoSides::MakeEnd& make_end) {
                NestSide<NestChild> side(make_end, limits, where == Sides::kProcesses);
                child(side);
              }),
        parent([this] { return sides.MakeParentEnd(); }, limits) {}

  void RunParent() { parent.RunToEnd(); }

  TwoSides sides;
  NestSide<NestParent> parent;
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_NEST_H_
