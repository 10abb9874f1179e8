// Reference counts inside the objects of the router, and the pointer that holds one.
//
// What it is: RefCounted (a base without virtual functions of its own) and Ref<T>. What it is not:
// an owner of anything but memory; what must be closed is closed by a call, not by the last
// reference. Called by every file here; knows none of them.

#ifndef IPDL_RUNTIME_PORTAL_REF_H_
#define IPDL_RUNTIME_PORTAL_REF_H_

#include <atomic>
#include <cstdint>
#include <utility>

namespace ipdl::portal {

class RefCounted {
 public:
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  void AddRef() const { refs_.fetch_add(1, std::memory_order_relaxed); }
  // Returns whether it was the last one.
  [[nodiscard]] bool DropRef() const { return refs_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

 protected:
  RefCounted() = default;
  ~RefCounted() = default;

 private:
  mutable std::atomic<uint32_t> refs_{0};
};

template <typename T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}
  explicit Ref(T* object) : object_(object) {
    if (object_ != nullptr) object_->AddRef();
  }
  Ref(const Ref& other) : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <typename U>
  Ref(const Ref<U>& other) : Ref(static_cast<T*>(other.get())) {}
  template <typename U>
  Ref(Ref<U>&& other) : object_(other.release()) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  // NOLINTBEGIN(clang-analyzer-cplusplus.NewDelete): it cannot follow the count.
  ~Ref() {
    if (object_ != nullptr && object_->DropRef()) delete object_;
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  bool operator==(const Ref& other) const { return object_ == other.object_; }
  // NOLINTEND(clang-analyzer-cplusplus.NewDelete)
  bool operator==(const T* other) const { return object_ == other; }

  // Gives the reference away without dropping it; Adopt takes it back.
  [[nodiscard]] T* release() { return std::exchange(object_, nullptr); }
  static Ref Adopt(T* object) {
    Ref ref;
    ref.object_ = object;
    return ref;
  }

 private:
  T* object_ = nullptr;
};

template <typename T, typename... Arguments>
Ref<T> MakeRef(Arguments&&... arguments) {
  return Ref<T>(new T(std::forward<Arguments>(arguments)...));
}

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_REF_H_
