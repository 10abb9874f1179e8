// A directory for the files of one test, removed with everything in it at the end.

#ifndef DEMO_PICTURE_SCRATCH_DIRECTORY_TEST_H_
#define DEMO_PICTURE_SCRATCH_DIRECTORY_TEST_H_

#include <cstdint>
#include <string>
#include <vector>

namespace ipdl::demo {

class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  std::string Write(const std::string& name, const std::vector<uint8_t>& bytes) const;
  std::vector<std::string> Names() const;  // sorted

 private:
  std::string path_;
};

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_SCRATCH_DIRECTORY_TEST_H_
