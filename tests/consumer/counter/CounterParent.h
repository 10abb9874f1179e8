// The launcher's side: asks, and receives nothing but answers.
#ifndef COUNTER_COUNTER_PARENT_H_
#define COUNTER_COUNTER_PARENT_H_

#include "PCounterParent.h"

namespace counter {

class CounterParent final : public PCounterParent {};

}  // namespace counter

#endif  // COUNTER_COUNTER_PARENT_H_
