// The worker's side: counts, and ends when the launcher closes the connection or dies.
#ifndef COUNTER_COUNTER_CHILD_H_
#define COUNTER_COUNTER_CHILD_H_

#include <sstream>
#include <string>

#include "PCounterChild.h"
#include "runtime/run_loop.h"

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

  void ActorDestroy(ipdl::DestroyReason) override { ipdl::RunLoop::Current()->Quit(); }
};

}  // namespace counter

#endif  // COUNTER_COUNTER_CHILD_H_
