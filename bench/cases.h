// The cases of `ipdl-bench`: what is measured, and under which names.
//
// Every case alternates rounds of ours with rounds of the raw stream on the same CPUs; a ratio is
// the median of the ratios of neighbouring rounds.

#ifndef IPDL_BENCH_CASES_H_
#define IPDL_BENCH_CASES_H_

#include <functional>
#include <string>
#include <vector>

#include "bench/figures.h"

namespace ipdl::bench {

struct Effort {
  int rounds = 60;           // pairs of rounds per round-trip case
  int bursts = 9;            // rounds of a one-way case
  size_t messages = 200000;  // messages in such a round (64 bytes; fewer when larger)
  bool quick = false;        // what a case with rounds of its own does less of
};

struct Case {
  std::string name;  // what a filter is matched against, a prefix of its figures' names
  std::function<void(Figures&, const Effort&)> run;
};

std::vector<Case> AllCases();

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_CASES_H_
