// See domain.h. A domain is absorbed once and for good, under its own mutex; so whoever locks a
// domain and finds it not absorbed holds the root.

#include "runtime/portal/domain.h"

#include <functional>

namespace ipdl::portal {

Domain::~Domain() {
  Domain* const root = absorbed_by_.load(std::memory_order_relaxed);
  if (root != nullptr && root->DropRef()) delete root;
}

const Domain* Domain::Root() const {
  const Domain* domain = this;
  while (const Domain* next = domain->absorbed_by_.load(std::memory_order_acquire)) domain = next;
  return domain;
}

Domain* Domain::LockRoot() {
  Domain* domain = this;
  while (true) {
    while (Domain* next = domain->absorbed_by_.load(std::memory_order_acquire)) domain = next;
    domain->mutex_.Lock();
    if (domain->absorbed_by_.load(std::memory_order_relaxed) == nullptr) return domain;
    domain->mutex_.Unlock();
  }
}

void Domain::Unite(Domain* a, Domain* b) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  while (true) {
    Domain* first = const_cast<Domain*>(a->Root());
    Domain* second = const_cast<Domain*>(b->Root());
    if (first == second) return;
    if (std::less<Domain*>()(second, first)) std::swap(first, second);
    first->mutex_.Lock();
    second->mutex_.Lock();
    const bool roots = first->absorbed_by_.load(std::memory_order_relaxed) == nullptr &&
                       second->absorbed_by_.load(std::memory_order_relaxed) == nullptr;
    if (roots) {
      first->AddRef();
      second->absorbed_by_.store(first, std::memory_order_release);
    }
    second->mutex_.Unlock();
    first->mutex_.Unlock();
    if (roots) return;
  }
}

}  // namespace ipdl::portal
