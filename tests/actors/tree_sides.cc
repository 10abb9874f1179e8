#include "tests/actors/tree_sides.h"

#include "glue/endpoint.h"
#include "runtime/log.h"

namespace actors {

void ChildSide::RunUntil(const std::function<bool()>& done) {
  while (!done()) loop->Turn(absl::InfiniteDuration());
}

namespace {

void RunChild(Sides sides, const TwoSides::MakeEnd& make_end, const ipdl::Limits& limits,
              const std::function<void(ChildSide&)>& body) {
  ChildSide side;
  const bool has_log = sides == Sides::kProcesses;
  if (has_log) ipdl::SetLogSink([&side](std::string_view line) { side.log.emplace_back(line); });
  side.loop = *ipdl::RunLoop::Create();
  side.child = ipdl::MakeRef<TreeChild>(&side.journal);
  ipdl::Endpoint<PTreeChild> end{make_end()};
  EXPECT_TRUE(end.Bind(side.child, side.loop.get(), limits).ok());
  body(side);
  side.child->Close();
  side.child = nullptr;
  EXPECT_EQ(0, side.journal.live_actors);
  if (has_log) ipdl::SetLogSink(nullptr);
}

}  // namespace

TreeSides::TreeSides(Sides where, const std::function<void(ChildSide&)>& child,
                     const ipdl::Limits& child_limits)
    : sides(where, [where, child, child_limits](const TwoSides::MakeEnd& make_end) {
        RunChild(where, make_end, child_limits, child);
      }) {
  ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
  loop = *ipdl::RunLoop::Create();
  parent = ipdl::MakeRef<TreeParent>(&journal);
  ipdl::Endpoint<PTreeParent> end{sides.MakeParentEnd()};
  EXPECT_TRUE(end.Bind(parent, loop.get()).ok());
}

TreeSides::~TreeSides() {
  parent->Close();
  parent = nullptr;
  EXPECT_EQ(0, journal.live_actors);
  ipdl::SetLogSink(nullptr);
}

void TreeSides::RunParent() {
  while (parent->link_status() == ipdl::LinkStatus::kConnected) {
    loop->Turn(absl::InfiniteDuration());
  }
}

}  // namespace actors
