// The author's class on the child side of PGate.

#ifndef IPDL_TESTS_GENERATED_GATECHILD_H_
#define IPDL_TESTS_GENERATED_GATECHILD_H_

#include "PGateChild.h"

namespace demo {

class GateChild : public PGateChild {};

}  // namespace demo

#endif  // IPDL_TESTS_GENERATED_GATECHILD_H_
