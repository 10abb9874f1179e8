// ActorPair: a TreeParent and a TreeChild, connected, on one loop or two (pair.h), and how its
// tests make managees.

#ifndef IPDL_TESTS_ACTORS_ACTOR_PAIR_H_
#define IPDL_TESTS_ACTORS_ACTOR_PAIR_H_

#include <string>
#include <vector>

#include "TreeChild.h"
#include "TreeParent.h"
#include "glue/ref_ptr.h"
#include "gtest/gtest.h"
#include "tests/actors/pair.h"

namespace actors {

class ActorPair : public Pair<TreeParent, TreeChild> {
 protected:
  using Pair::Pair;

  // Managees made on the parent's side, with the name as journal name.
  ipdl::RefPtr<NodeParent> MakeNode(const std::string& name, PNodeParent* manager = nullptr);
  ipdl::RefPtr<LeafParent> MakeLeaf(uint32_t n, PNodeParent* manager = nullptr);

  // The child's actor with the same id.
  template <typename Impl, typename Base = typename Impl::Base>
  static ipdl::RefPtr<Impl> Only(const std::vector<ipdl::RefPtr<Base>>& found) {
    EXPECT_EQ(1u, found.size());
    return found.empty() ? nullptr : static_cast<Impl*>(found[0].get());
  }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_ACTOR_PAIR_H_
