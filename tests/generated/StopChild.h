// The author's class on the child side of PStop; it hides the default Recv__delete__ by its own.

#ifndef IPDL_TESTS_GENERATED_STOPCHILD_H_
#define IPDL_TESTS_GENERATED_STOPCHILD_H_

#include <optional>
#include <string>
#include <utility>

#include "PStopChild.h"

namespace demo {

class StopChild : public PStopChild {
 public:
  std::string farewell;
  std::string name;
  std::optional<ipdl::DestroyReason> destroyed;

  ipdl::Result RecvRename(std::string given) {
    name = std::move(given);
    return ipdl::Ok();
  }
  ipdl::Result Recv__delete__(std::string why) {
    farewell = std::move(why);
    return ipdl::Ok();
  }

 private:
  void ActorDestroy(ipdl::DestroyReason reason) override { destroyed = reason; }
};

}  // namespace demo

#endif  // IPDL_TESTS_GENERATED_STOPCHILD_H_
