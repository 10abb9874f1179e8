/* That the C interface compiles as C99 and has the layout that others were compiled against.
 * Nothing runs: a wrong layout does not compile. */

#include <stddef.h>

#include "ipcz/ipcz.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define CHECK_LAYOUT(condition) typedef char JOIN(layout_check_, __COUNTER__)[(condition) ? 1 : -1]

#if UINTPTR_MAX > 0xffffffffu
#include "runtime/portal/abi_layout_test.inc"
#endif

/* Referred to by the C++ half, so that the linker needs this file. */
int IpczHeaderWorksInC(void);
int IpczHeaderWorksInC(void) {
  struct IpczTrapConditions conditions = {.size = sizeof(conditions), .flags = IPCZ_TRAP_DEAD};
  return conditions.size == sizeof(conditions) && IPCZ_NO_FLAGS == 0;
}
