// The system calls of the code under test, for a test to fail, to shorten, or to die at.
//
// What it is: a seam at the linker. A program that uses this library is linked with --wrap for
// each call below, so every use of it in every floor comes here first; a judge that the test has
// set decides what becomes of it. What it is not: anything in a program that is no test. The
// code under test knows nothing of it and costs nothing for it. Called by the linker's work; calls
// the judge, and the C library. call_fault.h has the judge that most tests want.
//
// A judge is asked to do only what the kernel does: errors that the call is documented to give, and
// transfers that are short because a buffer is full. A receive is short when a send was; Linux ends
// none early by itself (unix_stream_read_generic), and our channels count on that.
//
// Calls that the C library makes inside itself (malloc's mmap, fork's close) do not come here.
// Works under the sanitizers, whose own wrappers are behind this one.

#ifndef IPDL_TESTS_SUPPORT_SYSTEM_CALLS_H_
#define IPDL_TESTS_SUPPORT_SYSTEM_CALLS_H_

#include <cstddef>
#include <cstdint>

namespace ipdl {

enum class SystemCall : uint8_t {
  kClose,
  kDuplicate,  // fcntl(F_DUPFD...)
  kEpollCreate,
  kEpollCtl,
  kEpollWait,
  kEventfd,
  kFcntl,  // all but duplicates
  kFstat,
  kFstatfs,
  kFtruncate,
  kGetrandom,
  kMadvise,
  kMemfdCreate,
  kMmap,
  kMunmap,
  kOpendir,
  kPidfd,  // syscall(SYS_pidfd...)
  kPoll,
  kRead,
  kReadlink,
  kRecv,
  kRecvmsg,
  kSend,
  kSendmsg,
  kSockopt,  // getsockopt, getsockname, shutdown
  kSocketpair,
  kThread,  // pthread_create
  kTimerfdCreate,
  kTimerfdSettime,
  kWait,  // waitid
  kWrite,
  kCount,
};

const char* SystemCallName(SystemCall call);

// What becomes of one call.
struct CallFate {
  enum class Kind : uint8_t {
    kNormal,
    kKilledBefore,  // the process dies by SIGKILL instead
    kKilledAfter,   // or when the call has been made
    kFails,         // with `error`, and does nothing; close() closes all the same, as Linux does
    kTruncated,     // recvmsg: the kernel found no room for the descriptors, which are lost
  };
  Kind kind = Kind::kNormal;
  int error = 0;
  size_t most_bytes = SIZE_MAX;  // of send and sendmsg
};

// On the thread that calls, possibly several at once. May make system calls; they are not judged.
using CallJudge = CallFate (*)(SystemCall call);

// Null: every call is normal, as at the beginning. Inherited by forks.
void SetCallJudge(CallJudge judge);

}  // namespace ipdl

#endif  // IPDL_TESTS_SUPPORT_SYSTEM_CALLS_H_
