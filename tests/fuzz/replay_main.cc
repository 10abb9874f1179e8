// Runs a target of the fuzzer without the fuzzer: each input is a test case.
//
// It is the main program of the replays, which any compiler builds and every test run starts with
// the corpora beside this file. Arguments: files; one whose name ends in .txt has an input in each
// line, in hexadecimal, any other one is an input as it is. Calls the target that it is linked
// with.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Bytes = std::vector<uint8_t>;

class Replay : public testing::Test {
 public:
  explicit Replay(Bytes bytes) : bytes_(std::move(bytes)) {}
  void TestBody() override { EXPECT_EQ(0, LLVMFuzzerTestOneInput(bytes_.data(), bytes_.size())); }

 private:
  const Bytes bytes_;
};

Bytes FromHexadecimal(const std::string& line) {
  Bytes bytes;
  for (size_t at = 0; at + 1 < line.size(); at += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(line.substr(at, 2), nullptr, 16)));
  }
  return bytes;
}

void Register(const std::string& name, const Bytes& bytes) {
  testing::RegisterTest("Replay", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                        [bytes]() -> testing::Test* { return new Replay(bytes); });
}

// False if there is nothing in it.
bool RegisterFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream.is_open()) return false;
  if (!path.ends_with(".txt")) {
    Register("File", Bytes(std::istreambuf_iterator<char>(stream), {}));
    return true;
  }
  int count = 0;
  for (std::string line; std::getline(stream, line);) {
    Register("Line" + std::to_string(++count), FromHexadecimal(line));
  }
  return count > 0;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (RegisterFile(argv[i])) continue;
    std::fprintf(stderr, "replay: there is no input in %s\n", argv[i]);
    return 1;
  }
  return RUN_ALL_TESTS();
}
