// The author's class on the child side of PLeg, whose RecvX are virtual: what it overrides must
// match.

#ifndef IPDL_TESTS_GENERATED_LEGCHILD_H_
#define IPDL_TESTS_GENERATED_LEGCHILD_H_

#include <cstdint>

#include "PLegChild.h"

namespace demo {

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

#endif  // IPDL_TESTS_GENERATED_LEGCHILD_H_
