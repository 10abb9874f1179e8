// The cases of portals, without actors: `./dev bench portal`.

#ifndef IPDL_BENCH_PORTAL_CASES_H_
#define IPDL_BENCH_PORTAL_CASES_H_

#include <vector>

#include "bench/cases.h"

namespace ipdl::bench {

void AddPortalCases(std::vector<Case>* cases);

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_PORTAL_CASES_H_
