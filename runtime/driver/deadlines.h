// What the router wants to be told of later, on one connection.
//
// What it is: a time for each of a few contexts, on the run loop; a sync call's wait serves them as
// well. What it is not: exact; they come when the loop gets to them. Called by Connection on the
// loop's thread.

#ifndef IPDL_RUNTIME_DRIVER_DEADLINES_H_
#define IPDL_RUNTIME_DRIVER_DEADLINES_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "runtime/run_loop.h"

namespace ipdl {

class Deadlines final : private Transport {
 public:
  // `due` is called with what Set was given, and may destroy this.
  Deadlines(RunLoop* loop, absl::AnyInvocable<void(uintptr_t)> due);
  ~Deadlines();

  // In `delay_us` microseconds, instead of what was set for that context before; UINT64_MAX: never.
  void Set(uint64_t delay_us, uintptr_t context);

 private:
  using Clock = std::chrono::steady_clock;
  struct Deadline {
    uintptr_t context;
    Clock::time_point time;
  };

  int transport_fd() const override { return -1; }
  void OnTransportReady(FdReady) override {}
  void FlushTransport() override {}
  void OnTransportDeadline() override;

  void Arm();

  absl::AnyInvocable<void(uintptr_t)> due_;
  std::vector<Deadline> deadlines_;
  // A call of due_ may destroy this.
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_DEADLINES_H_
