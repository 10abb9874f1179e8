// Ends the threads that close foreign descriptors before a test forks and after the last test: a
// fork of a program with several threads may not start one, and what a thread holds at the end
// looks like a leak. Linked into the test programs of this floor and above.

#include <gtest/gtest.h>

#include "runtime/foreign_close.h"
#include "tests/support/forked_test.h"

namespace ipdl {
namespace {

class DrainAtTheEnd final : public testing::Environment {
 public:
  void TearDown() override { DrainForForeignClose(); }
};

[[maybe_unused]] const bool installed = [] {
  before_fork = &DrainForForeignClose;
  testing::AddGlobalTestEnvironment(new DrainAtTheEnd);
  return true;
}();

}  // namespace
}  // namespace ipdl
