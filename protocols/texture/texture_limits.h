// What one producer of textures may cost the consumer, with units and defaults.
//
// Plain numbers, copied by who imports textures (texture_consumer.h) and by who makes them
// (texture_pool.h), so that an honest producer does not ask for what would be refused.

#ifndef IPDL_PROTOCOLS_TEXTURE_TEXTURE_LIMITS_H_
#define IPDL_PROTOCOLS_TEXTURE_TEXTURE_LIMITS_H_

#include <cstdint>

namespace ipdl::textures {

struct TextureLimits {
  // Live textures of one peer. Each costs the consumer a mapping and, while it is locked, a
  // descriptor; the kernel gives a process 65,530 mappings.
  uint32_t textures = 1024;

  // Bytes of all live textures of one peer: memory that stays in use until the consumer unmaps it.
  uint64_t bytes = 512ull << 20;

  // Pixels in a row or a column.
  uint32_t side = 16'384;

  // Damage rectangles of one presentation.
  uint32_t damage_rects = 64;
};

}  // namespace ipdl::textures

#endif  // IPDL_PROTOCOLS_TEXTURE_TEXTURE_LIMITS_H_
