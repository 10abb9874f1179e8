// Shared memory on Linux: memfd_create(2), the seals of fcntl(2), mmap(2). See shared_memory.h.

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "runtime/shared_memory.h"

namespace ipdl {
namespace {

// Linux 6.3 and later (linux/memfd.h); older headers lack it.
constexpr unsigned kNoExecSeal = 0x8;
// linux/magic.h: memfds without MFD_HUGETLB live in the kernel's own tmpfs.
constexpr long kTmpfsMagic = 0x01021994;

constexpr struct {
  SharedMemory::Seals seal;
  int flag;
} kSealFlags[] = {
    {SharedMemory::kShrink, F_SEAL_SHRINK},
    {SharedMemory::kGrow, F_SEAL_GROW},
    {SharedMemory::kWrite, F_SEAL_WRITE},
    {SharedMemory::kSeal, F_SEAL_SEAL},
};

int CreateMemfd(const char* name) {
  static std::atomic<bool> has_noexec{true};
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  if (has_noexec.load(std::memory_order_relaxed)) {
    const int fd = memfd_create(name, kFlags | kNoExecSeal);
    if (fd >= 0 || errno != EINVAL) return fd;
    has_noexec.store(false, std::memory_order_relaxed);
  }
  return memfd_create(name, kFlags);
}

}  // namespace

void MemoryMapping::Reset() {
  if (address_ != nullptr) munmap(address_, size_);
  address_ = nullptr;
  size_ = 0;
  writable_ = false;
}

absl::StatusOr<SharedMemory> SharedMemory::Create(size_t bytes, std::string_view name) {
  if (bytes == 0 || bytes > static_cast<size_t>(INT64_MAX)) {
    return absl::InvalidArgumentError(absl::StrCat("shared memory of ", bytes, " bytes"));
  }
  const int fd = CreateMemfd(absl::StrCat("ipdl-", std::string(name.substr(0, 200))).c_str());
  if (fd < 0) {
    if (errno == ENOSYS || errno == EINVAL) {
      return absl::FailedPreconditionError(
          "memfd_create with sealing is not supported by this kernel; ipdl needs Linux 3.17 or "
          "later with CONFIG_MEMFD_CREATE");
    }
    return absl::ErrnoToStatus(errno, "memfd_create");
  }
  SharedMemory memory(FileDescriptor(fd), bytes);
  if (ftruncate(fd, static_cast<off_t>(bytes)) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("ftruncate of a memfd to ", bytes, " bytes"));
  }
  return memory;
}

absl::StatusOr<SharedMemory> SharedMemory::Adopt(FileDescriptor descriptor, size_t bytes,
                                                 Seals required) {
  if (bytes == 0) return absl::InvalidArgumentError("shared memory of 0 bytes");
  SharedMemory memory(std::move(descriptor), bytes);
  if (!memory.valid()) return absl::InvalidArgumentError("no descriptor for shared memory");
  // First, because it answers for memory files only: the calls below would otherwise ask the
  // file's server, which may be the peer and may never answer.
  absl::StatusOr<Seals> present = memory.seals();
  if (!present.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the descriptor is not shared memory: ", present.status().message()));
  }
  if ((*present & required) != required) {
    return absl::InvalidArgumentError(absl::StrCat("shared memory has seals ",
                                                   SealsToString(*present), ", needed are ",
                                                   SealsToString(required)));
  }
  struct statfs filesystem;
  if (fstatfs(memory.descriptor_.get(), &filesystem) != 0) {
    return absl::ErrnoToStatus(errno, "fstatfs of shared memory");
  }
  // Huge pages come from a pool that may be empty when we touch them, and their mappings have
  // sizes of their own.
  if (filesystem.f_type != kTmpfsMagic) {
    return absl::InvalidArgumentError("shared memory is made of huge pages");
  }
  struct stat status;
  if (fstat(memory.descriptor_.get(), &status) != 0) {
    return absl::ErrnoToStatus(errno, "fstat of shared memory");
  }
  if (!S_ISREG(status.st_mode) || status.st_size < 0 ||
      static_cast<uint64_t>(status.st_size) != bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("shared memory has ", status.st_size, " bytes, ", bytes, " were announced"));
  }
  return memory;
}

absl::Status SharedMemory::Seal(Seals seals) {
  int flags = 0;
  for (const auto& [seal, flag] : kSealFlags) {
    if ((seals & seal) != 0) flags |= flag;
  }
  if (fcntl(descriptor_.get(), F_ADD_SEALS, flags) == 0) return absl::OkStatus();
  const int error = errno;
  const std::string what =
      absl::StrCat("fcntl(F_ADD_SEALS) of shared memory with ", SealsToString(seals));
  if (error == EBUSY) {
    return absl::FailedPreconditionError(absl::StrCat(what, ": it is still mapped for writing"));
  }
  return absl::ErrnoToStatus(error, what);
}

absl::StatusOr<SharedMemory::Seals> SharedMemory::seals() const {
  const int flags = fcntl(descriptor_.get(), F_GET_SEALS);
  if (flags < 0) return absl::ErrnoToStatus(errno, "fcntl(F_GET_SEALS)");
  Seals seals = kNoSeals;
  for (const auto& [seal, flag] : kSealFlags) {
    if ((flags & flag) != 0) seals = seals | seal;
  }
  return seals;
}

absl::StatusOr<MemoryMapping> SharedMemory::MapReadOnly() const { return Map(false); }

absl::StatusOr<MemoryMapping> SharedMemory::MapReadWrite() const { return Map(true); }

absl::StatusOr<MemoryMapping> SharedMemory::Map(bool writable) const {
  const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  void* address = mmap(nullptr, size_, protection, MAP_SHARED, descriptor_.get(), 0);
  if (address == MAP_FAILED) {
    return absl::ErrnoToStatus(errno, absl::StrCat("mmap of ", size_, " bytes of shared memory"));
  }
  MemoryMapping mapping(static_cast<uint8_t*>(address), size_, writable);
  // A forked child of the host must not keep the memory, and its seals' price, alive.
  if (madvise(address, size_, MADV_DONTFORK) != 0) {
    return absl::ErrnoToStatus(errno, "madvise(MADV_DONTFORK) of shared memory");
  }
  return mapping;
}

}  // namespace ipdl
