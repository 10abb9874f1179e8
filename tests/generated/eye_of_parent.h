// The author's class on the parent side of PEye, whose .ipdl names it.

#ifndef IPDL_TESTS_GENERATED_EYE_OF_PARENT_H_
#define IPDL_TESTS_GENERATED_EYE_OF_PARENT_H_

#include <string>
#include <utility>

#include "PEyeParent.h"

namespace tests {

class EyeOfParent : public demo::PEyeParent {
 public:
  std::string seen;

  ipdl::Result RecvSeen(std::string what) {
    seen = std::move(what);
    return ipdl::Ok();
  }
};

}  // namespace tests

#endif  // IPDL_TESTS_GENERATED_EYE_OF_PARENT_H_
