// C++ types that the .ipdl files of these tests import with `using`, and their ParamTraits.
//
// One of each kind: an enum, a plain struct, a class that cannot be copied, one that can be sent
// without being consumed, one that is consumed although it could be copied, and a counted one.

#ifndef IPDL_TESTS_GENERATED_IMPORTED_TYPES_H_
#define IPDL_TESTS_GENERATED_IMPORTED_TYPES_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "glue/ref_ptr.h"
#include "runtime/param_traits.h"

namespace tests {

enum class Colour : uint8_t { kRed = 0, kGreen = 1, kBlue = 2 };

struct Extent {
  int32_t x = 0;
  int32_t y = 0;

  bool operator==(const Extent&) const = default;
};

// [MoveOnly]
class Ticket {
 public:
  Ticket() = default;
  explicit Ticket(uint32_t number) : number_(std::make_unique<uint32_t>(number)) {}

  uint32_t number() const { return number_ ? *number_ : 0; }

 private:
  std::unique_ptr<uint32_t> number_;
};

// [MoveOnly=data]
class Blueprint {
 public:
  Blueprint() = default;
  explicit Blueprint(uint32_t pages) : pages_(std::make_unique<uint32_t>(pages)) {}

  uint32_t pages() const { return pages_ ? *pages_ : 0; }

 private:
  std::unique_ptr<uint32_t> pages_;
};

// [MoveOnly=send]: a copy may be kept, but what is sent is gone here.
class Coin {
 public:
  Coin() = default;
  explicit Coin(uint32_t cents) : cents_(cents) {}

  uint32_t cents() const { return cents_; }
  uint32_t Spend() { return std::exchange(cents_, 0); }

 private:
  uint32_t cents_ = 0;
};

// [RefCounted]
class Shared {
 public:
  explicit Shared(uint32_t value) : value_(value) {}

  void AddRef() { ++references_; }
  void Release() {
    if (--references_ == 0) delete this;
  }
  uint32_t value() const { return value_; }

 private:
  ~Shared() = default;

  uint32_t value_;
  uint32_t references_ = 0;
};

}  // namespace tests

template <>
struct ipdl::ParamTraits<tests::Colour>
    : ipdl::EnumTraits<tests::Colour, tests::Colour::kRed, tests::Colour::kBlue> {};

template <>
struct ipdl::ParamTraits<tests::Extent> : ipdl::PlainDataTraits<tests::Extent> {};

template <>
struct ipdl::ParamTraits<tests::Ticket> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, tests::Ticket&& value) {
    out.Put(value.number());
    value = tests::Ticket();
  }
  static bool Read(Reader& in, tests::Ticket* value) {
    uint32_t number = 0;
    if (!in.Get(&number)) return false;
    *value = tests::Ticket(number);
    return true;
  }
};

template <>
struct ipdl::ParamTraits<tests::Blueprint> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, const tests::Blueprint& value) { out.Put(value.pages()); }
  static bool Read(Reader& in, tests::Blueprint* value) {
    uint32_t pages = 0;
    if (!in.Get(&pages)) return false;
    *value = tests::Blueprint(pages);
    return true;
  }
};

template <>
struct ipdl::ParamTraits<tests::Coin> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, tests::Coin&& value) { out.Put(value.Spend()); }
  static bool Read(Reader& in, tests::Coin* value) {
    uint32_t cents = 0;
    if (!in.Get(&cents)) return false;
    *value = tests::Coin(cents);
    return true;
  }
};

// A counted type travels as RefPtr; what null means is for its protocol to say (`nullable`).
template <>
struct ipdl::ParamTraits<ipdl::RefPtr<tests::Shared>> {
  static constexpr size_t kMinWireBytes = 1;
  static void Write(Writer& out, const RefPtr<tests::Shared>& value) {
    out.Put(static_cast<bool>(value));
    if (value) out.Put(value->value());
  }
  static bool Read(Reader& in, RefPtr<tests::Shared>* value) {
    bool present = false;
    if (!in.Get(&present)) return false;
    if (!present) {
      *value = nullptr;
      return true;
    }
    uint32_t number = 0;
    if (!in.Get(&number)) return false;
    *value = MakeRef<tests::Shared>(number);
    return true;
  }
};

#endif  // IPDL_TESTS_GENERATED_IMPORTED_TYPES_H_
