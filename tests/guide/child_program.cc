// The program that the guide's example of processes launches: it repeats what it is told.

#include <cstdio>

#include "PTalk.h"
#include "PTalkChild.h"
#include "glue/process.h"
#include "runtime/run_loop.h"

namespace guide {

class Echo final : public PTalkChild {
 private:
  ipdl::Result RecvSay(std::string text) override {
    SendSay(text);
    return ipdl::Ok();
  }
};

}  // namespace guide

int main() {
  auto loop = *ipdl::RunLoop::Create();
  absl::StatusOr<ipdl::Endpoint<guide::PTalkChild>> end =
      ipdl::TakeInheritedEndpoint<guide::PTalkChild>();
  if (!end.ok()) {
    std::fprintf(stderr, "guide_child: %s\n", std::string(end.status().message()).c_str());
    return 2;
  }
  if (!end->Bind(ipdl::MakeRef<guide::Echo>()).ok()) return 2;
  loop->Run();  // until the launcher closes: then this process exits with 0
}
