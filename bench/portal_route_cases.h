// The cases of portals that move on: `./dev bench portal.move`.

#ifndef IPDL_BENCH_PORTAL_ROUTE_CASES_H_
#define IPDL_BENCH_PORTAL_ROUTE_CASES_H_

#include <vector>

#include "bench/cases.h"

namespace ipdl::bench {

void AddPortalRouteCases(std::vector<Case>* cases);

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_PORTAL_ROUTE_CASES_H_
