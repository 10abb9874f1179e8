// Counting open descriptors, seldom. See descriptor_room.h.

#include "runtime/channel/descriptor_room.h"

#include <dirent.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace ipdl {
namespace {

#if defined(__linux__)
constexpr char kOpenDescriptors[] = "/proc/self/fd";
#else
constexpr char kOpenDescriptors[] = "/dev/fd";
#endif

}  // namespace

std::atomic<int64_t> DescriptorRoom::credit_ = 0;
std::atomic<int64_t> DescriptorRoom::counted_highest_ = 0;
std::atomic<int64_t> DescriptorRoom::counted_credit_ = 0;

bool DescriptorRoom::Count() {
  DIR* const directory = opendir(kOpenDescriptors);
  // Out of descriptors even for this, or a system without the directory: only where it is a
  // missing directory is there nothing to be known, and then reading must go on.
  if (directory == nullptr) return errno != EMFILE && errno != ENFILE;
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  int64_t most = INT64_MAX;
  if (limit.rlim_cur != RLIM_INFINITY) most = static_cast<int64_t>(limit.rlim_cur);

  int64_t open = 0;  // below the limit: those above, from before it was lowered, take no room
  int64_t highest = 0;
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    const int number = std::atoi(entry->d_name);
    if (number == dirfd(directory) || number >= most) continue;
    ++open;
    highest = std::max<int64_t>(highest, number);
  }
  closedir(directory);

  // Half of what is left beyond one read. That the other half is opened by the program itself
  // before the next descriptor arrives is what this cannot see.
  const int64_t spare = most - open - static_cast<int64_t>(kMostDescriptorsPerRead);
  const int64_t credit = spare / 2;
  counted_highest_.store(highest, std::memory_order_relaxed);
  counted_credit_.store(credit, std::memory_order_relaxed);
  credit_.store(credit, std::memory_order_relaxed);
  return spare >= 0;
}

void DescriptorRoom::Received(int highest, size_t count) {
  const int64_t left = credit_.fetch_sub(static_cast<int64_t>(count), std::memory_order_relaxed) -
                       static_cast<int64_t>(count);
  const int64_t above = highest - counted_highest_.load(std::memory_order_relaxed);
  const int64_t by_number = counted_credit_.load(std::memory_order_relaxed) - above;
  if (by_number < left) credit_.store(by_number, std::memory_order_relaxed);
}

}  // namespace ipdl
