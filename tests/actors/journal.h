// Journal: what happened to the actors of a test, in order; and TestActor, which writes it.
//
// What it is: lines such as "root: normal shutdown". What it is not: thread-safe; each thread of a
// test has its own. The journal outlives its actors.

#ifndef IPDL_TESTS_ACTORS_JOURNAL_H_
#define IPDL_TESTS_ACTORS_JOURNAL_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "glue/actor.h"

namespace actors {

struct Journal {
  std::vector<std::string> lines;
  int live_actors = 0;

  void Add(std::string line) { lines.push_back(std::move(line)); }
  std::vector<std::string> Take() { return std::exchange(lines, {}); }
};

// A generated base class with a name, a journal and a hook for its end.
template <typename Base>
class TestActor : public Base {
 public:
  using Generated = Base;

  const std::string& name() const { return name_; }
  Journal& journal() const { return *journal_; }

  // Runs inside ActorDestroy, after the line was written.
  std::function<void(ipdl::DestroyReason)> on_destroy;

 protected:
  TestActor(Journal* journal, std::string name) : journal_(journal), name_(std::move(name)) {
    ++journal_->live_actors;
  }
  ~TestActor() override { --journal_->live_actors; }

  void ActorDestroy(ipdl::DestroyReason reason) override {
    journal_->Add(name_ + ": " + ipdl::DestroyReasonName(reason));
    if (on_destroy) on_destroy(reason);
  }

 private:
  Journal* const journal_;
  const std::string name_;
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_JOURNAL_H_
