#include "runtime/mach/machd/process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"

namespace ipdl::machd {
namespace {

// Of Linux 6.5 and 6.9; older C libraries do not know them.
constexpr int kSoPeerPidfd = 77;
constexpr long kPidfsMagic = 0x50494446;

// Field `number` (counted from 1) of /proc/PID/stat, from 3 on.
uint64_t StatField(pid_t pid, int number) {
  const File file(open(absl::StrCat("/proc/", pid, "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  char text[1024];
  const ssize_t size = file ? read(file.get(), text, sizeof(text) - 1) : -1;
  if (size <= 0) return 0;
  std::string line(text, static_cast<size_t>(size));
  // The second field is the program's name in parentheses, and may hold anything.
  size_t at = line.rfind(')');
  for (int field = 2; field < number && at != std::string::npos; ++field) {
    at = line.find(' ', at + 1);
  }
  return at == std::string::npos ? 0 : std::strtoull(line.c_str() + at + 1, nullptr, 10);
}

// Tells processes with one pid apart: the number of the process's inode where pidfds have a file
// system of their own, else the time at which it started.
uint32_t Version(const File& pidfd, pid_t pid) {
  struct statfs system;
  struct stat status;
  if (fstatfs(pidfd.get(), &system) == 0 && system.f_type == kPidfsMagic &&
      fstat(pidfd.get(), &status) == 0) {
    return static_cast<uint32_t>(status.st_ino);
  }
  constexpr int kStartTime = 22;
  return static_cast<uint32_t>(StatField(pid, kStartTime));
}

}  // namespace

File PeerProcess(const File& socket, TaskIdentity* identity) {
  ucred peer;
  socklen_t size = sizeof(peer);
  if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return File();
  int fd = -1;
  size = sizeof(fd);
  if (getsockopt(socket.get(), SOL_SOCKET, kSoPeerPidfd, &fd, &size) != 0) {
    fd = static_cast<int>(syscall(SYS_pidfd_open, peer.pid, 0));
  }
  File pidfd(fd);
  if (!pidfd) return File();
  *identity = {peer.pid, Version(pidfd, peer.pid), peer.uid, peer.gid};
  return pidfd;
}

pid_t ParentOf(pid_t pid) {
  constexpr int kParent = 4;
  return static_cast<pid_t>(StatField(pid, kParent));
}

}  // namespace ipdl::machd
