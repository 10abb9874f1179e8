// See texture_wire.h.

#include "protocols/texture/texture_wire.h"

namespace ipdl::textures {

TextureClaim ClaimOf(const TextureDescription& description) {
  return {.id = description.id(),
          .fourcc = description.fourcc(),
          .width = description.width(),
          .height = description.height(),
          .stride = description.stride(),
          .offset = description.offset(),
          .size = description.size()};
}

TextureDescription DescriptionOf(const TextureClaim& claim) {
  return TextureDescription(claim.id, claim.fourcc, claim.width, claim.height, claim.stride,
                            claim.offset, claim.size);
}

std::vector<TextureRect> RectsOf(absl::Span<const DamageRect> damage) {
  std::vector<TextureRect> rects;
  rects.reserve(damage.size());
  for (const DamageRect& rect : damage) {
    rects.push_back({rect.x(), rect.y(), rect.width(), rect.height()});
  }
  return rects;
}

}  // namespace ipdl::textures
