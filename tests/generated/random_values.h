// Random values of the types in Values.ipdlh, from a generator with a fixed seed.

#ifndef IPDL_TESTS_GENERATED_RANDOM_VALUES_H_
#define IPDL_TESTS_GENERATED_RANDOM_VALUES_H_

#include <random>

#include "Values.h"

namespace tests {

using Random = std::mt19937;

demo::values::Plane RandomPlane(Random& random);
demo::values::Description RandomDescription(Random& random);
demo::values::Scalars RandomScalars(Random& random);
demo::values::Wrapped RandomWrapped(Random& random);
demo::values::Number RandomNumber(Random& random);
// `depth`: levels of Json below this one, at most.
demo::values::Json RandomJson(Random& random, int depth);
demo::values::Chain RandomChain(Random& random, int links);

}  // namespace tests

#endif  // IPDL_TESTS_GENERATED_RANDOM_VALUES_H_
