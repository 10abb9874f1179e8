// The seccomp filter of content processes; see sandbox.h. Facts from seccomp(2) and the kernel's
// linux/seccomp.h, linux/filter.h.
//
// The filter is a list of comparisons, cheapest to read rather than to run: a drawing process makes
// a few dozen system calls per frame. Each entry says what needs it.

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <vector>

#include "demo/draw/sandbox.h"

namespace ipdl::demo {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr unsigned kArchitecture = 0;
#endif

constexpr unsigned kAllowed[] = {
    // The run loop and the channel.
    SYS_epoll_pwait2,
    SYS_epoll_pwait,
    SYS_epoll_ctl,
    SYS_sendmsg,
    SYS_sendto,
    SYS_recvmsg,
    SYS_recvfrom,
    SYS_getsockname,
    SYS_getsockopt,
    SYS_ppoll,
    SYS_timerfd_settime,
    SYS_eventfd2,
    SYS_read,
    SYS_write,
#if defined(__x86_64__)
    SYS_epoll_wait,
    SYS_poll,
#endif
    // Textures and their fences.
    SYS_memfd_create,
    SYS_ftruncate,
    SYS_fcntl,
    SYS_munmap,
    SYS_socketpair,
    SYS_close,
    // Reading the picture from the descriptor that came with the task.
    SYS_readv,
    SYS_lseek,
    SYS_fstat,
    SYS_newfstatat,
    SYS_fstatfs,
    // Memory.
    SYS_brk,
    SYS_mremap,
    SYS_madvise,
    // A thread that closes what a peer sent (runtime/foreign_close.h), and locks.
    SYS_clone3,
    SYS_clone,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_futex,
    SYS_sched_yield,
    SYS_gettid,
    SYS_getpid,
    // Time, where the kernel's page for it is not used; random numbers for hash tables.
    SYS_clock_gettime,
    SYS_clock_nanosleep,
    SYS_gettimeofday,
    SYS_getrandom,
    // Signals of the C library, and the end.
    SYS_rt_sigprocmask,
    SYS_rt_sigaction,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_tgkill,
    SYS_exit,
    SYS_exit_group,
};

// Allowed unless they make memory executable (argument 2 is the protection).
constexpr unsigned kAllowedWithoutExec[] = {SYS_mmap, SYS_mprotect};

// Answered with EACCES instead of death: libraries try to look at files here and there (the channel
// counts its process's descriptors in /proc) and can live without.
constexpr unsigned kRefused[] = {
    SYS_openat, SYS_readlinkat, SYS_faccessat, SYS_statx, SYS_prlimit64,
#if defined(__x86_64__)
    SYS_open,   SYS_readlink,   SYS_access,    SYS_stat,
#endif
};

constexpr uint32_t kNumber = offsetof(seccomp_data, nr);
constexpr uint32_t kArch = offsetof(seccomp_data, arch);
constexpr uint32_t kProtection = offsetof(seccomp_data, args) + 2 * sizeof(uint64_t);

std::vector<sock_filter> Filter() {
  std::vector<sock_filter> code;
  const auto load = [&](uint32_t offset) {
    code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
  };
  const auto answer = [&](uint32_t action) { code.push_back(BPF_STMT(BPF_RET | BPF_K, action)); };
  load(kArch);
  code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
  answer(SECCOMP_RET_KILL_PROCESS);
  load(kNumber);
  for (const unsigned number : kAllowedWithoutExec) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4));
    load(kProtection);  // the lower half, on little-endian processors
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0));
    answer(SECCOMP_RET_ALLOW);
    answer(SECCOMP_RET_KILL_PROCESS);
  }
  for (const unsigned number : kAllowed) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    answer(SECCOMP_RET_ALLOW);
  }
  for (const unsigned number : kRefused) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    answer(SECCOMP_RET_ERRNO | EACCES);
  }
  answer(SECCOMP_RET_KILL_PROCESS);
  return code;
}

}  // namespace

absl::Status EnterSandbox() {
  if (kSanitized) return absl::OkStatus();
  if (kArchitecture == 0) {
    return absl::UnimplementedError("there is no list of system calls for this processor");
  }
  std::vector<sock_filter> code = Filter();
  const sock_fprog program = {static_cast<unsigned short>(code.size()), code.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return absl::ErrnoToStatus(errno, "prctl(PR_SET_NO_NEW_PRIVS)");
  }
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    return absl::ErrnoToStatus(errno, "prctl(PR_SET_SECCOMP)");
  }
  return absl::OkStatus();
}

}  // namespace ipdl::demo
