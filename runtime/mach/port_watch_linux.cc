// Watching ports on Linux: machd gives a socket that is readable while there are messages.

#include <utility>

#include "runtime/mach/emulation.h"
#include "runtime/mach/port_watch.h"
#include "runtime/mach/rights.h"

namespace ipdl::mach {

absl::StatusOr<std::unique_ptr<PortWatch>> PortWatch::Create(RunLoop& loop, mach_port_t port,
                                                             Callback callback) {
  std::unique_ptr<PortWatch> made(new PortWatch());
  const kern_return_t result = WatchPort(port, &made->file_);
  if (result != KERN_SUCCESS) return ToStatus("watch", result);
  PortWatch* self = made.get();
  absl::StatusOr<std::unique_ptr<RunLoop::Watch>> watch =
      loop.WatchFd(made->file_.get(), {.readable = true},
                   [self, callback = std::move(callback)](FdReady ready) mutable {
                     // A hang-up stays, and would be told again in every turn.
                     if (ready.hangup) (void)self->watch_->SetInterest({});
                     callback(ready.hangup);
                   });
  if (!watch.ok()) return watch.status();
  made->watch_ = *std::move(watch);
  return made;
}

}  // namespace ipdl::mach
