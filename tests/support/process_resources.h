// What this process holds that must not outlive a test: descriptors, shared mappings, threads,
// children and shared-memory files.
//
// What it is: a picture of /proc, and the difference of two pictures in words. What it is not: a
// heap checker (LeakSanitizer is), or proof for private memory, which malloc keeps as it likes.
// Called by forked_test.cc and process_pair.cc.

#ifndef IPDL_TESTS_SUPPORT_PROCESS_RESOURCES_H_
#define IPDL_TESTS_SUPPORT_PROCESS_RESOURCES_H_

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace ipdl {

class ProcessResources {
 public:
  // What the calling process holds now.
  static ProcessResources Now();

  // What is held now and was not then, one line each, by name: "descriptor 7 -> memfd:pool".
  std::vector<std::string> NewSince(const ProcessResources& before) const;

  // The same, looked at again until it is empty or `grace` is over: threads that end by themselves,
  // and descriptors that another thread is about to close, are no leaks.
  static std::vector<std::string> LeakedSince(const ProcessResources& before,
                                              absl::Duration grace = absl::Seconds(3));

  size_t descriptors() const { return descriptors_.size(); }
  size_t mappings() const { return mappings_.size(); }
  // Children of this process now, ended but unreaped ones included.
  std::vector<pid_t> children() const;

 private:
  std::map<std::string, std::string> descriptors_;   // number -> what it is
  std::map<std::string, std::string> mappings_;      // address range -> what it is
  std::map<std::string, std::string> threads_;       // id -> name
  std::map<std::string, std::string> children_;      // id -> name and state
  std::map<std::string, std::string> shared_files_;  // name in /dev/shm -> size
};

// True if heap memory of this process was lost, which LeakSanitizer then reports; false without
// AddressSanitizer. Takes about as long as a test.
bool LosesHeapMemory();

}  // namespace ipdl

#endif  // IPDL_TESTS_SUPPORT_PROCESS_RESOURCES_H_
