// TraceFilter: which messages IPDL_LOG wants to see.
//
// What it is: the patterns of trace_log.h's manual, matched against "PFoo" and "Ping". What it is
// not: a regular expression.

#ifndef IPDL_GLUE_TRACE_FILTER_H_
#define IPDL_GLUE_TRACE_FILTER_H_

#include <string>
#include <string_view>
#include <vector>

namespace ipdl {

class TraceFilter {
 public:
  TraceFilter() = default;
  explicit TraceFilter(std::string_view patterns);

  bool empty() const { return patterns_.empty(); }
  bool Wants(std::string_view protocol, std::string_view message) const;

 private:
  struct Pattern {
    bool exclude;
    std::string protocol;
    std::string message;
  };
  std::vector<Pattern> patterns_;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_TRACE_FILTER_H_
