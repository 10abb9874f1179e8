// Tainted<T>: a value from a peer that has to be validated before it can be read.
//
// What it is: the argument of a RecvX whose message is [Tainted]. The types and bounds of the .ipdl
// have been checked already; what only the author can know has not: is the index one of ours, is
// the rectangle on this screen. The compiler sees to it that nobody forgets. What it is not: a
// check of its own.
//
//   ipdl::Result FooParent::RecvShow(ipdl::Tainted<uint32_t> row, ipdl::Tainted<std::string> name)
//   {
//     IPDL_VALIDATE(const uint32_t shown, row, [&](uint32_t r) { return r < rows_.size(); });
//     const std::string text = std::move(name).TakeOr(IsPlainText, "?");
//     ...
//   }
//
// A parameter that needs no validation is exempt with [NoTaint=allvalid] (every value of its type
// is one) or [NoTaint=passback] (it only goes back to where it came from).

#ifndef IPDL_GLUE_TAINTED_H_
#define IPDL_GLUE_TAINTED_H_

#include <concepts>
#include <optional>
#include <utility>

#include "glue/result.h"

namespace ipdl {

template <typename T>
class Tainted {
 public:
  explicit Tainted(T value) : value_(std::move(value)) {}

  // `valid` is called once with a const T& and says whether the value may be used.
  template <std::predicate<const T&> Valid>
  bool IsValid(Valid&& valid) const {
    return valid(value_);
  }
  // The value if it is valid, else null. For AllocX, which may only look at it.
  template <std::predicate<const T&> Valid>
  const T* LookIf(Valid&& valid) const {
    return valid(value_) ? &value_ : nullptr;
  }
  // The value if it is valid, else nothing. It is consumed in both cases.
  template <std::predicate<const T&> Valid>
  std::optional<T> TakeIf(Valid&& valid) && {
    std::optional<T> taken;
    if (valid(value_)) taken.emplace(std::move(value_));
    return taken;
  }
  // The value if it is valid, else `otherwise`.
  template <std::predicate<const T&> Valid>
  T TakeOr(Valid&& valid, T otherwise) && {
    return valid(value_) ? std::move(value_) : std::move(otherwise);
  }
  // The element of ours to which the value leads, by `is_it(element, value)`; null if there is
  // none. Better than to validate a key: what is used afterwards is not the peer's.
  template <typename Container, typename IsIt>
  auto FindIn(Container& ours, IsIt&& is_it) const -> decltype(&*ours.begin()) {
    for (auto& element : ours) {
      if (is_it(element, value_)) return &element;
    }
    return nullptr;
  }
  // The value as it is. `why` says to the reader why every value will do.
  T TakeAny(const char* why) && {
    static_cast<void>(why);
    return std::move(value_);
  }

 private:
  T value_;
};

}  // namespace ipdl

// In a function that answers ipdl::Result: declares `variable` with the value of `tainted`, a
// variable of type Tainted, or returns BadMessage, which cuts the peer off, if `valid` says no.
// NOLINTBEGIN(bugprone-macro-parentheses): `variable` is a declaration.
#define IPDL_VALIDATE(variable, tainted, valid)                                        \
  auto ipdl_validated_##tainted = std::move(tainted).TakeIf(valid);                    \
  if (!ipdl_validated_##tainted) return ::ipdl::BadMessage(#tainted ": is not valid"); \
  variable = *std::move(ipdl_validated_##tainted)
// NOLINTEND(bugprone-macro-parentheses)

#endif  // IPDL_GLUE_TAINTED_H_
