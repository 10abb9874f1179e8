// One fault at the k-th system call of a process, and the choice of k.
//
// What it is: the judge (system_calls.h) that counts the calls that a kind of fault can befall, and
// lets it befall one. What it is not: random faults, or several. Used by tests that run a script
// again and again, each time with the fault one call later:
//
//   const uint64_t calls = RunScript(CallFault{.kind = CallFault::Kind::kDeath});  // counts only
//   ForCalls("death of the child", calls, 40, [&](uint64_t k) {
//     RunScript(CallFault{.kind = CallFault::Kind::kDeath, .at = k});
//   });
//
// How many k a run of the test program tries is a profile, as the compiler's property tests have
// them (docs/testing.md):
//
//   IPDL_FAULT_PROFILE=normal   a few of each, spread over the script (also without the variable)
//   IPDL_FAULT_PROFILE=long     all
//   IPDL_FAULT_SEED=7           which ones the normal profile takes; otherwise 0
//   IPDL_FAULT_CALL=123         this one only

#ifndef IPDL_TESTS_SUPPORT_CALL_FAULT_H_
#define IPDL_TESTS_SUPPORT_CALL_FAULT_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "tests/support/system_calls.h"

namespace ipdl {

struct CallFault {
  enum class Kind : uint8_t {
    kNone,
    kDeath,               // before the call, by SIGKILL; counts every call
    kDeathBeforeMessage,  // the same, but counts only calls that send or receive
    kDeathAfterMessage,
    kError,      // the call fails with `error`; counts the calls that can
    kShortSend,  // it sends one byte only; counts send and sendmsg
  };
  Kind kind = Kind::kNone;
  int error = 0;
  uint64_t at = 0;  // the first call is 1; 0: none, the calls are counted only

  bool is_death() const {
    return kind == Kind::kDeath || kind == Kind::kDeathBeforeMessage ||
           kind == Kind::kDeathAfterMessage;
  }
  // What no connection may break from: the kernel asks to try again, or does half.
  bool is_passing() const;
  // "ENOMEM at call 12".
  std::string ToString() const;
};

// What became of a fault, in memory that forks share.
struct CallTally {
  std::atomic<uint64_t> calls = 0;  // those counted
  std::atomic<bool> befell = false;
  std::atomic<SystemCall> where = SystemCall::kCount;  // if it befell
};

// Memory that is shared by the process that makes it, its forks, and whoever opens its path, which
// works while that process lives.
class SharedTally {
 public:
  SharedTally();
  explicit SharedTally(const char* path);
  ~SharedTally();
  SharedTally(const SharedTally&) = delete;
  SharedTally& operator=(const SharedTally&) = delete;
  CallTally& operator*() const { return *tally_; }
  CallTally* operator->() const { return tally_; }
  std::string path() const;

 private:
  void Map();

  const int file_;
  const int maker_;  // process id
  CallTally* tally_;
};

// Whether the kernel can answer that call with that error. EMFILE for recvmsg stands for lost
// descriptors: it has no other way to say so.
bool CanFail(SystemCall call, int error);

// While it lives, the fault befalls the calls of this process. One at a time.
class CallFaultScope {
 public:
  CallFaultScope(const CallFault& fault, CallTally& tally);
  ~CallFaultScope();
  CallFaultScope(const CallFaultScope&) = delete;
  CallFaultScope& operator=(const CallFaultScope&) = delete;
};

// IPDL_FAULT_PROFILE=long: everything is tried, whatever it costs.
bool InLongFaultProfile();

// The k of 1 to `calls` to be tried; the normal profile takes about `most` of them, the last one
// among them.
std::vector<uint64_t> CallsToTry(uint64_t calls, size_t most);

// Runs the script with each of them until the test has failed, and prints how many there were and
// what makes the same run again.
void ForCalls(const std::string& what, uint64_t calls, size_t most,
              absl::FunctionRef<void(uint64_t k)> script);

}  // namespace ipdl

#endif  // IPDL_TESTS_SUPPORT_CALL_FAULT_H_
