// ToolParent: the test's implementation of PToolParent, which its manager allocates and frees.

#ifndef IPDL_TESTS_ACTORS_TOOLPARENT_H_
#define IPDL_TESTS_ACTORS_TOOLPARENT_H_

#include <string>
#include <utility>

#include "PToolParent.h"
#include "tests/actors/journal.h"

namespace actors {

class ToolParent final : public TestActor<PToolParent> {
 public:
  ToolParent(Journal* journal, std::string name) : TestActor(journal, std::move(name)) {}
  ~ToolParent() override = default;

  std::function<ipdl::Result(uint32_t n)> on_hello = [this](uint32_t n) {
    journal().Add(name() + " hello " + std::to_string(n));
    return ipdl::Ok();
  };

  ipdl::Result RecvHello(uint32_t n) { return on_hello(n); }

  // What every manager of tools does with one that has ended.
  static bool Free(PToolParent* tool) {
    auto* const ours = static_cast<ToolParent*>(tool);
    ours->journal().Add("free " + ours->name());
    delete ours;
    return true;
  }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_TOOLPARENT_H_
