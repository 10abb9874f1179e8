// ActorPair: a TreeParent and a TreeChild, connected, on one loop of the test's thread.
//
// What it is: the setting of most actor tests; Settle() runs the loop until nothing is left to do.
// What it is not: fit for sync calls, which need the other side to run meanwhile (child_thread.h).

#ifndef IPDL_TESTS_ACTORS_ACTOR_PAIR_H_
#define IPDL_TESTS_ACTORS_ACTOR_PAIR_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "TreeChild.h"
#include "TreeParent.h"
#include "glue/ref_ptr.h"
#include "gtest/gtest.h"
#include "runtime/limits.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"

namespace actors {

class ActorPair : public testing::Test {
 protected:
  // Also collects the log lines of the test, and forgets rate limits of earlier ones.
  explicit ActorPair(const ipdl::Limits& limits = ipdl::Limits());
  // Closes what is open and checks that no actor is left.
  ~ActorPair() override;

  // Turns the loop until it is idle.
  void Settle();

  // Managees made on the parent's side, with the name as journal name.
  ipdl::RefPtr<NodeParent> MakeNode(const std::string& name, PNodeParent* manager = nullptr);
  ipdl::RefPtr<LeafParent> MakeLeaf(uint32_t n, PNodeParent* manager = nullptr);

  // The child's actor with the same id.
  template <typename Impl, typename Base = typename Impl::Base>
  static ipdl::RefPtr<Impl> Only(const std::vector<ipdl::RefPtr<Base>>& found) {
    EXPECT_EQ(1u, found.size());
    return found.empty() ? nullptr : static_cast<Impl*>(found[0].get());
  }

  Journal parent_journal;
  Journal child_journal;
  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::RefPtr<TreeParent> parent;
  ipdl::RefPtr<TreeChild> child;
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_ACTOR_PAIR_H_
