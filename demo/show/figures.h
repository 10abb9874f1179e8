// What the demo measures while it runs, and the line that tells it.
//
// Called by the compositor. One thread.

#ifndef DEMO_SHOW_FIGURES_H_
#define DEMO_SHOW_FIGURES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace ipdl::demo {

class Figures {
 public:
  // A frame was composed; `blended` pixels of layers went into it.
  void AddFrame(uint64_t blended);

  // A texture was mapped (once in its life).
  void AddMapping() { ++mappings_; }

  // A frame of a layer arrived: `sent` and `received` are nanoseconds of the monotonic clock;
  // `sent` is the producer's word. A time that cannot be (from the future, or older than a minute)
  // is not counted. `changed` and `all` are the pixels in its damage and in the texture.
  void AddHandOff(uint64_t sent, uint64_t received, uint64_t changed, uint64_t all);

  uint64_t frames() const { return frames_; }
  uint64_t hand_offs() const { return hand_offs_; }

  // The share of hand-offs that took no longer than the answer; 0 <= share <= 1. Zero if there were
  // none.
  absl::Duration Latency(double share) const;

  // One line: "120 frames in 4.1 s: 29.3 frames/s; hand-off p50 0.21 ms, p99 1.4 ms; ...".
  std::string Line(absl::Duration elapsed) const;

 private:
  uint64_t frames_ = 0, blended_ = 0, mappings_ = 0, hand_offs_ = 0, changed_ = 0, all_ = 0;
  // Nanoseconds; one per hand-off of a run that is at most a few million long.
  std::vector<uint64_t> latencies_;
};

}  // namespace ipdl::demo

#endif  // DEMO_SHOW_FIGURES_H_
