// RefPtr<T>: shared ownership of an object that counts its own references.
//
// What it is: the pointer in which actors are handed around. What it is not: thread-safe counting;
// an actor belongs to the thread of its run loop, and so do all RefPtrs to it. T has AddRef() and
// Release(); actors have them from their base class, so no macro is needed in the author's class.
//
//   ipdl::RefPtr<FooChild> foo = ipdl::MakeRef<FooChild>(arguments...);
//   endpoint.Bind(foo);               // the connection holds a reference of its own while it lives

#ifndef IPDL_GLUE_REF_PTR_H_
#define IPDL_GLUE_REF_PTR_H_

#include <concepts>
#include <cstddef>
#include <utility>

namespace ipdl {

template <typename T>
class RefPtr {
 public:
  using element_type = T;

  RefPtr() = default;
  RefPtr(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): as std::shared_ptr
  // Implicit, because the count is in the object: any raw pointer to a live one may become a share.
  RefPtr(T* object) : object_(object) {  // NOLINT(google-explicit-constructor)
    if (object_ != nullptr) object_->AddRef();
  }
  RefPtr(const RefPtr& other) : RefPtr(other.object_) {}
  RefPtr(RefPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  template <typename U>
  requires std::convertible_to<U*, T*> RefPtr(
      const RefPtr<U>& other)  // NOLINT(google-explicit-constructor)
      : RefPtr(static_cast<T*>(other.get())) {}
  template <typename U>
  requires std::convertible_to<U*, T*> RefPtr(RefPtr<U>&& other)
  noexcept  // NOLINT(google-explicit-constructor)
      : object_(other.Leak()) {}
  RefPtr& operator=(RefPtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~RefPtr() {
    if (object_ != nullptr) object_->Release();
  }

  T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

  // Gives the reference up without releasing it: the caller must call Release() on the object, or
  // give it to Adopt.
  [[nodiscard]] T* Leak() { return std::exchange(object_, nullptr); }
  // Takes over a reference that somebody gave up.
  static RefPtr Adopt(T* leaked) {
    RefPtr adopted;
    adopted.object_ = leaked;
    return adopted;
  }

  friend bool operator==(const RefPtr& a, const RefPtr& b) { return a.object_ == b.object_; }
  friend bool operator==(const RefPtr& a, const T* b) { return a.object_ == b; }

 private:
  T* object_ = nullptr;
};

// A new T, held by the answer alone.
template <typename T, typename... Args>
RefPtr<T> MakeRef(Args&&... args) {
  return RefPtr<T>(new T(std::forward<Args>(args)...));
}

}  // namespace ipdl

#endif  // IPDL_GLUE_REF_PTR_H_
