// A member of a crew (crew.h): does what it is told until its launcher's connection closes.
//
//   crew_program KIND      takes itself for that, whatever its launcher says
//   crew_program blocks    says that it serves, closes, and does nothing any more

#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "glue/process.h"
#include "glue/process_kind.h"
#include "runtime/run_loop.h"
#include "tests/actors/crew.h"

namespace actors {
namespace {

class CrewChild;
CrewChild* g_home = nullptr;  // the launcher's

// Whom this member met.
class Mate final : public PCrewParent {
 protected:
  ipdl::Result RecvDid(std::string) override { return ipdl::Ok(); }
  ipdl::Result RecvHeard(uint32_t) override { return ipdl::Ok(); }
};

// What this member has, whoever gives the orders.
struct Possessions {
  ipdl::RefPtr<Mate> mate;
  ipdl::Endpoint<PLineChild> held;
  ipdl::Endpoint<PLineParent> held_parent;
  ipdl::Endpoint<PRopeChild> held_rope;
  ipdl::Endpoint<PRopeParent> held_rope_parent;
  ipdl::RefPtr<ipdl::ToplevelActor> line;
  std::function<bool(uint32_t)> say;
};

class CrewChild final : public PCrewChild {
 public:
  explicit CrewChild(Possessions* has) : has_(*has) {}

 protected:
  ipdl::Result RecvServe(ipdl::Endpoint<PCrewChild> end) override {
    Must(end.Bind(ipdl::MakeRef<CrewChild>(&has_)).ok());
    return ipdl::Ok();
  }
  ipdl::Result RecvMeet(ipdl::Endpoint<PCrewParent> end) override {
    has_.mate = ipdl::MakeRef<Mate>();
    Must(end.Bind(has_.mate).ok());
    return ipdl::Ok();
  }
  ipdl::Result RecvHold(ipdl::Endpoint<PLineChild> end) override {
    return Hold(has_.held, std::move(end));
  }
  ipdl::Result RecvHoldParent(ipdl::Endpoint<PLineParent> end) override {
    return Hold(has_.held_parent, std::move(end));
  }
  ipdl::Result RecvHoldRope(ipdl::Endpoint<PRopeChild> end) override {
    return Hold(has_.held_rope, std::move(end));
  }
  ipdl::Result RecvHoldRopeParent(ipdl::Endpoint<PRopeParent> end) override {
    return Hold(has_.held_rope_parent, std::move(end));
  }
  ipdl::Result RecvPass() override {
    Must(has_.held ? has_.mate->SendHold(std::move(has_.held))
                   : has_.mate->SendHoldRope(std::move(has_.held_rope)));
    g_home->SendDid("passed");
    return ipdl::Ok();
  }
  ipdl::Result RecvBind() override {
    if (has_.held) return BindEnd<LineChild>(has_.held);
    if (has_.held_rope) return BindEnd<RopeChild>(has_.held_rope);
    if (has_.held_rope_parent) return BindEnd<RopeParent>(has_.held_rope_parent);
    return BindEnd<LineParent>(has_.held_parent);
  }
  ipdl::Result RecvDrop() override {
    has_.held = {};
    g_home->SendDid("dropped");
    return ipdl::Ok();
  }
  ipdl::Result RecvSay(uint32_t first, uint32_t count) override {
    for (uint32_t i = 0; i < count; ++i) Must(has_.say(first + i));
    return ipdl::Ok();
  }
  ipdl::Result RecvClose() override {
    has_.line->Close();
    return ipdl::Ok();
  }
  ipdl::Result RecvExit(int32_t code) override { std::_Exit(code); }
  ipdl::Result RecvPeer(PeerResolver resolve) override {
    resolve(has_.line->peer().ToString(), has_.line->OtherPid());
    return ipdl::Ok();
  }

 private:
  template <typename End>
  static ipdl::Result Hold(End& held, End end) {
    held = std::move(end);
    g_home->SendDid("holds");
    return ipdl::Ok();
  }
  template <typename Side, typename End>
  ipdl::Result BindEnd(End& end) {
    auto line = ipdl::MakeRef<Side>();
    line->on_say = [](uint32_t n) { g_home->SendHeard(n); };
    line->on_end = [](std::string_view why) { g_home->SendDid("line: " + std::string(why)); };
    if (const absl::Status bound = end.Bind(line); !bound.ok()) {
      g_home->SendDid("refused: " + std::string(bound.message()));
      return ipdl::Ok();
    }
    has_.line = line;
    has_.say = [line](uint32_t n) { return bool(line->SendSay(n)); };
    g_home->SendDid("bound");
    return ipdl::Ok();
  }
  // What can only be wrong with the program.
  static void Must(bool done) {
    if (!done) std::abort();
  }

  Possessions& has_;
};

int Main(std::string_view argument) {
  auto loop = ipdl::RunLoop::Create();
  auto end = ipdl::TakeInheritedEndpoint<PCrewChild>();
  if (!loop.ok() || !end.ok()) return 70;
  const bool blocks = argument == "blocks";
  if (!argument.empty() && !blocks) ipdl::SetProcessKind(std::string(argument));
  Possessions has;
  auto home = ipdl::MakeRef<CrewChild>(&has);
  g_home = home.get();
  if (!end->Bind(home).ok()) return 71;
  home->SendDid("serves");
  if (blocks) {
    home->Close();
    while (true) pause();
  }
  (*loop)->Run();
  return 72;
}

}  // namespace
}  // namespace actors

int main(int argc, char** argv) { return actors::Main(argc > 1 ? argv[1] : ""); }
