// See deadlines.h.

#include "runtime/driver/deadlines.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"

namespace ipdl {
namespace {

// Longer ones are as good as this one.
constexpr uint64_t kLongestUs = uint64_t{1} << 48;

}  // namespace

Deadlines::Deadlines(RunLoop* loop, absl::AnyInvocable<void(uintptr_t)> due)
    : due_(std::move(due)) {
  (void)loop->AddTransport(this, FdInterest{});
}

Deadlines::~Deadlines() { *alive_ = false; }

void Deadlines::Set(uint64_t delay_us, uintptr_t context) {
  std::erase_if(deadlines_, [&](const Deadline& set) { return set.context == context; });
  if (delay_us != UINT64_MAX) {
    const std::chrono::microseconds delay(std::min(delay_us, kLongestUs));
    deadlines_.push_back({context, Clock::now() + delay});
  }
  Arm();
}

void Deadlines::Arm() {
  absl::Duration next = absl::InfiniteDuration();
  const Clock::time_point now = Clock::now();
  for (const Deadline& set : deadlines_) {
    next = std::min(next, absl::FromChrono(std::max(set.time - now, Clock::duration::zero())));
  }
  if (loop() != nullptr) loop()->SetTransportDeadline(this, next);
}

void Deadlines::OnTransportDeadline() {
  const std::shared_ptr<const bool> alive = alive_;
  const Clock::time_point now = Clock::now();
  std::vector<uintptr_t> due;
  for (const Deadline& set : deadlines_) {
    if (set.time <= now) due.push_back(set.context);
  }
  std::erase_if(deadlines_, [&](const Deadline& set) { return set.time <= now; });
  Arm();
  for (const uintptr_t context : due) {
    due_(context);
    if (!*alive) return;
  }
}

}  // namespace ipdl
