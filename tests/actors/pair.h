// Pair: a parent and a child of one protocol, connected, on this thread: on one loop, or each on a
// loop of its own.
//
// What it is: the setting of most actor tests; Settle() runs the loops until nothing is left to do.
// What it is not: fit for sync calls, which need the other side to run meanwhile
// (tree_sides.h, nest.h). Each suite says RUN_ON_ONE_LOOP_AND_TWO(Suite), and its tests are
// TEST_P.

#ifndef IPDL_TESTS_ACTORS_PAIR_H_
#define IPDL_TESTS_ACTORS_PAIR_H_

#include <memory>
#include <string>
#include <vector>

#include "glue/endpoint.h"
#include "glue/ref_ptr.h"
#include "gtest/gtest.h"
#include "runtime/foreign_close.h"
#include "runtime/limits.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/actors/journal.h"

namespace actors {

enum class Loops : uint8_t { kOne, kTwo };

template <typename Parent, typename Child>
class Pair : public testing::TestWithParam<Loops> {
 protected:
  // Also collects the log lines of the test, and forgets rate limits of earlier ones.
  explicit Pair(const ipdl::Limits& limits = ipdl::Limits())
      : child_loop(GetParam() == Loops::kTwo ? *ipdl::RunLoop::Create() : nullptr),
        loop(*ipdl::RunLoop::Create()),
        parent(ipdl::MakeRef<Parent>(&parent_journal)),
        child(ipdl::MakeRef<Child>(&child_journal)) {
    ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
    ipdl::Endpoint<typename Parent::Generated> parent_end;
    ipdl::Endpoint<typename Child::Generated> child_end;
    EXPECT_TRUE(ipdl::CreateEndpointPair(&parent_end, &child_end).ok());
    EXPECT_TRUE(parent_end.Bind(parent, loop.get(), limits).ok());
    EXPECT_TRUE(child_end.Bind(child, child_loop ? child_loop.get() : loop.get(), limits).ok());
    Settle();
  }
  // Closes what is open and checks that no actor is left.
  ~Pair() override {
    parent->Close();
    child->Close();
    Settle();
    parent = nullptr;
    child = nullptr;
    ipdl::SetLogSink(nullptr);
    ipdl::DrainForForeignClose();  // no thread may be left for the tests that fork
    EXPECT_EQ(0, parent_journal.live_actors);
    EXPECT_EQ(0, child_journal.live_actors);
  }

  // Turns the loops until they are idle. A turn may do nothing but send what was queued, so the
  // other loop is asked once more.
  void Settle() {
    for (int idle = 0; idle < 2; ++idle) {
      while (loop->Turn(absl::ZeroDuration())) idle = 0;
      while (child_loop != nullptr && child_loop->Turn(absl::ZeroDuration())) idle = 0;
    }
  }

  Journal parent_journal;
  Journal child_journal;
  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> child_loop;  // null: it is on the other one too
  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::RefPtr<Parent> parent;
  ipdl::RefPtr<Child> child;
};

#define RUN_ON_ONE_LOOP_AND_TWO(Suite)                    \
  INSTANTIATE_TEST_SUITE_P(                               \
      , Suite, testing::Values(Loops::kOne, Loops::kTwo), \
      [](const auto& info) { return info.param == Loops::kOne ? "OneLoop" : "TwoLoops"; })

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_PAIR_H_
