// An end that passes through processes, one of which dies on the way, at each step: both ends are
// told once or go on, and what is heard is the beginning of what was said.

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "tests/actors/crew.h"
#include "tests/support/forked_test.h"

namespace actors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<uint32_t> UpTo(uint32_t count) {
  std::vector<uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// A line from here that goes to "a", on to "b", and so on.
class Chain {
 public:
  explicit Chain(const std::vector<std::string>& names) : names_(names) {
    for (const std::string& name : names) crew.Launch(name);
    for (size_t i = 1; i < names.size(); ++i) crew.Introduce(names[i - 1], names[i]);
    ipdl::Endpoint<PLineParent> ours;
    EXPECT_TRUE(PLine::CreateEndpoints(&ours, &theirs).ok());
    line->on_say = [this](uint32_t n) { heard.push_back(n); };
    line->on_end = [this](std::string_view why) { ends.emplace_back(why); };
    EXPECT_TRUE(ours.Bind(line).ok());
  }
  ~Chain() { line->Close(); }

  CrewParent& orders(const std::string& name) { return *crew[name].orders; }
  void Say(uint32_t count) {
    for (; count > 0; --count) line->SendSay(said++);
  }
  void SendToFirst() { EXPECT_TRUE(orders(names_[0]).SendHold(std::move(theirs))); }
  void Pass(const std::string& from, const std::string& to) {
    EXPECT_TRUE(orders(from).SendPass());
    crew.AwaitDid(to, "holds");
  }
  // How often the member was told that the line ended.
  size_t EndsOf(const std::string& name) {
    const auto& did = orders(name).did;
    return std::count_if(did.begin(), did.end(),
                         [](const std::string& what) { return what.rfind("line: ", 0) == 0; });
  }
  // The member, which bound the end, and this process: both go on, or both are told once.
  void ExpectGoesOnOrEnds(const std::string& last) {
    Say(1);
    crew.RunUntil([&] { return !ends.empty() || orders(last).heard.size() == said; });
    if (ends.empty()) {
      EXPECT_TRUE(orders(last).SendSay(1000, 1));
      crew.RunUntil([&] { return !ends.empty() || (!heard.empty() && heard.back() == 1000); });
    }
    if (!ends.empty()) crew.RunUntil([&] { return EndsOf(last) != 0; });
    // Whatever would come twice has come by then.
    EXPECT_TRUE(orders(last).SendDrop());
    crew.AwaitDid(last, "dropped");
    EXPECT_LE(ends.size(), 1u);
    EXPECT_EQ(ends.size(), EndsOf(last));
    EXPECT_EQ(UpTo(orders(last).heard.size()), orders(last).heard);
  }

  Crew crew;
  ipdl::Endpoint<PLineChild> theirs;
  ipdl::RefPtr<LineParent> line = ipdl::MakeRef<LineParent>();
  uint32_t said = 0;
  std::vector<uint32_t> heard;
  std::vector<std::string> ends;

 private:
  const std::vector<std::string> names_;
};

void Kill(Chain& chain, const std::string& name) {
  chain.crew[name].process->Kill();
  chain.crew.RunUntil([&] { return !chain.crew[name].exit.empty(); });
}

FORKED_TEST(CrewDeath, BeforeItPassedTheEndOn) {
  Chain chain({"a", "b"});
  chain.Say(3);
  chain.SendToFirst();
  chain.crew.AwaitDid("a", "holds");
  Kill(chain, "a");
  chain.crew.RunUntil([&] { return !chain.ends.empty(); });
  EXPECT_THAT(chain.ends, ElementsAre("abnormal shutdown"));
}

FORKED_TEST(CrewDeath, WhileTheEndIsOnItsWay) {
  // Killed when it has sent it, as far as it knows; some turns earlier or later.
  for (int turns = 0; turns < 6; ++turns) {
    Chain chain({"a", "b"});
    chain.Say(3);
    chain.SendToFirst();
    EXPECT_TRUE(chain.orders("a").SendPass());
    chain.crew.AwaitDid("a", "passed");
    for (int i = 0; i < turns; ++i) chain.crew.loop().Turn(absl::ZeroDuration());
    Kill(chain, "a");
    chain.crew.RunUntil([&] { return !chain.ends.empty() || chain.orders("b").Has("holds"); });
    if (!chain.orders("b").Has("holds")) continue;  // and this end was told
    EXPECT_TRUE(chain.orders("b").SendBind());
    chain.ExpectGoesOnOrEnds("b");
  }
}

FORKED_TEST(CrewDeath, AfterTheOtherHasTheEndAndBeforeItIsBound) {
  for (int turns = 0; turns < 6; ++turns) {
    Chain chain({"a", "b"});
    chain.Say(3);
    chain.SendToFirst();
    chain.Pass("a", "b");
    for (int i = 0; i < turns; ++i) chain.crew.loop().Turn(absl::ZeroDuration());
    Kill(chain, "a");
    EXPECT_TRUE(chain.orders("b").SendBind());
    chain.ExpectGoesOnOrEnds("b");
  }
}

FORKED_TEST(CrewDeath, WithMessagesUnderWay) {
  for (int turns = 0; turns < 6; ++turns) {
    Chain chain({"a", "b"});
    chain.SendToFirst();
    EXPECT_TRUE(chain.orders("a").SendPass());
    chain.Say(100);
    chain.crew.AwaitDid("b", "holds");
    EXPECT_TRUE(chain.orders("b").SendBind());
    EXPECT_TRUE(chain.orders("b").SendSay(0, 100));
    for (int i = 0; i < turns; ++i) {
      chain.Say(20);
      chain.crew.loop().Turn(absl::ZeroDuration());
    }
    Kill(chain, "a");
    chain.ExpectGoesOnOrEnds("b");
    chain.heard.erase(std::remove(chain.heard.begin(), chain.heard.end(), 1000), chain.heard.end());
    EXPECT_EQ(UpTo(chain.heard.size()), chain.heard);
  }
}

FORKED_TEST(CrewDeath, AfterTheRouteHasBecomeDirectHarmsNobody) {
  Chain chain({"a", "b"});
  chain.Say(3);
  chain.SendToFirst();
  chain.Pass("a", "b");
  EXPECT_TRUE(chain.orders("b").SendBind());
  EXPECT_THAT(chain.crew.AwaitPeer("b"), HasSubstr("launcher"));
  chain.crew.RunUntil([&] {
    chain.orders("b").SendPeer([](std::string, int64_t) {}, [](ipdl::RejectReason) {});
    return chain.line->OtherPid() == chain.crew["b"].process->pid();
  });
  Kill(chain, "a");
  chain.Say(3);
  EXPECT_TRUE(chain.orders("b").SendSay(0, 3));
  chain.crew.RunUntil(
      [&] { return chain.heard.size() == 3 && chain.orders("b").heard.size() == 6; });
  EXPECT_TRUE(chain.ends.empty());
  EXPECT_EQ(0u, chain.EndsOf("b"));
}

FORKED_TEST(CrewDeath, OfTheLastIsToldToTheFirstOnce) {
  Chain chain({"a", "b", "c"});
  chain.SendToFirst();
  chain.Pass("a", "b");
  chain.Pass("b", "c");
  EXPECT_TRUE(chain.orders("c").SendBind());
  chain.Say(10);
  Kill(chain, "c");
  chain.crew.RunUntil([&] { return !chain.ends.empty(); });
  EXPECT_THAT(chain.ends, ElementsAre("abnormal shutdown"));
}

FORKED_TEST(CrewChain, AnEndThatIsDroppedUnboundFarAwayIsToldOnce) {
  Chain chain({"a", "b", "c"});
  chain.Say(3);
  chain.SendToFirst();
  chain.Pass("a", "b");
  chain.Pass("b", "c");
  EXPECT_TRUE(chain.orders("c").SendDrop());
  chain.crew.RunUntil([&] { return !chain.ends.empty(); });
  EXPECT_THAT(chain.ends, ElementsAre("abnormal shutdown"));
}

FORKED_TEST(CrewChain, WhatIsSaidOnTheWayArrivesInOrder) {
  Chain chain({"a", "b", "c", "d"});
  chain.Say(10);
  chain.SendToFirst();
  chain.Say(10);
  chain.Pass("a", "b");
  chain.Say(10);
  chain.Pass("b", "c");
  chain.Say(10);
  chain.Pass("c", "d");
  chain.Say(10);
  EXPECT_TRUE(chain.orders("d").SendBind());
  EXPECT_TRUE(chain.orders("d").SendSay(0, 50));
  chain.Say(10);
  chain.crew.RunUntil(
      [&] { return chain.orders("d").heard.size() == 60 && chain.heard.size() == 50; });
  EXPECT_EQ(UpTo(60), chain.orders("d").heard);
  EXPECT_EQ(UpTo(50), chain.heard);
  // And in the end both know with whom they talk.
  EXPECT_THAT(chain.crew.AwaitPeer("d"), HasSubstr("launcher"));
  while (chain.line->OtherPid() != chain.crew["d"].process->pid()) {
    chain.crew.loop().Turn(absl::InfiniteDuration());
  }
  EXPECT_EQ(chain.crew["d"].process->label().ToString(), chain.line->peer().ToString());
}

FORKED_TEST(CrewChain, TheEndMayComeBack) {
  Chain chain({"a", "b"});
  chain.crew.Introduce("b", "a");
  chain.Say(10);
  chain.SendToFirst();
  chain.Pass("a", "b");
  chain.Say(10);
  chain.orders("a").did.clear();
  chain.Pass("b", "a");
  EXPECT_TRUE(chain.orders("a").SendBind());
  EXPECT_TRUE(chain.orders("a").SendSay(0, 5));
  chain.crew.RunUntil(
      [&] { return chain.orders("a").heard.size() == 20 && chain.heard.size() == 5; });
  EXPECT_EQ(UpTo(20), chain.orders("a").heard);
}

}  // namespace
}  // namespace actors
