// TreeSides: a TreeParent here, and a TreeChild in another process or on another loop.
//
// What it is: the setting for whatever needs both sides to run at once, such as sync calls. What it
// is not: a launch (process_test.cc has those).
//
//   TWO_SIDED_TEST(Sync, Adds) {
//     TreeSides both(sides, [](ChildSide& side) {
//       int32_t sum = 0;
//       EXPECT_TRUE(side.child->SendAdd(1, 2, &sum));
//     });
//     both.RunParent();
//   }
//
// The child's function runs once its actor is bound; when it returns, the child closes, which ends
// RunParent. Log lines are kept, not printed; those of two loops all by the parent's side.

#ifndef IPDL_TESTS_ACTORS_TREE_SIDES_H_
#define IPDL_TESTS_ACTORS_TREE_SIDES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "TreeChild.h"
#include "TreeParent.h"
#include "gtest/gtest.h"
#include "runtime/limits.h"
#include "runtime/run_loop.h"
#include "tests/actors/two_sides.h"

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

class TreeSides {
 public:
  TreeSides(Sides sides, const std::function<void(ChildSide&)>& child,
            const ipdl::Limits& child_limits = ipdl::Limits());
  ~TreeSides();

  // Turns the loop until the connection has ended on this side.
  void RunParent();

  TwoSides sides;
  Journal journal;
  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::RefPtr<TreeParent> parent;
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_TREE_SIDES_H_
