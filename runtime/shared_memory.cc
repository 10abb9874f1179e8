// The words for seals; everything else about shared memory is the platform's (shared_memory_*.cc).

#include "runtime/shared_memory.h"

#include <string>

namespace ipdl {

std::string SealsToString(SharedMemory::Seals seals) {
  struct Word {
    SharedMemory::Seals seal;
    const char* text;
  };
  static constexpr Word kWords[] = {{SharedMemory::kShrink, "shrink"},
                                    {SharedMemory::kGrow, "grow"},
                                    {SharedMemory::kWrite, "write"},
                                    {SharedMemory::kSeal, "seal"}};
  std::string text;
  for (const Word& word : kWords) {
    if ((seals & word.seal) == 0) continue;
    if (!text.empty()) text += '|';
    text += word.text;
  }
  return text.empty() ? "none" : text;
}

}  // namespace ipdl
