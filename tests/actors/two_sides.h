// TwoSides: two sides that run at once, in two processes or on two loops of one process.
//
// What it is: where the child's side of a test runs, and how the two are connected. What it is not:
// actors (tree_sides.h, nest.h); a launch of another program (process_test.cc).
//
//   TWO_SIDED_TEST(Sync, Adds) {       // two tests: Sync.Adds and SyncOnTwoLoops.Adds
//     TwoSides both(sides, [](const TwoSides::MakeEnd& end) { ...on the child's side... });
//     auto loop = *ipdl::RunLoop::Create();
//     ipdl::Endpoint<PTreeParent> ours{both.MakeParentEnd()};
//   }
//
// What both sides use must be a value, or safe to share between threads. A test that kills its
// child is a FORKED_TEST with Sides::kProcesses.

#ifndef IPDL_TESTS_ACTORS_TWO_SIDES_H_
#define IPDL_TESTS_ACTORS_TWO_SIDES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <thread>

#include "glue/endpoint.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace actors {

enum class Sides : uint8_t { kProcesses, kLoops };

class TwoSides {
 public:
  // Makes the end of one side, once, on the thread of its loop.
  using MakeEnd = std::function<ipdl::EndpointBase()>;

  TwoSides(Sides sides, const std::function<void(const MakeEnd&)>& child);
  // Waits until the child's side has ended; as a process it must have ended well.
  ~TwoSides();
  TwoSides(const TwoSides&) = delete;
  TwoSides& operator=(const TwoSides&) = delete;

  ipdl::EndpointBase MakeParentEnd();

  // Of kProcesses only.
  ipdl::ProcessPair& processes() { return *processes_; }

 private:
  std::optional<ipdl::ProcessPair> processes_;
  ipdl::EndpointBase parent_end_;
  std::thread thread_;
};

#define TWO_SIDED_TEST(Suite, Name)                                    \
  static void Suite##Name(Sides sides);                                \
  FORKED_TEST(Suite, Name) { Suite##Name(Sides::kProcesses); }         \
  FORKED_TEST(Suite##OnTwoLoops, Name) { Suite##Name(Sides::kLoops); } \
  static void Suite##Name(Sides sides)

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_TWO_SIDES_H_
