// ToolChild: the test's implementation of PToolChild, which its manager allocates and frees.

#ifndef IPDL_TESTS_ACTORS_TOOLCHILD_H_
#define IPDL_TESTS_ACTORS_TOOLCHILD_H_

#include <string>
#include <utility>

#include "PToolChild.h"
#include "tests/actors/journal.h"

namespace actors {

class ToolChild final : public TestActor<PToolChild> {
 public:
  ToolChild(Journal* journal, std::string name) : TestActor(journal, std::move(name)) {}
  ~ToolChild() override = default;

  std::function<ipdl::Result(uint32_t n)> on_hello = [this](uint32_t n) {
    journal().Add(name() + " hello " + std::to_string(n));
    return ipdl::Ok();
  };

  ipdl::Result RecvHello(uint32_t n) { return on_hello(n); }

  // What every manager of tools does with one that has ended.
  static bool Free(PToolChild* tool) {
    auto* const ours = static_cast<ToolChild*>(tool);
    ours->journal().Add("free " + ours->name());
    delete ours;
    return true;
  }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_TOOLCHILD_H_
