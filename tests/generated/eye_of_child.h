// The author's class on the child side of PEye, whose .ipdl names it.

#ifndef IPDL_TESTS_GENERATED_EYE_OF_CHILD_H_
#define IPDL_TESTS_GENERATED_EYE_OF_CHILD_H_

#include <string>
#include <utility>

#include "PEyeChild.h"

namespace tests {

class EyeOfChild : public demo::PEyeChild {
 public:
  std::string seen;

  ipdl::Result RecvLook() {
    SendSeen("something");
    return ipdl::Ok();
  }
};

}  // namespace tests

#endif  // IPDL_TESTS_GENERATED_EYE_OF_CHILD_H_
