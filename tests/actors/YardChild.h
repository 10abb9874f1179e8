// YardChild and PlotChild: the test's implementations of PYardChild and PPlotChild.

#ifndef IPDL_TESTS_ACTORS_YARDCHILD_H_
#define IPDL_TESTS_ACTORS_YARDCHILD_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "PPlotChild.h"
#include "PYardChild.h"
#include "ToolChild.h"
#include "glue/managed_endpoint.h"
#include "tests/actors/journal.h"

namespace actors {

class PlotChild final : public TestActor<PPlotChild> {
 public:
  explicit PlotChild(Journal* journal) : TestActor(journal, "plot") {}

 protected:
  PToolChild* AllocPToolChild(const std::string& name, const std::vector<uint8_t>& data) override {
    return new ToolChild(&journal(), name + " of " + std::to_string(data.size()));
  }
  bool DeallocPToolChild(PToolChild* tool) override { return ToolChild::Free(tool); }
};

class YardChild final : public TestActor<PYardChild> {
 public:
  explicit YardChild(Journal* journal) : TestActor(journal, "yard") {}

  std::function<ipdl::Result(PToolChild* tool)> on_use = [](PToolChild*) { return ipdl::Ok(); };
  std::function<ipdl::Result(PToolChild* tool)> on_tool = [](PToolChild*) { return ipdl::Ok(); };
  std::function<void(ipdl::ManagedEndpoint<PToolChild> end)> on_lend =
      [](ipdl::ManagedEndpoint<PToolChild>) {};
  std::function<PToolChild*(const std::string& name)> alloc_tool = [this](const std::string& name) {
    return new ToolChild(&journal(), name);
  };
  // The line of the cut-off, if there was one.
  std::string cut_off;

 private:
  friend class PYardChild;

  ipdl::Result RecvUse(PToolChild* tool) { return on_use(tool); }
  ipdl::Result RecvLend(ipdl::ManagedEndpoint<PToolChild> end) {
    on_lend(std::move(end));
    return ipdl::Ok();
  }
  PToolChild* AllocPToolChild(const std::string& name) { return alloc_tool(name); }
  ipdl::Result RecvPToolConstructor(PToolChild* tool, std::string) { return on_tool(tool); }
  bool DeallocPToolChild(PToolChild* tool) { return ToolChild::Free(tool); }
  ipdl::RefPtr<PPlotChild> AllocPPlotChild() { return ipdl::MakeRef<PlotChild>(&journal()); }

  void OnPeerCutOff(std::string_view line) override { cut_off = line; }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_YARDCHILD_H_
