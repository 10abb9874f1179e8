// The worker's side: counts words.
#ifndef COUNTER_COUNTER_CHILD_H_
#define COUNTER_COUNTER_CHILD_H_

#include <sstream>
#include <string>

#include "PCounterChild.h"

namespace counter {

class CounterChild final : public PCounterChild {
 public:
  ipdl::Result RecvCount(std::string text, CountResolver resolve) {
    std::istringstream stream(text);
    uint32_t words = 0;
    for (std::string word; stream >> word;) ++words;
    resolve(words);
    return ipdl::Ok();
  }
};

}  // namespace counter

#endif  // COUNTER_COUNTER_CHILD_H_
