// Watching ports on macOS: EVFILT_MACHPORT in a kqueue of its own, which the loop's kqueue watches.
//
// The inner kqueue is readable while the port has messages; it is level-triggered as long as the
// event is left in it, so it is only looked at for the end of the port. Compiled for macOS, not
// run.

#include <sys/event.h>

#include <cerrno>
#include <utility>

#include "runtime/mach/port_watch.h"

namespace ipdl::mach {

absl::StatusOr<std::unique_ptr<PortWatch>> PortWatch::Create(RunLoop& loop, mach_port_t port,
                                                             Callback callback) {
  std::unique_ptr<PortWatch> made(new PortWatch());
  made->file_ = FileDescriptor(kqueue());
  if (!made->file_) return absl::ErrnoToStatus(errno, "kqueue");
  struct kevent change;
  EV_SET(&change, port, EVFILT_MACHPORT, EV_ADD, 0, 0, nullptr);
  if (kevent(made->file_.get(), &change, 1, nullptr, 0, nullptr) != 0) {
    return absl::ErrnoToStatus(errno, "kevent(EVFILT_MACHPORT)");
  }
  PortWatch* self = made.get();
  absl::StatusOr<std::unique_ptr<RunLoop::Watch>> watch =
      loop.WatchFd(made->file_.get(), {.readable = true},
                   [self, callback = std::move(callback)](FdReady) mutable {
                     struct kevent event = {};
                     const timespec now = {};
                     const int count = kevent(self->file_.get(), nullptr, 0, &event, 1, &now);
                     if (count <= 0) return;
                     const bool gone = (event.flags & EV_EOF) != 0;
                     if (gone) (void)self->watch_->SetInterest({});
                     callback(gone);
                   });
  if (!watch.ok()) return watch.status();
  made->watch_ = *std::move(watch);
  return made;
}

}  // namespace ipdl::mach
