// Handles as move-only values: a file descriptor, a Windows handle, a Mach right or a portal.
//
// OwnedHandle is the tagged form that channels carry; TypedHandle<K> is the form that protocols and
// user code see (FileDescriptor, MachSendRight, ...). What they are not: references; each object
// owns its handle alone and closes it when it dies. Called by everything; calls foreign_close.h for
// descriptors that came from a peer.
//
// Ownership: an argument of type `OwnedHandle` or `TypedHandle` (by value or &&) is consumed in
// every case, also when the call fails. Threads: a handle belongs to one thread at a time.
//
//   ipdl::FileDescriptor file(open("a.png", O_RDONLY | O_CLOEXEC));
//   if (!file) ...                          // open failed: the object is empty
//   child->SendTake(std::move(file));       // `file` is empty now, whatever the result

#ifndef IPDL_RUNTIME_HANDLE_H_
#define IPDL_RUNTIME_HANDLE_H_

#include <cstdint>
#include <string_view>
#include <utility>

#include "runtime/status_fwd.h"

namespace ipdl {

class HandleAccount;

class OwnedHandle {
 public:
  // The values are on the wire: the byte that stands for a handle in a message. Never renumber.
  enum class Kind : uint8_t {
    kNone = 0,
    kFileDescriptor = 1,
    kWindowsHandle = 2,
    kMachSendRight = 3,
    kMachReceiveRight = 4,
    kMachSendOnceRight = 5,
    kPortal = 6,  // of the router; the value is its IpczHandle. Made by runtime/driver.
  };

  OwnedHandle() = default;
  // Takes `value` over. `kind` must be one this platform has (KindSupported).
  OwnedHandle(Kind kind, intptr_t value) : value_(value), kind_(kind) {}
  OwnedHandle(OwnedHandle&& other) noexcept { Steal(other); }
  OwnedHandle& operator=(OwnedHandle&& other) noexcept {
    if (this != &other) {
      Reset();
      Steal(other);
    }
    return *this;
  }
  ~OwnedHandle() { Reset(); }

  Kind kind() const { return kind_; }
  bool valid() const { return kind_ != Kind::kNone; }
  explicit operator bool() const { return valid(); }
  intptr_t value() const { return value_; }

  // Gives the raw value up to the caller, who must close it. The handle is empty afterwards.
  intptr_t Release() {
    if (foreign()) Credit();
    kind_ = Kind::kNone;
    return std::exchange(value_, -1);
  }

  // Closes now (a foreign descriptor: see foreign_close.h). Empty afterwards.
  void Reset() {
    if (valid()) Close();
  }

  // True if a peer sent this handle: what stands behind it is the peer's choice, so closing it
  // could block, and it counts as held for that peer until it is closed or released. Channels mark
  // what they receive, once; the mark follows the handle through every move. `account` must be
  // kept alive by somebody during the call.
  bool foreign() const { return account_ != nullptr; }
  void MarkForeign(HandleAccount* account);
  // Of the peer that sent it; null if none did.
  HandleAccount* account() const { return account_; }

  // How a portal is closed, which this floor does not know. Set before the first one is made; any
  // thread.
  using PortalCloser = void (*)(intptr_t portal);
  static void SetPortalCloser(PortalCloser closer);

 private:
  void Steal(OwnedHandle& other) {
    kind_ = std::exchange(other.kind_, Kind::kNone);
    account_ = std::exchange(other.account_, nullptr);
    value_ = std::exchange(other.value_, -1);
  }
  void Close();
  void Credit();

  intptr_t value_ = -1;
  HandleAccount* account_ = nullptr;  // has counted this handle if not null
  Kind kind_ = Kind::kNone;
};

// Word for a kind in error texts: "file descriptor", "Mach send right", ...; unknown bytes too.
std::string_view HandleKindName(OwnedHandle::Kind kind);

constexpr bool KindSupported(OwnedHandle::Kind kind) {
  switch (kind) {
    case OwnedHandle::Kind::kPortal:
#if defined(_WIN32)
    case OwnedHandle::Kind::kWindowsHandle:
#else
    case OwnedHandle::Kind::kFileDescriptor:
#endif
#if defined(__APPLE__)
    case OwnedHandle::Kind::kMachSendRight:
    case OwnedHandle::Kind::kMachReceiveRight:
    case OwnedHandle::Kind::kMachSendOnceRight:
#endif
      return true;
    default:
      return false;
  }
}

namespace internal {

template <typename Typed>
absl::StatusOr<Typed> Duplicate(const OwnedHandle& handle);

template <OwnedHandle::Kind K>
struct RawHandle {
  using Type = uint32_t;  // a Mach port name
};
template <>
struct RawHandle<OwnedHandle::Kind::kFileDescriptor> {
  using Type = int;
};
template <>
struct RawHandle<OwnedHandle::Kind::kWindowsHandle> {
  using Type = intptr_t;  // a HANDLE; intptr_t keeps <windows.h> out of this header
};

}  // namespace internal

// A handle whose kind the type knows. Every kind exists as a type on every platform, so that a
// protocol compiles everywhere; where kSupported is false, objects can only be empty.
template <OwnedHandle::Kind K>
class TypedHandle {
 public:
  static constexpr OwnedHandle::Kind kKind = K;
  static constexpr bool kSupported = KindSupported(K);
  using Raw = typename internal::RawHandle<K>::Type;

  TypedHandle() = default;
  // Takes `raw` over. -1 gives an empty object, so a failed open() can be wrapped directly; so
  // does a null port name.
  explicit TypedHandle(Raw raw) requires kSupported
      : handle_(IsNull(raw) ? OwnedHandle() : OwnedHandle(K, static_cast<intptr_t>(raw))) {}
  TypedHandle(TypedHandle&&) noexcept = default;
  TypedHandle& operator=(TypedHandle&&) noexcept = default;

  bool valid() const { return handle_.valid(); }
  explicit operator bool() const { return valid(); }

  // The raw value, still owned by this object; an invalid raw value if empty.
  Raw get() const { return handle_.valid() ? static_cast<Raw>(handle_.value()) : kNullRaw; }
  // The raw value, now the caller's to close.
  [[nodiscard]] Raw Release() {
    const Raw raw = get();
    handle_.Release();
    return raw;
  }
  void Reset() { handle_.Reset(); }

  // The same handle: an object and itself, or two that are empty. Two handles to one file differ.
  friend bool operator==(const TypedHandle& a, const TypedHandle& b) { return a.get() == b.get(); }

  // See OwnedHandle.
  HandleAccount* account() const { return handle_.account(); }

  // A second handle to the same object, closed on exec. Errors carry the system call's text. The
  // duplicate of a foreign descriptor is foreign too. Callers include "absl/status/statusor.h".
  absl::StatusOr<TypedHandle> Duplicate() const requires(K == OwnedHandle::Kind::kFileDescriptor) {
    return internal::Duplicate<TypedHandle>(handle_);
  }

  OwnedHandle TakeOwned() && { return std::move(handle_); }
  // Moves `owned` into `*out` and answers true if the kind fits; otherwise closes it, empties
  // `*out` and answers false.
  static bool From(OwnedHandle&& owned, TypedHandle* out) {
    OwnedHandle taken = std::move(owned);
    const bool fits = taken.kind() == K;
    out->handle_ = fits ? std::move(taken) : OwnedHandle();
    return fits;
  }

 private:
  static constexpr bool kIsPort = K == OwnedHandle::Kind::kMachSendRight ||
                                  K == OwnedHandle::Kind::kMachReceiveRight ||
                                  K == OwnedHandle::Kind::kMachSendOnceRight;
  static constexpr Raw kNullRaw = kIsPort ? static_cast<Raw>(0) : static_cast<Raw>(-1);
  static constexpr bool IsNull(Raw raw) { return raw == kNullRaw || raw == static_cast<Raw>(-1); }

  OwnedHandle handle_;
};

using FileDescriptor = TypedHandle<OwnedHandle::Kind::kFileDescriptor>;
using WindowsHandle = TypedHandle<OwnedHandle::Kind::kWindowsHandle>;
using MachSendRight = TypedHandle<OwnedHandle::Kind::kMachSendRight>;
using MachReceiveRight = TypedHandle<OwnedHandle::Kind::kMachReceiveRight>;
using MachSendOnceRight = TypedHandle<OwnedHandle::Kind::kMachSendOnceRight>;

}  // namespace ipdl

#endif  // IPDL_RUNTIME_HANDLE_H_
