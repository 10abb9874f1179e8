// Memory that two processes share: a sealed memory file and its mappings.
//
// What it is: RAII around memfd_create, file seals and mmap, with every check that receiving such
// a file from a peer takes. What it is not: an allocator, or a protocol; who may write when is for
// its users to say. Called by ByteBuf and by protocols/texture; calls the kernel.
//
// Why seals: without SHRINK the peer can truncate the file and our next access dies with SIGBUS;
// without WRITE it can change what we have checked. Seals hold for ever and for everybody.
//
//   auto memory = ipdl::SharedMemory::Create(bytes, "texture");
//   auto pixels = memory->MapReadWrite();
//   ... draw into pixels->mutable_bytes() ...
//   memory->Seal(ipdl::SharedMemory::kFixedSize);
//   child->SendPixels(std::move(*memory).TakeDescriptor(), bytes);
//
//   // The receiver:
//   auto memory = ipdl::SharedMemory::Adopt(std::move(fd), bytes, ipdl::SharedMemory::kFixedSize);
//   if (!memory.ok()) return BadMessage(memory.status().message());
//   auto pixels = memory->MapReadOnly();
//
// Threads: values; one user at a time.

#ifndef IPDL_RUNTIME_SHARED_MEMORY_H_
#define IPDL_RUNTIME_SHARED_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/types/span.h"
#include "runtime/handle.h"
#include "runtime/status_fwd.h"

namespace ipdl {

// A mapping of shared memory; unmapped when it dies. It needs no descriptor: the file may be
// closed before. Not inherited by fork.
class MemoryMapping {
 public:
  MemoryMapping() = default;
  MemoryMapping(MemoryMapping&& other) noexcept { Steal(other); }
  MemoryMapping& operator=(MemoryMapping&& other) noexcept {
    if (this != &other) {
      Reset();
      Steal(other);
    }
    return *this;
  }
  ~MemoryMapping() { Reset(); }

  bool valid() const { return address_ != nullptr; }
  size_t size() const { return size_; }
  absl::Span<const uint8_t> bytes() const { return {address_, size_}; }
  // Empty if the mapping is read-only.
  absl::Span<uint8_t> mutable_bytes() const {
    return writable_ ? absl::Span<uint8_t>(address_, size_) : absl::Span<uint8_t>();
  }
  void Reset();

 private:
  friend class SharedMemory;
  MemoryMapping(uint8_t* address, size_t size, bool writable)
      : address_(address), size_(size), writable_(writable) {}
  void Steal(MemoryMapping& other) {
    address_ = std::exchange(other.address_, nullptr);
    size_ = std::exchange(other.size_, 0);
    writable_ = std::exchange(other.writable_, false);
  }

  uint8_t* address_ = nullptr;
  size_t size_ = 0;
  bool writable_ = false;
};

class SharedMemory {
 public:
  // What nobody can do to the file any more. Combine with |.
  enum Seals : uint32_t {
    kNoSeals = 0,
    kShrink = 1,
    kGrow = 2,
    kWrite = 4,
    kSeal = 8,  // adding or removing seals
    // The size is fixed, contents may change: memory that two processes write or pass to and fro.
    kFixedSize = kShrink | kGrow | kSeal,
    // Nothing ever changes: a value.
    kFrozen = kShrink | kGrow | kWrite | kSeal,
  };

  SharedMemory() = default;
  SharedMemory(SharedMemory&&) noexcept = default;
  SharedMemory& operator=(SharedMemory&&) noexcept = default;

  // A new file of `bytes` zero bytes (1 <= bytes), unsealed. `name` (<= 200 bytes) is for
  // /proc/*/maps. Errors name the system call; FAILED_PRECONDITION: this kernel has no memfd.
  static absl::StatusOr<SharedMemory> Create(size_t bytes, std::string_view name);

  // Takes a descriptor of any origin for shared memory of exactly `bytes` bytes that carries at
  // least `required` seals; verifies that it is. INVALID_ARGUMENT: it is not, and says what is
  // wrong. `required` must contain kShrink, else a check of the size would prove nothing.
  // The descriptor is consumed in every case.
  static absl::StatusOr<SharedMemory> Adopt(FileDescriptor descriptor, size_t bytes,
                                            Seals required);

  bool valid() const { return descriptor_.valid(); }
  size_t size() const { return size_; }

  // Adds seals for everybody and for ever. kWrite needs all writable mappings of all processes
  // gone, else FAILED_PRECONDITION.
  absl::Status Seal(Seals seals);
  absl::StatusOr<Seals> seals() const;

  // A view of the whole file. MapReadWrite fails if the file is sealed against writing.
  absl::StatusOr<MemoryMapping> MapReadOnly() const;
  absl::StatusOr<MemoryMapping> MapReadWrite() const;

  const FileDescriptor& descriptor() const { return descriptor_; }
  // The file, to be sent; this object is empty afterwards. Mappings stay.
  FileDescriptor TakeDescriptor() && {
    size_ = 0;
    return std::move(descriptor_);
  }

 private:
  SharedMemory(FileDescriptor descriptor, size_t size)
      : descriptor_(std::move(descriptor)), size_(size) {}
  absl::StatusOr<MemoryMapping> Map(bool writable) const;

  FileDescriptor descriptor_;
  size_t size_ = 0;
};

constexpr SharedMemory::Seals operator|(SharedMemory::Seals a, SharedMemory::Seals b) {
  return static_cast<SharedMemory::Seals>(static_cast<uint32_t>(a) | static_cast<uint32_t>(b));
}

// "shrink|grow|write", "none".
std::string SealsToString(SharedMemory::Seals seals);

}  // namespace ipdl

#endif  // IPDL_RUNTIME_SHARED_MEMORY_H_
