// LatencyHistogram: how long something took, many times, in a few hundred bytes.
//
// What it is: counts of durations in buckets whose width grows with the duration, so that every
// quantile is right within an eighth of itself. What it is not: thread-safe, or a clock. The layout
// (a power of two, divided into equal parts) is that of HdrHistogram.

#ifndef IPDL_GLUE_LATENCY_HISTOGRAM_H_
#define IPDL_GLUE_LATENCY_HISTOGRAM_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace ipdl {

class LatencyHistogram {
 public:
  // Nanoseconds; less than none counts as none, more than kLongest as kLongest (about 68 s).
  static constexpr int64_t kLongest = (int64_t{1} << 36) - 1;
  void Add(int64_t nanoseconds);

  uint64_t count() const { return count_; }
  int64_t longest() const { return longest_; }
  int64_t sum() const { return sum_; }
  // The duration that this part of all, from 0 to 1, did not exceed; 0 if there are none. Rounded
  // up to the end of its bucket, but never above longest().
  int64_t Quantile(double part) const;

 private:
  static constexpr int kPartBits = 3;  // eight buckets for each power of two
  static constexpr size_t kBuckets = (36 - kPartBits + 1) << kPartBits;

  static size_t BucketOf(uint64_t value);
  static int64_t LastOf(size_t bucket);

  std::array<uint32_t, kBuckets> buckets_ = {};
  uint64_t count_ = 0;
  int64_t longest_ = 0;
  int64_t sum_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_LATENCY_HISTOGRAM_H_
