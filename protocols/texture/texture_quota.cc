// The books of texture_quota.h.

#include "protocols/texture/texture_quota.h"

#include "absl/strings/str_cat.h"

namespace ipdl::textures {

struct QuotaBooks {
  uint32_t textures = 0;
  uint64_t bytes = 0;
};

void TextureQuota::Charge::GiveBack() {
  if (books_ == nullptr) return;
  --books_->textures;
  books_->bytes -= bytes_;
  books_ = nullptr;
  bytes_ = 0;
}

TextureQuota::TextureQuota(const TextureLimits& limits)
    : limits_(limits), books_(std::make_shared<QuotaBooks>()) {}

TextureVerdict TextureQuota::Take(uint64_t bytes, Charge* charge) {
  *charge = Charge();
  if (books_->textures >= limits_.textures) {
    return TextureVerdict::Rejected(
        absl::StrCat("the limit of ", limits_.textures, " live textures is reached"));
  }
  // books_->bytes <= limits_.bytes always, so the subtraction cannot wrap.
  if (bytes > limits_.bytes - books_->bytes) {
    return TextureVerdict::Rejected(absl::StrCat("size: ", bytes, " bytes more than the ",
                                                 books_->bytes, " in use pass the limit of ",
                                                 limits_.bytes));
  }
  ++books_->textures;
  books_->bytes += bytes;
  charge->books_ = books_;
  charge->bytes_ = bytes;
  return TextureVerdict::Accepted();
}

uint32_t TextureQuota::textures() const { return books_->textures; }
uint64_t TextureQuota::bytes() const { return books_->bytes; }

}  // namespace ipdl::textures
