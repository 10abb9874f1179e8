// Words that only this node can have chosen.
//
// What it is: SipHash-2-4 (Aumasson and Bernstein, 2012) of a counter, under a key of the driver's
// random bytes, so that a word can be made under a lock, where the driver cannot be asked. What it
// is not: a source of names, which come from the driver themselves. Called by Node.

#ifndef IPDL_RUNTIME_PORTAL_NONCE_H_
#define IPDL_RUNTIME_PORTAL_NONCE_H_

#include <bit>
#include <cstdint>

namespace ipdl::portal {

struct SipKey {
  uint64_t k0 = 0;
  uint64_t k1 = 0;
};

// Of the 8 little-endian bytes of `word`.
inline uint64_t SipHash24(const SipKey& key, uint64_t word) {
  uint64_t v0 = key.k0 ^ 0x736f6d6570736575u;
  uint64_t v1 = key.k1 ^ 0x646f72616e646f6du;
  uint64_t v2 = key.k0 ^ 0x6c7967656e657261u;
  uint64_t v3 = key.k1 ^ 0x7465646279746573u;
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  };
  constexpr uint64_t kLength = uint64_t{8} << 56;
  for (const uint64_t block : {word, kLength}) {
    v3 ^= block;
    rounds(2);
    v0 ^= block;
  }
  v2 ^= 0xff;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

class NonceSource {
 public:
  void SetKey(const SipKey& key) { key_ = key; }
  // Never 0.
  uint64_t Next() {
    uint64_t nonce = 0;
    while (nonce == 0) nonce = SipHash24(key_, counter_++);
    return nonce;
  }

 private:
  SipKey key_;
  uint64_t counter_ = 0;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_NONCE_H_
