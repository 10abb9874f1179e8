// Both sides of PLeg, whose RecvX are virtual: what they override must match exactly.

#ifndef IPDL_TESTS_GENERATED_LEGSIDES_H_
#define IPDL_TESTS_GENERATED_LEGSIDES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "PLegChild.h"
#include "PLegParent.h"

namespace demo {

class LegParent : public PLegParent {
 public:
  bool deleted = false;

 protected:
  ipdl::Result RecvMeasure(std::vector<values::Plane> planes, tests::Shared* shared,
                           uint64_t* metres, std::string* unit) override {
    *metres = planes.size() * shared->value();
    *unit = "m";
    return ipdl::Ok();
  }
  ipdl::Result RecvExplain(Files files, ExplainResolver resolve) override {
    resolve(values::Json(static_cast<double>(files.many().size())));
    return ipdl::Ok();
  }
  ipdl::Result Recv__delete__() override {
    deleted = true;
    return ipdl::Ok();
  }
};

class LegChild : public PLegChild {
 public:
  uint32_t steps = 0;

 protected:
  ipdl::Result RecvWalk(uint32_t n, PLegChild* other, Possession possession) override {
    steps += n + static_cast<uint32_t>(other == this) + static_cast<uint32_t>(possession.type());
    return ipdl::Ok();
  }
};

}  // namespace demo

#endif  // IPDL_TESTS_GENERATED_LEGSIDES_H_
