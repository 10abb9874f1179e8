// Shared ownership inside machd, which has one thread: a count in the object, a pointer that keeps
// it.
//
// What it is not: thread-safe. Used for ports and sets, which names, messages and waiting calls
// keep together.

#ifndef IPDL_RUNTIME_MACH_MACHD_REF_H_
#define IPDL_RUNTIME_MACH_MACHD_REF_H_

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ipdl::machd {

class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

 protected:
  virtual ~RefCounted() = default;

 private:
  template <typename T>
  friend class Ref;
  uint32_t references_ = 0;
};

template <typename T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): so that null can be returned
  explicit Ref(T* object) : object_(object) {
    if (object_ != nullptr) ++static_cast<RefCounted*>(object_)->references_;
  }
  Ref(const Ref& other) : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    RefCounted* counted = object_;
    if (counted != nullptr && --counted->references_ == 0) delete counted;
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  bool operator==(const Ref& other) const { return object_ == other.object_; }

 private:
  T* object_ = nullptr;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_REF_H_
