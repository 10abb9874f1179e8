#include "glue/trace_filter.h"

#include <algorithm>
#include <utility>

namespace ipdl {

namespace {

// `*` any characters, `?` one. Linear: a mismatch goes back to the last star only.
bool Matches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

TraceFilter::TraceFilter(std::string_view patterns) {
  while (!patterns.empty()) {
    const size_t end = std::min(patterns.find(';'), patterns.size());
    std::string_view one = patterns.substr(0, end);
    patterns.remove_prefix(end == patterns.size() ? end : end + 1);
    Pattern pattern;
    pattern.exclude = !one.empty() && one[0] == '!';
    if (pattern.exclude) one.remove_prefix(1);
    if (one.empty()) continue;
    const size_t split = one.find_first_of(":.");
    pattern.protocol = one.substr(0, split);
    pattern.message = split == std::string_view::npos ? "*" : one.substr(split + 1);
    patterns_.push_back(std::move(pattern));
  }
}

bool TraceFilter::Wants(std::string_view protocol, std::string_view message) const {
  bool wanted = !patterns_.empty() && patterns_.front().exclude;
  for (const Pattern& pattern : patterns_) {
    if (Matches(pattern.protocol, protocol) && Matches(pattern.message, message)) {
      wanted = !pattern.exclude;
    }
  }
  return wanted;
}

}  // namespace ipdl
