// The cases of channels: what actors stand on, over a socket and over a portal side by side.

#ifndef IPDL_BENCH_CHANNEL_CASES_H_
#define IPDL_BENCH_CHANNEL_CASES_H_

#include <vector>

#include "bench/cases.h"

namespace ipdl::bench {

void AddChannelCases(std::vector<Case>* cases);

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_CHANNEL_CASES_H_
