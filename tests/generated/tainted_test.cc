// [Tainted]: what the author's function gets, and what becomes of a peer whose values are not
// valid.

#include <fcntl.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "GateChild.h"
#include "GuardChild.h"
#include "GuardParent.h"
#include "absl/time/time.h"
#include "glue/endpoint.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"

namespace demo {
namespace {

using ipdl::MakeRef;
using ipdl::RefPtr;
using Lines = std::vector<std::string>;

class TaintedMessages : public testing::Test {
 protected:
  TaintedMessages() : loop(*ipdl::RunLoop::Create()) {
    ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
    ipdl::Endpoint<PGuardParent> parent_end;
    ipdl::Endpoint<PGuardChild> child_end;
    EXPECT_TRUE(PGuard::CreateEndpoints(&parent_end, &child_end).ok());
    EXPECT_TRUE(parent_end.Bind(parent, loop.get()).ok());
    EXPECT_TRUE(child_end.Bind(child, loop.get()).ok());
  }
  ~TaintedMessages() override {
    parent->Close();
    child->Close();
    Settle();
    ipdl::SetLogSink(nullptr);
  }

  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }
  ipdl::FileDescriptor OpenNull() {
    return ipdl::FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
  }

  Lines log;
  std::unique_ptr<ipdl::RunLoop> loop;
  RefPtr<GuardParent> parent = MakeRef<GuardParent>();
  RefPtr<GuardChild> child = MakeRef<GuardChild>();
};

TEST_F(TaintedMessages, GiveAValueToWhoeverValidatesIt) {
  child->SendShow(9, "Ann", "t");
  child->SendShow(0, "", "t");
  Settle();
  EXPECT_EQ((Lines{"9 Ann t", "0 nobody t"}), parent->log);
  EXPECT_TRUE(parent->IsOpen());
}

TEST_F(TaintedMessages, CutAPeerOffWhoseValueIsNotValid) {
  child->SendShow(10, "Ann", "t");
  Settle();
  EXPECT_EQ(Lines{}, parent->log);
  EXPECT_FALSE(parent->IsOpen());
  ASSERT_EQ(1u, log.size());
  EXPECT_NE(std::string::npos, log[0].find("PGuard::Msg_Show: row: is not valid")) << log[0];
}

TEST_F(TaintedMessages, CarryActorsObjectsAndHandles) {
  auto gate = MakeRef<GateChild>();
  child->SendPGateConstructor(gate, "north", 4);
  child->SendHand(gate.get(), MakeRef<tests::Shared>(7u).get(), OpenNull());
  child->SendHand(nullptr, MakeRef<tests::Shared>(700u).get(), OpenNull());
  Settle();
  EXPECT_EQ((Lines{"gate north 4", "ours small file", "none large file"}), parent->log);
}

TEST_F(TaintedMessages, LeadToWhatIsOurs) {
  Lines found;
  for (const uint32_t key : {5u, 6u}) {
    child->SendFind(
        key, [&](bool yes) { found.push_back(yes ? "found" : "not"); }, nullptr);
  }
  Settle();
  EXPECT_EQ((Lines{"five", "unknown"}), parent->log);
  EXPECT_EQ((Lines{"found", "not"}), found);
}

TEST_F(TaintedMessages, LetAConstructorLookBeforeItMakesTheActor) {
  child->SendPGateConstructor(MakeRef<GateChild>(), "too wide", 5);
  Settle();
  EXPECT_EQ(Lines{}, parent->log);
  EXPECT_FALSE(parent->IsOpen());
}

TEST(Tainted, CannotBeReadInAnyOtherWay) {
  static_assert(!std::is_convertible_v<ipdl::Tainted<int>, int>);
  static_assert(!std::is_constructible_v<int, ipdl::Tainted<int>>);
  static_assert(!std::is_convertible_v<int, ipdl::Tainted<int>>);
  ipdl::Tainted<int> tainted(7);
  EXPECT_FALSE(std::move(tainted).TakeIf([](int n) { return n == 8; }).has_value());
  EXPECT_EQ(7, *tainted.LookIf([](int n) { return n == 7; }));
}

}  // namespace
}  // namespace demo
