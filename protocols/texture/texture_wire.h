// Between the texture protocols' generated structs and the types of protocols/texture.
//
// Plain copies, no checks: a TextureClaim is as little to be trusted as the TextureDescription it
// was made from. Called by the layer actors of both sides.

#ifndef IPDL_PROTOCOLS_TEXTURE_TEXTURE_WIRE_H_
#define IPDL_PROTOCOLS_TEXTURE_TEXTURE_WIRE_H_

#include <vector>

#include "Texture.h"
#include "absl/types/span.h"
#include "protocols/texture/texture_layout.h"

namespace ipdl::textures {

TextureClaim ClaimOf(const TextureDescription& description);
TextureDescription DescriptionOf(const TextureClaim& claim);
std::vector<TextureRect> RectsOf(absl::Span<const DamageRect> damage);

}  // namespace ipdl::textures

#endif  // IPDL_PROTOCOLS_TEXTURE_TEXTURE_WIRE_H_
