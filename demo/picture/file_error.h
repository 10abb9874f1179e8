// Turns a failed system call on a file into a Status: which file, what was tried, the system's
// words.
//
// Called by png_read.cc and png_write.cc; calls strerror_r through absl.

#ifndef DEMO_PICTURE_FILE_ERROR_H_
#define DEMO_PICTURE_FILE_ERROR_H_

#include <string_view>

#include "absl/status/status.h"

namespace ipdl::demo {

// `what` reads as "cannot <what> <path>: <text of error_number>". The code says what a caller can
// do about it: NotFound, PermissionDenied, ResourceExhausted (disk, quota or descriptors used up),
// FailedPrecondition (a directory, a loop of links), else Unavailable.
absl::Status FileError(std::string_view what, std::string_view path, int error_number);

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_FILE_ERROR_H_
