#include "runtime/mach/client/launch.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/log.h"
#include "runtime/mach/call_format.h"

extern char** environ;

namespace ipdl::mach {
namespace {

// The descriptors that machd gets, by the numbers it is told.
constexpr int kListener = 3;
constexpr int kLifeLine = 4;

bool Address(const std::string& directory, sockaddr_un* address) {
  *address = {};
  address->sun_family = AF_UNIX;
  const std::string path = absl::StrCat(directory, "/", kSocketName);
  if (path.size() >= sizeof(address->sun_path)) return false;
  std::memcpy(address->sun_path, path.c_str(), path.size() + 1);
  return true;
}

FileDescriptor Connect(const std::string& directory) {
  sockaddr_un address;
  if (!Address(directory, &address)) return FileDescriptor();
  FileDescriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket) return FileDescriptor();
  int result;
  do {
    result = connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  } while (result != 0 && errno == EINTR);
  return result == 0 ? std::move(socket) : FileDescriptor();
}

std::string MakeDirectory() {
  const char* base = std::getenv("TMPDIR");
  std::string path =
      absl::StrCat(base == nullptr || *base == '\0' ? "/tmp" : base, "/machd-XXXXXX");
  return mkdtemp(path.data()) == nullptr ? std::string() : path;
}

FileDescriptor Listen(const std::string& directory) {
  sockaddr_un address;
  if (!Address(directory, &address)) return FileDescriptor();
  FileDescriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket || bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(socket.get(), SOMAXCONN) != 0) {
    return FileDescriptor();
  }
  return socket;
}

const char* Program() {
  const char* named = std::getenv("IPDL_MACHD_PROGRAM");
  return named != nullptr ? named : IPDL_MACHD_PROGRAM;
}

// Starts machd with these descriptors, in a session of its own: what ends its starter's group shall
// not end it too. Returns its pid, or -1.
pid_t Spawn(int listener, int life_line, const std::string& directory,
            const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"machd", "--listen", std::to_string(kListener), "--directory",
                                    directory};
  if (life_line >= 0) {
    words.insert(words.end(), {"--life-line", std::to_string(kLifeLine)});
  }
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // Out of the way first, so that neither is overwritten by the other's new number.
  constexpr int kAside = 200;
  posix_spawn_file_actions_adddup2(&actions, listener, kAside);
  if (life_line >= 0) posix_spawn_file_actions_adddup2(&actions, life_line, kAside + 1);
  posix_spawn_file_actions_adddup2(&actions, kAside, kListener);
  if (life_line >= 0) posix_spawn_file_actions_adddup2(&actions, kAside + 1, kLifeLine);
  posix_spawn_file_actions_addclosefrom_np(&actions, life_line >= 0 ? kLifeLine + 1 : kLifeLine);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, Program(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error == 0) return pid;
  LogError(absl::StrCat("cannot start ", Program(), ": ", strerror(error)));
  return -1;
}

// For a program that only uses ports: the machd it starts belongs to nobody, and ends by itself.
FileDescriptor StartDetached() {
  const std::string directory = MakeDirectory();
  const FileDescriptor listener = directory.empty() ? FileDescriptor() : Listen(directory);
  if (!listener) {
    LogError("cannot make a socket for machd");
    return FileDescriptor();
  }
  // Connected before machd exists: it then finds its first client waiting, whatever becomes of us.
  FileDescriptor socket = Connect(directory);
  // Through a process in between, so that machd is not our child: we could not reap it.
  FileDescriptor copy(fcntl(listener.get(), F_DUPFD_CLOEXEC, 0));
  const pid_t between = fork();
  if (between == 0) {
    const pid_t started = Spawn(copy.get(), -1, directory, {});
    _exit(started < 0 ? 1 : 0);
  }
  int status = 1;
  if (between > 0) {
    while (waitpid(between, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (status != 0) {
    unlink(absl::StrCat(directory, "/", kSocketName).c_str());
    rmdir(directory.c_str());
    return FileDescriptor();
  }
  setenv(kDirectoryVariable, directory.c_str(), 1);
  return socket;
}

std::mutex launch_lock;

}  // namespace

FileDescriptor ConnectToMachd() {
  const std::lock_guard<std::mutex> hold(launch_lock);
  const char* directory = std::getenv(kDirectoryVariable);
  return directory == nullptr ? StartDetached() : Connect(directory);
}

bool LaunchMachd(const std::vector<std::string>& arguments, LaunchedMachd* launched) {
  launched->directory = MakeDirectory();
  const FileDescriptor listener =
      launched->directory.empty() ? FileDescriptor() : Listen(launched->directory);
  int line[2];
  if (!listener || pipe2(line, O_CLOEXEC) != 0) return false;
  FileDescriptor theirs(line[0]);
  launched->life_line = FileDescriptor(line[1]);
  launched->pid = Spawn(listener.get(), theirs.get(), launched->directory, arguments);
  if (launched->pid < 0) return false;
  setenv(kDirectoryVariable, launched->directory.c_str(), 1);
  return true;
}

}  // namespace ipdl::mach
