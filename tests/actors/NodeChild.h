// NodeChild: the test's implementation of PNodeChild.

#ifndef IPDL_TESTS_ACTORS_NODECHILD_H_
#define IPDL_TESTS_ACTORS_NODECHILD_H_

#include <string>
#include <utility>

#include "LeafChild.h"
#include "PNodeChild.h"
#include "tests/actors/journal.h"

namespace actors {

class NodeChild final : public TestActor<PNodeChild> {
 public:
  NodeChild(Journal* journal, std::string name) : TestActor(journal, std::move(name)) {}

  std::function<ipdl::Result(std::string text)> on_hello = [this](std::string text) {
    journal().Add(name() + " hello " + text);
    return ipdl::Ok();
  };
  std::function<ipdl::Result(uint32_t n, AskResolver resolve)> on_ask = [](uint32_t n,
                                                                           AskResolver resolve) {
    resolve(2 * n);
    return ipdl::Ok();
  };

  ipdl::Result RecvHello(std::string text) { return on_hello(std::move(text)); }
  ipdl::Result RecvAsk(uint32_t n, AskResolver resolve) { return on_ask(n, std::move(resolve)); }
  ipdl::RefPtr<PNodeChild> AllocPNodeChild(const std::string& name) {
    return ipdl::MakeRef<NodeChild>(&journal(), name);
  }
  ipdl::RefPtr<PLeafChild> AllocPLeafChild(uint32_t n) {
    return ipdl::MakeRef<LeafChild>(&journal(), "leaf " + std::to_string(n));
  }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_NODECHILD_H_
