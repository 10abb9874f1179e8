// The author's class on the parent side of PGate.

#ifndef IPDL_TESTS_GENERATED_GATEPARENT_H_
#define IPDL_TESTS_GENERATED_GATEPARENT_H_

#include "PGateParent.h"

namespace demo {

class GateParent : public PGateParent {};

}  // namespace demo

#endif  // IPDL_TESTS_GENERATED_GATEPARENT_H_
