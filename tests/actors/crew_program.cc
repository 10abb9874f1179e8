// A member of a crew (crew.h): does what it is told until its launcher's connection closes.

#include <cstdlib>
#include <functional>
#include <string>
#include <utility>

#include "glue/process.h"
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
    has_.held = std::move(end);
    g_home->SendDid("holds");
    return ipdl::Ok();
  }
  ipdl::Result RecvHoldParent(ipdl::Endpoint<PLineParent> end) override {
    has_.held_parent = std::move(end);
    g_home->SendDid("holds");
    return ipdl::Ok();
  }
  ipdl::Result RecvPass() override {
    Must(has_.mate->SendHold(std::move(has_.held)));
    g_home->SendDid("passed");
    return ipdl::Ok();
  }
  ipdl::Result RecvBind() override {
    return has_.held ? BindEnd<LineChild>(has_.held) : BindEnd<LineParent>(has_.held_parent);
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
  ipdl::Result RecvPeer(PeerResolver resolve) override {
    resolve(has_.line->peer().ToString(), has_.line->OtherPid());
    return ipdl::Ok();
  }

 private:
  template <typename Side, typename End>
  ipdl::Result BindEnd(End& end) {
    auto line = ipdl::MakeRef<Side>();
    line->on_say = [](uint32_t n) { g_home->SendHeard(n); };
    line->on_end = [](std::string_view why) { g_home->SendDid("line: " + std::string(why)); };
    Must(end.Bind(line).ok());
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

int Main() {
  auto loop = ipdl::RunLoop::Create();
  auto end = ipdl::TakeInheritedEndpoint<PCrewChild>();
  if (!loop.ok() || !end.ok()) return 70;
  Possessions has;
  auto home = ipdl::MakeRef<CrewChild>(&has);
  g_home = home.get();
  if (!end->Bind(home).ok()) return 71;
  home->SendDid("serves");
  (*loop)->Run();
  return 72;
}

}  // namespace
}  // namespace actors

int main() { return actors::Main(); }
