// The messages of a hostile node, made from a fuzzer's input.
//
// What it is: headers and bodies whose fields are mostly numbers that mean something: small ones,
// numbers of hops, what was seen in messages of the other end (names, nonces), powers of two. What
// it is not: a sender. Used by the targets that attack connections of the router.

#ifndef IPDL_TESTS_FUZZ_LINK_ATTACKER_H_
#define IPDL_TESTS_FUZZ_LINK_ATTACKER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "runtime/portal/messages.h"
#include "tests/fuzz/fuzz_input.h"

namespace fuzz {

using Bytes = std::vector<uint8_t>;

class LinkAttacker {
 public:
  // Remembers what stands in a message that the other end sent.
  void Learn(const Bytes& message) {
    for (size_t at = sizeof(ipdl::portal::MessageHeader); at + 8 <= message.size(); at += 8) {
      uint64_t word;
      std::memcpy(&word, &message[at], 8);
      if (word > 0xffff && words_.size() < 64) words_.push_back(word);
    }
  }

  // One byte says which; nine for any number at all.
  uint64_t Word(Input& input) const {
    const uint8_t which = input.Byte();
    if (which < 32) return which;
    if (which < 64) return (((which - 32u) >> 2) + 4) << 2 | (which & 3u);  // a hop
    if (which < 128) return words_.empty() ? 0 : words_[(which - 64) % words_.size()];
    if (which < 192) return uint64_t{1} << (which - 128);
    if (which < 208) return (1 + (which & 3u)) | uint64_t{1 + ((which >> 2) & 3u)} << 32;
    if (which < 216) return UINT64_MAX >> (8 * (which - 208));
    return input.Number(8);
  }

  // A message without its objects. `*objects`: how many of them its row allows.
  Bytes Message(Input& input, uint64_t sequence, size_t* objects) const {
    using ipdl::portal::MessageHeader;
    using ipdl::portal::MessageType;
    const uint8_t which = input.Byte();
    const auto type = static_cast<MessageType>(which % 64);
    const ipdl::portal::MessageRow* const row = ipdl::portal::FindMessageRow(type);
    Bytes bytes(sizeof(MessageHeader));
    size_t body = row == nullptr ? 8 : row->body_size;
    if (which >= 192) body += input.Below(24);  // wrong, or more words of a parcel
    AppendWords(input, body, &bytes);
    if (row != nullptr && row->variable) {
      AppendWords(input, 8 * input.Below(16), &bytes);
      const Bytes rest = input.Bytes(input.Below(64));
      bytes.insert(bytes.end(), rest.begin(), rest.end());
    }
    *objects = row == nullptr ? 0 : row->max_objects;
    const MessageHeader header = {static_cast<uint32_t>(bytes.size()), type, {}, sequence};
    std::memcpy(bytes.data(), &header, sizeof(header));
    return bytes;
  }

  void AppendWords(Input& input, size_t size, Bytes* bytes) const {
    for (size_t done = 0; done < size; done += 8) {
      const uint64_t word = Word(input);
      const auto* const begin = reinterpret_cast<const uint8_t*>(&word);
      bytes->insert(bytes->end(), begin, begin + std::min<size_t>(8, size - done));
    }
  }

 private:
  std::vector<uint64_t> words_;
};

}  // namespace fuzz

#endif  // IPDL_TESTS_FUZZ_LINK_ATTACKER_H_
