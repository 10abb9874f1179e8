// The child of session_test.cc: plays its side of the session, perhaps with a fault, and says by
// its exit code whether all rules were kept.
//
//   session_child TALLY KIND ERROR CALL MINE
//
// What session_test.cc passes: a path, the fault in numbers, and whether it befalls this process
// (1) or the parent (0).

#include <cstdlib>
#include <optional>

#include "glue/process.h"
#include "gtest/gtest.h"
#include "runtime/foreign_close.h"
#include "runtime/log.h"
#include "tests/actors/session.h"
#include "tests/support/call_fault.h"
#include "tests/support/process_resources.h"

namespace actors {
namespace {

// Everything between the first call that may fail and the last.
void Play(const ipdl::CallFault& fault, SessionBook& book) {
  auto loop = ipdl::RunLoop::Create();
  if (!loop.ok()) return;
  auto end = ipdl::TakeInheritedEndpoint<PSessionChild>(ipdl::WhenClosed::kContinue);
  if (!end.ok()) return;
  auto root = ipdl::MakeRef<SessionChild>(&book);
  if (end->Bind(root).ok()) PlaySession(**loop, *root, !fault.is_death());
}

void Run(char** argv) {
  ipdl::CallFault fault;
  fault.kind = static_cast<ipdl::CallFault::Kind>(std::atoi(argv[2]));
  fault.error = std::atoi(argv[3]);
  fault.at = std::strtoull(argv[4], nullptr, 10);
  const bool is_mine = argv[5][0] == '1';
  const bool must_finish = fault.at == 0 || fault.is_passing();
  ipdl::SetLogSink([](std::string_view) {});
  const ipdl::ProcessResources before = ipdl::ProcessResources::Now();
  {
    SessionBook book;
    {
      const ipdl::SharedTally tally(argv[1]);
      std::optional<ipdl::CallFaultScope> scope;
      if (is_mine) scope.emplace(fault, *tally);
      Play(fault, book);
    }
    ipdl::DrainForForeignClose();
    book.Check();
    if (must_finish) {
      EXPECT_TRUE(book.finished && book.other_finished);
    }
  }
  for (const std::string& leak : ipdl::ProcessResources::LeakedSince(before)) {
    ADD_FAILURE() << "left behind: " << leak;
  }
}

}  // namespace
}  // namespace actors

int main(int argc, char** argv) {
  testing::InitGoogleTest();
  if (argc != 6) return 2;
  actors::Run(argv);
  return testing::UnitTest::GetInstance()->ad_hoc_test_result().Failed() ? 1 : 0;
}
