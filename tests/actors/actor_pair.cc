#include "tests/actors/actor_pair.h"

namespace actors {

ipdl::RefPtr<NodeParent> ActorPair::MakeNode(const std::string& name, PNodeParent* manager) {
  auto node = ipdl::MakeRef<NodeParent>(&parent_journal, name);
  EXPECT_NE(nullptr, manager != nullptr ? manager->SendPNodeConstructor(node, name)
                                        : parent->SendPNodeConstructor(node, name));
  return node;
}

ipdl::RefPtr<LeafParent> ActorPair::MakeLeaf(uint32_t n, PNodeParent* manager) {
  auto leaf = ipdl::MakeRef<LeafParent>(&parent_journal, "leaf " + std::to_string(n));
  EXPECT_NE(nullptr, manager != nullptr ? manager->SendPLeafConstructor(leaf, n)
                                        : parent->SendPLeafConstructor(leaf, n));
  return leaf;
}

}  // namespace actors
