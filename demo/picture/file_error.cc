// Maps errno values of file operations to Status codes; see file_error.h.

#include "demo/picture/file_error.h"

#include <cerrno>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipdl::demo {
namespace {

absl::StatusCode CodeFor(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::StatusCode::kResourceExhausted;
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
      return absl::StatusCode::kFailedPrecondition;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::Status FileError(std::string_view what, std::string_view path, int error_number) {
  return absl::Status(CodeFor(error_number),
                      absl::StrCat("cannot ", Absl(what), " ", Absl(path), ": ",
                                   std::generic_category().message(error_number)));
}

}  // namespace ipdl::demo
