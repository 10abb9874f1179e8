// Reading /proc and comparing. See process_resources.h.

#include "tests/support/process_resources.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

#include "absl/time/clock.h"

// Present in programs built with AddressSanitizer only.
extern "C" int __lsan_do_recoverable_leak_check() __attribute__((weak));

namespace ipdl {
namespace {

using Named = std::map<std::string, std::string>;

std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  DIR* const stream = opendir(directory.c_str());
  if (stream == nullptr) return names;
  const std::string own = std::to_string(dirfd(stream));
  while (const dirent* entry = readdir(stream)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (directory == "/proc/self/fd" && name == own) continue;
    names.push_back(name);
  }
  closedir(stream);
  return names;
}

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

Named Descriptors() {
  Named found;
  for (const std::string& name : NamesIn("/proc/self/fd")) {
    char target[256];
    const ssize_t size = readlink(("/proc/self/fd/" + name).c_str(), target, sizeof(target));
    if (size > 0) found[name] = std::string(target, static_cast<size_t>(size));
  }
  return found;
}

// Shared mappings only: those are what one process can leave behind for another, and they come
// from nobody but the program. The sanitizers' own are private.
Named Mappings() {
  Named found;
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    std::istringstream words(line);
    std::string range, access, offset, device, inode, path;
    words >> range >> access >> offset >> device >> inode;
    std::getline(words >> std::ws, path);
    if (access.size() == 4 && access[3] == 's') found[range] = access + " " + path;
    // A private view of shared memory counts as well: it keeps the memory alive.
    if (path.rfind("/memfd:", 0) == 0 || path.rfind("/dev/shm/", 0) == 0) {
      found[range] = access + " " + path;
    }
  }
  return found;
}

Named Threads() {
  Named found;
  for (const std::string& id : NamesIn("/proc/self/task")) {
    found[id] = FirstLine("/proc/self/task/" + id + "/comm");
  }
  return found;
}

Named Children() {
  Named found;
  for (const std::string& thread : NamesIn("/proc/self/task")) {
    std::istringstream ids(FirstLine("/proc/self/task/" + thread + "/children"));
    std::string id;
    while (ids >> id) {
      const std::string stat = FirstLine("/proc/" + id + "/stat");
      const size_t state = stat.rfind(") ");
      const bool ended = state != std::string::npos && stat.compare(state + 2, 1, "Z") == 0;
      found[id] =
          FirstLine("/proc/" + id + "/comm") + (ended ? " (ended, not reaped)" : " (running)");
    }
  }
  return found;
}

// Files of other programs that run beside the test come and go here; only those of this user are
// looked at, and only those that stay are leaks.
Named SharedFiles() {
  Named found;
  for (const std::string& name : NamesIn("/dev/shm")) {
    struct stat status;
    if (stat(("/dev/shm/" + name).c_str(), &status) != 0 || status.st_uid != geteuid()) continue;
    found[name] = std::to_string(status.st_size) + " bytes";
  }
  return found;
}

void Difference(const Named& before, const Named& now, std::string_view what, bool compare_names,
                std::vector<std::string>* lines) {
  for (const auto& [key, name] : now) {
    const auto found = before.find(key);
    if (found != before.end() && (!compare_names || found->second == name)) continue;
    lines->push_back(std::string(what) + " " + key + " -> " + name);
  }
}

}  // namespace

ProcessResources ProcessResources::Now() {
  ProcessResources now;
  now.descriptors_ = Descriptors();
  now.mappings_ = Mappings();
  now.threads_ = Threads();
  now.children_ = Children();
  now.shared_files_ = SharedFiles();
  return now;
}

std::vector<std::string> ProcessResources::NewSince(const ProcessResources& before) const {
  std::vector<std::string> lines;
  Difference(before.descriptors_, descriptors_, "descriptor", true, &lines);
  Difference(before.mappings_, mappings_, "mapping", true, &lines);
  Difference(before.threads_, threads_, "thread", false, &lines);
  Difference(before.children_, children_, "child process", false, &lines);
  Difference(before.shared_files_, shared_files_, "shared-memory file", false, &lines);
  return lines;
}

std::vector<std::string> ProcessResources::LeakedSince(const ProcessResources& before,
                                                       absl::Duration grace) {
  const absl::Time end = absl::Now() + grace;
  while (true) {
    std::vector<std::string> leaked = Now().NewSince(before);
    if (leaked.empty() || absl::Now() >= end) return leaked;
    absl::SleepFor(absl::Milliseconds(5));
  }
}

bool LosesHeapMemory() {
  return __lsan_do_recoverable_leak_check != nullptr && __lsan_do_recoverable_leak_check() != 0;
}

std::vector<pid_t> ProcessResources::children() const {
  std::vector<pid_t> ids;
  for (const auto& [id, name] : children_) ids.push_back(std::atoi(id.c_str()));
  return ids;
}

}  // namespace ipdl
