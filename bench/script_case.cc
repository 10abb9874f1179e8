#include "bench/script_case.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>

extern char** environ;

namespace ipdl::bench {
namespace {

[[noreturn]] void Die(const std::vector<std::string>& argv, const char* what, int number) {
  std::string line;
  for (const std::string& word : argv) line += " " + word;
  fprintf(stderr, "ipdl-bench:%s: %s %d\n", line.c_str(), what, number);
  exit(1);
}

std::string ReadAll(int fd) {
  std::string text;
  char block[4096];
  ssize_t n;
  while ((n = read(fd, block, sizeof(block))) > 0) text.append(block, static_cast<size_t>(n));
  return text;
}

// The standard output of a run that succeeded.
std::string OutputOf(const std::vector<std::string>& argv) {
  int ends[2];
  if (pipe(ends) != 0) Die(argv, "no pipe, error", errno);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t child = 0;
  const int error = posix_spawnp(&child, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) Die(argv, "cannot be run, error", error);
  std::string text = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) Die(argv, "ended with status", status);
  return text;
}

}  // namespace

void AddFiguresOf(const std::vector<std::string>& argv, Figures& figures) {
  std::istringstream lines(OutputOf(argv));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, unit;
    double value = 0;
    if (!(words >> name >> value) || !std::getline(words >> std::ws, unit)) {
      Die(argv, "printed no figure in line of length", static_cast<int>(line.size()));
    }
    figures.Add(name, value, unit);
  }
}

}  // namespace ipdl::bench
