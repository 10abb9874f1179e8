// YardParent and PlotParent: the test's implementations of PYardParent and PPlotParent.

#ifndef IPDL_TESTS_ACTORS_YARDPARENT_H_
#define IPDL_TESTS_ACTORS_YARDPARENT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "PPlotParent.h"
#include "PYardParent.h"
#include "ToolParent.h"
#include "tests/actors/journal.h"

namespace actors {

class PlotParent final : public TestActor<PPlotParent> {
 public:
  explicit PlotParent(Journal* journal) : TestActor(journal, "plot") {}

 protected:
  PToolParent* AllocPToolParent(const std::string& name,
                                const std::vector<uint8_t>& data) override {
    return new ToolParent(&journal(), name + " of " + std::to_string(data.size()));
  }
  bool DeallocPToolParent(PToolParent* tool) override { return ToolParent::Free(tool); }
};

class YardParent final : public TestActor<PYardParent> {
 public:
  explicit YardParent(Journal* journal) : TestActor(journal, "yard") {}

  std::function<ipdl::Result(PToolParent* tool)> on_use = [](PToolParent*) { return ipdl::Ok(); };
  std::function<ipdl::Result(PToolParent* tool)> on_tool = [](PToolParent*) { return ipdl::Ok(); };
  std::function<PToolParent*(const std::string& name)> alloc_tool =
      [this](const std::string& name) { return new ToolParent(&journal(), name); };
  // The line of the cut-off, if there was one.
  std::string cut_off;

 private:
  friend class PYardParent;

  ipdl::Result RecvUse(PToolParent* tool) { return on_use(tool); }
  PToolParent* AllocPToolParent(const std::string& name) { return alloc_tool(name); }
  ipdl::Result RecvPToolConstructor(PToolParent* tool, std::string) { return on_tool(tool); }
  bool DeallocPToolParent(PToolParent* tool) { return ToolParent::Free(tool); }
  ipdl::RefPtr<PPlotParent> AllocPPlotParent() { return ipdl::MakeRef<PlotParent>(&journal()); }

  void OnPeerCutOff(std::string_view line) override { cut_off = line; }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_YARDPARENT_H_
