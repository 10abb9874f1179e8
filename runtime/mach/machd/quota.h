// Counting what machd holds for a task, against its limits.
//
// An Account belongs to a task and outlives it while something is still charged to it (a message
// may wait longer than its sender lives). A Charge is part of the thing that costs, and gives back
// what it took when that dies; so nothing can be forgotten. One thread.

#ifndef IPDL_RUNTIME_MACH_MACHD_QUOTA_H_
#define IPDL_RUNTIME_MACH_MACHD_QUOTA_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "runtime/mach/machd/limits.h"

namespace ipdl::machd {

struct Account {
  explicit Account(const Limits& most) : limits(most) {}

  const Limits limits;
  uint64_t messages = 0;
  uint64_t bytes = 0;
  uint64_t descriptors = 0;
  uint64_t objects = 0;
};

class Charge {
 public:
  struct Amount {
    uint64_t messages = 0;
    uint64_t bytes = 0;
    uint64_t descriptors = 0;
    uint64_t objects = 0;
  };

  Charge() = default;
  Charge(Charge&& other) noexcept
      : account_(std::move(other.account_)), amount_(std::exchange(other.amount_, {})) {}
  Charge& operator=(Charge&& other) noexcept {
    if (this != &other) {
      Reset();
      account_ = std::move(other.account_);
      amount_ = std::exchange(other.amount_, {});
    }
    return *this;
  }
  ~Charge() { Reset(); }

  // Charges `amount` and returns true; or, if one of the limits would be passed, charges nothing.
  bool Take(const std::shared_ptr<Account>& account, const Amount& amount) {
    Reset();
    const Limits& most = account->limits;
    if (amount.messages > most.messages - account->messages ||
        amount.bytes > most.bytes - account->bytes ||
        amount.descriptors > most.descriptors - account->descriptors ||
        amount.objects > most.objects - account->objects) {
      return false;
    }
    account->messages += amount.messages;
    account->bytes += amount.bytes;
    account->descriptors += amount.descriptors;
    account->objects += amount.objects;
    account_ = account;
    amount_ = amount;
    return true;
  }

  void Reset() {
    if (account_ == nullptr) return;
    account_->messages -= amount_.messages;
    account_->bytes -= amount_.bytes;
    account_->descriptors -= amount_.descriptors;
    account_->objects -= amount_.objects;
    account_.reset();
  }

 private:
  std::shared_ptr<Account> account_;
  Amount amount_;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_QUOTA_H_
