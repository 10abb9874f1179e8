// Random programs of nested calls, and what two processes that run one have done.
//
// What it is: a tree of messages made from a seed; each message says what its handler does: send
// others, cancel, refuse, or give the processor away. Both processes know the whole program, run
// their half of it at once, and write down what happens in memory that they share. What it is not:
// the judgement of what happened (nested_model.h).

#ifndef IPDL_TESTS_ACTORS_NESTED_PROGRAM_H_
#define IPDL_TESTS_ACTORS_NESTED_PROGRAM_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "glue/protocol.h"
#include "glue/side.h"
#include "runtime/send_result.h"
#include "tests/actors/nest.h"

namespace actors {

// One message; its number is its index in the program.
struct ProgramNode {
  What what;
  ipdl::Side sender;
  // What its handler does, in order: sends the message of this number, or kCancel, or kYield.
  std::vector<int> actions;
  bool refuses = false;

  bool sync() const { return what == What::kPlain || what == What::kInner || what == What::kDeep; }
  ipdl::Nesting level() const;
};

struct Program {
  static constexpr int kCancel = -1;
  static constexpr int kYield = -2;

  explicit Program(uint64_t seed);

  std::vector<ProgramNode> nodes;
  std::array<std::vector<int>, 2> mains;  // by Side: what each does outside of handlers
  bool cancels = false;                   // some action cancels, by hand or by going less deep
  std::string ToString() const;
};

struct ProgramEvent {
  enum class Kind : uint8_t { kSend, kResult, kBegin, kEnd, kCancel };
  uint32_t time;  // over both sides
  Kind kind;
  ipdl::SendResult::Code code;  // of kResult
  uint16_t node;                // kCancel: none
};

// In memory that both processes share.
struct ProgramRecord {
  static constexpr size_t kMost = 4096;
  struct Log {
    uint32_t count;
    std::array<ProgramEvent, kMost> events;
  };

  std::atomic<uint32_t> clock;
  // Messages that were sent and are not done with, plus mains that run.
  std::atomic<int32_t> work;
  std::array<Log, 2> logs;  // by Side
};

// Runs the program in this process and a fork of it, to its end. Inside a forked test only.
void RunProgram(const Program& program, ProgramRecord& record);

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_NESTED_PROGRAM_H_
