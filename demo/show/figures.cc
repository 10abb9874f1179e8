// See figures.h.

#include "demo/show/figures.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace ipdl::demo {
namespace {

constexpr uint64_t kOldest = 60ull * 1'000'000'000;  // ns; older than this is no measurement

}  // namespace

void Figures::AddFrame(uint64_t blended) {
  ++frames_;
  blended_ += blended;
}

void Figures::AddHandOff(uint64_t sent, uint64_t received, uint64_t changed, uint64_t all) {
  ++hand_offs_;
  changed_ += changed;
  all_ += all;
  if (sent <= received && received - sent <= kOldest) latencies_.push_back(received - sent);
}

absl::Duration Figures::Latency(double share) const {
  if (latencies_.empty()) return absl::ZeroDuration();
  std::vector<uint64_t> sorted = latencies_;
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  const size_t index = std::min(sorted.size(), std::max<size_t>(static_cast<size_t>(rank), 1)) - 1;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(index),
                   sorted.end());
  return absl::Nanoseconds(static_cast<int64_t>(sorted[index]));
}

std::string Figures::Line(absl::Duration elapsed) const {
  const double seconds = std::max(absl::ToDoubleSeconds(elapsed), 1e-9);
  const auto per_frame = [&](uint64_t total) {
    return frames_ == 0 ? 0.0 : static_cast<double>(total) / static_cast<double>(frames_);
  };
  const double damage =
      all_ == 0 ? 0 : 100 * static_cast<double>(changed_) / static_cast<double>(all_);
  return absl::StrFormat(
      "%d frames in %.1f s: %.1f frames/s; hand-off latency p50 %.2f ms, p99 %.2f ms; "
      "%d textures mapped once each, %d hand-offs, damage %.0f%%; %.1f Mpixel blended and "
      "0 pixels copied between processes per frame",
      frames_, seconds, static_cast<double>(frames_) / seconds,
      absl::ToDoubleMilliseconds(Latency(0.50)), absl::ToDoubleMilliseconds(Latency(0.99)),
      mappings_, hand_offs_, damage, per_frame(blended_) / 1e6);
}

}  // namespace ipdl::demo
