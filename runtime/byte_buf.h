// ByteBuf: many bytes as one argument, moved and not copied where they are large.
//
// Up to Limits::bytebuf_inline_bytes travel inside the message. More travel as sealed shared
// memory: the receiver maps, read-only, the very pages that the sender filled, and neither can
// change them any more. What it is not: shared; once received, it is a value like a string.
//
//   absl::StatusOr<ipdl::ByteBuf> file = ipdl::ByteBuf::Allocate(size);
//   read(fd, file->mutable_bytes().data(), size);
//   child->SendFile(*std::move(file));
//
//   Result RecvFile(ipdl::ByteBuf file) { Parse(file.bytes()); return Ok(); }
//
// Wire: u8 form, u32 length; form 0 (inline): the bytes; form 1 (memory): a file descriptor, whose
// file has exactly that length and the seals SHRINK, GROW, WRITE and SEAL. Each length has one
// form: which, the receiver's limit says.
//
// Threads: a value; one user at a time.

#ifndef IPDL_RUNTIME_BYTE_BUF_H_
#define IPDL_RUNTIME_BYTE_BUF_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/types/span.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/shared_memory.h"
#include "runtime/status_fwd.h"

namespace ipdl {

class Reader;
class Writer;
template <typename T>
struct ParamTraits;

class ByteBuf {
 public:
  // No bytes.
  ByteBuf() = default;
  ByteBuf(ByteBuf&& other) noexcept;
  ByteBuf& operator=(ByteBuf&& other) noexcept;
  ~ByteBuf();

  // `n` zero bytes, writable until sent. `limits` should be the channel's: a buffer made for
  // others is copied once when sent. Errors: INVALID_ARGUMENT above limits.bytebuf_bytes, or
  // those of SharedMemory::Create. Callers include "absl/status/statusor.h".
  static absl::StatusOr<ByteBuf> Allocate(size_t n, const Limits& limits = Limits());
  // The same, with a copy of `bytes` in it.
  static absl::StatusOr<ByteBuf> Copy(absl::Span<const uint8_t> bytes,
                                      const Limits& limits = Limits());

  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  absl::Span<const uint8_t> bytes() const { return bytes_; }
  // By the bytes, wherever they lie.
  friend bool operator==(const ByteBuf& a, const ByteBuf& b) { return a.bytes_ == b.bytes_; }
  // Empty if this came from a peer as sealed memory: that cannot be changed.
  absl::Span<uint8_t> mutable_bytes();

 private:
  friend struct ParamTraits<ByteBuf>;

  // The file of a buffer in shared memory, sealed and without a writable mapping; this is empty
  // afterwards.
  absl::StatusOr<FileDescriptor> TakeSealed();
  // From a peer.
  static absl::StatusOr<ByteBuf> FromSealed(FileDescriptor descriptor, size_t n);

  absl::Span<const uint8_t> bytes_;  // in heap_ or mapping_
  std::unique_ptr<uint8_t[]> heap_;
  SharedMemory memory_;
  MemoryMapping mapping_;
};

template <>
struct ParamTraits<ByteBuf> {
  static constexpr size_t kMinWireBytes = 5;
  static void Write(Writer& out, ByteBuf&& value);
  static bool Read(Reader& in, ByteBuf* value);
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_BYTE_BUF_H_
