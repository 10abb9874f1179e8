#include "tests/fuzz/watched_memory.h"

#if defined(__linux__) && defined(__x86_64__)

#include <sys/mman.h>
#include <ucontext.h>

#include <csignal>
#include <cstdint>
#include <utility>

#include "tests/fuzz/fuzz_input.h"

namespace fuzz {
namespace {

struct Watch {
  uintptr_t begin = 0;
  size_t size = 0;
  std::function<void()> before_access;
  struct sigaction old_fault = {};
  struct sigaction old_trap = {};
};
Watch* g_watch = nullptr;

constexpr greg_t kTrapFlag = 0x100;

void Protect(int protection) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a page's address.
  Check(mprotect(reinterpret_cast<void*>(g_watch->begin), g_watch->size, protection) == 0,
        "mprotect");
}

void OnFault(int, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  if (address < g_watch->begin || address - g_watch->begin >= g_watch->size) {
    // A real one: it comes again, and meets whoever was there before.
    sigaction(SIGSEGV, &g_watch->old_fault, nullptr);
    return;
  }
  Protect(PROT_READ | PROT_WRITE);
  g_watch->before_access();
  static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] |= kTrapFlag;
}

void OnTrap(int, siginfo_t*, void* context) {
  static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
  Protect(PROT_NONE);
}

}  // namespace

WatchedMemory::WatchedMemory(void* address, size_t size, std::function<void()> before_access) {
  Check(g_watch == nullptr, "two pieces of memory are watched");
  g_watch = new Watch{reinterpret_cast<uintptr_t>(address), size, std::move(before_access), {}, {}};
  struct sigaction action = {};
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = &OnFault;
  sigaction(SIGSEGV, &action, &g_watch->old_fault);
  action.sa_sigaction = &OnTrap;
  sigaction(SIGTRAP, &action, &g_watch->old_trap);
  Protect(PROT_NONE);
}

WatchedMemory::~WatchedMemory() {
  Protect(PROT_READ | PROT_WRITE);
  sigaction(SIGSEGV, &g_watch->old_fault, nullptr);
  sigaction(SIGTRAP, &g_watch->old_trap, nullptr);
  delete std::exchange(g_watch, nullptr);
}

}  // namespace fuzz

#else

namespace fuzz {

WatchedMemory::WatchedMemory(void*, size_t, std::function<void()>) {}
WatchedMemory::~WatchedMemory() = default;

}  // namespace fuzz

#endif
