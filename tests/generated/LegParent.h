// The author's class on the parent side of PLeg, whose RecvX are virtual: what it overrides must
// match.

#ifndef IPDL_TESTS_GENERATED_LEGPARENT_H_
#define IPDL_TESTS_GENERATED_LEGPARENT_H_

#include <cstdint>
#include <string>
#include <vector>

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

}  // namespace demo

#endif  // IPDL_TESTS_GENERATED_LEGPARENT_H_
