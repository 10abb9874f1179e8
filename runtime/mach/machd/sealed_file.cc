#include "runtime/mach/machd/sealed_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

namespace ipdl::machd {
namespace {

constexpr int kSize = F_SEAL_SHRINK | F_SEAL_GROW;

bool SizeWithSeals(const File& file, int seals, uint64_t* size) {
  // Only memory files have seals at all; -1 for all others.
  const int has = fcntl(file.get(), F_GET_SEALS);
  if (has < 0 || (has & seals) != seals) return false;
  struct stat status;
  if (fstat(file.get(), &status) != 0 || status.st_size < 0) return false;
  *size = static_cast<uint64_t>(status.st_size);
  return true;
}

}  // namespace

bool SealedFileHolds(const File& file, uint64_t offset, uint64_t bytes) {
  uint64_t size;
  return SizeWithSeals(file, kSize | F_SEAL_WRITE, &size) && offset <= size &&
         bytes <= size - offset;
}

uint64_t FixedFileSize(const File& file) {
  uint64_t size;
  return SizeWithSeals(file, kSize, &size) ? size : 0;
}

File SealedFileOf(const std::string& bytes) {
  File file(memfd_create("machd", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return File();
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t wrote = write(file.get(), bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return File();
    done += static_cast<size_t>(wrote);
  }
  if (fcntl(file.get(), F_ADD_SEALS, kSize | F_SEAL_WRITE | F_SEAL_SEAL) != 0) return File();
  return file;
}

bool ReadSealedFile(const File& file, uint64_t bytes, std::string* out) {
  out->resize(bytes);
  uint64_t done = 0;
  while (done < bytes) {
    const ssize_t got =
        pread(file.get(), out->data() + done, bytes - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<uint64_t>(got);
  }
  return true;
}

}  // namespace ipdl::machd
