// The figures of one benchmark run: collected by name, printed as a table, written as JSON.
//
// Names are `<what>.<size or shape>.<same|cross>.<unit or ratio>`; a name stays what it is for
// ever, so that runs of different versions can be laid side by side (docs/performance.md lists
// them). Not a measuring tool: cases measure, this only keeps what they found.

#ifndef IPDL_BENCH_FIGURES_H_
#define IPDL_BENCH_FIGURES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace ipdl::bench {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
};

// The middle value (mean of the two middle ones for an even count); 0 for none.
double Median(std::vector<double> values);

// The value below which `fraction` (0..1) of the values lie; 0 for none.
double Quantile(std::vector<double> values, double fraction);

class Figures {
 public:
  // Keeps the first value of each name: the yardstick is measured along with every case.
  void Add(std::string name, double value, std::string unit);

  const std::vector<Figure>& all() const { return figures_; }

  // A table for people, in order of measurement, to standard output.
  void Print() const;

  // `{"machine": {...}, "figures": [...]}`. The file is replaced whole or not at all.
  absl::Status WriteJson(const std::string& path) const;

 private:
  std::vector<Figure> figures_;
};

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_FIGURES_H_
