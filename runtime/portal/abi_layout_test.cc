// The layout of the C interface as C++ sees it, and that the C half exists.

#include <gtest/gtest.h>

#include <cstddef>

#include "ipcz/ipcz.h"

#define CHECK_LAYOUT(condition) static_assert(condition)
#if UINTPTR_MAX > 0xffffffffu
#include "runtime/portal/abi_layout_test.inc"
#endif

extern "C" int IpczHeaderWorksInC(void);

TEST(AbiLayoutTest, TheHeaderCompilesAsCAndAsCpp) { EXPECT_NE(0, IpczHeaderWorksInC()); }
