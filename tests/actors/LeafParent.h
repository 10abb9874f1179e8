// LeafParent: the test's implementation of PLeafParent.

#ifndef IPDL_TESTS_ACTORS_LEAFPARENT_H_
#define IPDL_TESTS_ACTORS_LEAFPARENT_H_

#include <string>
#include <utility>

#include "PLeafParent.h"
#include "tests/actors/journal.h"

namespace actors {

class LeafParent final : public TestActor<PLeafParent> {
 public:
  LeafParent(Journal* journal, std::string name) : TestActor(journal, std::move(name)) {}

  std::function<ipdl::Result(uint32_t n)> on_hello = [this](uint32_t n) {
    journal().Add(name() + " hello " + std::to_string(n));
    return ipdl::Ok();
  };

  uint32_t counted = 0;

  ipdl::Result RecvHello(uint32_t n) { return on_hello(n); }
  ipdl::Result RecvCount(uint32_t* n) {
    *n = ++counted;
    return ipdl::Ok();
  }
  ipdl::Result Recv__delete__(std::string why) {
    if (!why.empty()) journal().Add(name() + " deleted because " + why);
    return why == "bad" ? ipdl::BadMessage("why: is bad") : ipdl::Ok();
  }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_LEAFPARENT_H_
