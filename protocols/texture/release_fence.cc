// The system calls of release_fence.h.

#include "protocols/texture/release_fence.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"

namespace ipdl::textures {

absl::StatusOr<ReleaseFence> ReleaseFence::Create(FileDescriptor* for_consumer) {
  *for_consumer = FileDescriptor();
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return absl::ErrnoToStatus(errno, "socketpair for a release fence");
  }
  ReleaseFence fence;
  fence.end_ = FileDescriptor(ends[0]);
  *for_consumer = FileDescriptor(ends[1]);
  return fence;
}

bool ReleaseFence::IsSignalled() const {
  if (!end_.valid()) return true;
  pollfd poll_entry = {end_.get(), 0, 0};  // hangups are reported without being asked for
  int ready = 0;
  do {
    ready = poll(&poll_entry, 1, 0);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && (poll_entry.revents & (POLLHUP | POLLERR)) != 0;
}

ReleaseSignal& ReleaseSignal::operator=(ReleaseSignal&& other) noexcept {
  if (this != &other) {
    Signal();
    end_ = std::move(other.end_);
  }
  return *this;
}

TextureVerdict ReleaseSignal::Accept(FileDescriptor descriptor, ReleaseSignal* signal) {
  signal->Signal();
  int domain = 0;
  socklen_t size = sizeof domain;
  // On anything but a socket this fails without asking the file's own code.
  if (getsockopt(descriptor.get(), SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 ||
      domain != AF_UNIX) {
    return TextureVerdict::False("release_fence: the descriptor is not an AF_UNIX socket");
  }
  signal->end_ = std::move(descriptor);
  return TextureVerdict::Accepted();
}

void ReleaseSignal::Signal() {
  if (!end_.valid()) return;
  // Fails only if the producer is gone already or sent an unconnected socket; it waits for itself.
  static_cast<void>(shutdown(end_.get(), SHUT_RDWR));
  end_.Reset();
}

}  // namespace ipdl::textures
