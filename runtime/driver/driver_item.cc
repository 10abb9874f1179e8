// See driver_item.h.

#include "runtime/driver/driver_item.h"

#include <atomic>

namespace ipdl {
namespace {

std::atomic<size_t> g_count = 0;

}  // namespace

DriverItem::DriverItem(ItemKind kind) : kind_(kind) {
  g_count.fetch_add(1, std::memory_order_relaxed);
}

DriverItem::~DriverItem() { g_count.fetch_sub(1, std::memory_order_relaxed); }

size_t DriverItem::count() { return g_count.load(std::memory_order_relaxed); }

}  // namespace ipdl
