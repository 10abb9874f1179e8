// A run loop that is told when a port or set has messages.
//
// What it is: one way to wait for ports beside descriptors, the same on Linux (a socket that machd
// makes readable, in epoll) and on macOS (EVFILT_MACHPORT, in a kqueue inside the loop's). What it
// is not: receiving; the callback takes messages with Message::Receive and no time to wait. It is
// called in each turn that finds a message there, so it need not take all of them at once.
//
//   auto watch = ipdl::mach::PortWatch::Create(loop, port.get(), [&](bool) { ReadSome(port); });

#ifndef IPDL_RUNTIME_MACH_PORT_WATCH_H_
#define IPDL_RUNTIME_MACH_PORT_WATCH_H_

#include <mach/mach.h>

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "runtime/handle.h"
#include "runtime/run_loop.h"

namespace ipdl::mach {

class PortWatch {
 public:
  // `port`: a receive right or set of this task, which stays the caller's. `gone` is true when it
  // went away, and then the callback is called no more. Thread: the loop's.
  using Callback = absl::AnyInvocable<void(bool gone)>;
  static absl::StatusOr<std::unique_ptr<PortWatch>> Create(RunLoop& loop, mach_port_t port,
                                                           Callback callback);
  // Ends the watch, at any time, also inside its own callback.
  ~PortWatch() = default;
  PortWatch(const PortWatch&) = delete;
  PortWatch& operator=(const PortWatch&) = delete;

 private:
  PortWatch() = default;

  // What the loop polls, and the loop's watch of it; that goes first.
  FileDescriptor file_;
  std::unique_ptr<RunLoop::Watch> watch_;
};

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_PORT_WATCH_H_
