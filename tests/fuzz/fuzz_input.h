// The bytes that a fuzzer made, read from the left as decisions.
//
// What it is: a cursor that never fails; behind the end everything is zero. Each value is taken
// from as few bytes as will do, so that a small change of the input is a small change of what
// happens. What it is not: a checker; the targets are. Used by tests/fuzz only.

#ifndef IPDL_TESTS_FUZZ_FUZZ_INPUT_H_
#define IPDL_TESTS_FUZZ_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace fuzz {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : next_(data), left_(size) {}

  bool at_end() const { return left_ == 0; }
  uint8_t Byte() {
    if (left_ == 0) return 0;
    --left_;
    return *next_++;
  }
  // Below `n`, which is at most 256.
  size_t Below(size_t n) { return n == 0 ? 0 : Byte() % n; }
  bool Bool() { return (Byte() & 1) != 0; }
  // Little endian, of `bytes` bytes.
  uint64_t Number(int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= uint64_t{Byte()} << (8 * i);
    return value;
  }
  // As many as there are, `n` at most.
  std::vector<uint8_t> Bytes(size_t n) {
    n = std::min(n, left_);
    std::vector<uint8_t> bytes(next_, next_ + n);
    next_ += n;
    left_ -= n;
    return bytes;
  }

 private:
  const uint8_t* next_;
  size_t left_;
};

// What holds whatever the input is. A fuzzer keeps the input for which the program ends here.
inline void Check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

}  // namespace fuzz

#endif  // IPDL_TESTS_FUZZ_FUZZ_INPUT_H_
