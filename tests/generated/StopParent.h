// The author's class on the parent side of PStop. It takes the default Recv__delete__.

#ifndef IPDL_TESTS_GENERATED_STOPPARENT_H_
#define IPDL_TESTS_GENERATED_STOPPARENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "PStopParent.h"

namespace demo {

class StopParent : public PStopParent {
 public:
  explicit StopParent(std::string given) : name(std::move(given)) {}

  std::string name;
  std::optional<ipdl::DestroyReason> destroyed;

  ipdl::Result RecvRename(std::string given) {
    name = std::move(given);
    return ipdl::Ok();
  }
  ipdl::RefPtr<PStopParent> AllocPStopParent(const std::string& given, uint32_t depth) {
    return depth > 3 ? nullptr : ipdl::MakeRef<StopParent>(given);
  }
  ipdl::Result RecvPStopConstructor(PStopParent*, const std::string& given, uint32_t depth,
                                    uint32_t* place) {
    *place = depth + static_cast<uint32_t>(given.size());
    return ipdl::Ok();
  }

 private:
  void ActorDestroy(ipdl::DestroyReason reason) override { destroyed = reason; }
};

}  // namespace demo

#endif  // IPDL_TESTS_GENERATED_STOPPARENT_H_
