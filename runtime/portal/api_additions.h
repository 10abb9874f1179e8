// The C functions beyond the plain table.
//
// What it is: what IpczGetAPI fills in for a caller whose table is large enough. What it is not:
// the plain functions (api.cc). Called by api.cc.

#ifndef IPDL_RUNTIME_PORTAL_API_ADDITIONS_H_
#define IPDL_RUNTIME_PORTAL_API_ADDITIONS_H_

#include "runtime/portal/include/ipcz/ipcz.h"

namespace ipdl::portal {

// All but `api`.
void FillAdditions(IpczExtendedAPI* table);

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_API_ADDITIONS_H_
