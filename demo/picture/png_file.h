// Reads and writes PNG files.
//
// Not a general image library: one pixel format in memory (premultiplied RGBA, see image.h), no
// colour management, no animation. It prints nothing; every failure is a Status whose text names
// the file and says why. A file is not trusted: sizes are checked against PngLimits before anything
// is allocated, and damage anywhere up to the end marker is an error rather than a partial picture.
//
// Called by the content process (reading) and the compositor (writing); calls libpng and
// runtime/handle.h. Any thread.
//
// Example:
//   absl::StatusOr<Image> image = ReadPng("cat.png");
//   if (!image.ok()) { std::cerr << image.status().message() << "\n"; return 1; }
//   absl::Status written = WritePng("copy.png", image->view());

#ifndef DEMO_PICTURE_PNG_FILE_H_
#define DEMO_PICTURE_PNG_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "demo/picture/image.h"
#include "runtime/handle.h"

namespace ipdl::demo {

// What a reader accepts. A picture that is exactly at a limit is accepted.
struct PngLimits {
  uint32_t max_width = 16'384;          // pixels
  uint32_t max_height = 16'384;         // pixels
  uint64_t max_pixels = 64ull << 20;    // width * height; 64 Mi pixels take 256 MiB in memory
  uint32_t max_chunk_bytes = 16 << 20;  // memory for one ancillary chunk (text, profile)
};

// Reads a PNG of any colour type, bit depth and interlacing. 16-bit channels are rounded to 8;
// transparency from an alpha channel or a tRNS chunk becomes premultiplied alpha.
//
// Errors: NotFound (no such file), PermissionDenied, FailedPrecondition (a directory, or another
// thing that is not a regular file), ResourceExhausted (over a limit), DataLoss (ends too early),
// InvalidArgument (not a PNG, or damaged), Unavailable (the system cannot read it).
absl::StatusOr<Image> ReadPng(const std::string& path, const PngLimits& limits = {});

// The same from a file that somebody else opened, for a process that may not open files itself.
// `name` is what errors call it. The descriptor is consumed in every case, and read from where it
// stands. Who opened the file must be trusted: reading another's file may block.
absl::StatusOr<Image> ReadPng(FileDescriptor file, const std::string& name,
                              const PngLimits& limits = {});

// Opens a file for the function above, without waiting for pipes and without making a terminal
// ours. Errors: NotFound, PermissionDenied and so on, "cannot open NAME: ...".
absl::StatusOr<FileDescriptor> OpenPng(const std::string& path);

// Writes `image` with fast, moderate compression: RGB if every pixel is opaque, else RGBA.
//
// The file appears under its name only when it is complete: the data goes to a temporary file in
// the same directory, which then replaces `path`. On failure the temporary file is removed and an
// older file at `path` stays as it was. If `path` exists and is not a regular file (a pipe,
// /dev/full) it is written in place instead.
//
// Errors: ResourceExhausted (the disk or quota is full), PermissionDenied, NotFound (no such
// directory), InvalidArgument (an empty image), Unavailable (any other failure of the system).
absl::Status WritePng(const std::string& path, ImageView image);

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_PNG_FILE_H_
