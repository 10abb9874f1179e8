// The author's class on the child side of PTour: keeps what it receives, for the tests to look at.

#ifndef IPDL_TESTS_GENERATED_TOURCHILD_H_
#define IPDL_TESTS_GENERATED_TOURCHILD_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "LegChild.h"
#include "PTourChild.h"
#include "StopChild.h"
#include "tests/generated/imported_types.h"

namespace demo {

class TourChild : public PTourChild {
 public:
  std::vector<values::Json> echoes;
  std::vector<uint32_t> numbers;
  ipdl::FileDescriptor file;
  PStopChild* stop = nullptr;
  std::optional<ipdl::DestroyReason> destroyed;

  ipdl::Result RecvTake(ipdl::FileDescriptor fd, PStopChild* bar, ipdl::Endpoint<PEyeChild> ep,
                        const std::vector<values::Plane>& planes,
                        const std::optional<values::Number>& number) {
    file = std::move(fd);
    stop = bar;
    numbers = {ep.valid(), static_cast<uint32_t>(planes.size()), number.has_value()};
    return ipdl::Ok();
  }
  ipdl::Result RecvOverridable(uint32_t n) {
    numbers = {n};
    return ipdl::Ok();
  }
  ipdl::Result RecvOverridableAsk(uint32_t n, OverridableAskResolver resolve) {
    resolve(2 * n);
    return ipdl::Ok();
  }
  ipdl::RefPtr<PLegChild> AllocPLegChild(PStopChild* from_stop, PStopChild* to_stop,
                                         const tests::Coin& fee, const tests::Ticket& ticket) {
    numbers = {from_stop != nullptr, to_stop != nullptr, fee.cents(), ticket.number()};
    return ipdl::MakeRef<LegChild>();
  }
  ipdl::Result RecvPLegConstructor(PLegChild*, PStopChild* from_stop, PStopChild*, tests::Coin,
                                   const tests::Ticket&) {
    stop = from_stop;
    return ipdl::Ok();
  }
  ipdl::Result RecvEcho(values::Json json) {
    echoes.push_back(std::move(json));
    return ipdl::Ok();
  }
  ipdl::Result RecvEchoAsk(values::Json json, EchoAskResolver resolve) {
    resolve(std::move(json));
    return ipdl::Ok();
  }

 private:
  void ActorDestroy(ipdl::DestroyReason reason) override { destroyed = reason; }
};

}  // namespace demo

#endif  // IPDL_TESTS_GENERATED_TOURCHILD_H_
