// The worker: serves its launcher until that closes the connection.
#include <cstdio>

#include "CounterChild.h"
#include "glue/process.h"
#include "runtime/run_loop.h"

int main() {
  auto loop = ipdl::RunLoop::Create();
  auto end = ipdl::TakeInheritedEndpoint<counter::PCounterChild>();
  if (!loop.ok() || !end.ok()) {
    std::fprintf(stderr, "worker: to be started by the launcher only\n");
    return 1;
  }
  if (!end->Bind(ipdl::MakeRef<counter::CounterChild>()).ok()) return 1;
  (*loop)->Run();
}
