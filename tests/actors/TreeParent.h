// TreeParent: the test's implementation of PTreeParent; every handler is a hook with a default.

#ifndef IPDL_TESTS_ACTORS_TREEPARENT_H_
#define IPDL_TESTS_ACTORS_TREEPARENT_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "LeafParent.h"
#include "NodeParent.h"
#include "PLeafChild.h"
#include "PNodeChild.h"
#include "PTreeParent.h"
#include "SideParent.h"
#include "tests/actors/journal.h"

namespace actors {

class TreeParent final : public TestActor<PTreeParent> {
 public:
  explicit TreeParent(Journal* journal, std::string name = "parent")
      : TestActor(journal, std::move(name)) {}

  std::function<ipdl::Result(uint32_t n)> on_note = [this](uint32_t n) {
    journal().Add("note " + std::to_string(n));
    return ipdl::Ok();
  };
  std::function<ipdl::Result(std::string s, Rect rect, std::vector<uint8_t> data)> on_text =
      [](std::string, Rect, std::vector<uint8_t>) { return ipdl::Ok(); };
  std::function<ipdl::Result(std::vector<ipdl::FileDescriptor> fds)> on_take =
      [](std::vector<ipdl::FileDescriptor>) { return ipdl::Ok(); };
  std::function<ipdl::Result(PLeafParent* leaf, PNodeParent* node)> on_use =
      [this](PLeafParent* leaf, PNodeParent* node) {
        journal().Add("use " + static_cast<LeafParent*>(leaf)->name() + " " +
                      (node != nullptr ? static_cast<NodeParent*>(node)->name() : "null"));
        return ipdl::Ok();
      };
  std::function<ipdl::Result(Bundle bundle, Thing thing, std::optional<Rect> rect)> on_mixed =
      [](Bundle, Thing, std::optional<Rect>) { return ipdl::Ok(); };
  std::function<ipdl::Result(ipdl::Endpoint<PSideParent> end)> on_connect =
      [](ipdl::Endpoint<PSideParent>) { return ipdl::Ok(); };
  std::function<ipdl::Result(std::string question, AskResolver resolve)> on_ask =
      [](std::string question, AskResolver resolve) {
        resolve(question + "!", static_cast<uint32_t>(question.size()));
        return ipdl::Ok();
      };
  std::function<ipdl::Result(AskLeafResolver resolve)> on_ask_leaf = [](AskLeafResolver resolve) {
    resolve(nullptr);
    return ipdl::Ok();
  };
  std::function<ipdl::Result(int32_t a, int32_t b, int32_t* sum)> on_add = [](int32_t a, int32_t b,
                                                                              int32_t* sum) {
    *sum = static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
    return ipdl::Ok();
  };
  std::function<ipdl::Result(std::string what, std::string* text,
                             std::optional<ipdl::FileDescriptor>* fd)>
      on_fetch = [](std::string what, std::string* text, std::optional<ipdl::FileDescriptor>*) {
        *text = what;
        return ipdl::Ok();
      };
  std::function<ipdl::Result(PLeafParent* leaf, PLeafParent** same)> on_same =
      [](PLeafParent* leaf, PLeafParent** same) {
        *same = leaf;
        return ipdl::Ok();
      };
  std::function<ipdl::RefPtr<LeafParent>(uint32_t n)> alloc_leaf = [this](uint32_t n) {
    return ipdl::MakeRef<LeafParent>(&journal(), "leaf " + std::to_string(n));
  };
  std::function<ipdl::Result(LeafParent* leaf)> on_leaf = [](LeafParent*) { return ipdl::Ok(); };
  std::function<void()> on_writable = [] {};

  // The line of the cut-off, if there was one.
  std::string cut_off;

  ipdl::Result RecvNote(uint32_t n) { return on_note(n); }
  ipdl::Result RecvText(std::string s, Rect rect, std::vector<uint8_t> data, bool) {
    return on_text(std::move(s), std::move(rect), std::move(data));
  }
  ipdl::Result RecvTake(std::vector<ipdl::FileDescriptor> fds) { return on_take(std::move(fds)); }
  ipdl::Result RecvUse(PLeafParent* leaf, PNodeParent* node) { return on_use(leaf, node); }
  ipdl::Result RecvMixed(Bundle bundle, Thing thing, std::optional<Rect> rect) {
    return on_mixed(std::move(bundle), std::move(thing), std::move(rect));
  }
  ipdl::Result RecvConnect(ipdl::Endpoint<PSideParent> end) { return on_connect(std::move(end)); }
  ipdl::Result RecvAsk(std::string question, AskResolver resolve) {
    return on_ask(std::move(question), std::move(resolve));
  }
  ipdl::Result RecvAskLeaf(AskLeafResolver resolve) { return on_ask_leaf(std::move(resolve)); }
  ipdl::Result RecvAdd(int32_t a, int32_t b, int32_t* sum) { return on_add(a, b, sum); }
  ipdl::Result RecvFetch(std::string what, std::string* text,
                         std::optional<ipdl::FileDescriptor>* fd) {
    return on_fetch(std::move(what), text, fd);
  }
  ipdl::Result RecvSame(PLeafParent* leaf, PLeafParent** same) { return on_same(leaf, same); }

  ipdl::RefPtr<PNodeParent> AllocPNodeParent(const std::string& name) {
    return ipdl::MakeRef<NodeParent>(&journal(), name);
  }
  ipdl::RefPtr<PLeafParent> AllocPLeafParent(uint32_t n) { return alloc_leaf(n); }
  ipdl::Result RecvPLeafConstructor(PLeafParent* leaf, uint32_t) {
    return on_leaf(static_cast<LeafParent*>(leaf));
  }

 protected:
  void OnWritable() override { on_writable(); }
  void OnPeerCutOff(std::string_view line) override { cut_off = line; }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_TREEPARENT_H_
