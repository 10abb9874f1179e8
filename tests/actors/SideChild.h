// SideChild: the test's implementation of PSideChild.

#ifndef IPDL_TESTS_ACTORS_SIDECHILD_H_
#define IPDL_TESTS_ACTORS_SIDECHILD_H_

#include <string>
#include <utility>

#include "PSideChild.h"
#include "tests/actors/journal.h"

namespace actors {

class SideChild final : public TestActor<PSideChild> {
 public:
  SideChild(Journal* journal, std::string name) : TestActor(journal, std::move(name)) {}

  std::function<ipdl::Result(uint32_t n)> on_ping = [this](uint32_t n) {
    journal().Add(name() + " ping " + std::to_string(n));
    return ipdl::Ok();
  };

  ipdl::Result RecvPing(uint32_t n) { return on_ping(n); }
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_SIDECHILD_H_
