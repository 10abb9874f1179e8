// TreeChild: the test's implementation of PTreeChild; every handler is a hook with a default.

#ifndef IPDL_TESTS_ACTORS_TREECHILD_H_
#define IPDL_TESTS_ACTORS_TREECHILD_H_

#include <string>
#include <string_view>
#include <utility>

#include "LeafChild.h"
#include "NodeChild.h"
#include "PLeafParent.h"
#include "PNodeParent.h"
#include "PTreeChild.h"
#include "SideChild.h"
#include "tests/actors/journal.h"

namespace actors {

class TreeChild final : public TestActor<PTreeChild> {
 public:
  explicit TreeChild(Journal* journal, std::string name = "child")
      : TestActor(journal, std::move(name)) {}

  std::function<ipdl::Result(uint32_t n)> on_poke = [this](uint32_t n) {
    journal().Add("poke " + std::to_string(n));
    return ipdl::Ok();
  };
  std::function<ipdl::Result(uint32_t n, AskChildResolver resolve)> on_ask_child =
      [](uint32_t n, AskChildResolver resolve) {
        resolve(2 * n);
        return ipdl::Ok();
      };
  std::function<ipdl::Result(ipdl::Endpoint<PSideChild> end)> on_carry =
      [](ipdl::Endpoint<PSideChild>) { return ipdl::Ok(); };
  std::function<void()> on_writable = [] {};

  // The line of the cut-off, if there was one.
  std::string cut_off;

  ipdl::Result RecvPoke(uint32_t n) { return on_poke(n); }
  ipdl::Result RecvAskChild(uint32_t n, AskChildResolver resolve) {
    return on_ask_child(n, std::move(resolve));
  }
  ipdl::Result RecvCarry(ipdl::Endpoint<PSideChild> end) { return on_carry(std::move(end)); }

  ipdl::RefPtr<PNodeChild> AllocPNodeChild(const std::string& name) {
    return ipdl::MakeRef<NodeChild>(&journal(), name);
  }
  ipdl::RefPtr<PLeafChild> AllocPLeafChild(uint32_t n) {
    return ipdl::MakeRef<LeafChild>(&journal(), "leaf " + std::to_string(n));
  }

 protected:
  void OnWritable() override { on_writable(); }
  void OnPeerCutOff(std::string_view line) override { cut_off = line; }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_TREECHILD_H_
