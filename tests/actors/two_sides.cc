#include "tests/actors/two_sides.h"

#include <utility>

#include "gtest/gtest.h"
#include "tests/actors/process_ends.h"

namespace actors {

TwoSides::TwoSides(Sides sides, const std::function<void(const MakeEnd&)>& child) {
  if (sides == Sides::kProcesses) {
    processes_.emplace([&](int socket) { child([socket] { return EndInChild(socket); }); });
    return;
  }
  ipdl::EndpointBase child_end;
  EXPECT_TRUE(ipdl::CreateEndpointPair(&parent_end_, &child_end).ok());
  thread_ = std::thread(
      [child, end = std::move(child_end)]() mutable { child([&end] { return std::move(end); }); });
}

TwoSides::~TwoSides() {
  if (thread_.joinable()) thread_.join();
}

ipdl::EndpointBase TwoSides::MakeParentEnd() {
  return processes_ ? EndInParent(processes_->TakeSocket()) : std::move(parent_end_);
}

}  // namespace actors
