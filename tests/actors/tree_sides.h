// TwoProcesses: a TreeParent in this process and a TreeChild in a fork, joined by a socket.
//
// What it is: the setting for whatever needs both sides to run at once, such as sync calls. Use it
// inside a FORKED_TEST. What it is not: a launch (process_test.cc has those).
//
//   FORKED_TEST(Sync, Adds) {
//     TwoProcesses both([](ChildSide& side) {
//       int32_t sum = 0;
//       EXPECT_TRUE(side.child->SendAdd(1, 2, &sum));
//     });
//     both.RunParent();
//   }
//
// The child's function runs once its actor is bound; when it returns, the child closes, which ends
// RunParent. Log lines of both sides are kept, not printed.

#ifndef IPDL_TESTS_ACTORS_TWO_PROCESSES_H_
#define IPDL_TESTS_ACTORS_TWO_PROCESSES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "TreeChild.h"
#include "TreeParent.h"
#include "gtest/gtest.h"
#include "runtime/limits.h"
#include "runtime/run_loop.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace actors {

// What the child's function gets.
struct ChildSide {
  // Turns the loop until `done`; the time limit of the test is for the case that never comes.
  void RunUntil(const std::function<bool()>& done);

  Journal journal;
  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::RefPtr<TreeChild> child;
};

class TwoProcesses {
 public:
  explicit TwoProcesses(const std::function<void(ChildSide&)>& child,
                        const ipdl::Limits& child_limits = ipdl::Limits());
  ~TwoProcesses();

  // Turns the loop until the connection has ended on this side.
  void RunParent();

  Journal journal;
  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::RefPtr<TreeParent> parent;
  ipdl::ProcessPair pair;
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_TWO_PROCESSES_H_
