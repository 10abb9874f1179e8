// The author's class on the child side of PGuard, which sends what its parent must not believe.

#ifndef IPDL_TESTS_GENERATED_GUARDCHILD_H_
#define IPDL_TESTS_GENERATED_GUARDCHILD_H_

#include "PGuardChild.h"

namespace demo {

class GuardChild : public PGuardChild {
 public:
  ipdl::Result RecvHello() { return ipdl::Ok(); }
};

}  // namespace demo

#endif  // IPDL_TESTS_GENERATED_GUARDCHILD_H_
