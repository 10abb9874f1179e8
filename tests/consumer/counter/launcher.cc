// The launcher: starts the worker that its argument names, asks it one question, prints the answer.
#include <cstdio>

#include "CounterParent.h"
#include "glue/detached.h"
#include "glue/process.h"
#include "runtime/run_loop.h"

namespace {

ipdl::Detached Ask(ipdl::RefPtr<counter::CounterParent> worker) {
  auto words = co_await worker->SendCount("the quick brown fox jumps");
  if (words.ok()) {
    std::printf("the worker counted %u words\n", *words);
  } else {
    std::printf("no answer: %s\n", ipdl::RejectReasonName(words.reason()));
  }
  worker->Close();  // the worker's process ends then
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: launcher WORKER\n");
    return 2;
  }
  auto loop = ipdl::RunLoop::Create();
  if (!loop.ok()) return 1;

  ipdl::LaunchOptions options;
  options.program = argv[1];
  options.kind = "worker";
  auto process = ipdl::ChildProcess::Launch(options);
  if (!process.ok()) {
    std::fprintf(stderr, "launcher: %s\n", process.status().ToString().c_str());
    return 1;
  }
  auto worker = ipdl::MakeRef<counter::CounterParent>();
  if (!(*process)->TakeEndpoint<counter::PCounterParent>().Bind(worker).ok()) return 1;

  bool ended_well = false;
  (*process)->OnExit([&](const ipdl::ExitStatus& how) {
    ended_well = how.ok();
    (*loop)->Quit();
  });
  Ask(worker);
  (*loop)->Run();
  return ended_well ? 0 : 1;
}
