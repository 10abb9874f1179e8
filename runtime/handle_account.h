// HandleAccount: how many descriptors one peer makes this process hold.
//
// A message's handles are bounded while they travel; what becomes of them afterwards is up to the
// program, and a peer that finds a way to make it keep them could use up its descriptors. So each
// descriptor that came from a peer is charged to the peer's account from its arrival until it is
// closed or released to the program as a raw number, and the channel that fills the account looks
// at it (Limits::held_handles).
//
// What it is: a count, kept by the handles themselves. What it is not: a judgement; that is the
// channel's. Made by a channel for what it receives; a channel whose own socket came from a peer
// goes on with that peer's account, so that a peer cannot get a second one by opening connections.
// Used by OwnedHandle and foreign_close. Any thread.

#ifndef IPDL_RUNTIME_HANDLE_ACCOUNT_H_
#define IPDL_RUNTIME_HANDLE_ACCOUNT_H_

#include <atomic>
#include <cstdint>
#include <utility>

namespace ipdl {

class HandleAccount {
 public:
  // Keeps the account alive, as each handle charged to it does.
  class Ref {
   public:
    Ref() = default;
    explicit Ref(HandleAccount* account) : account_(account) { Keep(); }
    Ref(const Ref& other) : account_(other.account_) { Keep(); }
    Ref(Ref&& other) noexcept : account_(std::exchange(other.account_, nullptr)) {}
    Ref& operator=(Ref other) noexcept {
      // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDelete): it cannot follow the count.
      std::swap(account_, other.account_);
      return *this;
    }
    ~Ref() {
      // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDelete): the same.
      if (account_ != nullptr) account_->Sub(kOwner);
    }
    HandleAccount* get() const { return account_; }
    HandleAccount* operator->() const { return account_; }
    explicit operator bool() const { return account_ != nullptr; }

   private:
    void Keep() {
      if (account_ != nullptr) account_->Add(kOwner);
    }

    HandleAccount* account_ = nullptr;
  };

  static Ref New() { return Ref(new HandleAccount); }

  // One handle more, one less. The last that goes takes the account with it.
  void Charge() { Add(kHandle); }
  void Credit() { Sub(kHandle); }

  // Handles that the program holds, those included that it has not been given yet.
  uint32_t held() const {
    return static_cast<uint32_t>(counts_.load(std::memory_order_relaxed) % kOwner);
  }

  // Handles that nobody holds any more and whose close is not done: see foreign_close.h.
  uint32_t closing() const { return closing_.load(std::memory_order_relaxed); }
  void BeginClosing() { closing_.fetch_add(1, std::memory_order_relaxed); }
  void EndClosing() { closing_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  // Both counts in one number, so that "nobody is left" is one comparison.
  static constexpr uint64_t kHandle = 1;
  static constexpr uint64_t kOwner = uint64_t{1} << 32;

  HandleAccount() = default;
  ~HandleAccount() = default;

  void Add(uint64_t what) { counts_.fetch_add(what, std::memory_order_relaxed); }
  void Sub(uint64_t what) {
    if (counts_.fetch_sub(what, std::memory_order_acq_rel) == what) delete this;
  }

  std::atomic<uint64_t> counts_ = 0;
  std::atomic<uint32_t> closing_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_HANDLE_ACCOUNT_H_
