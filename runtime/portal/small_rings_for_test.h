// Rings of another size than usual, for as long as an object lives.
//
// Used by tests that want a ring to be full soon. Not for more than one thread.

#ifndef IPDL_RUNTIME_PORTAL_SMALL_RINGS_FOR_TEST_H_
#define IPDL_RUNTIME_PORTAL_SMALL_RINGS_FOR_TEST_H_

#include <cstddef>

#include "runtime/portal/link_memory.h"

namespace ipdl::portal {

class SmallRings {
 public:
  explicit SmallRings(size_t capacity = LinkMemory::kMinCapacity) {
    LinkMemory::SetInitialCapacityForTest(capacity);
  }
  ~SmallRings() { LinkMemory::SetInitialCapacityForTest(before_); }
  SmallRings(const SmallRings&) = delete;
  SmallRings& operator=(const SmallRings&) = delete;

 private:
  const size_t before_ = LinkMemory::initial_capacity();
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_SMALL_RINGS_FOR_TEST_H_
