// The words of failed checks. See value_checks.h.

#include "runtime/value_checks.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace ipdl {
namespace internal {
namespace {

std::string LengthText(size_t n, size_t limit) {
  return absl::StrCat(n, " elements, [MaxLength] allows ", limit);
}

std::string BytesText(size_t n, size_t limit) {
  return absl::StrCat(n, " bytes, [MaxBytes] allows ", limit);
}

}  // namespace

ABSL_ATTRIBUTE_COLD bool FailLength(Reader& in, const char* name, size_t n, size_t limit) {
  return in.Fail(LengthText(n, limit)) || in.Blame(name);
}

ABSL_ATTRIBUTE_COLD bool FailBytes(Reader& in, const char* name, size_t n, size_t limit) {
  return in.Fail(BytesText(n, limit)) || in.Blame(name);
}

ABSL_ATTRIBUTE_COLD void FailLength(Writer& out, const char* name, size_t n, size_t limit) {
  out.Fail(absl::StrCat(name, ": ", LengthText(n, limit)));
}

ABSL_ATTRIBUTE_COLD void FailBytes(Writer& out, const char* name, size_t n, size_t limit) {
  out.Fail(absl::StrCat(name, ": ", BytesText(n, limit)));
}

}  // namespace internal

ABSL_ATTRIBUTE_COLD bool FailEnum(Reader& in, const char* name, int64_t value) {
  return in.Fail(absl::StrCat(value, " is not a value of ", name));
}

ABSL_ATTRIBUTE_COLD bool FailEnum(Reader& in, const char* name, uint64_t value) {
  return in.Fail(absl::StrCat(value, " is not a value of ", name));
}

ABSL_ATTRIBUTE_COLD void FailEnum(Writer& out, const char* name) {
  out.Fail(absl::StrCat("a value of enum ", name, " is none of its own"));
}

}  // namespace ipdl
