#include "glue/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace ipdl {

// The first buckets have one value each; after that, the bits below the highest one choose the
// bucket within its power of two.
size_t LatencyHistogram::BucketOf(uint64_t value) {
  const int power = std::bit_width(value) - 1 - kPartBits;
  if (power <= 0) return value;
  return (static_cast<size_t>(power) << kPartBits) + (value >> power);
}

int64_t LatencyHistogram::LastOf(size_t bucket) {
  const size_t power = (bucket >> kPartBits) - 1;
  if (bucket < (size_t{2} << kPartBits)) return static_cast<int64_t>(bucket);
  const uint64_t first = (bucket - (power << kPartBits)) << power;
  return static_cast<int64_t>(first + (uint64_t{1} << power) - 1);
}

void LatencyHistogram::Add(int64_t nanoseconds) {
  nanoseconds = std::clamp<int64_t>(nanoseconds, 0, kLongest);
  uint32_t& bucket = buckets_[BucketOf(static_cast<uint64_t>(nanoseconds))];
  if (bucket != std::numeric_limits<uint32_t>::max()) ++bucket;
  ++count_;
  longest_ = std::max(longest_, nanoseconds);
  sum_ += nanoseconds;
}

int64_t LatencyHistogram::Quantile(double part) const {
  const double wanted = std::clamp(part, 0.0, 1.0) * static_cast<double>(count_);
  uint64_t seen = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (seen != 0 && static_cast<double>(seen) >= wanted) {
      return std::min(LastOf(bucket), longest_);
    }
  }
  return longest_;
}

}  // namespace ipdl
