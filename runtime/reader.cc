// The cold half of Reader: handles, the end of a message, and how a failure is told. See reader.h.

#include "runtime/reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipdl {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::string Reader::Failure::ToString() const {
  return absl::StrCat(path, path.empty() ? "" : ": ", reason, " (byte ", offset, ")");
}

bool Reader::Align(size_t alignment) noexcept {
  const size_t padding = PaddingTo(alignment);
  if (padding > remaining()) return FailAtEnd(padding), false;
  for (size_t i = 0; i < padding; ++i) {
    if (next_[i] != 0) return FailInPadding(), false;
  }
  next_ += padding;
  return ok();
}

bool Reader::GetHandle(OwnedHandle::Kind kind, OwnedHandle* out) noexcept {
  if (next_ == end_) return FailAtEnd(1), false;
  const uint8_t said = *next_;
  if (said != static_cast<uint8_t>(kind)) {
    return Fail(absl::StrCat("a ", View(HandleKindName(kind)), " is expected, the message has ",
                             View(HandleKindName(static_cast<OwnedHandle::Kind>(said)))));
  }
  if (next_handle_ == handles_.size()) {
    return Fail(absl::StrCat("the message came with only ", handles_.size(), " handles"));
  }
  OwnedHandle& handle = handles_[next_handle_];
  if (handle.kind() != kind) {
    return Fail(absl::StrCat("a ", View(HandleKindName(kind)), " is expected, attached is ",
                             View(HandleKindName(handle.kind()))));
  }
  *out = std::move(handle);
  ++next_handle_;
  ++next_;
  return true;
}

bool Reader::Finish() noexcept {
  if (!ok()) return false;
  const size_t left = remaining();
  if (left != 0) {
    const bool is_padding = left < 8 && (end_ - start_) % 8 == 0 &&
                            std::all_of(next_, end_, [](uint8_t byte) { return byte == 0; });
    if (!is_padding) return Fail(absl::StrCat(left, " bytes follow the last value"));
  }
  if (next_handle_ != handles_.size()) {
    return Fail(absl::StrCat("the message came with ", handles_.size(), " handles but uses ",
                             next_handle_));
  }
  return true;
}

ABSL_ATTRIBUTE_COLD void Reader::FailWith(std::string_view reason) noexcept {
  if (failure_ != nullptr) return;
  failure_ = std::make_unique<Failure>();
  failure_->reason = reason;
  failure_->offset = position();
  end_ = next_;
  memory_ = 0;
  depth_ = 0;
}

ABSL_ATTRIBUTE_COLD void Reader::FailAtEnd(size_t wanted) noexcept {
  if (!ok()) return;
  FailWith(absl::StrCat("the message ends within ", wanted, " bytes that are needed here"));
}

ABSL_ATTRIBUTE_COLD void Reader::FailInPadding() noexcept { FailWith("padding is not zero"); }

ABSL_ATTRIBUTE_COLD void Reader::FailWithLength(uint32_t n, size_t min_wire_bytes_each) noexcept {
  if (!ok()) return;
  FailWith(absl::StrCat(n, " elements take at least ", uint64_t{n} * min_wire_bytes_each,
                        " bytes, ", remaining(), " are left"));
}

ABSL_ATTRIBUTE_COLD void Reader::FailOverBudget() noexcept {
  if (!ok()) return;
  const size_t bytes = static_cast<size_t>(end_ - start_);
  FailWith(absl::StrCat("decoding takes more than the ", limits_->decoded_bytes(bytes),
                        " bytes of memory allowed for a message of ", bytes, " bytes"));
}

ABSL_ATTRIBUTE_COLD void Reader::FailTooDeep() noexcept {
  if (!ok()) return;
  FailWith(absl::StrCat("values nest deeper than ", limits_->nesting_depth, " levels"));
}

ABSL_ATTRIBUTE_COLD void Reader::BlameField(const char* field) noexcept {
  FailWith("is malformed");  // keeps the first reason; this one is for a Read that gave none
  std::string& path = failure_->path;
  const bool joined = path.empty() || path.front() == '[';
  path = absl::StrCat(field, joined ? "" : ".", path);
}

ABSL_ATTRIBUTE_COLD void Reader::BlameElement(size_t index) noexcept {
  FailWith("is malformed");
  std::string& path = failure_->path;
  const bool joined = path.empty() || path.front() == '[';
  path = absl::StrCat("[", index, "]", joined ? "" : ".", path);
}

}  // namespace ipdl
