// Crew: processes that hold, pass on and bind the ends of lines, as their launcher tells them.
//
// What it is: the actors of both sides, and the launcher with as many members as a test wants. What
// it is not: a test. Used by crew_program.cc, the members' program, and crew_*_test.cc.

#ifndef IPDL_TESTS_ACTORS_CREW_H_
#define IPDL_TESTS_ACTORS_CREW_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "PCrewChild.h"
#include "PCrewParent.h"
#include "PLine.h"
#include "PLineChild.h"
#include "PLineParent.h"
#include "PRope.h"
#include "PRopeChild.h"
#include "PRopeParent.h"
#include "glue/process.h"
#include "runtime/run_loop.h"

namespace actors {

// No honest process says a number from here on.
inline constexpr uint32_t kNobodySays = 1'000'000;

// One side of a line, or of a rope.
template <typename Base>
class Line final : public Base {
 public:
  std::function<void(uint32_t n)> on_say = [](uint32_t) {};
  std::function<void(std::string_view why)> on_end = [](std::string_view) {};

 protected:
  ipdl::Result RecvSay(uint32_t n) override {
    if (n >= kNobodySays) return ipdl::BadMessage("n: nobody says that");
    on_say(n);
    return ipdl::Ok();
  }
  void ActorDestroy(ipdl::DestroyReason reason) override {
    on_end(ipdl::DestroyReasonName(reason));
  }
};
using LineParent = Line<PLineParent>;
using LineChild = Line<PLineChild>;
using RopeParent = Line<PRopeParent>;
using RopeChild = Line<PRopeChild>;

// Gives orders to a member, and hears what it did.
class CrewParent final : public PCrewParent {
 public:
  std::vector<std::string> did;
  std::vector<uint32_t> heard;

  bool Has(std::string_view what) const;

 protected:
  ipdl::Result RecvDid(std::string what) override {
    did.push_back(std::move(what));
    return ipdl::Ok();
  }
  ipdl::Result RecvHeard(uint32_t n) override {
    heard.push_back(n);
    return ipdl::Ok();
  }
  void ActorDestroy(ipdl::DestroyReason reason) override {
    did.push_back(std::string("gone: ") + ipdl::DestroyReasonName(reason));
  }
};

// The launcher of a crew. Members have names: "a", "b", ...
class Crew {
 public:
  Crew();
  ~Crew();

  struct Member {
    std::unique_ptr<ipdl::ChildProcess> process;
    ipdl::RefPtr<CrewParent> orders;
    std::string violation;  // as its OnViolation said
    std::string exit;       // as its OnExit said
  };

  // Starts one and waits until it serves.
  Member& Launch(const std::string& name, ipdl::LaunchOptions options = {});
  // Does not wait.
  Member& Start(const std::string& name, ipdl::LaunchOptions options = {});
  Member& operator[](const std::string& name) { return members_.at(name); }
  // Has `from` give orders to `to`.
  void Introduce(const std::string& from, const std::string& to);
  void RunUntil(const std::function<bool()>& done);
  void AwaitDid(const std::string& member, std::string_view what);
  // Waits until the member's line is direct, and returns whom it leads to.
  std::string AwaitPeer(const std::string& member);
  // All that was logged here.
  const std::string& log() const { return log_; }
  ipdl::RunLoop& loop() { return *loop_; }

 private:
  std::string log_;
  std::unique_ptr<ipdl::RunLoop> loop_;
  std::map<std::string, Member> members_;
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_CREW_H_
