// Ends the threads that close foreign descriptors before a test forks: a fork of a program with
// several threads may not start one. Linked into the test programs of this floor and above.

#include "runtime/foreign_close.h"
#include "tests/support/forked_test.h"

namespace ipdl {
namespace {

[[maybe_unused]] const bool installed = [] {
  before_fork = &DrainForForeignClose;
  return true;
}();

}  // namespace
}  // namespace ipdl
