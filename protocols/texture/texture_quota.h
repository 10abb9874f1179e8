// How many textures and bytes one peer has here, and how many more it may have.
//
// One quota per peer, shared by all its layers: limits per layer would be none, since a peer
// decides how many layers it makes. A charge gives back what it took when it dies. One thread.

#ifndef IPDL_PROTOCOLS_TEXTURE_TEXTURE_QUOTA_H_
#define IPDL_PROTOCOLS_TEXTURE_TEXTURE_QUOTA_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "protocols/texture/texture_limits.h"
#include "protocols/texture/texture_verdict.h"

namespace ipdl::textures {

class TextureQuota {
 public:
  // One texture's part. Move-only.
  class Charge {
   public:
    Charge() = default;
    Charge(Charge&& other) noexcept { Steal(other); }
    Charge& operator=(Charge&& other) noexcept {
      if (this != &other) {
        GiveBack();
        Steal(other);
      }
      return *this;
    }
    ~Charge() { GiveBack(); }

   private:
    friend class TextureQuota;
    void Steal(Charge& other) {
      books_ = std::move(other.books_);
      bytes_ = std::exchange(other.bytes_, 0);
    }
    void GiveBack();

    std::shared_ptr<struct QuotaBooks> books_;  // null: nothing was charged
    uint64_t bytes_ = 0;
  };

  explicit TextureQuota(const TextureLimits& limits);

  const TextureLimits& limits() const { return limits_; }

  // Sets `*charge` if one more texture of `bytes` bytes is within the limits; else kRejected, and
  // `*charge` is empty. What `*charge` held before is given back first.
  TextureVerdict Take(uint64_t bytes, Charge* charge);

  uint32_t textures() const;
  uint64_t bytes() const;

 private:
  TextureLimits limits_;
  // Shared with the charges, which may outlive the quota.
  std::shared_ptr<QuotaBooks> books_;
};

}  // namespace ipdl::textures

#endif  // IPDL_PROTOCOLS_TEXTURE_TEXTURE_QUOTA_H_
