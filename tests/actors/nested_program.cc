// Making and running random programs of nested calls. See nested_program.h.

#include "tests/actors/nested_program.h"

#include <sched.h>

#include <random>

namespace actors {

using ipdl::Nesting;
using ipdl::Side;

namespace {

constexpr int kMostNodes = 24;
constexpr int kDeepest = 4;

class Maker {
 public:
  Maker(Program* program, uint64_t seed) : program_(*program), random_(seed) {}

  // `handled`: the level of the sync message in whose handler these actions are; none in a main.
  std::vector<int> Actions(Side side, int depth, int handled) {
    std::vector<int> actions;
    const int count = depth == 0 ? Below(5) : Below(depth < kDeepest ? 4 : 1);
    for (int i = 0; i < count; ++i) {
      const int dice = Below(16);
      if (dice == 0 && handled >= 0) {
        actions.push_back(Program::kCancel);
        program_.cancels = true;
      } else if (dice <= 2) {
        actions.push_back(Program::kYield);
      } else if (program_.nodes.size() < kMostNodes) {
        actions.push_back(Node(side, depth, handled));
      }
    }
    return actions;
  }

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }

 private:
  int Node(Side side, int depth, int handled) {
    static constexpr What kOfChild[] = {What::kPlain, What::kInner,  What::kInner,
                                        What::kDeep,  What::kUrgent, What::kNote};
    static constexpr What kOfParent[] = {What::kInner, What::kInner, What::kNote};
    const What what = side == Side::kChild ? kOfChild[Below(6)] : kOfParent[Below(3)];
    const int number = static_cast<int>(program_.nodes.size());
    program_.nodes.push_back({.what = what, .sender = side, .actions = {}});
    const ProgramNode made = program_.nodes.back();
    const int level = static_cast<int>(made.level());
    if (made.sync() && level < handled) program_.cancels = true;
    std::vector<int> actions =
        Actions(ipdl::OtherSide(side), depth + 1, made.sync() ? level : handled);
    program_.nodes[static_cast<size_t>(number)].actions = std::move(actions);
    program_.nodes[static_cast<size_t>(number)].refuses = made.sync() && Below(6) == 0;
    return number;
  }

  Program& program_;
  std::mt19937_64 random_;
};

// One side at work.
template <typename Actor>
class Runner {
 public:
  Runner(const Program& program, ProgramRecord& record, NestSide<Actor>& side)
      : program_(program), record_(record), log_(LogOf(side.actor->side())), side_(side) {
    side.actor->on = [this](What what, uint32_t n, uint32_t* answer) {
      return Handle(what, n, answer);
    };
  }

  void Run() {
    Do(program_.mains[static_cast<size_t>(side_.actor->side())]);
    --record_.work;
    side_.RunUntil([this] { return record_.work == 0 || !side_.actor->IsOpen(); });
    side_.actor->Close();
  }

 private:
  ProgramRecord::Log& LogOf(Side side) { return record_.logs[static_cast<size_t>(side)]; }

  void Note(ProgramEvent::Kind kind, int node, ipdl::SendResult result = ipdl::SendResult::kOk) {
    if (log_.count == ProgramRecord::kMost) return;  // the model misses what follows
    log_.events[log_.count++] = {.time = record_.clock++,
                                 .kind = kind,
                                 .code = result.code(),
                                 .node = static_cast<uint16_t>(node)};
  }

  ipdl::Result Handle(What what, uint32_t n, uint32_t* answer) {
    const ProgramNode& node = program_.nodes.at(n);
    EXPECT_EQ(node.what, what);
    EXPECT_NE(node.sender, side_.actor->side());
    if (node.sync()) ++record_.work;
    Note(ProgramEvent::Kind::kBegin, static_cast<int>(n));
    Do(node.actions);
    Note(ProgramEvent::Kind::kEnd, static_cast<int>(n));
    --record_.work;
    if (answer != nullptr) *answer = 2 * n + 1;
    return node.refuses ? ipdl::Refused("so it is written") : ipdl::Ok();
  }

  void Do(const std::vector<int>& actions) {
    for (const int action : actions) {
      if (action == Program::kYield) {
        sched_yield();
      } else if (action == Program::kCancel) {
        Note(ProgramEvent::Kind::kCancel, 0);
        side_.actor->CancelCurrentTransaction();
      } else {
        Send(action);
      }
    }
  }

  void Send(int n) {
    const ProgramNode& node = program_.nodes[static_cast<size_t>(n)];
    ++record_.work;
    Note(ProgramEvent::Kind::kSend, n);
    uint32_t answer = 0;
    const ipdl::SendResult result = Send(node.what, static_cast<uint32_t>(n), &answer);
    if (!node.sync()) {
      EXPECT_TRUE(result);
      return;  // its handler says when it is done
    }
    Note(ProgramEvent::Kind::kResult, n, result);
    --record_.work;
    if (result) {
      EXPECT_EQ(static_cast<uint32_t>(2 * n + 1), answer);
    }
  }

  ipdl::SendResult Send(What what, uint32_t n, uint32_t* answer) {
    if (what == What::kInner) return side_.actor->SendInner(n, answer);
    if (what == What::kNote) return side_.actor->SendNote(n);
    if constexpr (std::is_same_v<Actor, NestChild>) {
      if (what == What::kPlain) return side_.actor->SendPlain(n, answer);
      if (what == What::kDeep) return side_.actor->SendDeep(n, answer);
      if (what == What::kUrgent) return side_.actor->SendUrgent(n);
    }
    ADD_FAILURE() << "this side does not send it";
    return ipdl::SendResult::kRefused;
  }

  const Program& program_;
  ProgramRecord& record_;
  ProgramRecord::Log& log_;
  NestSide<Actor>& side_;
};

}  // namespace

Nesting ProgramNode::level() const {
  if (what == What::kInner) return Nesting::kInsideSync;
  return what == What::kDeep || what == What::kUrgent ? Nesting::kInsideCpow : Nesting::kNot;
}

Program::Program(uint64_t seed) {
  Maker maker(this, seed);
  // Every third program has one main only: no calls cross.
  const int alone = seed % 3 == 0 ? maker.Below(2) : -1;
  for (const Side side : {Side::kParent, Side::kChild}) {
    if (alone == static_cast<int>(side)) continue;
    mains[static_cast<size_t>(side)] = maker.Actions(side, 0, -1);
  }
}

std::string Program::ToString() const {
  static constexpr const char* kNames[] = {"Plain", "Inner", "Deep", "Urgent", "Note"};
  std::string text;
  const auto add = [&](const std::vector<int>& actions) {
    for (const int action : actions) {
      text += action == kCancel  ? " cancel"
              : action == kYield ? " yield"
                                 : " " + std::to_string(action);
    }
    text += "\n";
  };
  text += "parent:";
  add(mains[0]);
  text += "child:";
  add(mains[1]);
  for (size_t n = 0; n < nodes.size(); ++n) {
    text += std::to_string(n) + " " + kNames[static_cast<int>(nodes[n].what)] + " from " +
            ipdl::SideName(nodes[n].sender) + (nodes[n].refuses ? ", refuses:" : ":");
    add(nodes[n].actions);
  }
  return text;
}

void RunProgram(const Program& program, ProgramRecord& record) {
  record.clock = 0;
  record.work = 2;
  for (ProgramRecord::Log& log : record.logs) log.count = 0;
  NestSides both(Sides::kProcesses,
                 [&](NestSide<NestChild>& side) { Runner(program, record, side).Run(); });
  Runner(program, record, both.parent).Run();
}

}  // namespace actors
