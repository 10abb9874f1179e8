// LeafChild: the test's implementation of PLeafChild.

#ifndef IPDL_TESTS_ACTORS_LEAFCHILD_H_
#define IPDL_TESTS_ACTORS_LEAFCHILD_H_

#include <string>
#include <utility>

#include "PLeafChild.h"
#include "tests/actors/journal.h"

namespace actors {

class LeafChild final : public TestActor<PLeafChild> {
 public:
  LeafChild(Journal* journal, std::string name) : TestActor(journal, std::move(name)) {}

  std::function<ipdl::Result(uint32_t n)> on_hello = [this](uint32_t n) {
    journal().Add(name() + " hello " + std::to_string(n));
    return ipdl::Ok();
  };

  ipdl::Result RecvHello(uint32_t n) { return on_hello(n); }
  ipdl::Result Recv__delete__(std::string why) {
    if (!why.empty()) journal().Add(name() + " deleted because " + why);
    return why == "bad" ? ipdl::BadMessage("why: is bad") : ipdl::Ok();
  }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_LEAFCHILD_H_
