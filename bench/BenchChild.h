// The measuring side of the benchmarks' protocol. It receives nothing; cases call its SendX.

#ifndef IPDL_BENCH_BENCHCHILD_H_
#define IPDL_BENCH_BENCHCHILD_H_

#include "PBenchChild.h"

namespace ipdl::bench {

class BenchChild final : public PBenchChild {};

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_BENCHCHILD_H_
