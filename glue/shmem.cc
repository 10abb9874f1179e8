// Shmem's segments, how they go through a message, and the functions of Actor that make and end
// them.

#include "glue/shmem.h"

#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "glue/message_channel.h"
#include "glue/shmem_account.h"
#include "glue/text.h"
#include "runtime/limits.h"
#include "runtime/log.h"
#include "runtime/param_traits.h"
#include "runtime/shared_memory.h"

namespace ipdl {

namespace {

std::string_view View(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace

// Valid while it is mapped. The descriptor stays: the memory may be sent on.
class Shmem::Segment {
 public:
  Segment(Kind kind, SharedMemory memory, MemoryMapping mapping,
          std::shared_ptr<ShmemAccount> account)
      : kind_(kind),
        memory_(std::move(memory)),
        mapping_(std::move(mapping)),
        account_(std::move(account)) {
    if (account_) account_->Charge(mapping_.size());
  }
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  ~Segment() { Release(); }

  Kind kind() const { return kind_; }
  bool valid() const { return mapping_.valid(); }
  absl::Span<uint8_t> bytes() const { return mapping_.mutable_bytes(); }

  // Ends the access here, and gives the memory away.
  SharedMemory Release() {
    if (account_) std::exchange(account_, nullptr)->Credit(mapping_.size());
    mapping_.Reset();
    return std::move(memory_);
  }

  // A descriptor for the peer: the only one that is left if the segment is safe, else one more.
  absl::StatusOr<FileDescriptor> Give() {
    if (kind_ == Kind::kSafe) return Release().TakeDescriptor();
    return memory_.descriptor().Duplicate();
  }

 private:
  const Kind kind_;
  SharedMemory memory_;
  MemoryMapping mapping_;
  std::shared_ptr<ShmemAccount> account_;  // of the peer that sent it; null if it was made here
};

absl::StatusOr<Shmem> Shmem::Create(size_t bytes, Kind kind, const Limits& limits) {
  if (bytes == 0 || bytes > limits.shmem_bytes) {
    return absl::InvalidArgumentError(
        Text("a Shmem of ", bytes, " bytes; it may have 1 to ", limits.shmem_bytes));
  }
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(bytes, "shmem");
  if (!memory.ok()) return std::move(memory).status();
  if (absl::Status sealed = memory->Seal(SharedMemory::kFixedSize); !sealed.ok()) return sealed;
  absl::StatusOr<MemoryMapping> mapping = memory->MapReadWrite();
  if (!mapping.ok()) return std::move(mapping).status();
  Shmem made;
  made.segment_ = std::make_shared<Segment>(kind, *std::move(memory), *std::move(mapping), nullptr);
  return made;
}

bool Shmem::valid() const { return segment_ != nullptr && segment_->valid(); }

Shmem::Kind Shmem::kind() const { return segment_ == nullptr ? Kind::kSafe : segment_->kind(); }

absl::Span<uint8_t> Shmem::bytes() const {
  return segment_ == nullptr ? absl::Span<uint8_t>() : segment_->bytes();
}

bool Shmem::Release() {
  const std::shared_ptr<Segment> segment = std::move(segment_);
  if (segment == nullptr || !segment->valid()) return false;
  segment->Release();
  return true;
}

void ParamTraits<Shmem>::Write(Writer& out, Shmem&& value) {
  const Shmem taken = std::move(value);
  if (!out.ok()) return;
  if (!taken.valid()) {
    out.Fail("a Shmem is empty, or was sent away before");
    return;
  }
  const size_t n = taken.size();
  if (n > out.limits().shmem_bytes) {
    out.Fail(Text("a Shmem of ", n, " bytes is larger than ", out.limits().shmem_bytes));
    return;
  }
  absl::StatusOr<FileDescriptor> descriptor = taken.segment_->Give();
  if (!descriptor.ok()) {
    out.Fail(View(descriptor.status().message()));
    return;
  }
  out.Put(static_cast<uint8_t>(taken.kind()));
  out.PutLength(n);
  out.PutHandle(std::move(*descriptor).TakeOwned());
}

bool ParamTraits<Shmem>::Read(Reader& in, Shmem* value) {
  uint8_t kind = 0;
  uint32_t n = 0;
  OwnedHandle handle;
  if (!in.Get(&kind)) return false;
  if (kind > static_cast<uint8_t>(Shmem::Kind::kUnsafe)) {
    return in.Fail("a Shmem is neither safe nor unsafe");
  }
  if (!in.Get(&n)) return false;
  if (n == 0 || n > in.limits().shmem_bytes) {
    return in.Fail(Text("a Shmem of ", n, " bytes; it may have 1 to ", in.limits().shmem_bytes,
                        " (shmem_bytes)"));
  }
  std::shared_ptr<ShmemAccount> account;
  if (const auto* channel = static_cast<const MessageChannel*>(in.scope()); channel != nullptr) {
    account = channel->shmem_account();
    if (account->held() + n > in.limits().held_shmem_bytes) {
      return in.Fail(Text("this process holds ", account->held(), " bytes of the peer's memory; ",
                          n, " more are too many", " (held_shmem_bytes)"));
    }
  }
  if (!in.GetHandle(OwnedHandle::Kind::kFileDescriptor, &handle)) return false;
  FileDescriptor descriptor;
  FileDescriptor::From(std::move(handle), &descriptor);
  absl::StatusOr<SharedMemory> memory =
      SharedMemory::Adopt(std::move(descriptor), n, SharedMemory::kFixedSize);
  if (!memory.ok()) return in.Fail(View(memory.status().message()));
  // Fails if it is sealed against writing, or if its descriptor is for reading only.
  absl::StatusOr<MemoryMapping> mapping = memory->MapReadWrite();
  if (!mapping.ok()) return in.Fail(View(mapping.status().message()));
  Shmem read;
  read.segment_ = std::make_shared<Shmem::Segment>(
      static_cast<Shmem::Kind>(kind), *std::move(memory), *std::move(mapping), std::move(account));
  *value = std::move(read);
  return true;
}

// --- What authors call ---------------------------------------------------------------------------

bool Actor::AllocShmemOf(size_t bytes, bool safe, Shmem* shmem) {
  *shmem = Shmem();
  if (!CanSend()) return false;
  absl::StatusOr<Shmem> made =
      Shmem::Create(bytes, safe ? Shmem::Kind::kSafe : Shmem::Kind::kUnsafe, channel_->limits());
  if (!made.ok()) {
    LogError(Text(protocol_name(), ": no Shmem: ", View(made.status().message())));
    return false;
  }
  *shmem = *std::move(made);
  return true;
}

bool Actor::AllocShmem(size_t bytes, Shmem* shmem) { return AllocShmemOf(bytes, true, shmem); }

bool Actor::AllocUnsafeShmem(size_t bytes, Shmem* shmem) {
  return AllocShmemOf(bytes, false, shmem);
}

bool Actor::DeallocShmem(Shmem& shmem) { return shmem.Release(); }

}  // namespace ipdl
