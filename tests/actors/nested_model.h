// The rules of nesting in the words of the language reference, applied to what two processes did.
//
// What it is: an independent reading of docs/language.md: it knows nothing of glue/. What it is
// not: a prediction of the order in which two processes run; it holds for every order.

#ifndef IPDL_TESTS_ACTORS_NESTED_MODEL_H_
#define IPDL_TESTS_ACTORS_NESTED_MODEL_H_

#include <string>

#include "tests/actors/nested_program.h"

namespace actors {

// What of it was against the rules; empty if nothing.
std::string Judge(const Program& program, const ProgramRecord& record);
// What happened, a line for each event.
std::string ToString(const ProgramRecord& record);

// How often each rule had something to say, over all calls of Judge in this process; for a look at
// whether the programs are worth their time.
struct JudgeCounts {
  uint64_t inside_calls = 0;  // messages handled inside a call
  uint64_t cancelled = 0;     // calls that ended so
  uint64_t crossed = 0;       // equal calls of both sides at once
};
JudgeCounts& Counts();

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_NESTED_MODEL_H_
