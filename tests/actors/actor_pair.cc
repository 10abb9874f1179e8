#include "tests/actors/actor_pair.h"

#include "PTree.h"
#include "glue/endpoint.h"
#include "runtime/foreign_close.h"

namespace actors {

ActorPair::ActorPair(const ipdl::Limits& limits)
    : loop(*ipdl::RunLoop::Create()),
      parent(ipdl::MakeRef<TreeParent>(&parent_journal)),
      child(ipdl::MakeRef<TreeChild>(&child_journal)) {
  ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
  ipdl::Endpoint<PTreeParent> parent_end;
  ipdl::Endpoint<PTreeChild> child_end;
  EXPECT_TRUE(PTree::CreateEndpoints(&parent_end, &child_end).ok());
  EXPECT_TRUE(parent_end.Bind(parent, loop.get(), limits).ok());
  EXPECT_TRUE(child_end.Bind(child, loop.get(), limits).ok());
  Settle();
}

ActorPair::~ActorPair() {
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

void ActorPair::Settle() {
  while (loop->Turn(absl::ZeroDuration())) {
  }
}

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
