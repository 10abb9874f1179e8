// ipdl-demo-content: a content process of the demo. Started by ipdl-demo, never by hand.
//
// It draws one picture and hands it over through the channel that it inherited; see demo/draw. When
// the compositor closes the connection, or is gone, it ends. It does its work in a sandbox.

#include "demo/draw/content.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "demo/draw/sandbox.h"
#include "glue/process.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"

namespace {

int Complain(const absl::Status& status) {
  fprintf(stderr, "ipdl-demo-content: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace

int main() {
  // Ctrl-C reaches every process of the terminal. The compositor decides when it is over.
  std::signal(SIGINT, SIG_IGN);
  absl::StatusOr<std::unique_ptr<ipdl::RunLoop>> loop = ipdl::RunLoop::Create();
  if (!loop.ok()) return Complain(loop.status());
  absl::StatusOr<ipdl::Endpoint<ipdl::textures::PCompositorChild>> end =
      ipdl::TakeInheritedEndpoint<ipdl::textures::PCompositorChild>(ipdl::WhenClosed::kContinue);
  if (!end.ok()) {
    fprintf(stderr, "ipdl-demo-content is started by ipdl-demo and does nothing by itself.\n");
    return Complain(end.status());
  }
  const absl::Status bound =
      end->Bind(ipdl::MakeRef<ipdl::demo::Content>([&loop] { (*loop)->Quit(); }));
  if (!bound.ok()) return Complain(bound);
  // Nothing that came from outside has been looked at yet.
  if (const absl::Status caged = ipdl::demo::EnterSandbox(); !caged.ok()) {
    ipdl::LogWarning("running without a sandbox: " + std::string(caged.message()));
  }
  (*loop)->Run();
  return 0;
}
