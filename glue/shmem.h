// Shmem: a piece of memory that goes to the peer, or is shared with it, as an argument of a
// message.
//
// What it is: a reference to a mapped segment; copies refer to the same one. What it is not: a
// value of the bytes; that is ByteBuf (runtime/byte_buf.h), which nobody can change once it was
// sent.
//
//   ipdl::Shmem page;
//   if (!actor->AllocShmem(4096, &page)) return;     // zeroed; any size up to Limits::shmem_bytes
//   Fill(page.bytes());
//   actor->SendPage(std::move(page));                // the peer has it now, and we have not
//
//   Result RecvPage(ipdl::Shmem page) { Use(page.bytes()); SendBack(std::move(page)); return Ok();
//   }
//
// A safe Shmem (AllocShmem) is in one process at a time: sending it takes it from the sender, whose
// copies become invalid and whose pointers into it crash from then on, also if the message could
// not be sent. An unsafe one (AllocUnsafeShmem) stays with the sender as well, and both read and
// write it at will. "Safe" is a promise among honest programs: a hostile peer may keep a mapping of
// either kind and write to it at any time. Copy what is to be checked, then check the copy.
//
// What a peer sends is verified before it is mapped: memory of exactly the announced size, which
// can neither shrink nor grow and can be written. So no access to a valid Shmem can fail. The peer
// is cut off otherwise, and also if it makes this process hold more than Limits::held_shmem_bytes.
//
// A segment ends when the last reference to it in the last process is dropped; DeallocShmem does
// that for all references of this process at once. Each transfer passes a descriptor and maps the
// memory anew; what goes to and fro at a high rate is better unsafe, sent once.
//
// Wire: u8 kind (0 safe, 1 unsafe), u32 bytes, the memory's descriptor.
//
// Threads: those of the connection's run loop.

#ifndef IPDL_GLUE_SHMEM_H_
#define IPDL_GLUE_SHMEM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "absl/types/span.h"
#include "runtime/status_fwd.h"

namespace ipdl {

class Reader;
class ShmemAccount;
class Writer;
struct Limits;
template <typename T>
struct ParamTraits;

class Shmem {
 public:
  enum class Kind : uint8_t { kSafe = 0, kUnsafe = 1 };

  // Refers to nothing.
  Shmem() = default;

  // A new segment of `bytes` zero bytes (1 <= bytes <= limits.shmem_bytes). Authors call AllocShmem
  // of their actor, which knows the limits. Errors: INVALID_ARGUMENT for the size, or those of
  // SharedMemory::Create. Callers include "absl/status/statusor.h".
  static absl::StatusOr<Shmem> Create(size_t bytes, Kind kind, const Limits& limits);

  // True if this process has access.
  bool valid() const;
  explicit operator bool() const { return valid(); }
  // 0 if not valid.
  size_t size() const { return bytes().size(); }
  Kind kind() const;

  // All of it; empty if not valid. The peer may change it at any time.
  absl::Span<uint8_t> bytes() const;
  // The same as elements of T, and how many whole ones there are.
  template <typename T>
  T* get() const {
    static_assert(std::is_trivially_copyable_v<T>);
    return reinterpret_cast<T*>(bytes().data());
  }
  template <typename T>
  size_t Size() const {
    return size() / sizeof(T);
  }

  // Takes the access from this and all copies of it in this process. False if there was none.
  bool Release();

  // The same segment, or two that refer to nothing.
  friend bool operator==(const Shmem& a, const Shmem& b) { return a.segment_ == b.segment_; }

 private:
  friend struct ParamTraits<Shmem>;
  class Segment;

  std::shared_ptr<Segment> segment_;
};

template <>
struct ParamTraits<Shmem> {
  static constexpr size_t kMinWireBytes = 6;
  static void Write(Writer& out, Shmem&& value);
  static bool Read(Reader& in, Shmem* value);
};

}  // namespace ipdl

#endif  // IPDL_GLUE_SHMEM_H_
