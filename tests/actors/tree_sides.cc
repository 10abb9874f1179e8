#include "tests/actors/two_processes.h"

#include "glue/endpoint.h"
#include "runtime/log.h"
#include "tests/actors/process_ends.h"

namespace actors {

void ChildSide::RunUntil(const std::function<bool()>& done) {
  while (!done()) loop->Turn(absl::InfiniteDuration());
}

namespace {

void RunChild(int socket, const ipdl::Limits& limits, const std::function<void(ChildSide&)>& body) {
  ChildSide side;
  ipdl::SetLogSink([&side](std::string_view line) { side.log.emplace_back(line); });
  side.loop = *ipdl::RunLoop::Create();
  side.child = ipdl::MakeRef<TreeChild>(&side.journal);
  ipdl::Endpoint<PTreeChild> end{EndInChild(socket)};
  EXPECT_TRUE(end.Bind(side.child, side.loop.get(), limits).ok());
  body(side);
  side.child->Close();
  side.child = nullptr;
  EXPECT_EQ(0, side.journal.live_actors);
  ipdl::SetLogSink(nullptr);
}

}  // namespace

TwoProcesses::TwoProcesses(const std::function<void(ChildSide&)>& child,
                           const ipdl::Limits& child_limits)
    : pair([&](int socket) { RunChild(socket, child_limits, child); }) {
  ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
  loop = *ipdl::RunLoop::Create();
  parent = ipdl::MakeRef<TreeParent>(&journal);
  ipdl::Endpoint<PTreeParent> end{EndInParent(pair.TakeSocket())};
  EXPECT_TRUE(end.Bind(parent, loop.get()).ok());
}

TwoProcesses::~TwoProcesses() {
  parent->Close();
  parent = nullptr;
  EXPECT_EQ(0, journal.live_actors);
  ipdl::SetLogSink(nullptr);
}

void TwoProcesses::RunParent() {
  while (parent->link_status() == ipdl::LinkStatus::kConnected) {
    loop->Turn(absl::InfiniteDuration());
  }
}

}  // namespace actors
