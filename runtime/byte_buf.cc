// ByteBuf's two forms, and how each goes through a message. See byte_buf.h.

#include "runtime/byte_buf.h"

#include <cstring>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "runtime/param_traits.h"

namespace ipdl {
namespace {

enum Form : uint8_t { kInline = 0, kMemory = 1 };

std::string_view View(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace

ByteBuf::ByteBuf(ByteBuf&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})),
      heap_(std::move(other.heap_)),
      memory_(std::move(other.memory_)),
      mapping_(std::move(other.mapping_)) {}

ByteBuf& ByteBuf::operator=(ByteBuf&& other) noexcept {
  bytes_ = std::exchange(other.bytes_, {});
  heap_ = std::move(other.heap_);
  memory_ = std::move(other.memory_);
  mapping_ = std::move(other.mapping_);
  return *this;
}

ByteBuf::~ByteBuf() = default;

absl::StatusOr<ByteBuf> ByteBuf::Allocate(size_t n, const Limits& limits) {
  if (n > limits.bytebuf_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a ByteBuf of ", n, " bytes is larger than ", limits.bytebuf_bytes));
  }
  ByteBuf buf;
  if (n == 0) return buf;
  if (n <= limits.bytebuf_inline_bytes) {
    buf.heap_ = std::make_unique<uint8_t[]>(n);
    buf.bytes_ = {buf.heap_.get(), n};
    return buf;
  }
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(n, "bytebuf");
  if (!memory.ok()) return std::move(memory).status();
  absl::StatusOr<MemoryMapping> mapping = memory->MapReadWrite();
  if (!mapping.ok()) return std::move(mapping).status();
  buf.memory_ = *std::move(memory);
  buf.mapping_ = *std::move(mapping);
  buf.bytes_ = buf.mapping_.bytes();
  return buf;
}

absl::StatusOr<ByteBuf> ByteBuf::Copy(absl::Span<const uint8_t> bytes, const Limits& limits) {
  absl::StatusOr<ByteBuf> buf = Allocate(bytes.size(), limits);
  if (buf.ok() && !bytes.empty()) {
    std::memcpy(buf->mutable_bytes().data(), bytes.data(), bytes.size());
  }
  return buf;
}

absl::Span<uint8_t> ByteBuf::mutable_bytes() {
  if (heap_ != nullptr) return {heap_.get(), bytes_.size()};
  return mapping_.mutable_bytes();
}

absl::StatusOr<FileDescriptor> ByteBuf::TakeSealed() {
  ByteBuf taken = std::move(*this);
  const bool fresh = !taken.mapping_.mutable_bytes().empty();
  taken.bytes_ = {};
  taken.mapping_.Reset();
  // One that came from a peer is sealed already.
  if (fresh) {
    const absl::Status sealed = taken.memory_.Seal(SharedMemory::kFrozen);
    if (!sealed.ok()) return sealed;
  }
  return std::move(taken.memory_).TakeDescriptor();
}

absl::StatusOr<ByteBuf> ByteBuf::FromSealed(FileDescriptor descriptor, size_t n) {
  absl::StatusOr<SharedMemory> memory =
      SharedMemory::Adopt(std::move(descriptor), n, SharedMemory::kFrozen);
  if (!memory.ok()) return std::move(memory).status();
  absl::StatusOr<MemoryMapping> mapping = memory->MapReadOnly();
  if (!mapping.ok()) return std::move(mapping).status();
  ByteBuf buf;
  buf.memory_ = *std::move(memory);
  buf.mapping_ = *std::move(mapping);
  buf.bytes_ = buf.mapping_.bytes();
  return buf;
}

void ParamTraits<ByteBuf>::Write(Writer& out, ByteBuf&& value) {
  ByteBuf taken = std::move(value);
  if (!out.ok()) return;
  const size_t n = taken.size();
  if (n > out.limits().bytebuf_bytes) {
    out.Fail(
        absl::StrCat("a ByteBuf of ", n, " bytes is larger than ", out.limits().bytebuf_bytes));
    return;
  }
  if (n <= out.limits().bytebuf_inline_bytes) {
    out.Put<uint8_t>(kInline);
    out.PutLength(n);
    out.ChargeMemory(n);
    out.PutBytes(taken.bytes());
    return;
  }
  if (!taken.memory_.valid()) {
    // Made for a channel with a higher inline limit.
    absl::StatusOr<ByteBuf> copy = ByteBuf::Copy(taken.bytes(), out.limits());
    if (!copy.ok()) {
      out.Fail(View(copy.status().message()));
      return;
    }
    taken = *std::move(copy);
  }
  absl::StatusOr<FileDescriptor> descriptor = taken.TakeSealed();
  if (!descriptor.ok()) {
    out.Fail(View(descriptor.status().message()));
    return;
  }
  out.Put<uint8_t>(kMemory);
  out.PutLength(n);
  out.PutHandle(std::move(*descriptor).TakeOwned());
}

bool ParamTraits<ByteBuf>::Read(Reader& in, ByteBuf* value) {
  uint8_t form;
  uint32_t n;
  if (!in.Get(&form)) return false;
  if (form == kInline) {
    absl::Span<const uint8_t> bytes;
    if (!in.GetLength(1, 1, &n)) return false;
    if (n > in.limits().bytebuf_inline_bytes) {
      return in.Fail(absl::StrCat("a ByteBuf of ", n, " bytes is inline; at most ",
                                  in.limits().bytebuf_inline_bytes, " may be"));
    }
    if (!in.GetBytes(n, &bytes)) return false;
    *value = ByteBuf();
    if (n == 0) return true;
    value->heap_ = std::make_unique_for_overwrite<uint8_t[]>(n);
    std::memcpy(value->heap_.get(), bytes.data(), n);
    value->bytes_ = {value->heap_.get(), n};
    return true;
  }
  if (form != kMemory) return in.Fail("a ByteBuf is neither inline nor in memory");
  if (!in.Get(&n)) return false;
  if (n <= in.limits().bytebuf_inline_bytes || n > in.limits().bytebuf_bytes) {
    return in.Fail(absl::StrCat("a ByteBuf of ", n, " bytes is in memory; it may have ",
                                uint64_t{in.limits().bytebuf_inline_bytes} + 1, " to ",
                                in.limits().bytebuf_bytes));
  }
  OwnedHandle handle;
  FileDescriptor descriptor;
  if (!in.GetHandle(OwnedHandle::Kind::kFileDescriptor, &handle)) return false;
  FileDescriptor::From(std::move(handle), &descriptor);
  absl::StatusOr<ByteBuf> buf = ByteBuf::FromSealed(std::move(descriptor), n);
  if (!buf.ok()) return in.Fail(View(buf.status().message()));
  *value = *std::move(buf);
  return true;
}

template bool ReadParam(Reader&, const char*, ByteBuf*) noexcept;

}  // namespace ipdl
