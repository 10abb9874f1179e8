// Counting calls, the table of errors, and profiles. See call_fault.h.

#include "tests/support/call_fault.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <random>
#include <string_view>

namespace ipdl {
namespace {

// Of the one CallFaultScope; plain state, because a judge is a plain function.
CallFault the_fault;
CallTally* the_tally = nullptr;

bool IsMessage(SystemCall call) {
  return call == SystemCall::kSend || call == SystemCall::kSendmsg || call == SystemCall::kRecvmsg;
}

bool Counts(SystemCall call) {
  switch (the_fault.kind) {
    case CallFault::Kind::kNone:
    case CallFault::Kind::kDeath:
      return true;
    case CallFault::Kind::kDeathBeforeMessage:
    case CallFault::Kind::kDeathAfterMessage:
      return IsMessage(call);
    case CallFault::Kind::kError:
      return CanFail(call, the_fault.error);
    case CallFault::Kind::kShortSend:
      return call == SystemCall::kSend || call == SystemCall::kSendmsg;
  }
  return false;
}

CallFate Judge(SystemCall call) {
  if (!Counts(call)) return {};
  const uint64_t number = the_tally->calls.fetch_add(1, std::memory_order_relaxed) + 1;
  if (number != the_fault.at) return {};
  the_tally->where.store(call, std::memory_order_relaxed);
  the_tally->befell.store(true, std::memory_order_relaxed);
  CallFate fate;
  switch (the_fault.kind) {
    case CallFault::Kind::kNone:
      break;
    case CallFault::Kind::kDeath:
    case CallFault::Kind::kDeathBeforeMessage:
      fate.kind = CallFate::Kind::kKilledBefore;
      break;
    case CallFault::Kind::kDeathAfterMessage:
      fate.kind = CallFate::Kind::kKilledAfter;
      break;
    case CallFault::Kind::kError:
      fate.kind = call == SystemCall::kRecvmsg && the_fault.error == EMFILE
                      ? CallFate::Kind::kTruncated
                      : CallFate::Kind::kFails;
      fate.error = the_fault.error;
      break;
    case CallFault::Kind::kShortSend:
      fate.most_bytes = 1;
      break;
  }
  return fate;
}

uint64_t FromEnvironment(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

}  // namespace

bool InLongFaultProfile() {
  const char* const profile = std::getenv("IPDL_FAULT_PROFILE");
  return profile != nullptr && std::string_view(profile) == "long";
}

bool CanFail(SystemCall call, int error) {
  switch (error) {
    case EINTR:
      return IsMessage(call) || call == SystemCall::kRecv || call == SystemCall::kEpollWait ||
             call == SystemCall::kPoll || call == SystemCall::kClose || call == SystemCall::kWait;
    case EAGAIN:  // a full buffer; one that is empty cannot be claimed of a stream with bytes in it
      return call == SystemCall::kSend || call == SystemCall::kSendmsg ||
             call == SystemCall::kThread;
    case ENOBUFS:
      return IsMessage(call);
    case EMFILE:
      return call == SystemCall::kRecvmsg || call == SystemCall::kDuplicate ||
             call == SystemCall::kEpollCreate || call == SystemCall::kEventfd ||
             call == SystemCall::kMemfdCreate || call == SystemCall::kOpendir ||
             call == SystemCall::kPidfd || call == SystemCall::kSocketpair ||
             call == SystemCall::kTimerfdCreate;
    case ENOMEM:
      return IsMessage(call) || call == SystemCall::kEpollCreate || call == SystemCall::kEpollCtl ||
             call == SystemCall::kEventfd || call == SystemCall::kFtruncate ||
             call == SystemCall::kMadvise || call == SystemCall::kMemfdCreate ||
             call == SystemCall::kMmap || call == SystemCall::kOpendir ||
             call == SystemCall::kSocketpair || call == SystemCall::kTimerfdCreate;
    default:
      return false;
  }
}

bool CallFault::is_passing() const {
  return kind == Kind::kShortSend ||
         (kind == Kind::kError && (error == EINTR || error == EAGAIN || error == ENOBUFS));
}

std::string CallFault::ToString() const {
  const std::string where = " at call " + std::to_string(at);
  switch (kind) {
    case Kind::kNone:
      return "no fault";
    case Kind::kDeath:
      return "death" + where;
    case Kind::kDeathBeforeMessage:
      return "death before message" + where;
    case Kind::kDeathAfterMessage:
      return "death after message" + where;
    case Kind::kError:
      return strerrorname_np(error) + where;
    case Kind::kShortSend:
      return "a short send" + where;
  }
  return "?";
}

SharedTally::SharedTally() : file_(memfd_create("tally", MFD_CLOEXEC)), maker_(getpid()) {
  if (ftruncate(file_, sizeof(CallTally)) != 0) std::abort();
  Map();
  new (tally_) CallTally;
}

SharedTally::SharedTally(const char* path) : file_(open(path, O_RDWR | O_CLOEXEC)), maker_(0) {
  Map();
}

void SharedTally::Map() {
  void* const memory =
      mmap(nullptr, sizeof(CallTally), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (memory == MAP_FAILED) std::abort();
  tally_ = static_cast<CallTally*>(memory);
}

SharedTally::~SharedTally() {
  munmap(tally_, sizeof(CallTally));
  close(file_);
}

std::string SharedTally::path() const {
  return "/proc/" + std::to_string(maker_) + "/fd/" + std::to_string(file_);
}

CallFaultScope::CallFaultScope(const CallFault& fault, CallTally& tally) {
  the_fault = fault;
  the_tally = &tally;
  SetCallJudge(&Judge);
}

CallFaultScope::~CallFaultScope() { SetCallJudge(nullptr); }

std::vector<uint64_t> CallsToTry(uint64_t calls, size_t most) {
  if (const uint64_t only = FromEnvironment("IPDL_FAULT_CALL"); only != 0) return {only};
  const uint64_t stride =
      InLongFaultProfile() ? 1 : std::max<uint64_t>(1, (calls + most - 1) / most);
  std::minstd_rand random(static_cast<unsigned>(FromEnvironment("IPDL_FAULT_SEED")));
  std::vector<uint64_t> chosen;
  for (uint64_t first = 1; first <= calls; first += stride) {
    chosen.push_back(std::min(calls, first + random() % stride));
  }
  if (!chosen.empty() && chosen.back() != calls) chosen.push_back(calls);
  return chosen;
}

void ForCalls(const std::string& what, uint64_t calls, size_t most,
              absl::FunctionRef<void(uint64_t k)> script) {
  const std::vector<uint64_t> chosen = CallsToTry(calls, most);
  std::printf("%s: %zu of %llu calls, IPDL_FAULT_SEED=%llu\n", what.c_str(), chosen.size(),
              static_cast<unsigned long long>(calls),
              static_cast<unsigned long long>(FromEnvironment("IPDL_FAULT_SEED")));
  for (const uint64_t k : chosen) {
    script(k);
    if (!testing::Test::HasFailure()) continue;
    ADD_FAILURE() << what << " fails with IPDL_FAULT_CALL=" << k;
    return;
  }
}

}  // namespace ipdl
