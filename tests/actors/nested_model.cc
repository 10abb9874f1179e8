// See nested_model.h.

#include "tests/actors/nested_model.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

namespace actors {

using ipdl::Nesting;
using ipdl::SendResult;
using ipdl::Side;
using Kind = ProgramEvent::Kind;

namespace {

struct Frame {
  bool waits;  // else it handles
  int node;
};

// What became of one message.
struct Fate {
  std::optional<uint32_t> sent, begun, ended, result;
  SendResult code = SendResult::kOk;
  int begun_count = 0;
  // The transaction, by the number of the call that began it, as far as it can be told without
  // knowing when cancellations arrived: one of these.
  std::set<int> transactions;
  bool sender_was_deep = false;  // eight calls of its sender waited already
};

struct At {
  Side side;
  const ProgramEvent* event;
};

// Both sides' events in the order of time, so that what one side did is known when the other
// reacts.
std::vector<At> InOrder(const ProgramRecord& record) {
  std::vector<At> all;
  for (const Side side : {Side::kParent, Side::kChild}) {
    const ProgramRecord::Log& log = record.logs[static_cast<size_t>(side)];
    for (uint32_t i = 0; i < log.count; ++i) all.push_back({side, &log.events[i]});
  }
  std::sort(all.begin(), all.end(),
            [](const At& a, const At& b) { return a.event->time < b.event->time; });
  return all;
}

class Judgement {
 public:
  Judgement(const Program& program, const ProgramRecord& record)
      : program_(program), record_(record), fates_(program.nodes.size()) {}

  std::string Run() {
    for (const At& at : InOrder(record_)) Step(at.side, *at.event);
    for (const Side side : {Side::kParent, Side::kChild}) {
      if (!Stack(side).empty()) Complain(Stack(side).back().node, "did not end");
    }
    for (size_t n = 0; n < fates_.size(); ++n) CheckEnd(static_cast<int>(n));
    CheckOrderOfAsync();
    if (!program_.cancels && (program_.mains[0].empty() || program_.mains[1].empty())) CheckAlone();
    return wrong_;
  }

 private:
  std::vector<Frame>& Stack(Side side) { return stacks_[static_cast<size_t>(side)]; }
  const ProgramNode& NodeOf(int n) const { return program_.nodes[static_cast<size_t>(n)]; }
  Fate& FateOf(int n) { return fates_[static_cast<size_t>(n)]; }
  void Complain(int n, const std::string& what) {
    wrong_ += "message " + std::to_string(n) + " " + what + "\n";
  }

  // The innermost sync message that this side handles; -1: none.
  int Handled(Side side) {
    for (auto frame = Stack(side).rbegin(); frame != Stack(side).rend(); ++frame) {
      if (!frame->waits && NodeOf(frame->node).sync()) return frame->node;
    }
    return -1;
  }

  // The transactions in which this side may be now: that of the innermost sync message that it
  // handles, or, if that may have been cancelled, of the one around it; -1 stands for none.
  std::set<int> Current(Side side) {
    std::set<int> current;
    for (auto frame = Stack(side).rbegin(); frame != Stack(side).rend(); ++frame) {
      if (frame->waits || !NodeOf(frame->node).sync()) continue;
      const std::set<int>& its = FateOf(frame->node).transactions;
      current.insert(its.begin(), its.end());
      if (!Meet(its, cancelled_)) return current;
    }
    current.insert(-1);
    return current;
  }
  static bool Meet(const std::set<int>& a, const std::set<int>& b) {
    return std::any_of(a.begin(), a.end(), [&](int n) { return n >= 0 && b.count(n) != 0; });
  }

  void Step(Side side, const ProgramEvent& event) {
    std::vector<Frame>& stack = Stack(side);
    switch (event.kind) {
      case Kind::kSend:
        return Send(side, event);
      case Kind::kResult:
        if (stack.empty() || !stack.back().waits || stack.back().node != event.node) {
          return Complain(event.node, "returned out of turn");
        }
        stack.pop_back();
        FateOf(event.node).result = event.time;
        FateOf(event.node).code = event.code;
        return;
      case Kind::kBegin:
        CheckBegin(side, event.node);
        FateOf(event.node).begun = event.time;
        ++FateOf(event.node).begun_count;
        stack.push_back({.waits = false, .node = event.node});
        return;
      case Kind::kEnd:
        if (stack.empty() || stack.back().waits || stack.back().node != event.node) {
          return Complain(event.node, "ended out of turn");
        }
        stack.pop_back();
        FateOf(event.node).ended = event.time;
        return;
      case Kind::kCancel:
        if (const int handled = Handled(side); handled >= 0) cancelled_by_hand_.push_back(handled);
        cancelled_.merge(Current(side));
        return;
    }
  }

  void Send(Side side, const ProgramEvent& event) {
    const ProgramNode& node = NodeOf(event.node);
    Fate& fate = FateOf(event.node);
    fate.sent = event.time;
    if (!node.sync()) return;
    fate.transactions = Current(side);
    if (fate.transactions.erase(-1) != 0) fate.transactions.insert(event.node);
    int waiting = 0;
    for (const Frame& frame : Stack(side)) {
      waiting += frame.waits;
      // Less deep than something that is being handled: perhaps its transaction is cancelled.
      if (!frame.waits && NodeOf(frame.node).sync() && NodeOf(frame.node).level() > node.level()) {
        cancelled_.insert(FateOf(frame.node).transactions.begin(),
                          FateOf(frame.node).transactions.end());
      }
    }
    fate.sender_was_deep = waiting >= 8;
    Stack(side).push_back({.waits = true, .node = event.node});
  }

  // May it be handled now?
  void CheckBegin(Side side, int n) {
    const ProgramNode& node = NodeOf(n);
    if (!FateOf(n).sent) Complain(n, "was handled before it was sent");
    const std::vector<Frame>& stack = Stack(side);
    const auto call =
        std::find_if(stack.rbegin(), stack.rend(), [](const Frame& frame) { return frame.waits; });
    if (call == stack.rend()) return;
    ++Counts().inside_calls;
    const Nesting waits_for = NodeOf(call->node).level();
    if (!node.sync() && node.what != What::kUrgent) {
      return Complain(n, "is async and interrupted call " + std::to_string(call->node));
    }
    if (node.level() > waits_for) return;
    if (node.level() < waits_for) {
      return Complain(n, "is less deep and interrupted call " + std::to_string(call->node));
    }
    if (side == Side::kChild) {
      ++Counts().crossed;
    } else if (!Meet(FateOf(n).transactions, FateOf(call->node).transactions)) {
      Complain(n, "is of another transaction and interrupted call " + std::to_string(call->node));
    }
  }

  void CheckEnd(int n) {
    const ProgramNode& node = NodeOf(n);
    const Fate& fate = FateOf(n);
    if (!fate.sent) return;  // whatever would have sent it was cancelled before it began
    if (fate.begun_count > 1) Complain(n, "was handled twice");
    if (fate.begun && !fate.ended) Complain(n, "was handled without end");
    if (!node.sync()) {
      if (!fate.begun) Complain(n, "was lost");
      return;
    }
    if (!fate.result) return Complain(n, "did not return");
    const bool by_hand = std::count(cancelled_by_hand_.begin(), cancelled_by_hand_.end(), n) != 0;
    if (by_hand && fate.code != SendResult::kCancelled) {
      Complain(n, "was cancelled and its sender was not told");
    }
    switch (fate.code.code()) {
      case SendResult::kOk:
        if (node.refuses) Complain(n, "was refused and its sender was not told");
        if (!fate.ended || *fate.ended > *fate.result) Complain(n, "returned before it was done");
        return;
      case SendResult::kRefused:
        if (fate.sender_was_deep && !fate.begun) return;
        if (!node.refuses || !fate.ended) Complain(n, "was refused for no reason");
        return;
      case SendResult::kCancelled:
        ++Counts().cancelled;
        if (!Meet(fate.transactions, cancelled_)) Complain(n, "was cancelled for no reason");
        return;
      default:
        Complain(n, "ended as " + std::string(SendResult(fate.code).ToString()));
    }
  }

  // Of one sender: notes in their order, urgent ones in theirs, and no note before an urgent one
  // that was sent earlier.
  void CheckOrderOfAsync() {
    for (const Side side : {Side::kParent, Side::kChild}) {
      std::vector<int> sent;
      for (size_t n = 0; n < fates_.size(); ++n) {
        const ProgramNode& node = program_.nodes[n];
        if (node.sender == side && !node.sync() && fates_[n].begun) {
          sent.push_back(static_cast<int>(n));
        }
      }
      std::sort(sent.begin(), sent.end(),
                [&](int a, int b) { return *FateOf(a).sent < *FateOf(b).sent; });
      for (size_t i = 0; i < sent.size(); ++i) {
        for (size_t j = i + 1; j < sent.size(); ++j) {
          const bool overtaken = *FateOf(sent[j]).begun < *FateOf(sent[i]).begun;
          const bool may =
              NodeOf(sent[i]).what == What::kNote && NodeOf(sent[j]).what == What::kUrgent;
          if (overtaken && !may) {
            Complain(sent[j], "overtook message " + std::to_string(sent[i]));
          }
        }
      }
    }
  }

  // Nothing crosses and nothing is cancelled: sync messages do exactly what function calls do.
  void CheckAlone() {
    for (size_t n = 0; n < fates_.size(); ++n) {
      const ProgramNode& node = program_.nodes[n];
      const Fate& fate = fates_[n];
      if (!node.sync() || fate.sender_was_deep) continue;
      const SendResult expected = node.refuses ? SendResult::kRefused : SendResult::kOk;
      if (!fate.sent || fate.code != expected.code()) {
        // A sender that was too deep sends nothing below.
        if (fate.sent) Complain(static_cast<int>(n), "did not do what a function call does");
      }
    }
  }

  const Program& program_;
  const ProgramRecord& record_;
  std::vector<Fate> fates_;
  std::array<std::vector<Frame>, 2> stacks_;
  std::vector<int> cancelled_by_hand_;
  std::set<int> cancelled_;  // transactions that were, or may have been
  std::string wrong_;
};

}  // namespace

JudgeCounts& Counts() {
  static JudgeCounts counts;
  return counts;
}

std::string ToString(const ProgramRecord& record) {
  static constexpr const char* kKinds[] = {"sends", "got the answer to", "begins", "ends",
                                           "cancels"};
  std::string text;
  for (const At& at : InOrder(record)) {
    text += std::string(at.side == Side::kParent ? "parent " : "          child ") +
            kKinds[static_cast<int>(at.event->kind)];
    if (at.event->kind != Kind::kCancel) text += " " + std::to_string(at.event->node);
    if (at.event->kind == Kind::kResult) {
      text += ": " + std::string(SendResult(at.event->code).ToString());
    }
    text += "\n";
  }
  return text;
}

std::string Judge(const Program& program, const ProgramRecord& record) {
  return Judgement(program, record).Run();
}

}  // namespace actors
