// SideParent: the test's implementation of PSideParent.

#ifndef IPDL_TESTS_ACTORS_SIDEPARENT_H_
#define IPDL_TESTS_ACTORS_SIDEPARENT_H_

#include <string>
#include <utility>

#include "PSideParent.h"
#include "tests/actors/journal.h"

namespace actors {

class SideParent final : public TestActor<PSideParent> {
 public:
  SideParent(Journal* journal, std::string name) : TestActor(journal, std::move(name)) {}

  std::function<ipdl::Result(uint32_t n)> on_ping = [this](uint32_t n) {
    journal().Add(name() + " ping " + std::to_string(n));
    return ipdl::Ok();
  };

  ipdl::Result RecvPing(uint32_t n) { return on_ping(n); }
  ipdl::Result RecvGet(uint32_t* n) {
    *n = 7;
    return ipdl::Ok();
  }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_SIDEPARENT_H_
