// What a message handler of the author answers.
//
// What it is: the return type of every RecvX. What it is not: a transport error; those end in
// ActorDestroy. Made by authors, read by generated code and glue/.
//
//   ipdl::Result FooParent::RecvResize(uint32_t width, uint32_t height) {
//     if (width > 16384) return ipdl::BadMessage("width: above 16384");   // no honest peer does
//     this if (!Allocate(width, height)) return ipdl::Refused("out of memory");  // nobody's fault
//     return ipdl::Ok();
//   }

#ifndef IPDL_GLUE_RESULT_H_
#define IPDL_GLUE_RESULT_H_

#include <cstdint>
#include <string>
#include <utility>

namespace ipdl {

class [[nodiscard]] Result {
 public:
  enum class Kind : uint8_t { kOk, kRefused, kBad };

  Result(Result&& other) noexcept
      : kind_(other.kind_), reason_(std::exchange(other.reason_, nullptr)) {}
  Result& operator=(Result&& other) noexcept {
    kind_ = other.kind_;
    std::swap(reason_, other.reason_);
    return *this;
  }
  ~Result() {
    if (reason_ != nullptr) Forget();
  }

  Kind kind() const { return kind_; }
  bool ok() const { return kind_ == Kind::kOk; }
  // Empty for kOk.
  std::string reason() const { return reason_ != nullptr ? *reason_ : std::string(); }

 private:
  friend Result Ok();
  friend Result Refused(std::string reason);
  friend Result BadMessage(std::string reason);
  Result() = default;
  Result(Kind kind, std::string reason);
  void Forget() noexcept;

  Kind kind_ = Kind::kOk;
  // Owned, and on the heap: Ok, the common answer, stays two words. Not a unique_ptr, whose
  // destructor every handler would repeat.
  const std::string* reason_ = nullptr;
};

// The message was handled.
inline Result Ok() { return Result(); }

// The message was legal but could not be done. A sync caller's SendX answers false, an async one's
// reply is rejected with kHandlerRejected, any other message is forgotten (and logged). The
// connection goes on. For a constructor it is the same as BadMessage: there is no actor to go on.
Result Refused(std::string reason);

// No honest peer sends this: the peer is cut off, and one line with `reason` is logged. Begin the
// reason with the name of the argument: "rect.width: above 16384".
Result BadMessage(std::string reason);

}  // namespace ipdl

#endif  // IPDL_GLUE_RESULT_H_
