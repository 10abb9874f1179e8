// A case that another program measures: it prints one line `name value unit` per figure.
//
// Used for what is measured by running compilers (compiler_cost.py), where C++ has nothing to
// offer. What it is not: a way to measure messages; those cases are in cases.cc.

#ifndef IPDL_BENCH_SCRIPT_CASE_H_
#define IPDL_BENCH_SCRIPT_CASE_H_

#include <string>
#include <vector>

#include "bench/figures.h"

namespace ipdl::bench {

// Runs `argv`, waits for it and adds what it printed. Ends this program, with a line that says why,
// if it cannot be run or does not succeed: there is no figure to go on with.
void AddFiguresOf(const std::vector<std::string>& argv, Figures& figures);

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_SCRIPT_CASE_H_
