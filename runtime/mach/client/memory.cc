#include "runtime/mach/client/memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <utility>

#include "runtime/mach/call_format.h"

namespace ipdl::mach {
namespace {

struct Region {
  size_t bytes;  // whole pages
  FileDescriptor file;
  bool shared = false;  // a memory entry shows the same pages
};

std::mutex regions_lock;
std::map<uintptr_t, Region>& Regions() {
  static auto* regions = new std::map<uintptr_t, Region>();  // outlives every static destructor
  return *regions;
}

size_t RoundUp(size_t bytes) { return (bytes + PageSize() - 1) & ~(PageSize() - 1); }

constexpr int kSizeSeals = F_SEAL_SHRINK | F_SEAL_GROW;

// The region that begins at `address` and that `bytes` bytes fill, but for the rest of a page.
Region* FindWhole(const void* address, size_t bytes) {
  const auto found = Regions().find(reinterpret_cast<uintptr_t>(address));
  if (found == Regions().end() || RoundUp(bytes) != found->second.bytes) return nullptr;
  return &found->second;
}

FileDescriptor SealedCopyOf(const void* address, size_t bytes) {
  FileDescriptor file(memfd_create("mach-copy", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  size_t done = 0;
  while (file && done < bytes) {
    // The kernel reads the memory, so that a bad address is an error and not a crash.
    const ssize_t wrote = write(file.get(), static_cast<const char*>(address) + done, bytes - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return FileDescriptor();
    done += static_cast<size_t>(wrote);
  }
  // Whole pages, so that a receiver may map and read to the end of the last.
  if (!file || ftruncate(file.get(), static_cast<off_t>(RoundUp(bytes))) != 0 ||
      fcntl(file.get(), F_ADD_SEALS, kSizeSeals | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
    return FileDescriptor();
  }
  return file;
}

}  // namespace

size_t PageSize() {
  static const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

void* AllocateRegion(size_t bytes) {
  if (bytes == 0 || bytes > kMostPayload * 16) return nullptr;
  const size_t whole = RoundUp(bytes);
  const bool backed = whole >= kSmallestSharedRegion;
  FileDescriptor file;
  if (backed) {
    file = FileDescriptor(memfd_create("mach-memory", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file || ftruncate(file.get(), static_cast<off_t>(whole)) != 0 ||
        fcntl(file.get(), F_ADD_SEALS, kSizeSeals) != 0) {
      return nullptr;
    }
  }
  void* address = mmap(nullptr, whole, PROT_READ | PROT_WRITE,
                       backed ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, file.get(), 0);
  if (address == MAP_FAILED) return nullptr;
  if (backed) {
    const std::lock_guard<std::mutex> hold(regions_lock);
    Regions()[reinterpret_cast<uintptr_t>(address)] = {whole, std::move(file)};
  }
  return address;
}

void DeallocateRegion(const void* address, size_t bytes) {
  if (bytes == 0) return;
  const uintptr_t begin = reinterpret_cast<uintptr_t>(address) & ~(PageSize() - 1);
  const uintptr_t end = RoundUp(reinterpret_cast<uintptr_t>(address) + bytes);
  {
    const std::lock_guard<std::mutex> hold(regions_lock);
    // A region that loses pages is no longer given whole: what is left of it is plain memory.
    auto at = Regions().lower_bound(begin);
    if (at != Regions().begin()) {
      const auto before = std::prev(at);
      if (before->first + before->second.bytes > begin) at = before;
    }
    while (at != Regions().end() && at->first < end) at = Regions().erase(at);
  }
  // From the given pointer and not from the number, which would hide from the compiler what it is.
  auto* first = static_cast<char*>(const_cast<void*>(address)) -
                (reinterpret_cast<uintptr_t>(address) - begin);
  munmap(first, end - begin);
}

FileDescriptor SealedFileOfRegion(const void* address, size_t bytes) {
  {
    const std::lock_guard<std::mutex> hold(regions_lock);
    Region* region = FindWhole(address, bytes);
    if (region != nullptr && !region->shared) {
      FileDescriptor file = std::move(region->file);
      const size_t whole = region->bytes;
      Regions().erase(reinterpret_cast<uintptr_t>(address));
      // Private before it is sealed: sealing refuses while a writable shared mapping is there.
      void* remapped = mmap(const_cast<void*>(address), whole, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_FIXED, file.get(), 0);
      if (remapped != MAP_FAILED &&
          fcntl(file.get(), F_ADD_SEALS, kSizeSeals | F_SEAL_WRITE | F_SEAL_SEAL) == 0) {
        return file;
      }
    }
  }
  return SealedCopyOf(address, bytes);
}

FileDescriptor SharedFileOfRegion(const void* address, size_t bytes) {
  const std::lock_guard<std::mutex> hold(regions_lock);
  Region* region = FindWhole(address, bytes);
  if (region == nullptr) return FileDescriptor();
  region->shared = true;
  return FileDescriptor(fcntl(region->file.get(), F_DUPFD_CLOEXEC, 0));
}

bool AppendMemory(const void* address, size_t bytes, std::string* to) {
  const size_t before = to->size();
  to->resize(before + bytes);
  iovec from = {const_cast<void*>(address), bytes};
  iovec into = {to->data() + before, bytes};
  // Through the kernel, so that a bad address is an error and not a crash.
  if (process_vm_readv(getpid(), &into, 1, &from, 1, 0) == static_cast<ssize_t>(bytes)) return true;
  to->resize(before);
  return false;
}

void* MapReceived(int file, uint64_t offset, size_t bytes) {
  const uint64_t page = offset & ~uint64_t{PageSize() - 1};
  const size_t into = static_cast<size_t>(offset - page);
  void* address = mmap(nullptr, into + bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, file,
                       static_cast<off_t>(page));
  return address == MAP_FAILED ? nullptr : static_cast<char*>(address) + into;
}

}  // namespace ipdl::mach
