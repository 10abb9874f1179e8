// Shared memory on macOS: POSIX shared memory without a name. See shared_memory.h.
//
// There are no seals. What the kernel guarantees instead: such an object gets its size once and
// keeps it (a second ftruncate(2) is refused; XNU, bsd/kern/posix_shm.c), so every one of them
// counts as kFixedSize. Nothing can freeze its contents: kWrite is never there, and whoever needs
// a value that stays the same copies it. That a descriptor is such an object is asked of the
// kernel with proc_pidfdinfo (libproc.h). Compiled for macOS, not run.

#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <mach/vm_inherit.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/proc_info.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "runtime/shared_memory.h"

namespace ipdl {
namespace {

// Two of 64 random bits that are both taken do not happen; an attacker who guesses can only make
// creation fail.
constexpr int kNameTries = 4;

int CreateUnnamed() {
  for (int i = 0; i < kNameTries; ++i) {
    // At most 31 characters (PSHMNAMLEN), beginning with a slash.
    const uint64_t random = (uint64_t{arc4random()} << 32) | arc4random();
    const std::string name = absl::StrCat("/ipdl-", absl::Hex(random, absl::kZeroPad16));
    const int fd = shm_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600);
    if (fd >= 0) {
      shm_unlink(name.c_str());
      return fd;
    }
    if (errno != EEXIST) return -1;
  }
  return -1;
}

}  // namespace

void MemoryMapping::Reset() {
  if (address_ != nullptr) munmap(address_, size_);
  address_ = nullptr;
  size_ = 0;
  writable_ = false;
}

absl::StatusOr<SharedMemory> SharedMemory::Create(size_t bytes, std::string_view) {
  if (bytes == 0 || bytes > static_cast<size_t>(INT64_MAX)) {
    return absl::InvalidArgumentError(absl::StrCat("shared memory of ", bytes, " bytes"));
  }
  const int fd = CreateUnnamed();
  if (fd < 0) return absl::ErrnoToStatus(errno, "shm_open");
  SharedMemory memory(FileDescriptor(fd), bytes);
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "fcntl(F_SETFD)");
  if (ftruncate(fd, static_cast<off_t>(bytes)) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("ftruncate of shared memory to ", bytes));
  }
  return memory;
}

absl::StatusOr<SharedMemory> SharedMemory::Adopt(FileDescriptor descriptor, size_t bytes,
                                                 Seals required) {
  if (bytes == 0) return absl::InvalidArgumentError("shared memory of 0 bytes");
  SharedMemory memory(std::move(descriptor), bytes);
  if (!memory.valid()) return absl::InvalidArgumentError("no descriptor for shared memory");
  if ((required & kWrite) != 0) {
    return absl::InvalidArgumentError("shared memory of this system cannot be sealed for writing");
  }
  pshm_fdinfo info;
  const int got = proc_pidfdinfo(getpid(), memory.descriptor_.get(), PROC_PIDFDPSHMINFO, &info,
                                 static_cast<int>(sizeof(info)));
  if (got != static_cast<int>(sizeof(info))) {
    return absl::InvalidArgumentError("the descriptor is not shared memory");
  }
  // The kernel rounds up to whole pages.
  const int64_t page = sysconf(_SC_PAGESIZE);
  const uint64_t rounded = (bytes + page - 1) / page * page;
  const int64_t size = info.pshminfo.pshm_stat.vst_size;
  if (size < 0 ||
      (static_cast<uint64_t>(size) != bytes && static_cast<uint64_t>(size) != rounded)) {
    return absl::InvalidArgumentError(
        absl::StrCat("shared memory has ", size, " bytes, ", bytes, " were announced"));
  }
  return memory;
}

absl::Status SharedMemory::Seal(Seals seals) {
  if ((seals & kWrite) == 0) return absl::OkStatus();
  return absl::UnimplementedError("shared memory of this system cannot be sealed for writing");
}

absl::StatusOr<SharedMemory::Seals> SharedMemory::seals() const { return kFixedSize; }

absl::StatusOr<MemoryMapping> SharedMemory::MapReadOnly() const { return Map(false); }

absl::StatusOr<MemoryMapping> SharedMemory::MapReadWrite() const { return Map(true); }

absl::StatusOr<MemoryMapping> SharedMemory::Map(bool writable) const {
  const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  void* address = mmap(nullptr, size_, protection, MAP_SHARED, descriptor_.get(), 0);
  if (address == MAP_FAILED) {
    return absl::ErrnoToStatus(errno, absl::StrCat("mmap of ", size_, " bytes of shared memory"));
  }
  MemoryMapping mapping(static_cast<uint8_t*>(address), size_, writable);
  // A forked child of the host must not keep the memory alive.
  if (minherit(address, size_, VM_INHERIT_NONE) != 0) {
    return absl::ErrnoToStatus(errno, "minherit(VM_INHERIT_NONE) of shared memory");
  }
  return mapping;
}

}  // namespace ipdl
