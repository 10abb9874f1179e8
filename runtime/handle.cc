// Closing, duplicating and naming handles: the system calls behind handle.h.

#include "runtime/handle.h"

#include <atomic>
#include <cerrno>
#include <utility>

#include "absl/status/statusor.h"
#include "runtime/foreign_close.h"
#include "runtime/handle_account.h"

#if defined(_WIN32)
#include <windows.h>
#else
#include <fcntl.h>
#include <unistd.h>
#endif
#if defined(__APPLE__)
#include <mach/mach.h>
#endif

namespace ipdl {

namespace {
std::atomic<OwnedHandle::PortalCloser> portal_closer = nullptr;
}  // namespace

void OwnedHandle::SetPortalCloser(PortalCloser closer) { portal_closer.store(closer); }

void OwnedHandle::MarkForeign(HandleAccount* account) {
  if (!valid()) return;  // an empty handle is never closed, so it would never be credited
  account->Charge();
  account_ = account;
}

void OwnedHandle::Credit() { std::exchange(account_, nullptr)->Credit(); }

void OwnedHandle::Close() {
  const Kind kind = kind_;
  const HandleAccount::Ref account(account_);
  const intptr_t value = Release();
  switch (kind) {
    case Kind::kPortal:
      portal_closer.load()(value);
      return;
#if defined(_WIN32)
    case Kind::kWindowsHandle:
      CloseHandle(reinterpret_cast<HANDLE>(value));
      return;
#else
    case Kind::kFileDescriptor:
      if (account) {
        CloseForeign(static_cast<int>(value), account);
      } else {
        // Not retried on EINTR: Linux and macOS have closed the descriptor by then.
        close(static_cast<int>(value));
      }
      return;
#endif
#if defined(__APPLE__)
    case Kind::kMachSendRight:
    case Kind::kMachSendOnceRight:
      mach_port_deallocate(mach_task_self(), static_cast<mach_port_name_t>(value));
      return;
    case Kind::kMachReceiveRight:
      mach_port_mod_refs(mach_task_self(), static_cast<mach_port_name_t>(value),
                         MACH_PORT_RIGHT_RECEIVE, -1);
      return;
#endif
    default:
      // Kinds that KindSupported denies: no object of this process can stand behind them.
      (void)value;
      return;
  }
}

std::string_view HandleKindName(OwnedHandle::Kind kind) {
  switch (kind) {
    case OwnedHandle::Kind::kNone:
      return "no handle";
    case OwnedHandle::Kind::kFileDescriptor:
      return "file descriptor";
    case OwnedHandle::Kind::kWindowsHandle:
      return "Windows handle";
    case OwnedHandle::Kind::kMachSendRight:
      return "Mach send right";
    case OwnedHandle::Kind::kMachReceiveRight:
      return "Mach receive right";
    case OwnedHandle::Kind::kMachSendOnceRight:
      return "Mach send-once right";
    case OwnedHandle::Kind::kPortal:
      return "portal";
  }
  return "unknown kind of handle";
}

namespace internal {

template <typename Typed>
absl::StatusOr<Typed> Duplicate(const OwnedHandle& handle) {
  if (!handle.valid()) return absl::FailedPreconditionError("an empty handle has no duplicate");
#if defined(_WIN32)
  return absl::UnimplementedError("there are no file descriptors on Windows");
#else
  const int fd = fcntl(static_cast<int>(handle.value()), F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return absl::ErrnoToStatus(errno, "fcntl(F_DUPFD_CLOEXEC)");
  OwnedHandle duplicate(OwnedHandle::Kind::kFileDescriptor, fd);
  if (handle.foreign()) duplicate.MarkForeign(handle.account());
  Typed typed;
  Typed::From(std::move(duplicate), &typed);
  return typed;
#endif
}
template absl::StatusOr<FileDescriptor> Duplicate(const OwnedHandle& handle);

}  // namespace internal
}  // namespace ipdl
