// A file descriptor with one owner.
//
// What it is not: runtime/handle.h, whose closing of foreign descriptors starts a thread; machd has
// none, and no files but those that its clients chose to give it.

#ifndef IPDL_RUNTIME_MACH_MACHD_FILE_H_
#define IPDL_RUNTIME_MACH_MACHD_FILE_H_

#include <unistd.h>

#include <utility>

namespace ipdl::machd {

class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    if (this != &other) {
      Reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~File() { Reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void Reset() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_FILE_H_
