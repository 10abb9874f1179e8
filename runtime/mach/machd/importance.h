// Importance: how many boosts a task has, and one boost as an object.
//
// On Darwin a boost keeps a process from being put to rest while it works for somebody; here it is
// a number that a test can ask for. A queued message that carries importance holds one, and so does
// the voucher that its receiver gets, for as long as that lives.

#ifndef IPDL_RUNTIME_MACH_MACHD_IMPORTANCE_H_
#define IPDL_RUNTIME_MACH_MACHD_IMPORTANCE_H_

#include <cstdint>
#include <memory>
#include <utility>

namespace ipdl::machd {

struct Importance {
  uint32_t boosts = 0;
};

class Boost {
 public:
  Boost() = default;
  explicit Boost(std::shared_ptr<Importance> of) : of_(std::move(of)) { ++of_->boosts; }
  Boost(Boost&& other) noexcept = default;
  Boost& operator=(Boost&& other) noexcept {
    std::swap(of_, other.of_);
    return *this;
  }
  ~Boost() {
    if (of_ != nullptr) --of_->boosts;
  }

 private:
  std::shared_ptr<Importance> of_;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_IMPORTANCE_H_
