// The wrappers that --wrap puts in place of the calls. See system_calls.h; meson.build has the list
// for the linker.

#include "tests/support/system_calls.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstring>

// --wrap: a call of close() comes to __wrap_close(), and __real_close() is close(). The names with
// 64 are those that the C library's headers make of the plain ones.
extern "C" {
int __real_close(int);
int __real_epoll_create1(int);
int __real_epoll_ctl(int, int, int, epoll_event*);
int __real_epoll_pwait2(int, epoll_event*, int, const timespec*, const sigset_t*);
int __real_epoll_wait(int, epoll_event*, int, int);
int __real_eventfd(unsigned, int);
int __real_fcntl64(int, int, ...);
int __real_fstat64(int, struct stat*);
int __real_fstatfs64(int, struct statfs*);
int __real_ftruncate64(int, off_t);
int __real_getentropy(void*, size_t);
int __real_getsockname(int, sockaddr*, socklen_t*);
int __real_getsockopt(int, int, int, void*, socklen_t*);
int __real_madvise(void*, size_t, int);
int __real_memfd_create(const char*, unsigned);
void* __real_mmap64(void*, size_t, int, int, int, off_t);
int __real_munmap(void*, size_t);
DIR* __real_opendir(const char*);
int __real_poll(pollfd*, nfds_t, int);
int __real_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
ssize_t __real_read(int, void*, size_t);
ssize_t __real_readlink(const char*, char*, size_t);
ssize_t __real_recv(int, void*, size_t, int);
ssize_t __real_recvmsg(int, msghdr*, int);
ssize_t __real_send(int, const void*, size_t, int);
ssize_t __real_sendmsg(int, const msghdr*, int);
int __real_shutdown(int, int);
int __real_socketpair(int, int, int, int[2]);
long __real_syscall(long, ...);
int __real_timerfd_create(int, int);
int __real_timerfd_settime(int, int, const itimerspec*, itimerspec*);
int __real_waitid(idtype_t, id_t, siginfo_t*, int);
ssize_t __real_write(int, const void*, size_t);
}

namespace ipdl {
namespace {

using Kind = CallFate::Kind;

std::atomic<CallJudge> the_judge = nullptr;

// The judge's own calls go through.
thread_local bool judging = false;

CallFate Judge(SystemCall call) {
  const CallJudge judge = the_judge.load(std::memory_order_acquire);
  if (judge == nullptr || judging) return {};
  const int error = errno;
  judging = true;
  const CallFate fate = judge(call);
  judging = false;
  errno = error;
  return fate;
}

[[noreturn]] void Die() {
  __real_syscall(SYS_kill, getpid(), SIGKILL);
  while (true) pause();
}

// Makes the call unless its fate is another; `failed` is what it returns then.
template <typename Result, typename Call>
Result Meet(const CallFate& fate, Result failed, Call call) {
  if (fate.kind == Kind::kKilledBefore) Die();
  if (fate.kind == Kind::kFails) {
    errno = fate.error;
    return failed;
  }
  const Result result = call();
  if (fate.kind == Kind::kKilledAfter) Die();
  return result;
}

template <typename Result, typename Call>
Result Through(SystemCall which, Result failed, Call call) {
  return Meet(Judge(which), failed, call);
}

// What a receiver gets that has no room in its table of descriptors.
void LoseDescriptors(msghdr* message) {
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr;
       header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    for (size_t at = 0; at + sizeof(int) <= header->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(header) + at, sizeof(fd));
      __real_close(fd);
    }
    message->msg_flags |= MSG_CTRUNC;
  }
  message->msg_controllen = 0;
}

}  // namespace

void SetCallJudge(CallJudge judge) { the_judge.store(judge, std::memory_order_release); }

const char* SystemCallName(SystemCall call) {
  static constexpr const char* kNames[] = {
      "close",
      "fcntl(F_DUPFD)",
      "epoll_create1",
      "epoll_ctl",
      "epoll_wait",
      "eventfd",
      "fcntl",
      "fstat",
      "fstatfs",
      "ftruncate",
      "getrandom",
      "madvise",
      "memfd",
      "mmap",
      "munmap",
      "opendir",
      "pidfd",
      "poll",
      "read",
      "readlink",
      "recv",
      "recvmsg",
      "send",
      "sendmsg",
      "getsockopt",
      "socketpair",
      "pthread_create",
      "timerfd_create",
      "timerfd_settime",
      "waitid",
      "write",
  };
  static_assert(std::size(kNames) == static_cast<size_t>(SystemCall::kCount));
  return kNames[static_cast<size_t>(call)];
}

}  // namespace ipdl

using ipdl::CallFate;
using ipdl::Judge;
using ipdl::Meet;
using ipdl::SystemCall;
using ipdl::Through;

extern "C" {

int __wrap_close(int fd) {
  const CallFate fate = Judge(SystemCall::kClose);
  if (fate.kind == CallFate::Kind::kFails) __real_close(fd);
  return Meet(fate, -1, [&] { return __real_close(fd); });
}

int __wrap_epoll_create1(int flags) {
  return Through(SystemCall::kEpollCreate, -1, [&] { return __real_epoll_create1(flags); });
}

int __wrap_epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
  return Through(SystemCall::kEpollCtl, -1,
                 [&] { return __real_epoll_ctl(epoll, operation, fd, event); });
}

int __wrap_epoll_pwait2(int epoll, epoll_event* events, int most, const timespec* timeout,
                        const sigset_t* mask) {
  return Through(SystemCall::kEpollWait, -1,
                 [&] { return __real_epoll_pwait2(epoll, events, most, timeout, mask); });
}

int __wrap_epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
  return Through(SystemCall::kEpollWait, -1,
                 [&] { return __real_epoll_wait(epoll, events, most, timeout); });
}

int __wrap_eventfd(unsigned value, int flags) {
  return Through(SystemCall::kEventfd, -1, [&] { return __real_eventfd(value, flags); });
}

int __wrap_fcntl64(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  void* const argument = va_arg(list, void*);  // as the C library reads it
  va_end(list);
  const bool duplicates = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
  return Through(duplicates ? SystemCall::kDuplicate : SystemCall::kFcntl, -1,
                 [&] { return __real_fcntl64(fd, command, argument); });
}

int __wrap_fstat64(int fd, struct stat* status) {
  return Through(SystemCall::kFstat, -1, [&] { return __real_fstat64(fd, status); });
}

int __wrap_fstatfs64(int fd, struct statfs* status) {
  return Through(SystemCall::kFstatfs, -1, [&] { return __real_fstatfs64(fd, status); });
}

int __wrap_ftruncate64(int fd, off_t size) {
  return Through(SystemCall::kFtruncate, -1, [&] { return __real_ftruncate64(fd, size); });
}

int __wrap_getentropy(void* bytes, size_t size) {
  return Through(SystemCall::kGetrandom, -1, [&] { return __real_getentropy(bytes, size); });
}

int __wrap_getsockname(int fd, sockaddr* address, socklen_t* size) {
  return Through(SystemCall::kSockopt, -1, [&] { return __real_getsockname(fd, address, size); });
}

int __wrap_getsockopt(int fd, int level, int name, void* value, socklen_t* size) {
  return Through(SystemCall::kSockopt, -1,
                 [&] { return __real_getsockopt(fd, level, name, value, size); });
}

int __wrap_madvise(void* address, size_t size, int advice) {
  return Through(SystemCall::kMadvise, -1, [&] { return __real_madvise(address, size, advice); });
}

int __wrap_memfd_create(const char* name, unsigned flags) {
  return Through(SystemCall::kMemfdCreate, -1, [&] { return __real_memfd_create(name, flags); });
}

void* __wrap_mmap64(void* address, size_t size, int protection, int flags, int fd, off_t offset) {
  return Through(SystemCall::kMmap, MAP_FAILED,
                 [&] { return __real_mmap64(address, size, protection, flags, fd, offset); });
}

int __wrap_munmap(void* address, size_t size) {
  return Through(SystemCall::kMunmap, -1, [&] { return __real_munmap(address, size); });
}

DIR* __wrap_opendir(const char* name) {
  return Through(SystemCall::kOpendir, static_cast<DIR*>(nullptr),
                 [&] { return __real_opendir(name); });
}

int __wrap_poll(pollfd* fds, nfds_t count, int timeout) {
  return Through(SystemCall::kPoll, -1, [&] { return __real_poll(fds, count, timeout); });
}

// Returns its error.
int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                          void* argument) {
  const CallFate fate = Judge(SystemCall::kThread);
  return Meet(fate, fate.error,
              [&] { return __real_pthread_create(thread, attributes, body, argument); });
}

ssize_t __wrap_read(int fd, void* bytes, size_t size) {
  return Through(SystemCall::kRead, ssize_t{-1}, [&] { return __real_read(fd, bytes, size); });
}

ssize_t __wrap_readlink(const char* path, char* target, size_t size) {
  return Through(SystemCall::kReadlink, ssize_t{-1},
                 [&] { return __real_readlink(path, target, size); });
}

ssize_t __wrap_recv(int socket, void* bytes, size_t size, int flags) {
  return Through(SystemCall::kRecv, ssize_t{-1},
                 [&] { return __real_recv(socket, bytes, size, flags); });
}

ssize_t __wrap_recvmsg(int socket, msghdr* message, int flags) {
  const CallFate fate = Judge(SystemCall::kRecvmsg);
  return Meet(fate, ssize_t{-1}, [&] {
    const ssize_t count = __real_recvmsg(socket, message, flags);
    if (count >= 0 && fate.kind == CallFate::Kind::kTruncated) ipdl::LoseDescriptors(message);
    return count;
  });
}

ssize_t __wrap_send(int socket, const void* bytes, size_t size, int flags) {
  const CallFate fate = Judge(SystemCall::kSend);
  return Meet(fate, ssize_t{-1},
              [&] { return __real_send(socket, bytes, std::min(size, fate.most_bytes), flags); });
}

// Shortened within the first part: our channels have one.
ssize_t __wrap_sendmsg(int socket, const msghdr* message, int flags) {
  const CallFate fate = Judge(SystemCall::kSendmsg);
  return Meet(fate, ssize_t{-1}, [&] {
    if (message->msg_iovlen == 0 || message->msg_iov[0].iov_len <= fate.most_bytes) {
      return __real_sendmsg(socket, message, flags);
    }
    iovec part = message->msg_iov[0];
    part.iov_len = fate.most_bytes;
    msghdr shorter = *message;
    shorter.msg_iov = &part;
    shorter.msg_iovlen = 1;
    return __real_sendmsg(socket, &shorter, flags);
  });
}

int __wrap_shutdown(int socket, int how) {
  return Through(SystemCall::kSockopt, -1, [&] { return __real_shutdown(socket, how); });
}

int __wrap_socketpair(int domain, int type, int protocol, int ends[2]) {
  return Through(SystemCall::kSocketpair, -1,
                 [&] { return __real_socketpair(domain, type, protocol, ends); });
}

// No call has more than six arguments, and reading those that are not there harms nobody; only
// AddressSanitizer would see what lies on the stack in their place.
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...) {
  long arguments[6];
  va_list list;
  va_start(list, number);
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  const auto call = [&] {
    return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                          arguments[4], arguments[5]);
  };
  if (number != SYS_pidfd_open && number != SYS_pidfd_send_signal) return call();
  return Through(SystemCall::kPidfd, -1L, call);
}

int __wrap_timerfd_create(int clock, int flags) {
  return Through(SystemCall::kTimerfdCreate, -1,
                 [&] { return __real_timerfd_create(clock, flags); });
}

int __wrap_timerfd_settime(int timer, int flags, const itimerspec* when, itimerspec* before) {
  return Through(SystemCall::kTimerfdSettime, -1,
                 [&] { return __real_timerfd_settime(timer, flags, when, before); });
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
  return Through(SystemCall::kWait, -1, [&] { return __real_waitid(type, id, info, options); });
}

ssize_t __wrap_write(int fd, const void* bytes, size_t size) {
  return Through(SystemCall::kWrite, ssize_t{-1}, [&] { return __real_write(fd, bytes, size); });
}

}  // extern "C"
