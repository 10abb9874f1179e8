// What the consumer makes of a producer's request.
//
// Three answers and not two, because they have different consequences: a request that an honest
// producer can make but that is not granted is answered with the reason, and the connection goes
// on; a claim that is untrue or a request out of order comes from a broken or hostile producer,
// which is cut off. Returned by texture_layout.h, texture_import.h and texture_consumer.h.

#ifndef IPDL_PROTOCOLS_TEXTURE_TEXTURE_VERDICT_H_
#define IPDL_PROTOCOLS_TEXTURE_TEXTURE_VERDICT_H_

#include <string>
#include <utility>

namespace ipdl::textures {

class [[nodiscard]] TextureVerdict {
 public:
  enum class Kind { kAccepted, kRejected, kFalse };

  static TextureVerdict Accepted() { return TextureVerdict(Kind::kAccepted, {}); }
  // Legal but not granted: unsupported, over a limit, or the local system is out of something.
  static TextureVerdict Rejected(std::string reason) {
    return TextureVerdict(Kind::kRejected, std::move(reason));
  }
  // No honest producer does this. `reason` begins with the name of the argument.
  static TextureVerdict False(std::string reason) {
    return TextureVerdict(Kind::kFalse, std::move(reason));
  }

  Kind kind() const { return kind_; }
  bool accepted() const { return kind_ == Kind::kAccepted; }
  const std::string& reason() const { return reason_; }  // empty if accepted

 private:
  TextureVerdict(Kind kind, std::string reason) : kind_(kind), reason_(std::move(reason)) {}

  Kind kind_;
  std::string reason_;
};

}  // namespace ipdl::textures

#endif  // IPDL_PROTOCOLS_TEXTURE_TEXTURE_VERDICT_H_
