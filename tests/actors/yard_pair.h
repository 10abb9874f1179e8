// YardPair: a YardParent and a YardChild, on one loop or two, or in two processes.
//
// What it is: the setting of tests of actors that are freed by hand. What it is not: for anything
// that the actors of PTree can show (actor_pair.h, tree_sides.h).

#ifndef IPDL_TESTS_ACTORS_YARD_PAIR_H_
#define IPDL_TESTS_ACTORS_YARD_PAIR_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "YardChild.h"
#include "YardParent.h"
#include "gtest/gtest.h"
#include "runtime/limits.h"
#include "runtime/run_loop.h"
#include "tests/actors/pair.h"
#include "tests/support/process_pair.h"

namespace actors {

using YardPair = Pair<YardParent, YardChild>;

// What a test's function gets in either process.
template <typename Yard>
struct YardSide {
  // Turns the loop until the connection has ended.
  void RunToEnd() {
    while (yard->link_status() == ipdl::LinkStatus::kConnected) {
      loop->Turn(absl::InfiniteDuration());
    }
  }

  Journal journal;
  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::RefPtr<Yard> yard;
  ipdl::ProcessPair* child_process = nullptr;  // on the parent's side
};

// Runs both functions, each in a process of its own with its actor bound. A side whose function
// returns closes. Fails the test if an actor is left on either side. Use it inside a FORKED_TEST.
void RunYards(const std::function<void(YardSide<YardParent>&)>& parent,
              const std::function<void(YardSide<YardChild>&)>& child,
              const ipdl::Limits& limits = ipdl::Limits());

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_YARD_PAIR_H_
